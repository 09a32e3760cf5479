"""recovery, restore: the key that opens the vault with its sheet, and a running desk on a bare machine with it."""

import asyncio
from dataclasses import asdict
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import click
from rich.console import Console

from lightship.cli.setup import sign_in_words
from lightship.cli.shared import App, Refused, json_option, pass_app, read_key, refusing, utc_now
from lightship.config import Config, ConfigError, fields
from lightship.config.files import write_new
from lightship.config.toml import parse
from lightship.core.site.manifest import Verify
from lightship.core.wire import WireError
from lightship.hosts import HostError, Place
from lightship.importers import ImporterError
from lightship.restore import RestoreError
from lightship.restore.rebuild import Outcome, Request, with_key, without_key
from lightship.signing import verify_key
from lightship.vault import Key, VaultError, fetch, look, new_key, opened, vault_place
from lightship.vault.sheet import SHEET, command, hand_over, place_of, sheet

NO_PLACE = "no place that is hidden: give it a `vault`"


@click.group(invoke_without_command=True)
@click.option("--sheet", "file", type=click.Path(path_type=Path), help="Write a new sheet, without the key, to print.")
@click.pass_context
def recovery(context: click.Context, file: Path | None) -> None:
    """Where the copies of the vault lie, and how to come back from each.

    \b
    lightship recovery
    lightship recovery --sheet sheet.html
    lightship recovery check --key recovery.txt
    lightship recovery new
    """
    if context.invoked_subcommand:
        return
    config = _config(context.ensure_object(App))
    for page in config.pages.values():
        click.echo(f"{urlsplit(page.url).netloc}   public key {verify_key(page).text}")
        for host in page.hosts:
            place = place_of(config, host)
            click.echo(f"  {host.name:10} {place or NO_PLACE}\n             {command(host.url, place)}")
    if file:
        write_new(file, sheet(config, "", utc_now()))
        click.echo(f"wrote {file}")
    if (config.base / SHEET).exists():
        click.echo(f"\n{config.base / SHEET} still lies here, with the key: print it, then delete it.", err=True)


@recovery.command()
@pass_app
def new(app: App) -> None:
    """Make another recovery key: for an installation that has none, or in place of one that was lost or seen.

    \b
    lightship recovery new
    """
    config = app.config()
    key, public = new_key()
    click.echo(hand_over(key, config, config.base, utc_now()))  # before anything is encrypted to it
    if "vault" in parse(str(config.path), config.text.encode()).data:
        line = f"recovery = {[*config.vault.recovery, public]}".replace("'", '"')
        lost = ", without the keys that are lost" if config.vault.recovery else ""
        what = f"In {config.path}, under [vault], write{lost}:\n\n  {line}\n"
    else:
        with config.path.open("a") as file:
            file.write(f'\n[vault]\nrecovery = ["{public}"]\n')
        what = f"added [vault] to {config.path}\n"
    click.echo(f"{what}\nRestart the worker: then everything is encrypted to it.")


@recovery.command()
@click.option("--key", "source", required=True, metavar="FILE", help="The recovery key; - to type or paste it.")
@pass_app
def check(app: App, source: str) -> None:
    """Whether the recovery key opens every host's copy, to the last part.

    \b
    lightship recovery check --key recovery.txt
    """
    config = _config(app)
    key, opens = read_key(source), []
    for page in config.pages.values():
        for host in page.hosts:
            message, whole = asyncio.run(_checked(vault_place(config, host), verify_key(page).verify, key))
            click.echo(f"{page.slug} {host.name}: {message}")
            opens.append(whole)
    if not all(opens):
        raise Refused("not every copy can be restored from")


async def _checked(place: Place | None, verify: Verify, key: Key) -> tuple[str, bool]:
    if place is None:
        return NO_PLACE, False
    try:
        index = await look(place, verify)
        if index is None:
            return "nothing there yet: is a worker running?", False
        for body in await fetch([place], index, verify):
            await asyncio.to_thread(opened, body, key)
        return f"{len(index.parts)} parts, all open with this key; written {index.at:%Y-%m-%d %H:%M} UTC", True
    except (HostError, WireError, VaultError) as error:
        return str(error), False


def _config(app: App) -> Config:
    config = app.config()
    if not config.vault.recovery:
        raise Refused(f"{config.path} names no recovery key, so nothing private is kept anywhere: `lightship recovery new`")
    return config


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
    try:
        known = frozenset([fields.public_key(public)] if public else [])
    except ValueError as error:
        raise click.BadParameter(f"--public {error}") from error
    request = Request(
        path=app.path,
        here=_config_here(app) if key else None,
        url=url,
        vault=vault,
        public=known,
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
    lines.append("The old desk, if it comes back, is refused by every host that this one has published to.")
    lines.append("Start it:  lightship up   (or desk and worker; then post)")
    return "\n".join(lines)
