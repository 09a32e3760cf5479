"""A page is woken at once by a journal entry of its own, and by nothing else; its clock needs no other's."""

import asyncio
import queue
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection, transaction
from tests.django_settings import CONFIG

from lightship.core.site.receipt import Read, Receipt
from lightship.store import journal, receipts, wake
from lightship.store.journal import structure
from lightship.store.models import Incident, Page
from lightship.worker.current import CurrentPage, utc_now
from lightship.worker.jobs import keep_time

Slugs = queue.Queue[str | None]
SECONDS = 10.0


@pytest.fixture
def pages() -> list[Page]:
    return [structure.create_page(slug, slug.title(), None, utc_now()) for slug in ("acme", "beta")]


@pytest.fixture
def woken(pages: list[Page]) -> Iterator[Slugs]:
    """The slugs that a listener in a thread of its own got, once it listens."""
    slugs: Slugs = queue.Queue()
    stop = threading.Event()

    def listen() -> None:
        wake.listen(slugs.put, stop)
        connection.close()

    thread = threading.Thread(target=listen)
    thread.start()
    assert slugs.get(timeout=SECONDS) is None, "when it begins to listen, any page may have spoken"
    yield slugs
    stop.set()
    thread.join(SECONDS)


def test_only_the_page_that_spoke_is_woken_and_receipts_wake_nobody(pages: list[Page], woken: Slugs) -> None:
    acme, beta = pages
    for number in range(5):
        receipts.record(acme, Receipt(host="vienna", at=utc_now(), outcome=Read(1, number, "")))
        Page.objects.filter(pk=acme.pk).update(description=f"Number {number}")
    structure.create_component(beta, "Webmail", None, utc_now())
    assert woken.get(timeout=SECONDS) == "beta"
    structure.create_component(acme, "Webmail", None, utc_now())
    assert woken.get(timeout=SECONDS) == "acme"
    assert woken.empty()


def test_what_is_rolled_back_wakes_nobody(pages: list[Page], woken: Slugs) -> None:
    acme, beta = pages
    with transaction.atomic():
        structure.create_component(acme, "Webmail", None, utc_now())
        transaction.set_rollback(True)
    structure.create_component(beta, "Webmail", None, utc_now())
    assert woken.get(timeout=SECONDS) == "beta"


def planned(page: Page) -> Incident:
    now = utc_now()
    starts = now + timedelta(minutes=1)
    window = journal.Window(name="New disks", body="Soon.", starts=starts, ends=starts + timedelta(hours=1))
    return journal.schedule(page, window, None, now)


def test_a_clock_that_fails_stops_neither_publishing_nor_the_clock_of_another_page(
    pages: list[Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    acme = pages[0]
    works = [planned(page) for page in pages]
    right = journal.keep_time

    def failing(page: Page, now: object) -> object:
        if page.slug == "acme":
            raise RuntimeError("no such row")  # what a fault in the journal would do; none is known that could be planted
        return right(page, now)  # type: ignore[arg-type]

    monkeypatch.setattr(journal, "keep_time", failing)
    page = CONFIG.pages["status"]
    config = replace(CONFIG, pages={slug: replace(page, slug=slug) for slug in ("acme", "beta")})
    later = utc_now() + timedelta(minutes=2)
    asyncio.run(keep_time(config, lambda: later))
    assert [work.updates.count() for work in works] == [1, 2]

    rendering = CurrentPage(config.pages["acme"]).refresh()
    acme.refresh_from_db()
    assert rendering and rendering.snapshot.revision == acme.revision
