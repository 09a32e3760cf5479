"""init, apply: make a desk, and make its pages as a file says."""

import base64
import contextlib
import json
import os
import re
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lightship.cli.recovery import hand_over
from lightship.cli.shared import Refused, Told, told, utc_now
from lightship.config import Config, ConfigError, fields, find_config
from lightship.config.editing import edited
from lightship.config.toml import parse
from lightship.restore.files import name_database
from lightship.seal import Seal, new_seed
from lightship.vault import new_key

if TYPE_CHECKING:
    from django.contrib.auth.models import User

TOML = """\
# Lightship: what lies where. Names, components and texts are in the desk, not here.
[desk]
url = "http://127.0.0.1:{desk}"
database = "sqlite:///desk.sqlite3"
secret = {{ file = "keys/desk.secret" }}

[vault]                                # everything private, kept on every host for who holds the recovery key
recovery = ["{recovery}"]

[pages.{slug}]
url = {url}                     # the name that readers know
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


@click.command()
@click.option(
    "--page", "slug", default="status", show_default=True, metavar="SLUG", help="A short name for the page, for the terminal."
)
@click.option("--url", default="", help="Where readers will find it. Default: the first host.")
@click.option("--port", default=8000, show_default=True, help="The desk's; the two hosts take the next ones.")
@click.option("--name", default="", help="What the page is called. Default: Our services.")
@click.option("--email", default="", help="Address of the first account.")
@told
def init(told: Told, slug: str, url: str, port: int, name: str, email: str) -> None:
    """Write lightship.toml, keys and data folder; make the database and the first account. What is there is left alone.

    \b
    lightship init
    lightship init --page acme --url https://acmestatus.net
    """
    path = Path(told.config_path or told.env.get("LIGHTSHIP_CONFIG") or "lightship.toml")
    key = ""
    try:
        find_config(str(path), told.env)
    except ConfigError:
        _sound(slug, url)
        key = new_file(path, slug, url, port)
    make_keys(path, keyed(path))
    config = Told(str(path), told.env).desk()
    if key:  # before anything that may fail: it is shown this once
        click.echo(hand_over(key, config, path.parent))
    make_database(config, name)
    user = first_account(email)
    click.echo(f"Ready. Start it with:  lightship --config {path} up" + sign_in_words(config, user))


def new_file(path: Path, slug: str, url: str, port: int = 8000, database: str | None = None) -> str:
    """Write lightship.toml as `init` does; the recovery key, which is kept nowhere."""
    key, recovery = new_key()
    first = url.rstrip("/") or f"http://127.0.0.1:{port + 1}"
    public = Seal(base64.b64decode(_page_key(path, slug))).public_text
    # Quoted, for it may be a stranger's word (`restore` without a key): it must not say more than a URL.
    text = TOML.format(
        slug=slug,
        url=json.dumps(first, ensure_ascii=False),
        desk=port,
        a=port + 1,
        b=port + 2,
        recovery=recovery,
        public=public,
    )
    if database:
        text = edited(path.name, text, lambda data: name_database(data, database))
    _write(path, text, 0o644)
    click.echo(f"wrote {path}")
    return key


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@told
def apply(told: Told, file: Path) -> None:
    """Make pages, groups and components as FILE says. What is so already is left alone; nothing is removed.

    \b
    lightship apply components.toml
    """
    from lightship.config.apply_file import read_file

    config = told.desk()
    wanted = read_file(file)
    from lightship.store.journal import JournalError  # after Django is set up
    from lightship.store.journal.apply import apply as act

    try:
        for deed in act(wanted, set(config.pages), utc_now()):
            click.echo(deed)
    except JournalError as error:
        raise Refused(str(error)) from error


def sign_in_words(config: Config, user: "User | None" = None) -> str:
    """A one-time link for the first account, and what to do with it."""
    from django.contrib.auth.models import User  # after Django is set up

    from lightship.desk.auth.session import sign_in_link

    user = user or User.objects.filter(is_superuser=True).order_by("pk").first()
    if user is None:
        return "\n"
    link = sign_in_link(user, config.desk.url)
    return f"\n\nSign in once with this link (it works for an hour):\n\n  {link}\n"


def _sound(slug: str, url: str) -> None:
    """Refuse what would make a file that cannot be read back."""
    try:
        fields.slug(slug)
        if url:
            fields.page_url(url)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
    if set(url) & set('"\\'):
        raise click.BadParameter("a URL has no quotes or backslashes")


def _write(path: Path, text: str, mode: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)


def keyed(path: Path) -> list[str]:
    """The pages of the file that have their key where `init` puts it."""
    pages = parse(str(path), path.read_bytes()).data.get("pages")
    if not isinstance(pages, dict):
        return []  # the reader of the file says what is wrong
    usual = {slug: {"file": f"keys/{slug}.key"} for slug in pages}
    return [slug for slug, page in pages.items() if isinstance(page, dict) and page.get("key", usual[slug]) == usual[slug]]


def _page_key(path: Path, slug: str) -> str:
    """The page's key as it lies in its file, which is made if it is not there."""
    (path.parent / "keys").mkdir(mode=0o700, parents=True, exist_ok=True)
    file = path.parent / "keys" / f"{slug}.key"
    with contextlib.suppress(FileExistsError):
        _write(file, base64.b64encode(new_seed()).decode() + "\n", 0o600)
        click.echo(f"made {file}")
    return file.read_text()


