"""What an update costs: its own leaf pages, its month, and what changed of the front. Unchanged months are not even read."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.publishing.book import Book, harbour
from tests.publishing.hosts import Witnessed
from tests.sample import NOW, PAGE

from lightship.core.model import Facts, Wording
from lightship.core.site.manifest import MANIFEST_PATH
from lightship.core.site.receipt import Receipt, Verdict
from lightship.hosts.folder import Folder
from lightship.publishing.publish import Publisher
from lightship.publishing.rendering import Rendering
from lightship.publishing.verify import Verifier, audit
from lightship.signing import SigningKey

SEAL = SigningKey(bytes(range(32)))


def publish(book: Book, host: Folder, *, force: bool = False) -> tuple[Receipt, Witnessed]:
    witnessed = Witnessed(host)
    receipt = asyncio.run(Publisher(SEAL, lambda: NOW, Verifier()).converge(Rendering(book), witnessed, force=force))
    assert receipt.verdict is Verdict.PROVEN, receipt.reason
    assert list(audit(Verifier(), host.url, SEAL.verify, whole=True)) == []
    return receipt, witnessed


def leaves(number: int) -> set[str]:
    return {f"incidents/incident{number:04d}/index.html", f"api/v2/incidents/incident{number:04d}.json"}


def month(name: str) -> set[str]:
    return {f"history/{name}/index.html", f"lightship/archive/{name}.json", f"lightship/months/{name}.json"}


def test_the_first_publish_puts_every_leaf_and_every_month(vienna: Folder) -> None:
    book = harbour(months=2, per_month=1)
    _, host = publish(book, vienna)
    assert set(host.puts) == leaves(0) | leaves(1) | leaves(2) | month("2026-11") | month("2026-10")
    assert set(host.released) == set(Rendering(book).front())
    assert host.released[-1] == "index.html"


def test_an_update_puts_its_own_leaf_pages_and_what_changed_of_the_front(vienna: Folder) -> None:
    book = harbour()
    publish(book, vienna)
    after = book.said("incident0000", "Half of the mailboxes are moved.")
    _, host = publish(after, vienna)
    # The archive holds what has ended, so that of an open incident's month stays as it is.
    assert set(host.puts) == leaves(0) | month("2026-11") - {"lightship/archive/2026-11.json"}
    assert after.asked == ["2026-11"]
    before, now = Rendering(book).front(), Rendering(after).front()
    assert set(host.released) == {path for path in now if now[path].body != before[path].body}
    assert {"history/index.html", "robots.txt", "embed.js"} & set(host.released) == set()


def test_an_update_of_an_old_incident_touches_its_own_month_alone(vienna: Folder) -> None:
    book = harbour()
    publish(book, vienna)
    after = book.said("incident0005", "The report is written.")
    _, host = publish(after, vienna)
    assert set(host.puts) == leaves(5) | month("2026-09")
    assert after.asked == ["2026-09"]


def test_a_correction_and_a_new_name_reach_old_pages(vienna: Folder) -> None:
    book = harbour()
    publish(book, vienna)
    old = book.incident("incident0006")
    first = replace(old.updates[0], wordings=(*old.updates[0].wordings, Wording(NOW, "It was the other switch.")))
    book = book.with_incident(replace(old, name="A better name", updates=(first, *old.updates[1:])))
    _, host = publish(book, vienna)
    assert set(host.puts) == leaves(6) | month("2026-09")
    page = (vienna.path / "incidents/incident0006/index.html").read_text()
    assert "A better name" in page
    assert "It was the other switch." in page


def test_nothing_new_is_nothing_written(vienna: Folder) -> None:
    book = harbour()
    first, _ = publish(book, vienna)
    later = replace(book, at=book.at + timedelta(minutes=5), asked=[])
    again, host = publish(later, vienna)
    assert host.silent
    assert host.reads == [MANIFEST_PATH]
    assert later.asked == []
    assert again.read == first.read


@pytest.mark.parametrize(
    ("later", "redrawn"),
    [(timedelta(minutes=29), False), (timedelta(minutes=31), True), (timedelta(hours=9), True)],
    ids=["the promise holds", "the promise is overdue", "a new UTC day"],
)
def test_time_alone_redraws_the_page_when_it_must_say_something_else(later: timedelta, redrawn: bool, vienna: Folder) -> None:
    book = harbour().said("incident0000", "We are at it.", Facts(next_update=NOW + timedelta(minutes=30)))
    publish(book, vienna)
    _, host = publish(replace(book, at=NOW + later), vienna)
    assert ("index.html" in host.released) is redrawn
    assert host.silent is not redrawn
    assert host.puts == []


def test_a_new_build_makes_every_leaf_anew_and_drops_what_is_gone(vienna: Folder) -> None:
    book = harbour(months=2, per_month=1)
    publish(book, vienna)
    fewer = tuple(incident for incident in book.incidents if incident.id != "incident0001")
    _, host = publish(replace(book, incidents=fewer, page=replace(PAGE, name="Port"), revision=2), vienna)
    # October's archive says nothing that a template or the page's name has a part in.
    assert set(host.puts) == leaves(0) | leaves(2) | month("2026-11") | month("2026-10") - {"lightship/archive/2026-10.json"}
    assert set(host.drops) == leaves(1)
    assert not (vienna.path / "incidents/incident0001").exists()


def test_a_month_that_is_gone_goes_with_all_its_pages(vienna: Folder) -> None:
    book = harbour(months=2, per_month=1)
    publish(book, vienna)
    left = tuple(incident for incident in book.incidents if incident.month == "2026-11")
    _, host = publish(replace(book, incidents=left, epoch=2, vector={1: 1}), vienna)
    assert set(host.drops) == leaves(2) | month("2026-10")


def test_force_puts_everything_again(vienna: Folder) -> None:
    book = harbour(months=1)
    _, first = publish(book, vienna)
    _, again = publish(book, vienna, force=True)
    assert (set(again.puts), set(again.released)) == (set(first.puts), set(first.released))
