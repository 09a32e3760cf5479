"""lightship.toml: what it gives, and that every mistake in it is told at once, with line, key and advice."""

import base64
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lightship import channels, hosts, zones
from lightship.config import BackEndConfig, Config, ConfigError, HostConfig, find_config, load
from lightship.config.fields import Database, Secret
from lightship.config.toml import dotted, locate
from lightship.config.values import Pulse

SEED = bytes(range(32))


@dataclass(frozen=True)
class Folder:
    name: str
    url: str
    path: Path


@dataclass(frozen=True)
class Bucket:
    name: str
    url: str
    store: str
    secret: str = ""
    port: int = 443

    def __post_init__(self) -> None:
        if not self.store.startswith("s3://"):
            raise ValueError(f"store must be s3://BUCKET, not {self.store!r}")


@dataclass(frozen=True, kw_only=True)
class Name:
    name: str
    server: str
    ttl: int = 30


def find_zone(kind: str) -> type:
    if kind != "rfc2136":
        raise LookupError(f"there is no kind of zone {kind!r}")
    return Name


def find(kind: str) -> type:
    if kind == "needy":
        raise ModuleNotFoundError("No module named 'obstore'", name="obstore")
    kinds: dict[str, type] = {"folder": Folder, "bucket": Bucket}
    if kind not in kinds:
        raise LookupError(f"there is no kind of host {kind!r}")
    return kinds[kind]


GOOD = """
[desk]
url = "https://desk.example/"

[pages.acme]
url = "https://status.example/"
proven = 2
pulse = { incident = 30 }

[pages.acme.hosts.vienna]
kind = "folder"
path = "hosts/vienna"
url = "https://vienna.example"

[pages.acme.hosts.bucket]
kind = "bucket"
store = "s3://acme"
secret = { env = "ACME_SECRET" }
url = "https://bucket.example/acme/"
"""


def read(folder: Path, text: str, **env: str) -> Config:
    (folder / "keys").mkdir(exist_ok=True)
    (folder / "keys" / "acme.key").write_text(base64.b64encode(SEED).decode() + "\n")
    (folder / "keys" / "desk.secret").write_text("x" * 40 + "\n")
    (folder / "lightship.toml").write_text(text)
    return load(folder / "lightship.toml", env, {"hosts": find, "zones": find_zone})


def faults(folder: Path, text: str, **env: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(folder, text, **env)
    return [str(fault).removeprefix(f"{folder}/") for fault in caught.value.faults]


def test_a_good_file_becomes_values_with_defaults_and_absolute_paths(tmp_path: Path) -> None:
    config = read(tmp_path, GOOD, ACME_SECRET="hush")
    page = config.page(None)
    assert (page.slug, page.url, page.key, page.proven) == ("acme", "https://status.example", SEED, 2)
    assert page.pulse == Pulse(calm=300, incident=30)
    assert page.service_worker
    assert page.hosts == (
        HostConfig(name="vienna", kind="folder", url="https://vienna.example", options={"path": tmp_path / "hosts/vienna"}),
        HostConfig(
            name="bucket",
            kind="bucket",
            url="https://bucket.example/acme",
            options={"store": "s3://acme", "secret": "hush", "port": 443},
        ),
    )
    assert config.desk.url == "https://desk.example"
    assert config.desk.database == Database(engine="sqlite", name=str(tmp_path / "desk.sqlite3"))
    refusing = read(tmp_path, GOOD.replace("proven = 2", "service_worker = false"), ACME_SECRET="hush")
    assert not refusing.page(None).service_worker
    assert config.desk.secret == "x" * 40


def test_a_secret_never_shows_itself(tmp_path: Path) -> None:
    config = read(tmp_path, GOOD, ACME_SECRET="hush")
    assert "hush" not in repr(config)
    assert "xxxx" not in repr(config)
    assert repr(SEED) not in repr(config)
    assert f"{Secret('hush')}" == "hush"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("sqlite:////srv/desk.sqlite3", Database(engine="sqlite", name="/srv/desk.sqlite3")),
        (
            "postgres://alice:p%40ss@db.example:5433/desk?sslmode=require",
            Database(
                engine="postgres",
                name="desk",
                user="alice",
                password=Secret("p@ss"),
                host="db.example",
                port=5433,
                options={"sslmode": "require"},
            ),
        ),
        ("postgresql:///desk?host=/run/postgresql", Database(engine="postgres", name="desk", host="/run/postgresql")),
    ],
)
def test_a_database_is_a_url(tmp_path: Path, url: str, expected: Database) -> None:
    text = GOOD.replace("[desk]", f'[desk]\ndatabase = "{url}"')
    assert read(tmp_path, text, ACME_SECRET="hush").desk.database == expected


