"""Rebuild a desk from what hosts still hold: everything with the recovery key, without it all that is public."""

import asyncio
import tempfile
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from lightship.config import Config, PageConfig, fields
from lightship.net.client import PublicReader
from lightship.publishing.contents import contents, newest_first
from lightship.restore import PageRestored, RestoreError, Tell, discover
from lightship.restore.install import keyed, make_keys, make_private, settle, write_config
from lightship.signing import verify_key
from lightship.vault import Key, opened
from lightship.vault.sheet import hand_over


@dataclass(frozen=True)
class Request:
    """`path`: where lightship.toml is to lie; `here`: its contents, if it lies there and can be read. `vault`: where the vault
    lies, if the person knows. `public`: keys that signatures must be of; none: the first one is believed. `open_desk`: read
    the file again and set up Django. `progress`: show a message for as long as a block runs."""

    path: Path
    here: Config | None
    url: str
    vault: str | None
    public: frozenset[bytes]
    database: str | None
    env: Mapping[str, str]
    reader: PublicReader
    clock: Callable[[], datetime]
    tell: Tell
    progress: Callable[[str], AbstractContextManager[object]]
    open_desk: Callable[[], Config]


@dataclass
class Outcome:
    """What was restored, for the person who waits."""

    source: str
    written: str = ""
    rows: dict[str, int] = field(default_factory=dict)
    pages: list[PageRestored] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def with_key(request: Request, key: Key) -> Outcome:
    """Restore all that lies in the vault (accounts, journal, settings, lightship.toml, keys), and what hosts got since."""
    pages = request.here.pages.values() if request.here else ()
    known = request.public or {verify_key(page).public for page in pages}
    with tempfile.TemporaryDirectory() as folder, request.progress("fetching the vault"):
        places = discover.places(request.vault, request.url, request.here, Path(folder), request.env)
        vault = asyncio.run(discover.newest(places, known, key))
    copy = vault.copy
    left = settle(request.path, vault.config, vault.secrets, request.database)
    outcome = Outcome(f"the vault at {copy.name}", f"{copy.index.at:%Y-%m-%d %H:%M:%S} UTC")
    if (days := (request.clock() - copy.index.at).days) > 1:
        outcome.notes.append(
            f"the vault is {days} days old, and a desk that lives signs it daily: has another host a newer one?"
        )
    outcome.notes += [f"{file} was here already and was left as it is" for file in left]
    if not known:
        outcome.notes.append(f"compare with your recovery sheet: the page's public key is {copy.verify_key.text}")
    config = request.open_desk()
    from lightship.restore import rows  # after Django is set up

    make_private(config)
    rows.refuse_full()
    with request.progress("writing the rows"):
        outcome.rows = rows.rows_in(vault.migrations, (opened(body, key) for body in vault.encrypted))
    for page in rows.pages_of(config):
        claims, why = newest_first(_urls(request, page), {verify_key(page).public}, request.reader)
        restored, notes = rows.after_the_vault(page, claims, why, request.clock())
        outcome.pages.append(restored)
        outcome.notes += notes
    return outcome


def without_key(request: Request) -> Outcome:
    """Restore all that is public, under new keys where the old ones are lost."""
    outcome, recovery = Outcome(f"what {request.url} shows everyone"), ""
    had = {file.stem for file in (request.path.parent / "keys").glob("*.key")}
    if not request.path.exists():
        recovery = _new_config(request)
    make_keys(request.path, request.tell)
    config = request.open_desk()
    if recovery:  # before anything that may fail: it is shown this once
        request.tell(hand_over(recovery, config, request.path.parent, request.clock()))
        outcome.notes.append(f"{request.path} names two local hosts: put your own hosts into it")
    new = keyed(request.path) - had
    known: dict[str, Collection[bytes]] = {
        slug: request.public or (() if slug in new else {verify_key(page).public}) for slug, page in config.pages.items()
    }
    answers = {slug: newest_first(_urls(request, page), known[slug], request.reader) for slug, page in config.pages.items()}
    if not any(claims for claims, _ in answers.values()):
        raise RestoreError("no host answers with a state: " + "; ".join(line for _, why in answers.values() for line in why))
    from lightship.restore import rows  # after Django is set up

    make_private(config)
    rows.refuse_full()
    rows.make_tables(config.pages, "", request.clock(), request.tell)
    rows.first_account("", request.tell)
    for slug, page in config.pages.items():
        claims, why = answers[slug]
        if not claims:
            outcome.notes.append(f"page {slug}: nothing could be read, so it is empty ({'; '.join(why)})")
            outcome.pages.append(PageRestored(slug, 0, 1, 0))
            continue
        outcome.notes += [f"page {slug}: not read: {line}" for line in why]
        if not known[slug]:
            outcome.notes.append(
                f"{claims[0].host.url} was believed at its word. Compare: its public key is {claims[0].verify_key.text}"
            )
        outcome.pages.append(rows.without_a_vault(page, claims[0], request.clock()))
        if claims[0].verify_key != verify_key(page):
            outcome.notes.append(_NEW_KEY.format(slug=slug, public=verify_key(page).text))
    outcome.notes.append(_LOST)
    return outcome


_NEW_KEY = (
    "page {slug} has a new key, for the old one is lost: its hosts refuse this desk until `lightship publish --force` to "
    "each, and witnesses need the new public key, {public}"
)
_LOST = (
    "not back, because nobody but the vault has it: accounts, who wrote what, reports, hosts' credentials, settings of the desk"
)


def _new_config(request: Request) -> str:
    """Write lightship.toml for the page that a host shows; the recovery key."""
    claims, why = newest_first([request.url], request.public, request.reader)
    if not claims:
        raise RestoreError("; ".join(why))
    page = contents(claims[0]).page
    assert page is not None
    slug, url = _sound(fields.slug, page.slug, "status"), _sound(fields.page_url, page.url, claims[0].host.url)
    return write_config(request.path, slug, url, request.tell, database=request.database)


def _sound(check: Callable[[str], str], claimed: str, instead: str) -> str:
    """The value that a host claims, if it is valid in lightship.toml."""
    try:
        return check(claimed)
    except ValueError:
        return instead


def _urls(request: Request, page: PageConfig) -> list[str]:
    return [*([request.url] if request.url else []), *(host.url for host in page.hosts), page.url]
