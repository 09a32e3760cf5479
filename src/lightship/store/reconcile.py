"""Hear what another desk said while this one was away: which hosts tell of it, and how it is taken in."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from lightship.config import PageConfig
from lightship.core.lineage import contains
from lightship.core.model import Month
from lightship.core.wire import WireError
from lightship.hosts import HostError
from lightship.importers import with_retired
from lightship.net.client import PublicReader
from lightship.publishing.read_only import open_host
from lightship.publishing.survey import HostState, Survey, TornError, Unreadable
from lightship.seal import mark
from lightship.store import receipts
from lightship.store.history.load import load
from lightship.store.history.ownership import History
from lightship.store.journal.entry import By
from lightship.store.models import Page
from lightship.store.read import rows

log = logging.getLogger("lightship.desk")


@dataclass(frozen=True)
class Elsewhere:
    """Another desk spoke. `hosts`: where ours is refused for it; `everywhere`: on all that there are."""

    epoch: int
    hosts: tuple[str, ...]
    everywhere: bool


@dataclass(frozen=True)
class Heard:
    """What was taken in, and in words what could not be read."""

    hosts: tuple[str, ...]
    incidents: int
    updates: int
    troubles: tuple[str, ...]


def elsewhere(page: Page, config: PageConfig) -> Elsewhere | None:
    """By the newest receipts: what hosts hold that this desk has not heard."""
    own, heard = (page.epoch, page.revision), rows.heard(page)
    newest = [receipts.newest(page, host.name) for host in config.hosts]
    found = [
        (row, row.held_epoch)
        for row in newest
        if row and row.held_epoch and not contains(own, heard, (row.held_epoch, row.held_revision or 0))
    ]
    if not found:
        return None
    return Elsewhere(
        epoch=max(epoch for _, epoch in found),
        hosts=tuple(row.host for row, _ in found),
        everywhere=len(found) == len(config.hosts),
    )


def take_in(page: Page, config: PageConfig, by: By, now: datetime) -> Heard:
    """Read every host that holds what we have not heard, signed with the page's key, and write all of it or nothing. Nothing
    that this desk said meanwhile is lost."""
    found, troubles = asyncio.run(_read(page, config))
    incidents = updates = 0
    with transaction.atomic():
        for survivor, months in found:
            page.refresh_from_db()
            loaded = load(page, _history(survivor, months), by, now)
            incidents += loaded.incidents + loaded.maintenances
            updates += loaded.updates
    hosts = tuple(survivor.host.name for survivor, _ in found)
    log.info("page=%s heard=%s incidents=%d updates=%d", page.slug, ",".join(hosts), incidents, updates)
    return Heard(hosts, incidents, updates, tuple(troubles))


async def _read(page: Page, config: PageConfig) -> tuple[list[tuple[HostState, Sequence[Month]]], list[str]]:
    search = Survey([mark(config).public], PublicReader())
    own, heard = (page.epoch, page.revision), rows.heard(page)
    found: list[tuple[HostState, Sequence[Month]]] = []
    troubles: list[str] = []
    for each in await search.read([open_host(host) for host in config.hosts]):
        if isinstance(each, Unreadable):
            troubles.append(f"{each.host}: {each.why}")
        elif each.state.page.id != page.pk:
            troubles.append(f"{each.host.name}: it holds another page")
        elif not contains(own, heard, each.manifest.rank):
            try:
                found.append((each, list((await search.archives(each, each.state.months)).values())))
            except (TornError, WireError, HostError, OSError) as error:
                troubles.append(f"{each.host.name}: {error}")
    # One of each rank: hosts that agree need not be written twice.
    once = {each.manifest.rank: (each, months) for each, months in found}
    return list(once.values()), troubles


def _history(survivor: HostState, months: Sequence[Month]) -> History:
    state = survivor.state
    incidents = (*state.open, *(incident for month in months for incident in month.incidents))
    return History(
        groups=state.groups,
        components=with_retired(state.components, incidents),
        incidents=incidents,
        turns=tuple(turn for month in months for turn in month.turns),
        revision=survivor.manifest.revision,
        epoch=survivor.manifest.epoch,
        heard=survivor.manifest.heard,
        updated_at=state.page.updated_at,
    )