def test_a_password_in_a_broken_database_url_is_not_told(tmp_path: Path) -> None:
    text = GOOD.replace("[desk]", '[desk]\ndatabase = "postgres://alice:hunter2/x@db/desk"')
    (fault,) = faults(tmp_path, text, ACME_SECRET="hush")
    assert "not a number" in fault
    assert "hunter2" not in fault


MISTAKES = [
    ('url = "https://desk.example/"', 'url = "desk"', "3: desk.url: should be a URL that begins with https:// or http://"),
    (
        'url = "https://desk.example/"',
        'url = "https://a@b"',
        "3: desk.url: should be a plain URL: no user, query, fragment or space",
    ),
    ("proven", "provn", '7: pages.acme.provn: unknown key; did you mean "proven"?'),
    ('path = "h', 'pth = "h', "10: pages.acme.hosts.vienna.path: is missing"),
    ("proven = 2", "proven = 3", "7: pages.acme.proven: asks for more hosts than there are (2): nobody would ever be told"),
    ("proven = 2", 'proven = "2"', "7: pages.acme.proven: should be an integer, not a string"),
    (
        "proven = 2",
        'key = "c2hvcnQ="',
        "7: pages.acme.key: should be the base64 of a 32-byte Ed25519 seed; `lightship init` makes one",
    ),
    ("proven = 2", 'watches = "x"', "7: pages.acme.watches: should be an array, not a string"),
    ("proven = 2", 'public = "x"', "7: pages.acme.public: should be the base64 of a 32-byte"),
    (
        "[pages.acme.hosts.vienna]",
        '[pages.acme.zone]\nkind = "x"\n[pages.acme.hosts.vienna]',
        "11: pages.acme.zone.kind: there is no",
    ),
    (
        'kind = "folder"',
        'kind = "folder"\naddress = ["::1", "1.2.3"]',
        "12: pages.acme.hosts.vienna.address[1]: '1.2.3' is not an",
    ),
    ('kind = "folder"', 'kind = "foldr"', "11: pages.acme.hosts.vienna.kind: there is no kind of host 'foldr'"),
    (
        'kind = "folder"',
        'kind = "needy"',
        "11: pages.acme.hosts.vienna.kind: needy needs a package that is not installed: obstore",
    ),
    ('kind = "folder"', 'color = "red"', "10: pages.acme.hosts.vienna.kind: is missing"),
    (
        'kind = "folder"',
        'kind = "folder"\ncname = "x y"',
        "12: pages.acme.hosts.vienna.cname: should be a name of the DNS",
    ),
    ("ACME_SECRET", "NOPE", "18: pages.acme.hosts.bucket.secret: the environment has no NOPE"),
    ('env = "ACME_SECRET"', 'file = "keys/none"', "18: pages.acme.hosts.bucket.secret: cannot read "),
    ("bucket.example/acme/", "vienna.example/", "19: pages.acme.hosts.bucket.url: is also the URL of pages.acme.hosts.vienna"),
    (
        'store = "s3://acme"',
        'store = "s3://acme"\nport = "1"',
        "18: pages.acme.hosts.bucket.port: should be an integer, not a string",
    ),
    ("vienna", "Vienna_1", "10: pages.acme.hosts.Vienna_1: a name here has only a-z, 0-9 and -"),
    ("[desk]", "[channels.mail]\n[desk]", "2: channels.mail.kind: is missing"),
    ("[desk]", "pages = 3\n[desk]", "6: is not TOML: "),
    ("[desk]", "[desk", "2: is not TOML: "),
    ("[desk]", "[dask]", '2: dask: unknown key; did you mean "desk"?'),
]


