"""Hear what another desk said while this one was away: which hosts tell of it, and how it is taken in."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from lightship.config import PageConfig
from lightship.core.site.versions import Version, includes
from lightship.importers import Imported, ImporterError
from lightship.net.client import PublicReader
from lightship.publishing.contents import contents
from lightship.publishing.read_only import open_host
from lightship.publishing.survey import HostState, Survey, Unreadable
from lightship.signing import verify_key
from lightship.store import receipts
from lightship.store.history.load import load
from lightship.store.history.ownership import History
from lightship.store.journal.entry import By
from lightship.store.models import Page
from lightship.store.read import rows

log = logging.getLogger("lightship.desk")


@dataclass(frozen=True)
class OtherDesk:
    """Another desk spoke. `hosts`: where ours is refused for it; `everywhere`: on all that there are."""

    epoch: int
    hosts: tuple[str, ...]
    everywhere: bool


@dataclass(frozen=True)
class Reconciled:
    """What was taken in, and in words what could not be read."""

    hosts: tuple[str, ...]
    incidents: int
    updates: int
    troubles: tuple[str, ...]


def other_desk(page: Page, config: PageConfig) -> OtherDesk | None:
    """By the newest receipts: what hosts hold that this desk has not heard."""
    own, vector = (page.epoch, page.revision), rows.vector(page)
    newest = [receipts.newest(page, host.name) for host in config.hosts]
    found = [
        (row, row.held_epoch)
        for row in newest
        if row and row.held_epoch and not includes(own, vector, (row.held_epoch, row.held_revision or 0))
    ]
    if not found:
        return None
    return OtherDesk(
        epoch=max(epoch for _, epoch in found),
        hosts=tuple(row.host for row, _ in found),
        everywhere=len(found) == len(config.hosts),
    )


def take_in(page: Page, config: PageConfig, by: By, now: datetime) -> Reconciled:
    """Read every host that holds what we have not heard, signed with the page's key, and write all of it or nothing. Nothing
    that this desk said meanwhile is lost."""
    found, troubles = _unheard(page, config)
    incidents = updates = 0
    with transaction.atomic():
        for state, imported in found:
            page.refresh_from_db()
            loaded = load(page, _history(state, imported), by, now)
            incidents += loaded.incidents + loaded.maintenances
            updates += loaded.updates
    hosts = tuple(state.host.name for state, _ in found)
    log.info("page=%s heard=%s incidents=%d updates=%d", page.slug, ",".join(hosts), incidents, updates)
    return Reconciled(hosts, incidents, updates, tuple(troubles))


def _unheard(page: Page, config: PageConfig) -> tuple[list[tuple[HostState, Imported]], list[str]]:
    """One host of each rank: those that agree need not be written twice."""
    own, vector = (page.epoch, page.revision), rows.vector(page)
    unheard: dict[Version, tuple[HostState, Imported]] = {}
    troubles: list[str] = []
    survey = Survey([verify_key(config).public], PublicReader())
    for state in asyncio.run(survey.read([open_host(host) for host in config.hosts])):
        if isinstance(state, Unreadable):
            troubles.append(f"{state.host}: {state.why}")
        elif state.state.page.id != page.pk:
            troubles.append(f"{state.host.name}: it holds another page")
        elif not includes(own, vector, state.manifest.version):
            try:
                unheard[state.manifest.version] = state, contents(state)
            except ImporterError as error:
                troubles.append(str(error))
    return list(unheard.values()), troubles


def _history(state: HostState, imported: Imported) -> History:
    return History(
        groups=imported.groups,
        components=imported.components,
        incidents=imported.incidents,
        status_changes=imported.status_changes,
        revision=state.manifest.revision,
        epoch=state.manifest.epoch,
        vector=state.manifest.vector,
        updated_at=state.state.page.updated_at,
    )
