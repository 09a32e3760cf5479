"""What the worker draws from: one page as this process last saw it, and the hosts that it goes to."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import ParamSpec, TypeVar

from django.db import close_old_connections

from lightship.config import PageConfig
from lightship.core.duty.promises import phase
from lightship.core.model import HostLink
from lightship.core.site.receipt import Fault, Receipt, Verdict
from lightship.core.status import is_current
from lightship.publishing.read_only import open_host
from lightship.publishing.rendering import Rendering
from lightship.store import models, receipts
from lightship.store.read.snapshot import Truth

__all__ = ["CurrentPage", "in_thread", "open_host", "truth_of", "utc_now"]
P = ParamSpec("P")
T = TypeVar("T")


def utc_now() -> datetime:
    return datetime.now(UTC)


async def in_thread(ask: Callable[P, T], *args: P.args, **more: P.kwargs) -> T:
    """Ask the database, in a thread. Each thread has a connection of its own: one that the server has closed since, or that
    is too old, is replaced."""

    def asked() -> T:
        close_old_connections()
        try:
            return ask(*args, **more)
        finally:
            close_old_connections()

    return await asyncio.to_thread(asked)


def truth_of(row: models.Page, config: PageConfig, now: datetime, before: Truth | None = None) -> Truth:
    links = tuple(HostLink(host.name, host.url) for host in config.hosts)
    truth = Truth(row, config.url, links, now, pulse_seconds=config.pulse.calm, before=before)
    truth.snapshot = replace(truth.snapshot, service_worker=config.service_worker)
    return truth


@dataclass
class CurrentPage:
    """One page as this process last saw it: a new press whenever somebody spoke, or time alone calls for one. `fault`: why
    there is no newer press though there should be."""

    config: PageConfig
    row: models.Page | None = None
    truth: Truth | None = None
    rendering: Rendering | None = None
    fault: Fault | None = None
    told: dict[str, tuple[Verdict, int]] = field(default_factory=dict)

    @property
    def pulse(self) -> int:
        busy = self.rendering and any(is_current(incident) for incident in self.rendering.snapshot.open)
        return self.config.pulse.incident if busy else self.config.pulse.calm

    def refresh(self) -> Rendering | None:
        """The press to go on with, if it is another than before. Blocks: run it in a thread."""
        now = utc_now()
        row = models.Page.objects.filter(slug=self.config.slug).first()
        if row is None:
            return None
        old = self.rendering.snapshot if self.rendering else None
        if old and (old.epoch, old.revision) == (row.epoch, row.revision) and phase(old, old.at) == phase(old, now):
            return None
        self.row, self.truth = row, truth_of(row, self.config, now, self.truth)
        return Rendering(self.truth)

    def overtaken(self, rendering: Rendering) -> bool:
        """Whether somebody spoke since. Blocks: run it in a thread."""
        shot = rendering.snapshot
        now = models.Page.objects.filter(pk=shot.page.id).values_list("epoch", "revision").first()
        return now is not None and now > (shot.epoch, shot.revision)

    def record(self, receipt: Receipt) -> None:
        if self.row:
            receipts.record(self.row, receipt)
