"""Keeps one host at the newest press; one that is slow or dead holds up no other."""

import asyncio
import logging
from dataclasses import dataclass, field
from time import monotonic

from django.db import DatabaseError

from lightship.core.verdict import Receipt, Verdict, wait
from lightship.hosts import Host, HostError
from lightship.press import Press
from lightship.publish import Publisher
from lightship.worker.current import Newest, utc_now

TICK = 1.0
WATCH = 5.0
log = logging.getLogger("lightship.worker")


@dataclass(eq=False)
class Keeper:
    """Keeps one host at the newest press: converges when there is a new one, beats the pulse, looks as a stranger."""

    page: Newest
    host: Host
    publisher: Publisher
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    done: Press | None = None
    front: str = ""
    mend: bool = False
    failures: int = 0
    retry_at: float = 0.0
    beat_at: float = 0.0
    look_at: float = 0.0

    async def run(self) -> None:
        while True:
            press = self.page.press
            if press:
                try:
                    await self.step(press)
                except Exception as error:  # whatever one host does, the others are served
                    await self._failed(press, error)
            try:
                await asyncio.wait_for(self.woken.wait(), max(self._next() - monotonic(), 0.05))
                self.retry_at = 0.0
            except TimeoutError:
                pass
            self.woken.clear()

    async def _failed(self, press: Press, error: Exception) -> None:
        """The desk must go red for it; only a database that is away is told in the log alone."""
        self.failures += 1
        self.retry_at = self.beat_at = self.look_at = monotonic() + wait(self.failures)
        log.warning(
            "host=%s error=%r", self.host.name, error, exc_info=not isinstance(error, HostError | DatabaseError | OSError)
        )
        if not isinstance(error, DatabaseError):
            await asyncio.to_thread(self.page.record, failure(self.host.name, error, press))

    async def step(self, press: Press) -> None:
        now = monotonic()
        if (press is not self.done or self.mend) and now >= self.retry_at:
            await self._converge(press)
        if press is self.done and monotonic() >= self.beat_at:
            self.beat_at = monotonic() + self.page.pulse
            await self.publisher.beat(press, self.host, self.page.pulse)
        if self.front and monotonic() >= self.look_at:
            await self._look(press)

    async def _converge(self, press: Press) -> None:
        receipt = await self.publisher.converge(press, self.host, mend=self.mend)
        if receipt.verdict is Verdict.REFUSED and await asyncio.to_thread(self.page.overtaken, press):
            self.mend = True  # another worker was quicker with what is newer; we are about to hear of it
            return
        await self._record(receipt)
        self.look_at = monotonic() + WATCH
        if receipt.front:  # it was put, whether or not strangers reach it yet
            self.front = receipt.front
        if receipt.proven:
            self.done, self.front, self.failures, self.mend = press, receipt.front, 0, False
            self.beat_at = 0.0
        else:
            self.failures += 1
            self.mend = receipt.verdict in (Verdict.DIFFERS, Verdict.REFUSED)
            self.retry_at = monotonic() + wait(self.failures)
            if receipt.verdict is Verdict.REFUSED:
                self._step_back()

    def _step_back(self) -> None:
        """Another speaks there now: our pulse would contradict his, and our front page is rightly gone. What he holds is
        read again as often as we would look."""
        self.done, self.front, self.failures = None, "", 0
        self.retry_at = monotonic() + WATCH

    async def _look(self, press: Press) -> None:
        """What a stranger reads there now, between one publish and the next."""
        verdict, words = await asyncio.to_thread(self.publisher.stranger.look, self.host.url, self.front)
        self.look_at = monotonic() + WATCH
        if press is not self.page.press:
            return  # something newer is on its way: the old page's proof says nothing
        self.mend = verdict is Verdict.DIFFERS
        shot = press.snapshot
        await self._record(
            Receipt(host=self.host.name, verdict=verdict, at=utc_now(), revision=shot.revision, epoch=shot.epoch, words=words)
        )

    async def _record(self, receipt: Receipt) -> None:
        level = logging.INFO if receipt.proven else logging.WARNING
        if (receipt.verdict, receipt.revision) != self.page.told.get(self.host.name):
            self.page.told[self.host.name] = (receipt.verdict, receipt.revision)
            log.log(
                level,
                "page=%s host=%s verdict=%s revision=%d ms=%d words=%r",
                self.page.config.slug,
                receipt.host,
                receipt.verdict,
                receipt.revision,
                receipt.milliseconds,
                receipt.words,
            )
        await asyncio.to_thread(self.page.record, receipt)

    def _next(self) -> float:
        times = [self.look_at] if self.front else []
        if self.page.press is not self.done or self.mend:
            times.append(self.retry_at)
        elif self.done:
            times.append(self.beat_at)
        return min(times, default=monotonic() + TICK)


def failure(host: str, error: Exception, press: Press) -> Receipt:
    words = (
        str(error) if isinstance(error, HostError | OSError) else f"Lightship itself failed: {error!r}; see the worker's log"
    )
    shot = press.snapshot
    return Receipt(host=host, verdict=Verdict.FAILED, at=utc_now(), revision=shot.revision, epoch=shot.epoch, words=words)