@pytest.mark.parametrize(("old", "new", "expected"), MISTAKES, ids=[new for _, new, _ in MISTAKES])
def test_a_mistake_is_told_with_its_line_and_key(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert old in GOOD
    told = faults(tmp_path, GOOD.replace(old, new, 1), ACME_SECRET="hush")
    assert any(fault.startswith(f"lightship.toml:{expected}") for fault in told), told


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    told = faults(tmp_path, GOOD.replace("proven", "provn").replace("desk.example/", "desk.example?q").replace("store", "stor"))
    assert [fault.split(": ")[1] for fault in told] == [
        "desk.url",
        "pages.acme.provn",
        "pages.acme.hosts.bucket.store",
        "pages.acme.hosts.bucket.stor",
        "pages.acme.hosts.bucket.secret",
    ]


def test_two_pages_cannot_share_a_url_nor_two_hosts_a_place(tmp_path: Path) -> None:
    second = GOOD[GOOD.index("[pages.acme]") :].replace("pages.acme", "pages.beta").replace("vienna.example", "linz.example")
    second = second.replace("proven = 2", 'key = { file = "keys/acme.key" }').replace("bucket.example", "other.example")
    assert faults(tmp_path, GOOD + second, ACME_SECRET="hush") == [
        "lightship.toml:21: pages.beta.url: is also the URL of pages.acme",
        "lightship.toml:27: pages.beta.hosts.vienna.path: is also the folder of pages.acme.hosts.vienna",
        "lightship.toml:30: pages.beta.hosts.bucket: is the same place as pages.acme.hosts.bucket",
    ]


def test_missing_keys_say_what_makes_them(tmp_path: Path) -> None:
    text = GOOD.replace("pages.acme", "pages.beta")
    (fault,) = faults(tmp_path, text, ACME_SECRET="hush")
    assert fault.startswith("lightship.toml:5: pages.beta.key: cannot read ")
    assert fault.endswith("`lightship init` makes it")


def test_of_a_host_whose_secret_is_missing_init_is_not_praised(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, GOOD.replace('env = "ACME_SECRET"', 'file = "keys/s3"'))
    assert fault.endswith("keys/s3: No such file or directory")


def test_the_file_is_found_by_option_then_environment_then_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("lightship.toml", "a.toml", "b.toml"):
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    assert find_config("a.toml", {"LIGHTSHIP_CONFIG": "b.toml"}) == Path("a.toml")
    assert find_config(None, {"LIGHTSHIP_CONFIG": "b.toml"}) == Path("b.toml")
    assert find_config(None, {}) == Path("lightship.toml")
    with pytest.raises(ConfigError, match="run `lightship init`"):
        find_config("c.toml", {})


def test_a_page_must_be_named_where_there_are_several(tmp_path: Path) -> None:
    config = read(tmp_path, GOOD, ACME_SECRET="hush")
    with pytest.raises(ConfigError, match="no page 'beta'; there is acme"):
        config.page("beta")


def test_what_a_kind_itself_refuses_is_told_with_the_line_of_its_host(tmp_path: Path) -> None:
    text = GOOD.replace("s3://acme", "ftp://acme")
    assert faults(tmp_path, text, ACME_SECRET="s") == [
        "lightship.toml:15: pages.acme.hosts.bucket: store must be s3://BUCKET, not 'ftp://acme'"
    ]


PLACES = '''# a comment with [brackets]
top = 1
[pages.acme]
"odd key".b = [1, # one
  { c = "]" } ]
text = """
a = 3
"""
[[groups]]
when = 1979-05-27 07:32:00
[[groups]]
[groups.sub]
'z' = { deep.er = '}' }
'''


@pytest.mark.parametrize(
    ("line", "key"),
    [
        (2, "top"),
        (3, "pages"),
        (3, "pages.acme"),
        (4, 'pages.acme."odd key".b[0]'),
        (5, 'pages.acme."odd key".b[1].c'),
        (6, "pages.acme.text"),
        (9, "groups[0]"),
        (10, "groups[0].when"),
        (11, "groups[1]"),
        (12, "groups[1].sub"),
        (13, "groups[1].sub.z.deep.er"),
    ],
)
def test_every_key_has_a_line(line: int, key: str) -> None:
    lines = {dotted(path): number for path, number in locate(PLACES).items()}
    assert lines[key] == line
    assert "a" not in lines


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_every_element_of_an_array_has_a_line(ending: str) -> None:
    rows = ["a = [ # ]", '"]", [', "[1, 2],", "], { x = [", "{ y = 2 } ] },", "]", "[[t]]", "[[t.u]]", "[[t]]", "b = 1"]
    lines = {dotted(path): number for path, number in locate(ending.join(rows)).items()}
    expected = {
        "a": 1,
        "a[0]": 2,
        "a[1]": 2,
        "a[1][0]": 3,
        "a[2]": 4,
        "a[2].x[0].y": 5,
        "t[0].u[0]": 8,
        "t[1]": 9,
        "t[1].b": 10,
    }
    assert {key: lines.get(key) for key in expected} == expected


TOWED = GOOD.replace(
    "[pages.acme.hosts.vienna]",
    """[pages.acme.zone]
kind = "rfc2136"
name = "status.example"
server = "192.0.2.53"

[pages.acme.witnesses.w1]
[pages.acme.witnesses.w2]
url = "https://w2.example"

[pages.acme.hosts.vienna]
address = ["192.0.2.10", "2001:DB8:0::10"]""",
)


def test_where_the_name_points_is_told_with_page_and_hosts(tmp_path: Path) -> None:
    page = read(tmp_path, TOWED, ACME_SECRET="hush").page("acme")
    assert page.zone == BackEndConfig(
        kind="rfc2136", name="status.example", options={"name": "status.example", "server": "192.0.2.53", "ttl": 30}
    )
    assert [peer.name for peer in page.witnesses] == ["w1", "w2"]
    assert page.hosts[0].address == ("192.0.2.10", "2001:db8::10")


def test_a_witness_needs_neither_desk_nor_private_keys(tmp_path: Path) -> None:
    text = TOWED.replace("proven = 2", f'proven = 2\npublic = "{base64.b64encode(SEED).decode()}"')
    (tmp_path / "lightship.toml").write_text(text)  # no keys folder, no ACME_SECRET
    config = load(tmp_path / "lightship.toml", {}, {"hosts": find, "zones": find_zone}, {"desk", "keys"})
    page = config.page(None)
    assert (page.key, page.public, page.hosts[1].url) == (b"", SEED, "https://bucket.example/acme")
    with pytest.raises(ConfigError, match="desk: is missing"):
        _ = config.desk


def test_a_witness_without_the_public_key_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "lightship.toml").write_text(TOWED)
    with pytest.raises(ConfigError, match=r"pages\.acme\.public: is missing"):
        load(tmp_path / "lightship.toml", {}, {"hosts": find, "zones": find_zone}, {"desk", "keys"})


