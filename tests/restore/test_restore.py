"""Coming back: every way to reach a vault, on real servers, and every way in which it must be refused."""

import asyncio
import base64
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests import servers
from tests.django_settings import CONFIG
from tests.kills import fetched
from tests.publishing.test_survey import AT, STATE, laid
from tests.vault.town import Town, rows, town, until

from lightship import vault
from lightship.config.toml import ConfigError, Table, edited, parse
from lightship.core.site.manifest import MANIFEST_PATH, Manifest, manifest_out
from lightship.core.site.state import STATE_PATH, state_out
from lightship.core.vault import Index, index_in, index_out, path_of
from lightship.core.wire import sha256
from lightship.hosts.folder import PrivateFolder
from lightship.restore import discover
from lightship.restore.install import name_database, settle
from lightship.signing import SigningKey
from lightship.vault import CopyTarget, Part
from lightship.vault.keeping import keep

pytestmark = pytest.mark.skipif(CONFIG.desk.database.engine != "sqlite", reason="each desk here names its own database")


@pytest.fixture(scope="module")
def lost(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A desk that is gone; its vaults stand. Each test comes back into a folder of its own."""
    with town(tmp_path_factory.mktemp("lost")) as made:
        made.run("post", "Webmail is down", "Sign-in fails.", "--page", "acme")
        made.keep()
        made.is_lost()
        yield made


@pytest.fixture
def bare(lost: Town) -> Iterator[Town]:
    shutil.rmtree(lost.home)
    lost.home.mkdir()
    yield lost


def copied(made: Town, to: Path) -> Path:
    return shutil.copytree(made.vault(), to)


def test_a_wrong_key_is_told_and_nothing_is_written(bare: Town, tmp_path: Path) -> None:
    (tmp_path / "wrong.txt").write_text(vault.new_key()[0])
    done = bare.tried("restore", "--key", str(tmp_path / "wrong.txt"), "--vault", str(bare.vault()))
    assert (done.returncode, "this key does not open the vault" in done.stderr) == (1, True)
    assert list(bare.home.iterdir()) == []


def test_a_changed_and_a_missing_part_are_named_and_nothing_is_written(bare: Town, tmp_path: Path) -> None:
    copy = copied(bare, tmp_path / "copy")
    victim = max((copy / "parts").rglob("*/*"), key=lambda file: file.stat().st_size)
    body = victim.read_bytes()
    victim.write_bytes(body[:-5] + b"xxxxx")
    done = bare.tried("restore", "--key", str(bare.key), "--vault", str(copy))
    assert f"part {victim.name} was changed by another hand" in done.stderr
    victim.unlink()
    done = bare.tried("restore", "--key", str(bare.key), "--vault", str(copy))
    assert f"part {victim.name} is missing. Try the vault of another host" in done.stderr
    assert list(bare.home.iterdir()) == []


def test_a_vault_that_a_stranger_planted_is_refused(bare: Town, tmp_path: Path) -> None:
    recipient = str(vault.key_in(bare.key.read_text()).to_public())
    parts = [Part("head", b'{"migrations": [], "config": "", "secrets": [["file", "/etc/passwd", "x"]]}')]
    target = CopyTarget("vienna", PrivateFolder(tmp_path / "planted"), SigningKey(bytes(32)), "acmepage0001", 1)
    asyncio.run(keep((part for part in parts), [target], [recipient], datetime(2026, 11, 22, tzinfo=UTC)))
    done = bare.tried("restore", "--key", str(bare.key), "--vault", str(tmp_path / "planted"))
    assert "somebody planted it there" in done.stderr
    assert list(bare.home.iterdir()) == []


def test_an_empty_vault_and_an_old_one_are_told_as_that(bare: Town, tmp_path: Path) -> None:
    old, seed = copied(bare, tmp_path / "old"), SigningKey(bytes(32))
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "index").write_bytes(index_out(Index(page="p", epoch=1, at=AT, parts=()), seed.sign, seed.public))
    done = bare.tried("restore", "--key", str(bare.key), "--vault", str(tmp_path / "empty"))
    assert (done.returncode, "is empty: no desk wrote that" in done.stderr) == (1, True)
    first = bare.restore("--key", str(bare.key), "--vault", str(old))
    assert not [note for note in first["notes"] if "days old" in note]
    signing_key = SigningKey(base64.b64decode((bare.home / "keys/acme.key").read_text()))
    index = index_in((old / "index").read_bytes(), signing_key.verify)
    (old / "index").write_bytes(
        index_out(replace(index, at=index.at - timedelta(days=9)), signing_key.sign, signing_key.public)
    )
    shutil.rmtree(bare.home)
    bare.home.mkdir()
    again = bare.restore("--key", str(bare.key), "--vault", str(old))
    assert [note for note in again["notes"] if note.startswith("the vault is 9 days old")]


def test_with_the_public_key_of_the_sheet_another_signature_is_refused(bare: Town) -> None:
    other = SigningKey(bytes(32)).public_text
    done = bare.tried("restore", "--key", str(bare.key), "--vault", str(bare.vault()), "--public", other)
    assert "which is not the page's key" in done.stderr


def test_a_database_that_is_not_empty_is_not_written_over(bare: Town) -> None:
    words = ("--key", str(bare.key), "--vault", str(bare.vault()))
    bare.restore(*words)
    before = rows(bare.home / "desk.sqlite3")
    done = bare.tried("restore", bare.urls["acme"]["vienna"], *words)
    assert (done.returncode, "the database is not empty" in done.stderr) == (1, True)
    assert rows(bare.home / "desk.sqlite3") == before


def test_only_its_owner_may_read_what_comes_back(bare: Town) -> None:
    bare.restore("--key", str(bare.key), "--vault", str(bare.vault()))
    assert {str(file): oct(file.stat().st_mode) for file in bare.home.rglob("*") if file.stat().st_mode & 0o077} == {}


def test_without_the_key_too_only_its_owner_may_read_the_database(bare: Town) -> None:
    bare.restore()
    assert (bare.home / "desk.sqlite3").stat().st_mode & 0o077 == 0


def test_the_new_recovery_key_is_shown_though_the_restore_fails_afterwards(bare: Town) -> None:
    (bare.home / "full.sqlite3").write_bytes(b"")
    with sqlite3.connect(bare.home / "full.sqlite3") as full:
        full.execute("CREATE TABLE other (id)")
    done = bare.tried("restore", bare.urls["acme"]["vienna"], "--database", "sqlite:///full.sqlite3")
    assert (done.returncode, "the database is not empty" in done.stderr) == (1, True)
    sheet = (bare.home / "recovery-sheet.html").read_text()
    key = vault.key_in(sheet[sheet.index("AGE-SECRET-KEY-1") :].partition("</code>")[0])
    assert str(key.to_public()) in (bare.home / "lightship.toml").read_text()


def test_a_host_that_is_believed_at_its_word_cannot_write_into_lightship_toml(bare: Town, tmp_path: Path) -> None:
    claimed = 'http://evil.example"\n[channels.ours]\nkind = "chat"\n[pages.acme]\nurl = "http://evil.example'
    signing_key = SigningKey(bytes(32))
    state = state_out(replace(STATE, months=(), page=replace(STATE.page, url=claimed)))
    manifest = Manifest(page=STATE.page.id, revision=7, epoch=2, at=AT, build="b", files={STATE_PATH: sha256(state)})
    folder = tmp_path / "evil"
    laid(folder, {STATE_PATH: state, MANIFEST_PATH: manifest_out(manifest, signing_key.sign, signing_key.public)})
    url = f"http://127.0.0.1:{servers.free_port()}"
    command: list[str | Path] = [sys.executable, "-m", "lightship.hosts.serve", folder, url.removeprefix("http://")]
    with servers.running(command, tmp_path, int(url.rpartition(":")[2])):
        bare.restore(url=url)
    data = parse("", (bare.home / "lightship.toml").read_bytes()).data
    assert (set(data), data["pages"][STATE.page.slug]["url"]) == ({"desk", "vault", "pages"}, url)


def test_where_nothing_is_found_it_says_where_it_looked(bare: Town, tmp_path: Path) -> None:
    url = bare.urls["acme"]["vienna"]
    done = bare.tried("restore", url, "--key", str(bare.key))
    assert (
        f"no vault was found. Say where it lies with --vault PLACE (it is on the recovery sheet).\n  {url}: no vault there"
        in done.stderr
    )
    assert bare.tried("restore").returncode == 2
    done = bare.tried("restore", f"http://127.0.0.1:{servers.free_port()}")
    assert (done.returncode, "does not answer" in done.stderr) == (1, True)


@pytest.mark.server("sshd")
def test_over_sftp_the_machines_own_program_fetches_it(bare: Town, sshd: servers.Sshd, tmp_path: Path) -> None:
    program = tmp_path / "bin" / "sftp"  # as the person's own ~/.ssh/config and known_hosts would have it
    program.parent.mkdir()
    (tmp_path / "id").write_text(sshd.key)
    (tmp_path / "id").chmod(0o600)
    real = shutil.which("sftp")
    options = f"-o IdentityFile={tmp_path / 'id'} -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -F none"
    program.write_text(f'#!/bin/sh\nexec {real} {options} "$@"\n')
    program.chmod(0o755)
    place = f"sftp://{sshd.user}@127.0.0.1:{sshd.port}{bare.vault()}"
    told = bare.restore("--key", str(bare.key), "--vault", place, PATH=f"{program.parent}:/usr/bin:/bin")
    assert [page["incidents"] for page in told["pages"]] == [1, 0]


@pytest.mark.server("seaweedfs")
def test_from_a_private_bucket_with_what_the_environment_says(bare: Town, seaweedfs: servers.Store) -> None:
    from lightship.hosts import File
    from lightship.hosts.object_store import ObjectStore

    name = f"s3://{seaweedfs.private}/vault-of-acme"
    store = ObjectStore("b", "", name, endpoint=seaweedfs.endpoint, key=seaweedfs.key, secret=seaweedfs.secret)
    files = [path for path in bare.vault().rglob("*") if path.is_file() and ".lightship" not in path.parts]
    asyncio.run(store.put([File(str(path.relative_to(bare.vault())), path.read_bytes()) for path in files]))
    keys = {"AWS_ACCESS_KEY_ID": seaweedfs.key, "AWS_SECRET_ACCESS_KEY": seaweedfs.secret}
    told = bare.restore("--key", str(bare.key), "--vault", name, AWS_ENDPOINT_URL=seaweedfs.endpoint, **keys)
    assert [page["incidents"] for page in told["pages"]] == [1, 0]


def test_a_public_vault_needs_nothing_but_a_url_and_the_key(tmp_path: Path) -> None:
    with town(tmp_path, "public = true") as made:
        made.work()
        url = made.urls["acme"]["oslo"]
        until(lambda: not fetched(f"{url}/lightship/vault/index")[1], "the vault is on the web")
        until(lambda: not fetched(f"{url}/lightship/manifest.json")[1], "so is the page")
        made.is_lost()
        told = made.restore("--key", str(made.key), url=url)
        assert [page["page"] for page in told["pages"]] == ["acme", "beta"]
        assert list(made.web.glob("*.vault")) == []


def test_the_recovery_key_is_tried_on_every_copy(tmp_path: Path) -> None:
    with town(tmp_path) as made:
        assert "nothing there yet" in made.tried("recovery", "check", "--key", str(made.key)).stdout
        made.keep()
        assert made.run("recovery", "check", "--key", str(made.key)).count("all open with this key") == 4
        name = next(path.name for path in (made.vault() / "parts").rglob("*/*"))
        (made.vault() / path_of(name)).unlink()
        done = made.tried("recovery", "check", "--key", str(made.key))
        assert (done.returncode, done.stdout.count("all open with this key")) == (1, 3)
        assert f"acme vienna: the vault is not whole: part {name} is missing" in done.stdout


TOML = """\
[desk]   # "where staff sit"
url = "http://127.0.0.1:8000"
secret = { env = "DESK_SECRET" }
[pages.acme.hosts.b.key]
env = 'KEY_B'  # of the bucket
[pages.acme.hosts.c]
env = "prod"
secret = { file = "/etc/lightship/c" }
key = { file = "keys/c" }
odd = { "env" = "ODD" }
"""


def test_secrets_of_the_environment_and_of_other_folders_are_gathered_in_keys(tmp_path: Path) -> None:
    secrets = {
        ("env", "DESK_SECRET"): "one",
        ("env", "KEY_B"): "two",
        ("file", "/etc/lightship/c"): "three",
        ("file", "keys/c"): "four",
        ("file", "../../escape"): "five",
        ("env", "ODD"): "six",
    }
    assert settle(tmp_path / "lightship.toml", TOML, secrets, None) == []
    text = (tmp_path / "lightship.toml").read_text()
    data = parse("", text.encode()).data
    hosts = data["pages"]["acme"]["hosts"]
    references = [data["desk"]["secret"], hosts["b"]["key"], *(hosts["c"][key] for key in ("secret", "key", "odd"))]
    bodies = [(tmp_path / reference["file"]).read_text() for reference in references]
    assert bodies == ["one\n", "two\n", "three\n", "four\n", "six\n"]
    assert hosts["c"]["env"] == "prod"
    assert '[desk]   # "where staff sit"' in text and "# of the bucket" in text
    wrote = {path for path in tmp_path.rglob("*") if path.is_file()}
    assert {path.stat().st_mode & 0o777 for path in wrote} == {0o600}
    assert {path.parent.name for path in wrote} == {tmp_path.name, "keys", "restored"}
    assert set(settle(tmp_path / "lightship.toml", TOML, secrets, None)) == wrote


@pytest.mark.parametrize(
    "text",
    [
        '[desk]\nurl = "x"\n',
        '[desk]\nurl = "x"\ndatabase = "old"  # here\n',
        '[a]\n[desk]\ndatabase = { env = "DB" }\nurl = "x"\n',
        '[desk]\nurl = "x"\n[desk.database]\nenv = "DB"\n',
        'desk = { url = "x", database = "old" }\n',
        'desk.url = "x"\n',
    ],
)
def test_another_database_is_named_in_the_file(text: str) -> None:
    changed = edited("lightship.toml", text, lambda data: name_database(data, 'postgres:///"new"'))
    assert parse("", changed.encode()).data["desk"] == {"url": "x", "database": 'postgres:///"new"'}
    assert ("# here" in changed) == ("# here" in text)


def test_a_file_that_cannot_be_changed_without_doubt_is_left_to_a_person() -> None:
    def change(data: Table) -> None:
        data["desk"]["url"] = "plain" if type(data) is dict else "edited"  # as a fault of the editor would show itself

    with pytest.raises(ConfigError, match="only you can change it"):
        edited("lightship.toml", '[desk]\nurl = "x"\n', change)


def test_the_vault_of_a_desk_that_was_replaced_is_no_newer_whatever_its_clock_says(tmp_path: Path) -> None:
    _, recipient = vault.new_key()
    for name, epoch, at in (("old", 1, datetime(2027, 1, 1, tzinfo=UTC)), ("new", 9, AT)):
        target = CopyTarget(name, PrivateFolder(tmp_path / name), SigningKey(bytes(32)), "acmepage0001", epoch)
        asyncio.run(keep((part for part in [Part("head", b"{}")]), [target], [recipient], at))
    copies, _ = asyncio.run(discover.copies({name: PrivateFolder(tmp_path / name) for name in ("old", "new")}, ()))
    assert [copy.name for copy in copies] == ["new", "old"]


def test_a_document_that_no_parser_gets_to_the_end_of_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "index").write_bytes(b'{"key":' + b"[" * 200_000)
    copies, reasons = asyncio.run(discover.copies({"evil": PrivateFolder(tmp_path)}, ()))
    assert (copies, reasons) == ([], ["evil: it names no key that it is signed with"])
