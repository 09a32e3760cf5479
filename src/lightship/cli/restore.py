"""restore: a running desk on a bare machine, from what hosts still hold."""

import asyncio
import base64
import contextlib
import json
import secrets
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from lightship.cli.history import history_of, take_in
from lightship.cli.recovery import hand_over
from lightship.cli.setup import first_account, keyed, make_database, make_keys, make_private, new_file, sign_in_words
from lightship.cli.shared import Refused, Told, json_option, say, told, utc_now
from lightship.config import Config, ConfigError, PageConfig, fields
from lightship.core.lineage import STEP, Heard, Rank, contains
from lightship.importers import ImporterError
from lightship.publishing.contents import contents, newest_first
from lightship.publishing.survey import HostState
from lightship.restore import discover
from lightship.restore.files import settle
from lightship.seal import Seal, mark
from lightship.vault import VaultError, fetch, key_in, opened

if TYPE_CHECKING:
    from lightship.store.models import Page


@dataclass(frozen=True)
class Asked:
    """What the command line says. `public`: keys to hold signatures to; none: the first one seen is believed."""

    told: Told
    path: Path
    url: str
    place: str | None
    public: frozenset[bytes]
    database: str | None


@dataclass
class Outcome:
    """What came back, for the person who waits for it."""

    source: str
    written: str = ""
    rows: dict[str, int] = field(default_factory=dict)
    pages: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@click.command()
@click.argument("url", required=False, default="")
@click.option("--key", "key_file", metavar="FILE", help="The recovery key; - to type or paste it. Without it: what is public.")
@click.option(
    "--vault", "place", metavar="PLACE", help="Where the vault lies: FOLDER, sftp://USER@HOST/PATH, s3://BUCKET/PREFIX."
)
@click.option("--public", default="", metavar="KEY", help="The page's public key, from the recovery sheet.")
@click.option("--database", metavar="URL", help="Another database than before: sqlite:///desk.sqlite3, postgres://…")
@json_option
@told
def restore(
    told: Told, url: str, key_file: str | None, place: str | None, public: str, database: str | None, as_json: bool
) -> None:
    """Rebuild the desk from a host that still stands, on a machine with nothing but Lightship.

    URL is a host of the page, or the page itself. With the recovery key everything comes back: accounts, journal, settings,
    lightship.toml, keys. Without it, everything public.

    \b
    lightship restore https://graz.acmestatus.net --key recovery.txt --vault sftp://status@graz.acmestatus.net/srv/site.vault
    lightship restore https://graz.acmestatus.net
    """
    if not url and not place:
        raise click.UsageError("name a host that still stands, or where the vault lies (--vault PLACE)")
    path = Path(told.config_path or told.env.get("LIGHTSHIP_CONFIG") or "lightship.toml")
    if database and path.exists():
        raise Refused(f"{path} is here already: change `database` in it, and leave --database away")
    asked = Asked(told, path, url, place, _public(public), database)
    try:
        with contextlib.redirect_stdout(sys.stderr if as_json else sys.stdout):
            outcome = _everything(asked, _key(key_file)) if key_file else _what_is_public(asked)
    except (VaultError, ImporterError) as error:
        raise Refused(str(error)) from error
    say(_words(outcome) + sign_in_words(Told(str(path), told.env).desk()), vars(outcome), as_json=as_json)


def _public(text: str) -> frozenset[bytes]:
    try:
        return frozenset([base64.b64decode(fields.public_key(text))]) if text else frozenset()
    except ValueError as error:
        raise click.BadParameter(f"--public {error}") from error


def _key(source: str) -> Any:
    if source == "-":
        return key_in(click.prompt("Recovery key", hide_input=False, err=True))
    return key_in(Path(source).read_text("utf-8"))


