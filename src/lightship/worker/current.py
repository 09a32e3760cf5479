"""One page as this worker last read it, and how its jobs ask the database."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import ParamSpec, TypeVar

from django.db import close_old_connections, connection

from lightship.config import Config, PageConfig
from lightship.core.duty.promises import phase
from lightship.core.model import HostLink
from lightship.core.site.receipt import Fault, Receipt, Verdict
from lightship.core.status import is_current
from lightship.publishing.rendering import Rendering
from lightship.store import models, receipts
from lightship.store.read.snapshot import Truth

log = logging.getLogger("lightship.worker")
P = ParamSpec("P")
T = TypeVar("T")


def utc_now() -> datetime:
    return datetime.now(UTC)


async def in_thread(query: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
    """Ask the database, in a thread. Each thread has a connection of its own: one that the server has closed since, or that
    is too old, is replaced. SQLite has no server, and opens a file anew for each query otherwise."""

    def run() -> T:
        if connection.vendor == "postgresql":
            close_old_connections()
        return query(*args, **options)

    return await asyncio.to_thread(run)


async def for_each_page(config: Config, act: Callable[[PageConfig, models.Page], object]) -> None:
    """Do it for every page that the database has, each in a thread: what fails for one does not stop it for another."""

    def run(page: PageConfig) -> None:
        try:
            if row := models.Page.objects.filter(slug=page.slug).first():
                act(page, row)
        except Exception:
            log.exception("page=%s a job failed; it is tried again", page.slug)

    await asyncio.gather(*(in_thread(run, page) for page in config.pages.values()))


def truth_of(row: models.Page, config: PageConfig, now: datetime, before: Truth | None = None) -> Truth:
    links = tuple(HostLink(host.name, host.url) for host in config.hosts)
    state = Truth(row, config.url, links, now, before)
    state.snapshot = replace(state.snapshot, pulse_seconds=config.pulse.calm, service_worker=config.service_worker)
    return state


@dataclass
class CurrentPage:
    """There is a new rendering whenever an entry was written, or time alone changes the page. `fault`: why there is no newer
    one though there should be. `last_logged`: verdict and revision by host."""

    config: PageConfig
    state: Truth | None = None
    rendering: Rendering | None = None
    fault: Fault | None = None
    last_logged: dict[str, tuple[Verdict, int]] = field(default_factory=dict)

    @property
    def pulse(self) -> int:
        """Seconds between two pulses."""
        busy = self.rendering and any(is_current(incident) for incident in self.rendering.snapshot.open)
        return self.config.pulse.incident if busy else self.config.pulse.calm

    def refresh(self) -> Rendering | None:
        """A new rendering, if one is due. Blocks: run it in a thread."""
        close_old_connections()  # or a database file that took the place of another would not be seen
        now = utc_now()
        row = models.Page.objects.filter(slug=self.config.slug).first()
        if row is None:
            return None
        old = self.rendering.snapshot if self.rendering else None
        if old and (old.epoch, old.revision) == (row.epoch, row.revision) and phase(old, old.at) == phase(old, now):
            return None
        self.state = truth_of(row, self.config, now, self.state)
        return Rendering(self.state)

    def overtaken(self, rendering: Rendering) -> bool:
        """Whether an entry was written since. Blocks: run it in a thread."""
        shot = rendering.snapshot
        newest = models.Page.objects.filter(pk=shot.page.id).values_list("epoch", "revision").first()
        return newest is not None and newest > (shot.epoch, shot.revision)

    def record(self, receipt: Receipt) -> None:
        if self.state:
            receipts.record(self.state.page, receipt)
