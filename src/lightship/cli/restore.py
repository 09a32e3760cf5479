"""restore: a running desk on a bare machine, from what hosts still hold."""

from dataclasses import asdict
from functools import partial

import click
from rich.console import Console

from lightship.cli.setup import sign_in_words
from lightship.cli.shared import App, Refused, json_option, pass_app, read_key, refusing, utc_now
from lightship.config import Config, ConfigError, fields
from lightship.importers import ImporterError
from lightship.restore import RestoreError
from lightship.restore.rebuild import Outcome, Request, with_key, without_key
from lightship.vault import VaultError


@click.command()
@click.argument("url", required=False, default="")
@click.option("--key", metavar="FILE", help="The recovery key; - to type or paste it. Without it: what is public.")
@click.option("--vault", metavar="PLACE", help="Where the vault lies: FOLDER, sftp://USER@HOST/PATH, s3://BUCKET/PREFIX.")
@click.option("--public", default="", metavar="KEY", help="The page's public key, from the recovery sheet.")
@click.option("--database", metavar="URL", help="Another database than before: sqlite:///desk.sqlite3, postgres://…")
@json_option
@pass_app
def restore(app: App, url: str, key: str | None, vault: str | None, public: str, database: str | None) -> None:
    """Rebuild the desk from a host that still stands, on a machine with nothing but Lightship.

    URL is a host of the page, or the page itself. With the recovery key everything comes back: accounts, journal, settings,
    lightship.toml, keys. Without it, everything public.

    \b
    lightship restore https://graz.acmestatus.net --key recovery.txt --vault sftp://status@graz.acmestatus.net/srv/site.vault
    lightship restore https://graz.acmestatus.net
    """
    if not url and not vault:
        raise click.UsageError("name a host that still stands, or where the vault lies (--vault PLACE)")
    if database and app.path.exists():
        raise Refused(f"{app.path} is here already: change `database` in it, and leave --database away")
    if vault and not key:
        raise click.UsageError("the vault opens with the recovery key only: --key FILE")
    request = Request(
        path=app.path,
        here=_config_here(app) if key else None,
        url=url,
        vault=vault,
        public=_public(public),
        database=database,
        env=app.env,
        reader=app.reader(),
        clock=utc_now,
        tell=partial(click.echo, err=app.as_json),
        progress=Console(stderr=True).status,
        open_desk=app.desk,
    )
    with refusing(VaultError, ImporterError, RestoreError):
        outcome = with_key(request, read_key(key)) if key else without_key(request)
    app.say(_message(outcome) + sign_in_words(app.desk()), asdict(outcome))


def _public(text: str) -> frozenset[bytes]:
    try:
        return frozenset([fields.public_key(text)]) if text else frozenset()
    except ValueError as error:
        raise click.BadParameter(f"--public {error}") from error


def _config_here(app: App) -> Config | None:
    if not app.path.exists():
        return None
    try:
        return app.config()
    except ConfigError as error:
        click.echo(f"{app.path} does not help to find the vault: {error}", err=True)
        return None


def _message(outcome: Outcome) -> str:
    lines = [f"Restored from {outcome.source}{f', written {outcome.written}' if outcome.written else ''}.", ""]
    lines += [f"  page {page.page}: {page.incidents} incidents and maintenances" for page in outcome.pages]
    if outcome.rows:
        lines.append(f"  {sum(outcome.rows.values()):,} rows of {len(outcome.rows)} tables")
    lines += ["", *(f"* {note}" for note in outcome.notes), ""] if outcome.notes else [""]
    return "\n".join(
        [
            *lines,
            "The old desk, if it comes back, is refused by every host that this one has published to.",
            "Start it:  lightship up   (or desk and worker; then post)",
        ]
    )
