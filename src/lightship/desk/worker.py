"""The process that publishes, keeps the clock and shows that it lives. Any number may run. Each host has a loop of its
own, so that one that is slow or dead holds up no other."""

import asyncio
import logging
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic

from django.db import DatabaseError, close_old_connections

from lightship import hosts as places
from lightship.config import Config, HostConfig, PageConfig
from lightship.core.clock import phase
from lightship.core.model import HostLink
from lightship.core.status import is_current
from lightship.core.verdict import Receipt, Verdict, wait
from lightship.desk import journal, models, receipts, wake
from lightship.desk.snapshot import Truth
from lightship.hosts import Host, HostError
from lightship.press import Press
from lightship.prove import Stranger
from lightship.publish import Publisher
from lightship.seal import Seal

TICK = 1.0
WATCH = 5.0
THREADS = 64
log = logging.getLogger("lightship.worker")


def utc_now() -> datetime:
    return datetime.now(UTC)


def open_host(config: HostConfig) -> Host:
    make: Callable[..., Host] = places.find(config.kind)
    return make(name=config.name, url=config.url, **config.options)


def truth_of(row: models.Page, config: PageConfig, now: datetime, before: Truth | None = None) -> Truth:
    links = tuple(HostLink(host.name, host.url) for host in config.hosts)
    return Truth(row, config.url, links, now, pulse_seconds=config.pulse.calm, before=before)


@dataclass(eq=False)
class Keeper:
    """Keeps one host at the newest press: converges when there is a new one, beats the pulse, looks as a stranger."""

    page: "Newest"
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
            await asyncio.to_thread(self.page.record, _failure(self.host.name, error, press))

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


@dataclass
class Newest:
    """One page as this process last saw it: a new press whenever somebody spoke, or time alone calls for one."""

    config: PageConfig
    row: models.Page | None = None
    truth: Truth | None = None
    press: Press | None = None
    told: dict[str, tuple[Verdict, int]] = field(default_factory=dict)

    @property
    def pulse(self) -> int:
        busy = self.press and any(is_current(incident) for incident in self.press.snapshot.open)
        return self.config.pulse.incident if busy else self.config.pulse.calm

    def look(self) -> Press | None:
        """The press to go on with, if it is another than before. Blocks: run it in a thread."""
        close_old_connections()
        now = utc_now()
        row = models.Page.objects.filter(slug=self.config.slug).first()
        if row is None:
            return None
        journal.keep_time(row, now)
        row.refresh_from_db(fields=["revision", "epoch"])
        old = self.press.snapshot if self.press else None
        if old and (old.epoch, old.revision) == (row.epoch, row.revision) and phase(old, old.at) == phase(old, now):
            return None
        self.row, self.truth = row, truth_of(row, self.config, now, self.truth)
        return Press(self.truth)

    def overtaken(self, press: Press) -> bool:
        """Whether somebody spoke since. Blocks: run it in a thread."""
        shot = press.snapshot
        now = models.Page.objects.filter(pk=shot.page.id).values_list("epoch", "revision").first()
        return now is not None and now > (shot.epoch, shot.revision)

    def record(self, receipt: Receipt) -> None:
        if self.row:
            receipts.record(self.row, receipt)


def run(config: Config) -> None:
    """Work until SIGTERM or SIGINT."""
    asyncio.run(_work(config))


async def _work(config: Config) -> None:
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(THREADS, thread_name_prefix="worker"))
    over, stop, stranger = asyncio.Event(), threading.Event(), Stranger()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, over.set)
    ears, tasks = [], [asyncio.create_task(_until(over))]
    for page in config.pages.values():
        newest, woken = Newest(page), asyncio.Event()
        publisher = Publisher(Seal(page.key), utc_now, stranger)
        keepers = [Keeper(newest, open_host(host), publisher) for host in page.hosts]
        tasks += [asyncio.create_task(keeper.run()) for keeper in keepers]
        tasks.append(asyncio.create_task(_watch(newest, keepers, woken)))
        ears.append(woken)

    def heard() -> None:
        for ear in ears:
            loop.call_soon_threadsafe(ear.set)

    threading.Thread(target=wake.listen, args=(heard, stop), daemon=True).start()
    log.info("worker=started pages=%d", len(config.pages))
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    stop.set()
    for task in tasks:
        task.cancel()
    for task in done:
        task.result()


async def _until(over: asyncio.Event) -> None:
    await over.wait()


def _failure(host: str, error: Exception, press: Press) -> Receipt:
    words = (
        str(error) if isinstance(error, HostError | OSError) else f"Lightship itself failed: {error!r}; see the worker's log"
    )
    shot = press.snapshot
    return Receipt(host=host, verdict=Verdict.FAILED, at=utc_now(), revision=shot.revision, epoch=shot.epoch, words=words)


async def _watch(newest: Newest, keepers: list[Keeper], woken: asyncio.Event) -> None:
    """Look when someone committed, and every second for what time brings; tell the keepers of a new press."""
    while True:
        try:
            press = await asyncio.to_thread(newest.look)
        except DatabaseError as error:
            log.warning("database=%r", str(error))
            press = None
        except Exception as error:  # one page that cannot be drawn must not end the others
            log.exception("page=%s cannot be drawn", newest.config.slug)
            press = None
            if newest.press:
                for keeper in keepers:
                    await asyncio.to_thread(newest.record, _failure(keeper.host.name, error, newest.press))
        if press:
            newest.press = press
            for keeper in keepers:
                keeper.woken.set()
        try:
            await asyncio.wait_for(woken.wait(), TICK)
        except TimeoutError:
            continue
        woken.clear()
