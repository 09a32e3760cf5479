"""How a host is kept: how often it is asked, what its pulse vouches for, and what becomes of a database that goes away."""

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import pytest
from django.db import connection
from tests.database import close_others
from tests.publishing.book import Book, harbour
from tests.publishing.conftest import make_host, vienna
from tests.publishing.hosts import Witnessed
from tests.publishing.test_many_hosts import _deface

from lightship.config import PageConfig
from lightship.config.values import Pulse
from lightship.core.site.manifest import PULSE_PATH
from lightship.core.site.receipt import Read, Receipt, Verdict
from lightship.hosts import File, HostError, Wrapper
from lightship.hosts.folder import Folder
from lightship.publishing.publish import Publisher
from lightship.publishing.rendering import Rendering
from lightship.publishing.verify import Verifier
from lightship.signing import SigningKey
from lightship.store import models, receipts
from lightship.store.journal import structure
from lightship.worker.current import CurrentPage, in_thread, utc_now
from lightship.worker.host_loop import TICK, HostLoop

__all__ = ["make_host", "vienna"]
SEAL = SigningKey(bytes(range(32)))
PAGE = PageConfig(slug="acme", url="https://acme.test", key=bytes(range(32)), proven=1, pulse=Pulse(), hosts=())


@dataclass
class GatheringPage(CurrentPage):
    """Keeps the receipts that it is to record. `later`: an entry was written since."""

    receipts: list[Receipt] = field(default_factory=list)
    later: bool = False

    def overtaken(self, rendering: Rendering) -> bool:
        return self.later

    def record(self, receipt: Receipt) -> None:
        self.receipts.append(receipt)


def loop_of(host: Witnessed | Wrapper, book: Book) -> tuple[HostLoop, GatheringPage]:
    page = GatheringPage(PAGE, rendering=Rendering(book))
    return HostLoop(page, host, Publisher(SEAL, utc_now, Verifier())), page


def step(loop: HostLoop) -> None:
    assert loop.page.rendering
    asyncio.run(loop.step(loop.page.rendering))


def test_a_worker_that_another_one_overtook_waits_before_it_reads_the_host_again(vienna: Folder) -> None:
    asyncio.run(Publisher(SEAL, utc_now, Verifier()).publish(Rendering(harbour().said("incident0000", "More.")), [vienna]))
    loop, page = loop_of(Witnessed(vienna), harbour())
    page.later = True
    step(loop)
    assert page.receipts == []
    assert loop._next() > monotonic() + TICK / 2


def test_a_host_that_serves_something_else_and_cannot_be_repaired_gets_no_pulse(
    vienna: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = Witnessed(ReadOnlyReleases(vienna))
    loop, page = loop_of(host, harbour())
    step(loop)
    assert PULSE_PATH in host.puts
    host.puts.clear()
    _deface(vienna)
    monkeypatch.setattr(ReadOnlyReleases, "broken", True)
    loop.check_at = 0.0
    step(loop)
    assert [receipt.verdict for receipt in page.receipts] == [Verdict.PROVEN, Verdict.DIFFERS]
    for _ in range(3):
        loop.check_at = loop.retry_at = loop.beat_at = 0.0
        step(loop)
    assert page.receipts[-1].verdict is Verdict.FAILED
    assert page.receipts[-1].read is None
    assert PULSE_PATH not in host.puts


@dataclass(frozen=True)
class ReadOnlyReleases(Wrapper):
    """Takes leaf pages, and no release."""

    broken = False

    async def release(self, files: Sequence[File], manifest: File, expecting: object) -> None:
        if self.broken:
            raise HostError("its quota is used up")
        await self.host.release(files, manifest, None)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="a file closes no connections")
def test_after_a_restart_of_the_database_no_thread_keeps_a_dead_connection(database: Path) -> None:
    row = structure.create_page("acme", "Acme Hosting", None, utc_now())
    count = 8
    together = threading.Barrier(count)

    def record(number: int) -> None:
        together.wait(10)  # so that each has a thread, and a connection, of its own
        receipts.record(row, Receipt(host=f"host{number}", at=datetime.now(UTC), outcome=Read(1, 1, "")))

    async def all_record() -> None:
        asyncio.get_running_loop().set_default_executor(threads)
        await asyncio.gather(*(in_thread(record, number) for number in range(count)))

    with ThreadPoolExecutor(count) as threads, asyncio.Runner() as runner:
        runner.run(all_record())
        close_others()
        runner.run(all_record())
    assert models.Receipt.objects.count() == count
