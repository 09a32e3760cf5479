"""Put down the files of a desk: lightship.toml and all that it refers to, made new or back from a vault."""

import base64
import contextlib
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import InlineTable, Item

from lightship.config import Config, fields
from lightship.config.back_ends import tables
from lightship.config.files import write_new
from lightship.config.toml import Table, edited, parse
from lightship.restore import Tell
from lightship.signing import SigningKey, new_seed
from lightship.vault import new_key

Reference = tuple[str, str]
"""("env" or "file", its name in lightship.toml)."""

TOML = """\
# Lightship: what lies where. Names, components and texts are in the desk, not here.
[desk]
url = "http://127.0.0.1:{desk}"
database = "sqlite:///desk.sqlite3"
secret = {{ file = "keys/desk.secret" }}

[vault]                                # everything private, kept on every host for who holds the recovery key
recovery = ["{recovery}"]

[pages.{slug}]
url = "http://127.0.0.1:{a}"                     # the name that readers know
key = {{ file = "keys/{slug}.key" }}     # signs what hosts serve; keep a copy elsewhere
public = "{public}"      # its other half: all that a witness needs of it

[pages.{slug}.hosts.a]
kind = "folder"                                  # any web server may serve this folder
path = "hosts/a"
url = "http://127.0.0.1:{a}"                    # this host alone, as a stranger reaches it

[pages.{slug}.hosts.b]
kind = "folder"
path = "hosts/b"
url = "http://127.0.0.1:{b}"
"""


def write_config(path: Path, slug: str, url: str, tell: Tell, port: int = 8000, database: str | None = None) -> str:
    """Write lightship.toml and its page's key; returns the recovery key, which is stored nowhere. `url`: where readers find the
    page, perhaps as an unverified host claims; empty: its first host."""
    key, recovery = new_key()
    file = path.parent / "keys" / f"{slug}.key"
    _make(file, _seed, tell)
    public = SigningKey(fields.seed(file.read_text().strip())).public_text

    def change(data: Table) -> None:
        if url:
            data["pages"][slug]["url"] = url.rstrip("/")
        if database:
            name_database(data, database)

    text = TOML.format(slug=slug, desk=port, a=port + 1, b=port + 2, recovery=recovery, public=public)
    write_new(path, edited(path.name, text, change), 0o644)
    tell(f"wrote {path}")
    return key


def make_keys(path: Path, tell: Tell) -> None:
    """Make the missing ones of the keys that lie where `init` puts them. A key that exists is never written again."""
    keys = path.parent / "keys"
    _make(keys / "desk.secret", lambda: secrets.token_urlsafe(48), tell)
    for slug in keyed(path):
        _make(keys / f"{slug}.key", _seed, tell)
    for slug, page in _pages(path).items():
        certificate = page.get("certificate")
        if isinstance(certificate, dict) and "account" not in certificate:
            from lightship.certificates import new_private_key  # it takes a while to load

            _make(keys / f"{slug}.acme", new_private_key, tell)


def keyed(path: Path) -> set[str]:
    """The pages of the file that have their key where `init` puts it."""
    usual = {slug: {"file": f"keys/{slug}.key"} for slug in _pages(path)}
    return {slug for slug, page in _pages(path).items() if page.get("key", usual[slug]) == usual[slug]}


def _pages(path: Path) -> dict[str, dict[str, Any]]:
    """The tables of pages, as they are in the file: config.load finds its faults."""
    return dict(tables(parse(str(path), path.read_bytes()).data.get("pages")))


def _make(file: Path, new: Callable[[], str], tell: Tell) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not file.exists():
        write_new(file, new().strip() + "\n")
        tell(f"made {file}")


def _seed() -> str:
    return base64.b64encode(new_seed()).decode()


def make_private(config: Config) -> None:
    """Make the database readable by its owner only, before anything opens it: accounts and sessions lie in it. SQLite gives
    its log files the same permissions."""
    if config.desk.database.engine == "sqlite":
        with contextlib.suppress(OSError):  # it exists, or cannot be made: then SQLite says so
            Path(config.desk.database.name).touch(0o600, exist_ok=False)


def settle(path: Path, text: str, secrets: Mapping[Reference, str], database: str | None) -> list[Path]:
    """Write lightship.toml and the secrets that it refers to. Nothing that is here is written over: these files are returned.
    Secrets that came from the environment, or from files elsewhere on the lost machine, become files in `keys/`, so that the
    desk starts with nothing else."""
    places = {(kind, name): name for kind, name in secrets if kind == "file" and _inside(name)}
    outside = [reference for reference in secrets if reference not in places]
    moves = {reference: _place(number, reference[1]) for number, reference in enumerate(outside, 1)}

    def change(data: Table) -> None:
        places.update({reference: moves[reference] for reference in _moved(data, moves)})
        if database:
            name_database(data, database)

    changed = edited(path.name, text, change)
    files = {path.parent / place: secrets[reference] + "\n" for reference, place in places.items()} | {path: changed}
    left = [file for file in files if file.exists()]
    for file in (file for file in files if file not in left):
        for folder in reversed(file.parents):
            folder.mkdir(mode=0o700, exist_ok=True)
        write_new(file, files[file])
    return left


def name_database(data: Table, database: str) -> None:
    data["desk"]["database"] = database


def _inside(name: str) -> bool:
    """Whether the file lies in the desk's own folder: a vault, whoever made it, writes nowhere else."""
    return not Path(name).is_absolute() and ".." not in Path(name).parts


def _place(number: int, name: str) -> str:
    return f"keys/restored/{number}-{re.sub(r'[^A-Za-z0-9._-]', '-', Path(name).name)}"


def _moved(value: Any, moves: Mapping[Reference, str]) -> Iterator[Reference]:
    """Point each reference at the file that its secret goes to; the references that there were."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in list(items):
        reference = _reference(child)
        if reference is None or reference not in moves:
            yield from _moved(child, moves)
            continue
        kind, name = reference
        if isinstance(child, InlineTable):
            value[key] = tomlkit.value(f'{{ file = "{moves[reference]}" }}')
        else:
            place = tomlkit.item(moves[reference])
            if isinstance(name, Item) and name.trivia.comment:
                place.comment(name.trivia.comment)
            del child[kind]
            child["file"] = place
        yield kind, str(name)


def _reference(value: Any) -> Reference | None:
    ((kind, name),) = value.items() if isinstance(value, dict) and len(value) == 1 else (("", None),)
    return (kind, name) if isinstance(name, str) else None
