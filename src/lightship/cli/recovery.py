"""recovery: the key that opens the vault, and the sheet for the day on which it is needed."""

import asyncio
from pathlib import Path
from urllib.parse import urlsplit

import click

from lightship.cli.shared import App, Refused, pass_app, read_key, utc_now
from lightship.config import Config
from lightship.config.files import write_new
from lightship.config.toml import parse
from lightship.core.site.manifest import Verify
from lightship.core.wire import WireError
from lightship.hosts import HostError, Place
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