def _everything(asked: Asked, key: Any) -> Outcome:
    here = _config_here(asked)
    known = asked.public or {mark(page).public for page in (here.pages.values() if here else ())}
    with tempfile.TemporaryDirectory() as folder, Console(stderr=True).status("fetching the vault"):
        places = discover.places(asked.place, asked.url or None, here, Path(folder), asked.told.env)
        copy, head, sealed = asyncio.run(_vault(places, known, key))
    seeds = {(kind, name): value for kind, name, value in head["secrets"]}
    if not _is_signers(copy.mark.public, [*seeds.values(), head["config"]]):
        raise VaultError("the vault is not signed with the key that it holds: somebody planted it there. Take another host's")
    settled = settle(asked.path, head["config"], seeds, asked.database)
    outcome = Outcome(f"the vault at {copy.name}", f"{copy.index.at:%Y-%m-%d %H:%M:%S} UTC")
    if (days := (utc_now() - copy.index.at).days) > 1:
        outcome.notes.append(
            f"the vault is {days} days old, and a desk that lives signs it daily: has another host a newer one?"
        )
    outcome.notes += [f"{file} was here already and was left as it is" for file in settled.left]
    if not known:
        outcome.notes.append(f"compare with your recovery sheet: the page's public key is {_text(copy.mark.public)}")
    config = Told(str(asked.path), asked.told.env).desk()
    from lightship.restore import rows
    from lightship.store import models  # after Django is set up

    make_private(config)
    rows.refuse_full()
    with Console(stderr=True).status("writing the rows"):
        outcome.rows = rows.rows_in(head["migrations"], (opened(body, key) for body in sealed[1:]))
    for page in config.pages.values():
        if row := models.Page.objects.filter(slug=page.slug).first():
            outcome.pages.append(_caught_up(asked, page, row, outcome.notes))
    return outcome


def _config_here(asked: Asked) -> Config | None:
    if not asked.path.exists():
        return None
    try:
        return asked.told.config()
    except ConfigError as error:
        click.echo(f"{asked.path} does not help to find the vault: {error}", err=True)
        return None


async def _vault(places: Any, known: Collection[bytes], key: Any) -> tuple[discover.Copy, dict[str, Any], list[bytes]]:
    """The newest copy that there is, its first piece, and all that is in it, still encrypted."""
    copies, words = await discover.copies(places, known)
    if not copies:
        told = "".join(f"\n  {each}" for each in words)
        raise VaultError(f"no vault was found. Say where it lies with --vault PLACE (it is on the recovery sheet).{told}")
    newest = copies[0]
    if not newest.index.parts:
        raise VaultError(f"the vault at {newest.name} is empty: no desk wrote that")
    same = [copy.place for copy in copies if copy.mark == newest.mark]
    sealed = await fetch(same, newest.index, newest.mark.verify)
    head: dict[str, Any] = json.loads(opened(sealed[0], key).body)
    return newest, head, sealed


def _is_signers(public: bytes, texts: Sequence[str]) -> bool:
    """Whether one of the texts is, or names in quotes, the private key of that public one."""
    return any(Seal(seed).public == public for text in texts for seed in _seeds(text))


def _seeds(text: str) -> Iterator[bytes]:
    for word in text.replace('"', " ").replace("'", " ").split():
        try:
            yield base64.b64decode(fields.seed(word))
        except ValueError:
            continue


def _text(public: bytes) -> str:
    return base64.b64encode(public).decode()


def _caught_up(asked: Asked, page: PageConfig, row: "Page", notes: list[str]) -> dict[str, Any]:
    """Take in what hosts were told after the vault was written, and go on as a desk of our own."""
    from lightship.store.history.load import load
    from lightship.store.journal.take_over import succeed
    from lightship.store.read import rows  # after Django is set up

    states: list[tuple[Rank, Heard]] = [((row.epoch, row.revision), rows.heard(row))]
    claims, words = newest_first(_urls(asked, page), {mark(page).public}, asked.told.stranger())
    newest = claims[0] if claims else None
    if newest is None:
        notes.append(f"page {page.slug}: no host answered with its state, so the vault's stands alone ({'; '.join(words)})")
    elif not contains(*states[0], newest.manifest.rank):
        found = contents(newest)
        loaded = load(row, history_of(row, found), None, utc_now())
        states.append((newest.manifest.rank, newest.manifest.heard))
        notes.append(
            f"page {page.slug}: {newest.url} held newer words than the vault; {loaded.updates} updates of "
            f"{loaded.incidents + loaded.maintenances + loaded.grown} incidents were taken in. "
            "Names or texts changed in that last minute may be the older ones: look"
        )
    succeed(row, states, secrets.randbelow(STEP), utc_now())
    return {"page": page.slug, "revision": row.revision, "epoch": row.epoch, "incidents": row.incidents.count()}


