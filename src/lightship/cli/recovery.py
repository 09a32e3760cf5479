"""recovery: the key that opens the vault, and the sheet for the day on which it is needed."""

import asyncio
import base64
import io
import os
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import click
import segno

from lightship import __version__, hosts
from lightship.cli.shared import Refused, Told, told, utc_now
from lightship.config import Config, PageConfig
from lightship.config.toml import parse
from lightship.core.signed import Verify
from lightship.core.vault import Index
from lightship.core.wire import WireError
from lightship.hosts import Host, HostError, Place
from lightship.seal import mark
from lightship.vault import BELOW, Below, VaultError, fetch, key_in, look, new_key, opened
from lightship.vault.sheet import Known, Spot, command, grouped, sheet

SHEET = "recovery-sheet.html"


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
    config = context.find_object(Told).config()  # type: ignore[union-attr]
    _insist(config)
    for page in known(config):
        click.echo(f"{page.name}   public key {page.public}")
        for spot in page.spots:
            click.echo(
                f"  {spot.name:10} {spot.place or 'no place that is hidden: give it a `vault`'}\n             {command(spot)}"
            )
    if file:
        _write(file, sheet(known(config), "", ", ".join(config.vault.recovery), __version__, _today()))
        click.echo(f"wrote {file}")
    if (config.base / SHEET).exists():
        click.echo(f"\n{config.base / SHEET} still lies here, with the key: print it, then delete it.", err=True)


@recovery.command()
@told
def new(told: Told) -> None:
    """Make another recovery key: for an installation that has none, or in place of one that was lost or seen.

    \b
    lightship recovery new
    """
    config = told.config()
    key, public = new_key()
    click.echo(hand_over(key, config, config.base))  # before anything is encrypted to it
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
@click.option("--key", "key_file", required=True, metavar="FILE", help="The recovery key; - to type or paste it.")
@told
def check(told: Told, key_file: str) -> None:
    """Whether the recovery key opens every host's copy, to the last part.

    \b
    lightship recovery check --key recovery.txt
    """
    config = told.config()
    _insist(config)
    try:
        key = key_in(click.prompt("Recovery key", err=True) if key_file == "-" else Path(key_file).read_text("utf-8"))
    except VaultError as error:
        raise Refused(str(error)) from error
    bad = False
    for page in config.pages.values():
        for name, place in spots(config, page):
            words, fine = asyncio.run(_checked(place, mark(page).verify, key))
            click.echo(f"{page.slug} {name}: {words}")
            bad |= not fine
    if bad:
        raise Refused("not every copy can be restored from")


async def _checked(place: Place | None, verify: Verify, key: object) -> tuple[str, bool]:
    if place is None:
        return "no place that is hidden: give it a `vault`", False
    try:
        index: Index | None = await look(place, verify)
        if index is None:
            return "nothing there yet: is a worker running?", False
        for body in await fetch([place], index, verify):
            await asyncio.to_thread(opened, body, key)
        return f"{len(index.parts)} parts, all open with this key; written {index.at:%Y-%m-%d %H:%M} UTC", True
    except (HostError, WireError, VaultError) as error:
        return str(error), False


def _insist(config: Config) -> None:
    if not config.vault.recovery:
        raise Refused(f"{config.path} names no recovery key, so nothing private is kept anywhere: `lightship recovery new`")


def spots(config: Config, page: PageConfig) -> list[tuple[str, Place | None]]:
    """Each host's name, and where its copy of the vault lies."""
    found = []
    for host in page.hosts:
        make: Callable[..., Host] = hosts.find(host.kind)
        made = make(name=host.name, url=host.url, **host.options)
        found.append((host.name, Below(made) if config.vault.public else made.hidden()))
    return found


def known(config: Config) -> list[Known]:
    """Every page as the sheet tells it."""
    found = []
    for page in config.pages.values():
        urls = {host.name: host.url for host in page.hosts}
        lie = [
            Spot(name, urls[name], f"{urls[name]}/{BELOW}" if config.vault.public else str(place or ""))
            for name, place in spots(config, page)
        ]
        public = base64.b64encode(mark(page).public).decode()
        found.append(Known(urlsplit(page.url).netloc, page.url, public, lie))
    return found


def hand_over(key: str, config: Config, folder: Path) -> str:
    """The new key, shown this once, and on a sheet to print."""
    public = str(key_in(key).to_public())
    file = folder / SHEET
    if file.exists():
        file.unlink()  # of a key that was never used, or has just been replaced
    _write(file, sheet(known(config), key, public, __version__, _today()))
    drawn = io.StringIO()
    segno.make(key, error="m").terminal(drawn, compact=True, border=2)
    return (
        f"\n{drawn.getvalue()}\n  {grouped(key)}\n\n"
        "This is the recovery key. It is shown once and kept nowhere: with it and any host's copy of the vault, everything\n"
        f"private comes back. Print {file}, keep it off this machine, and delete the file.\n"
    )


def _write(file: Path, text: str) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.write(text)


def _today() -> str:
    return f"{utc_now():%Y-%m-%d}"
