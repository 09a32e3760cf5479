"""init, apply, account: make a desk, make its pages as a file says, and let a colleague in."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lightship.cli.shared import App, pass_app, refusing, utc_now
from lightship.config import Config, fields
from lightship.config.apply_file import read
from lightship.config.toml import parse_file
from lightship.restore import RestoreError
from lightship.restore.install import make_keys, make_private, write_config
from lightship.vault.sheet import hand_over

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@click.command()
@click.option(
    "--page", "slug", default="status", show_default=True, metavar="SLUG", help="A short name for the page, for the terminal."
)
@click.option("--url", default="", help="Where readers will find it. Default: the first host.")
@click.option("--port", default=8000, show_default=True, help="The desk's; the two hosts take the next ones.")
@click.option("--name", default="", help="What the page is called. Default: Our services.")
@click.option("--email", default="", help="Address of the first account.")
@pass_app
def init(app: App, slug: str, url: str, port: int, name: str, email: str) -> None:
    """Write lightship.toml, keys and data folder; make the database and the first account. What is there is left alone.

    \b
    lightship init
    lightship init --page acme --url https://acmestatus.net
    """
    key = ""
    if not app.path.is_file():
        _check(slug, url)
        key = write_config(app.path, slug, url, click.echo, port)
    make_keys(app.path, click.echo)
    config = app.desk()
    if key:  # before anything that may fail: it is shown this once
        click.echo(hand_over(key, config, app.path.parent, utc_now()))
    from lightship.restore import rows  # after Django is set up

    make_private(config)
    with refusing(RestoreError):
        rows.make_tables(config.pages, name, utc_now(), click.echo)
    user = rows.first_account(email, click.echo)
    click.echo(f"Ready. Start it with:  lightship --config {app.path} up" + sign_in_words(config, user))


def _check(slug: str, url: str) -> None:
    """Refuse a slug or URL that would make a file that cannot be read back."""
    try:
        fields.slug(slug)
        if url:
            fields.page_url(url)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
    if set(url) & set('"\\'):
        raise click.BadParameter("a URL has no quotes or backslashes")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@pass_app
def apply(app: App, file: Path) -> None:
    """Make pages, groups, components and rosters as FILE says. What is so already is left alone; nothing is removed.

    \b
    lightship apply components.toml
    """
    config = app.desk()
    wanted = read(parse_file(file))
    from lightship.store.journal import JournalError  # after Django is set up
    from lightship.store.journal.apply import apply as apply_all

    with refusing(JournalError):
        for action in apply_all(wanted, set(config.pages), utc_now()):
            click.echo(action)


@click.command()
@click.argument("name")
@click.option("--email", default="", help="Where the person can be reached.")
@pass_app
def account(app: App, name: str, email: str) -> None:
    """Make an account for a colleague, or help one who cannot sign in: prints a link that signs in once.

    \b
    lightship account alice --email alice@example.com
    """
    config = app.desk()
    from django.contrib.auth.models import User  # after Django is set up

    if not re.fullmatch(r"[\w.@+-]{1,150}", name):
        raise click.BadParameter("a name has letters, digits and @ . + - _ only")
    user = User.objects.filter(username=name).first()
    if user is None:
        user = User.objects.create_user(name, email, None)
        click.echo(f"made account {name}")
    click.echo(sign_in_words(config, user).strip())


def sign_in_words(config: Config, user: "User | None" = None) -> str:
    """A one-time link for the first account, and what to do with it."""
    from django.contrib.auth.models import User  # after Django is set up

    from lightship.desk.session import sign_in_link

    user = user or User.objects.filter(is_superuser=True).order_by("pk").first()
    if user is None:
        return "\n"
    link = sign_in_link(user, config.desk.url)
    return f"\n\nSign in once with this link (it works for an hour):\n\n  {link}\n"