def make_keys(path: Path, slugs: Iterable[str]) -> set[str]:
    """Make the keys that are not there; their names. One that is there is never written again."""
    keys = path.parent / "keys"
    keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    seeds = {f"{slug}.key": base64.b64encode(new_seed()).decode() for slug in slugs} | _accounts(path)
    missing = {name for name in ("desk.secret", *seeds) if not (keys / name).exists()}
    for name, text in {"desk.secret": secrets.token_urlsafe(48), **seeds}.items():
        if name in missing:
            _write(keys / name, text + "\n", 0o600)
            click.echo(f"made {keys / name}")
    return missing


def _accounts(path: Path) -> dict[str, str]:
    """A key for an account at a certificate authority, for each page of the file that is to have one where `init` puts it."""
    pages = parse(str(path), path.read_bytes()).data.get("pages")
    tables = (
        {slug: page.get("certificate") for slug, page in pages.items() if isinstance(page, dict)}
        if isinstance(pages, dict)
        else {}
    )
    asked = [slug for slug, table in tables.items() if isinstance(table, dict) and "account" not in table]
    if not asked:
        return {}
    from lightship.certificates import new_account  # it takes a while to load

    return {f"{slug}.acme": new_account().strip() for slug in asked}


def make_database(config: Config, name: str) -> None:
    from django.core.management import call_command
    from django.db import OperationalError

    from lightship.store.journal import structure
    from lightship.store.models import Page

    make_private(config)
    try:
        call_command("migrate", interactive=False, verbosity=0)
    except OperationalError as error:
        raise Refused(f"the database cannot be made: {error}") from error
    for slug in config.pages:
        if not Page.objects.filter(slug=slug).exists():
            structure.create_page(slug, name or "Our services", None, utc_now())
            click.echo(f"made page {slug}")


def make_private(config: Config) -> None:
    """Before anything opens the database: accounts and sessions lie in it, so only its owner may read it. SQLite gives its
    log files the same permissions."""
    if config.desk.database.engine == "sqlite":
        with contextlib.suppress(OSError):  # it is there already, or cannot be made, which SQLite then tells
            Path(config.desk.database.name).touch(0o600, exist_ok=False)


def first_account(email: str) -> "User":
    """The first account has no password until its owner, signed in by link, sets one."""
    from django.contrib.auth.models import User

    user = User.objects.filter(is_superuser=True).order_by("pk").first()
    if user is None:
        user = User.objects.create_superuser("admin", email, None)
        click.echo("made account admin")
    return user


@click.command()
@click.argument("name")
@click.option("--email", default="", help="Where the person can be reached.")
@told
def account(told: Told, name: str, email: str) -> None:
    """Make an account for a colleague, or help one who cannot sign in: prints a link that signs in once.

    \b
    lightship account alice --email alice@example.com
    """
    config = told.desk()
    from django.contrib.auth.models import User  # after Django is set up

    if not re.fullmatch(r"[\w.@+-]{1,150}", name):
        raise click.BadParameter("a name has letters, digits and @ . + - _ only")
    user = User.objects.filter(username=name).first()
    if user is None:
        user = User.objects.create_user(name, email, None)
        click.echo(f"made account {name}")
    click.echo(sign_in_words(config, user).strip())