def _urls(asked: Asked, page: PageConfig) -> list[str]:
    return [*([asked.url] if asked.url else []), *(host.url for host in page.hosts), page.url]


def _what_is_public(asked: Asked) -> Outcome:
    if asked.place:
        raise click.UsageError("the vault opens with the recovery key only: --key FILE")
    stranger, outcome, key = asked.told.stranger(), Outcome(f"what {asked.url} shows everyone"), None
    had = {file.stem for file in (asked.path.parent / "keys").glob("*.key")}
    if not asked.path.exists():
        claims, words = newest_first([asked.url], asked.public, stranger)
        if not claims:
            raise Refused("; ".join(words))
        found = contents(claims[0])
        assert found.page is not None
        slug, page_url = found.page.slug, _sound(fields.page_url, found.page.url, claims[0].url)
        key = new_file(asked.path, _sound(fields.slug, slug, "status"), page_url, database=asked.database)
    make_keys(asked.path, keyed(asked.path))
    config = Told(str(asked.path), asked.told.env).desk()
    if key:  # before anything that may fail: it is shown this once
        click.echo(hand_over(key, config, asked.path.parent))
        outcome.notes.append(f"{asked.path} names two local hosts: put your own hosts into it")
    new = set(keyed(asked.path)) - had
    known = {page.slug: asked.public or _own(page, new) for page in config.pages.values()}
    standing = {slug: newest_first(_urls(asked, page), known[slug], stranger) for slug, page in config.pages.items()}
    if not any(claims for claims, _ in standing.values()):
        raise Refused("no host answers with a state: " + "; ".join(each for _, words in standing.values() for each in words))
    from lightship.restore import rows  # after Django is set up

    make_private(config)
    rows.refuse_full()
    make_database(config, "")
    first_account("")
    for page in config.pages.values():
        claims, words = standing[page.slug]
        outcome.pages.append(_taken_in(page, claims, words, known=bool(known[page.slug]), notes=outcome.notes))
        if claims and claims[0].mark != mark(page):
            outcome.notes.append(_NEW_KEY.format(slug=page.slug, public=_text(mark(page).public)))
    outcome.notes += [_LOST]
    return outcome


def _own(page: PageConfig, new: Collection[str]) -> frozenset[bytes]:
    return frozenset() if page.slug in new else frozenset([mark(page).public])


def _sound(check: Callable[[str], str], claimed: str, instead: str) -> str:
    """What a host claims, if lightship.toml takes it."""
    try:
        return check(claimed)
    except ValueError:
        return instead


def _taken_in(
    page: PageConfig, claims: Sequence[HostState], words: Sequence[str], *, known: bool, notes: list[str]
) -> dict[str, Any]:
    from lightship.store import models  # after Django is set up
    from lightship.store.journal.take_over import succeed

    if not claims:
        notes.append(f"page {page.slug}: nothing could be read, so it is empty ({'; '.join(words)})")
        return {"page": page.slug, "revision": 0, "epoch": 1, "incidents": 0}
    newest = claims[0]
    notes += [f"page {page.slug}: not read: {why}" for why in words]
    if not known:
        notes.append(f"{newest.url} was believed at its word. Compare: its public key is {_text(newest.mark.public)}")
    take_in(models.Page.objects.get(slug=page.slug), contents(newest))
    row = models.Page.objects.get(slug=page.slug)
    succeed(row, [(newest.manifest.rank, newest.manifest.heard)], secrets.randbelow(STEP), utc_now())
    return {"page": page.slug, "revision": row.revision, "epoch": row.epoch, "incidents": row.incidents.count()}


_NEW_KEY = (
    "page {slug} has a new key, for the old one is lost: its hosts refuse this desk until `lightship publish --force` to "
    "each, and witnesses need the new public key, {public}"
)
_LOST = (
    "not back, because nobody but the vault has it: accounts, who wrote what, reports, hosts' credentials, settings of the desk"
)


def _words(outcome: Outcome) -> str:
    lines = [f"Restored from {outcome.source}{f', written {outcome.written}' if outcome.written else ''}.", ""]
    lines += [f"  page {p['page']}: {p['incidents']} incidents and maintenances" for p in outcome.pages]
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
