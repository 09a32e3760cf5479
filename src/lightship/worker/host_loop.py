"""Keeps one host at the newest rendering; one that is slow or dead holds up no other."""

import asyncio
import contextlib
import logging
from dataclasses import dataclass, field, replace
from time import monotonic

from django.db import DatabaseError

from lightship.core.site.receipt import Fault, Front, Read, Receipt, Verdict, wait
from lightship.hosts import Host, HostError
from lightship.publishing.publish import Publisher
from lightship.publishing.rendering import Rendering
from lightship.worker.current import CurrentPage, in_thread, utc_now

TICK = 1.0
WATCH = 5.0
"""Seconds between two checks of a host."""
log = logging.getLogger("lightship.worker")


@dataclass(eq=False)
class HostLoop:
    """Converges one host when there is a new rendering, beats its pulse, and checks it as a public reader. `put`: the front
    page that the host was given last; `fault`: why it could not be written to since. `retry_at`, `beat_at`, `check_at`: when
    each is due, by time.monotonic."""

    page: CurrentPage
    host: Host
    publisher: Publisher
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    done: Rendering | None = None
    put: Front | None = None
    fault: Fault | None = None
    repair: bool = False
    failures: int = 0
    retry_at: float = 0.0
    beat_at: float = 0.0
    check_at: float = 0.0

    async def run(self) -> None:
        while True:
            rendering = self.page.rendering
            if rendering:
                try:
                    await self.step(rendering)
                except Exception as error:  # whatever one host does, the others are served
                    self._failed(error)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.woken.wait(), max(self._next() - monotonic(), 0.05))
                self.retry_at = 0.0
            self.woken.clear()

    def _failed(self, error: Exception) -> None:
        """The next check shows the fault in the desk; a database that is away is in the log only."""
        self.failures += 1
        self.retry_at = self.beat_at = monotonic() + wait(self.failures)
        expected = isinstance(error, HostError | DatabaseError | OSError)
        log.warning("host=%s error=%r", self.host.name, error, exc_info=not expected)
        if isinstance(error, DatabaseError):
            self.check_at = self.retry_at
        else:
            self.fault, self.check_at = failure(error), 0.0

    async def step(self, rendering: Rendering) -> None:
        if (rendering is not self.done or self.repair) and monotonic() >= self.retry_at:
            await self._converge(rendering)
        # A host that serves something else than it was given gets no pulse, which would vouch for that.
        if self.put and rendering is self.done and not self.repair and monotonic() >= self.beat_at:
            self.beat_at = monotonic() + self.page.pulse
            await self.publisher.beat(self.put, rendering, self.host, self.page.pulse)
            self.fault = None
        if (self.put or self.fault) and monotonic() >= self.check_at:
            await self._check(rendering)

    async def _converge(self, rendering: Rendering) -> None:
        receipt = await self.publisher.converge(rendering, self.host, repair=self.repair)
        if receipt.verdict is Verdict.REFUSED and await in_thread(self.page.overtaken, rendering):
            # Another worker was quicker with a newer revision, which this one is about to read.
            self.repair, self.retry_at = True, monotonic() + TICK
            return
        if receipt.put:  # whether or not readers reach it yet
            self.put, self.fault = receipt.put, None
        self.check_at = monotonic() + WATCH
        if receipt.proven:
            self.done, self.failures, self.repair, self.beat_at = rendering, 0, False, 0.0
        else:
            self.failures += 1
            self.retry_at = monotonic() + wait(self.failures)
            if isinstance(receipt.outcome, Fault) and receipt.verdict is Verdict.FAILED:
                self.fault, self.check_at = receipt.outcome, 0.0  # recorded with what readers get there
                return
            self.repair = receipt.verdict in (Verdict.DIFFERS, Verdict.REFUSED)
            if receipt.verdict is Verdict.REFUSED:
                self._step_back()
        await self._record(receipt)

    def _step_back(self) -> None:
        """Another desk publishes there now: our pulse would contradict its own. Its manifest is read again at each check."""
        self.done, self.put, self.fault, self.failures = None, None, None, 0
        self.retry_at = monotonic() + WATCH

    async def _check(self, rendering: Rendering) -> None:
        """Record what readers get there now, between one publish and the next, and why it is not what it should be."""
        self.check_at = monotonic() + WATCH
        outcome = await asyncio.to_thread(self.publisher.verifier.check, self.host.url, self.put) if self.put else None
        if rendering is not self.page.rendering:
            return  # a newer one is on its way: a check of the old one proves nothing
        if outcome:
            self.repair = isinstance(outcome, Fault) and outcome.verdict is Verdict.DIFFERS
        if fault := self.fault or self.page.fault:
            outcome = replace(fault, read=outcome if isinstance(outcome, Read) else None)
        if outcome:
            await self._record(Receipt(host=self.host.name, at=utc_now(), outcome=outcome, put=self.put))

    async def _record(self, receipt: Receipt) -> None:
        revision = receipt.read.revision if receipt.read else 0
        if (receipt.verdict, revision) != self.page.last_logged.get(self.host.name):
            self.page.last_logged[self.host.name] = (receipt.verdict, revision)
            fields = (self.page.config.slug, receipt.host, receipt.verdict, revision, receipt.milliseconds, receipt.reason)
            level = logging.INFO if receipt.proven else logging.WARNING
            log.log(level, "page=%s host=%s verdict=%s revision=%d ms=%d words=%r", *fields)
        await in_thread(self.page.record, receipt)

    def _next(self) -> float:
        times = [self.check_at] if self.put or self.fault else []
        if self.page.rendering is not self.done or self.repair:
            times.append(self.retry_at)
        elif self.done:
            times.append(self.beat_at)
        return min(times, default=monotonic() + TICK)


def failure(error: Exception) -> Fault:
    ours = f"Lightship itself failed: {error!r}; see the worker's log"
    return Fault(Verdict.FAILED, str(error) if isinstance(error, HostError | OSError) else ours)