@pytest.mark.parametrize("slow", ["interval = 10", "timeout = 10"])
def test_a_witness_whose_votes_would_mostly_be_too_old_is_refused(tmp_path: Path, slow: str) -> None:
    text = TOWED.replace("proven = 2", f'proven = 2\npublic = "{base64.b64encode(SEED).decode()}"')
    (tmp_path / "lightship.toml").write_text(f'{text}\n[witness]\nname = "w1"\n{slow}\n')
    with pytest.raises(ConfigError, match="less than or equal to 5"):
        load(tmp_path / "lightship.toml", {}, {"hosts": find, "zones": find_zone}, {"desk", "keys"})


def test_two_hosts_of_one_kind_are_no_twins_to_a_witness_that_is_not_told_their_places(tmp_path: Path) -> None:
    other = '[pages.acme.hosts.graz]\nkind = "folder"\npath = "graz"\nurl = "https://graz.example"\n'
    text = TOWED.replace("proven = 2", f'proven = 2\npublic = "{base64.b64encode(SEED).decode()}"') + "\n" + other
    (tmp_path / "lightship.toml").write_text(text)
    config = load(tmp_path / "lightship.toml", {}, {"hosts": find, "zones": find_zone}, {"desk", "keys"})
    assert len(config.page(None).hosts) == 3


def test_a_laptop_without_every_secret_reads_the_file_and_is_told_what_it_lacks(tmp_path: Path) -> None:
    (tmp_path / "lightship.toml").write_text(
        """
        [pages.acme]
        url = "https://acme.example"
        key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
        [pages.acme.hosts.vienna]
        kind = "folder"
        path = "www"
        url = "https://vienna.acme.example"
        [pages.acme.hosts.bucket]
        kind = "object_store"
        store = "s3://acme"
        key = { env = "ACME_KEY" }
        url = "https://bucket.acme.example"
        [channels.mail]
        kind = "email"
        password = { env = "ACME_MAIL" }
        """
    )
    kinds = {"hosts": hosts.find, "zones": zones.find, "channels": channels.find}
    with pytest.raises(ConfigError, match="the environment has no ACME_KEY"):
        load(tmp_path / "lightship.toml", {}, kinds, {"desk"})
    config = load(tmp_path / "lightship.toml", {}, kinds, {"desk", "secrets"})
    assert [(host.name, host.url, host.lacking) for host in config.page(None).hosts] == [
        ("vienna", "https://vienna.acme.example", ""),
        ("bucket", "https://bucket.acme.example", "the environment has no ACME_KEY"),
    ]
    assert config.lacking == ("channels.mail: the environment has no ACME_MAIL",)


PUBLIC = base64.b64encode(Ed25519PrivateKey.from_private_bytes(SEED).public_key().public_bytes_raw()).decode()


