"""Take in what another desk of a page posted while this one was away, and tell which hosts hold it."""

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
from lightship.store.journal.entry import By
from lightship.store.models import Page
from lightship.store.read import rows

log = logging.getLogger("lightship.desk")


@dataclass(frozen=True)
class OtherDesk:
    """Another desk posted. `hosts`: those that refuse our revisions because of it; `everywhere`: all hosts do."""

    epoch: int
    hosts: tuple[str, ...]
    everywhere: bool


@dataclass(frozen=True)
class Reconciled:
    """What was taken in, and why other hosts could not be read."""

    hosts: tuple[str, ...]
    incidents: int
    updates: int
    troubles: tuple[str, ...]


def other_desk(page: Page, config: PageConfig) -> OtherDesk | None:
    """Whether the newest receipts name a state that this desk has not taken in."""
    own, vector = (page.epoch, page.revision), rows.vector(page)
    epochs = {}
    for host in config.hosts:
        row = receipts.newest(page, host.name)
        if row and row.held_epoch and not includes(own, vector, (row.held_epoch, row.held_revision or 0)):
            epochs[host.name] = row.held_epoch
    if not epochs:
        return None
    return OtherDesk(epoch=max(epochs.values()), hosts=tuple(epochs), everywhere=len(epochs) == len(config.hosts))


def take_in(page: Page, config: PageConfig, by: By, now: datetime) -> Reconciled:
    """Read every host that holds what we have not taken in, signed with the page's key, and write all of it or nothing.
    Nothing that was posted at this desk meanwhile is lost."""
    states, troubles = _not_taken_in(page, config)
    incidents = updates = 0
    with transaction.atomic():
        for state, imported in states:
            page.refresh_from_db()
            loaded = load(page, imported, by, now, vector=state.manifest.vector)
            incidents += loaded.incidents + loaded.maintenances
            updates += loaded.updates
    hosts = tuple(state.host.name for state, _ in states)
    log.info("page=%s heard=%s incidents=%d updates=%d", page.slug, ",".join(hosts), incidents, updates)
    return Reconciled(hosts, incidents, updates, tuple(troubles))


def _not_taken_in(page: Page, config: PageConfig) -> tuple[list[tuple[HostState, Imported]], list[str]]:
    """One host of each version: those that agree need not be written twice. And why others could not be read."""
    own, vector = (page.epoch, page.revision), rows.vector(page)
    states: dict[Version, tuple[HostState, Imported]] = {}
    troubles: list[str] = []
    survey = Survey([verify_key(config).public], PublicReader())
    for state in asyncio.run(survey.read([open_host(host) for host in config.hosts])):
        if isinstance(state, Unreadable):
            troubles.append(f"{state.host}: {state.why}")
        elif state.state.page.id != page.pk:
            troubles.append(f"{state.host.name}: it holds another page")
        elif not includes(own, vector, state.manifest.version):
            try:
                states[state.manifest.version] = state, contents(state)
            except ImporterError as error:
                troubles.append(str(error))
    return list(states.values()), troubles