def test_a_public_key_that_belongs_to_another_key_is_refused_with_the_right_one(tmp_path: Path) -> None:
    text = GOOD.replace("proven = 2", f'proven = 2\npublic = "{base64.b64encode(SEED).decode()}"')
    assert faults(tmp_path, text, ACME_SECRET="s") == [
        f"lightship.toml:8: pages.acme.public: does not belong to the page's key; that is {PUBLIC}"
    ]
    assert read(tmp_path, GOOD.replace("proven = 2", f'public = "{PUBLIC}"'), ACME_SECRET="s").page(None).key == SEED


@pytest.mark.parametrize("url", ["https://status.example/", "https://Status.Example:8443/below"])
def test_a_zone_keeps_the_name_that_readers_type(tmp_path: Path, url: str) -> None:
    text = TOWED.replace("https://status.example/", url)
    assert read(tmp_path, text, ACME_SECRET="s").page(None).zone
    assert faults(tmp_path, text.replace('name = "status.example"', 'name = "example"'), ACME_SECRET="s") == [
        "lightship.toml:12: pages.acme.zone.name: is not the name that readers type: the page's url says status.example"
    ]


def test_two_pages_do_not_move_one_name(tmp_path: Path) -> None:
    second = TOWED[TOWED.index("[pages.acme]") :].replace("pages.acme", "pages.beta").replace("vienna.example", "linz.example")
    second = second.replace("proven = 2", 'key = { file = "keys/acme.key" }').replace("bucket.example", "other.example")
    second = (
        second.replace("status.example/", "status.example/beta").replace("/vienna", "/linz").replace("s3://acme", "s3://beta")
    )
    assert faults(tmp_path, TOWED + second, ACME_SECRET="s") == [
        "lightship.toml:37: pages.beta.zone.name: is also the name of pages.acme: each would move it away from the other"
    ]


def at(vienna: str, bucket: str) -> str:
    """Where each of the two hosts is."""
    text = GOOD.replace('kind = "folder"', f'kind = "folder"\n{vienna}')
    return text.replace('kind = "bucket"', f'kind = "bucket"\n{bucket}')


def test_two_hosts_are_not_at_one_address(tmp_path: Path) -> None:
    (told,) = faults(tmp_path, at('address = ["192.0.2.1", "2001:db8::1"]', 'address = ["2001:DB8:0::1"]'), ACME_SECRET="s")
    assert told.startswith("lightship.toml:18: pages.acme.hosts.bucket.address: 2001:db8::1 is where vienna is too")
    (told,) = faults(tmp_path, at('cname = "a.example"', 'cname = "A.example."'), ACME_SECRET="s")
    assert told.startswith("lightship.toml:18: pages.acme.hosts.bucket.cname: a.example is where vienna is too")


def test_a_host_is_at_addresses_or_at_a_name(tmp_path: Path) -> None:
    (told,) = faults(tmp_path, at('address = ["192.0.2.1"]\ncname = "a.example"', ""), ACME_SECRET="s")
    assert told.startswith("lightship.toml:13: pages.acme.hosts.vienna.cname: cannot stand beside address")


@pytest.mark.parametrize("vienna", ["", 'address = ["192.0.2.1"]', 'cname = "a.example"'])
def test_where_a_host_is_may_be_said_without_a_zone_and_left_out_with_one(tmp_path: Path, vienna: str) -> None:
    assert read(tmp_path, at(vienna, ""), ACME_SECRET="s").page(None).zone is None
    assert read(tmp_path, TOWED.replace('address = ["192.0.2.10", "2001:DB8:0::10"]', vienna), ACME_SECRET="s").page(None).zone


@dataclass(frozen=True)
class Tail:
    """A zone whose options are a table."""

    name: str
    auth: dict[str, str]


def test_a_secret_in_a_table_of_options_does_not_show_itself(tmp_path: Path) -> None:
    zone = '[pages.acme.zone]\nkind = "tail"\nname = "status.example"\nauth = { user = "acme", token = { env = "TOKEN" } }\n'
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "acme.key").write_text(base64.b64encode(SEED).decode())
    (tmp_path / "keys" / "desk.secret").write_text("x" * 40)
    (tmp_path / "lightship.toml").write_text(GOOD + zone)
    env = {"ACME_SECRET": "s", "TOKEN": "hush"}
    told = load(tmp_path / "lightship.toml", env, {"hosts": find, "zones": lambda kind: Tail}).page(None).zone
    assert told
    assert told.options["auth"] == {"user": "acme", "token": "hush"}
    assert "hush" not in repr(told)
