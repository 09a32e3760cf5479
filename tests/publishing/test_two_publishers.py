"""Two publishers at once do no harm: whoever is quicker, the host ends in one whole state, the newest."""

import asyncio
import multiprocessing
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from tests.publishing.book import Book, harbour
from tests.publishing.hosts import Witnessed
from tests.sample import NOW

from lightship.core.site.manifest import MANIFEST_PATH, manifest_in
from lightship.core.site.receipt import Receipt, Verdict
from lightship.hosts import Conflict, File, Held, Host
from lightship.hosts.folder import Folder
from lightship.publishing.publish import Publisher
from lightship.publishing.rendering import Rendering
from lightship.publishing.verify import Verifier, audit
from lightship.signing import SigningKey

SEAL = SigningKey(bytes(range(32)))
PROCESSES, WORDS = 4, 6


def publish(book: Book, host: Host, *, repair: bool = False) -> Receipt:
    return asyncio.run(Publisher(SEAL, lambda: NOW, Verifier()).converge(Rendering(book), host, repair=repair))


def publish_each(books: list[Book], host: Folder) -> None:
    """As one worker does: what it put and could not release, it puts again once it has read the newest."""
    publisher = Publisher(SEAL, lambda: NOW, Verifier())
    for book in books:
        asyncio.run(publisher.converge(Rendering(book), host))


@pytest.mark.long
def test_several_processes_end_in_one_whole_state_the_newest(vienna: Folder) -> None:
    books = [harbour()]
    for number in range(WORDS):
        books.append(books[-1].said("incident0000", f"Word {number}.").said("incident0003", f"Afterthought {number}."))
    context = multiprocessing.get_context("forkserver")
    # Each process lags behind the one before it: what it says is older than what it meets.
    crew = [context.Process(target=publish_each, args=(books[number % 3 :], vienna)) for number in range(PROCESSES)]
    for process in crew:
        process.start()
    for process in crew:
        process.join(120)
        assert process.exitcode == 0
    assert publish(books[-1], vienna, repair=True).verdict is Verdict.PROVEN
    manifest = manifest_in((vienna.path / MANIFEST_PATH).read_bytes(), SEAL.verify)
    assert manifest.revision == books[-1].revision
    assert list(audit(Verifier(), vienna.url, SEAL.verify, whole=True)) == []


@dataclass(frozen=True)
class Raced(Witnessed):
    """Another publisher releases `other` just before our first release."""

    other: Book = field(default_factory=harbour)

    async def release(self, files: Sequence[File], manifest: File, expecting: Held | None) -> None:
        if not self.released:
            await Publisher(SEAL, lambda: NOW, Verifier()).converge(Rendering(self.other), self.host)
        await super().release(files, manifest, expecting)


def test_an_older_publisher_that_was_quicker_is_published_over_at_once(vienna: Folder) -> None:
    older = harbour().said("incident0000", "The first half is moved.")
    newer = older.said("incident0000", "All are moved.")
    publish(harbour(), vienna)
    assert publish(newer, Raced(vienna, other=older)).verdict is Verdict.PROVEN
    assert "All are moved." in (vienna.path / "index.html").read_text()
    assert list(audit(Verifier(), vienna.url, SEAL.verify, whole=True)) == []


def test_a_newer_publisher_that_was_quicker_stays(vienna: Folder) -> None:
    older = harbour().said("incident0000", "The first half is moved.")
    newer = older.said("incident0000", "All are moved.")
    publish(harbour(), vienna)
    assert publish(older, Raced(vienna, other=newer)).verdict is Verdict.REFUSED
    assert "All are moved." in (vienna.path / "index.html").read_text()
    # What the loser put over the newer leaf pages is found and put right when it hears of the newer word itself.
    publish(newer, vienna, repair=True)
    assert list(audit(Verifier(), vienna.url, SEAL.verify, whole=True)) == []


@dataclass(frozen=True)
class Interleaved(Raced):
    """Another publisher releases `other` amid our leaf pages: the list that lies there is its own, the rest ours."""

    async def put(self, files: Sequence[File]) -> None:
        if not self.released and any(file.path.startswith("lightship/months/") for file in files):
            await super().put([file for file in files if file.path.startswith("lightship/months/")])
            await Publisher(SEAL, lambda: NOW, Verifier()).converge(Rendering(self.other), self.host)
            files = [file for file in files if not file.path.startswith("lightship/months/")]
        await super().put(files)

    async def release(self, files: Sequence[File], manifest: File, expecting: Held | None) -> None:
        await Witnessed.release(self, files, manifest, expecting)


def test_leaf_pages_that_lie_over_newer_ones_are_put_right_though_every_list_is_the_newer_one(vienna: Folder) -> None:
    older = harbour().said("incident0003", "The first half is moved.")
    newer = older.said("incident0003", "All are moved.")
    publish(harbour(), vienna)
    publisher = Publisher(SEAL, lambda: NOW, Verifier())
    host = Interleaved(vienna, other=newer)
    assert asyncio.run(publisher.converge(Rendering(older), host)).verdict is Verdict.REFUSED
    assert list(audit(Verifier(), vienna.url, SEAL.verify, whole=True))
    assert asyncio.run(publisher.converge(Rendering(newer), vienna, repair=True)).verdict is Verdict.PROVEN
    assert list(audit(Verifier(), vienna.url, SEAL.verify, whole=True)) == []
    before = (vienna.path / MANIFEST_PATH).read_bytes()
    asyncio.run(publisher.converge(Rendering(newer), vienna))
    assert (vienna.path / MANIFEST_PATH).read_bytes() == before


def test_one_that_says_the_same_is_believed(vienna: Folder) -> None:
    book = harbour().said("incident0000", "All are moved.")
    publish(harbour(), vienna)
    host = Raced(vienna, other=replace(book, at=book.at + timedelta(seconds=1)))
    receipt = publish(book, host)
    assert receipt.verdict is Verdict.PROVEN
    theirs = Rendering(replace(book, at=book.at + timedelta(seconds=1))).front()["index.html"]
    assert receipt.read and receipt.read.digest == theirs.digest


def test_after_three_lost_races_it_says_so_and_leaves_it_to_the_next_try(vienna: Folder) -> None:
    class Overrun(Witnessed):
        async def release(self, files: Sequence[File], manifest: File, expecting: Held | None) -> None:
            raise Conflict("another publisher released meanwhile")

    receipt = publish(harbour(), Overrun(vienna))
    assert (receipt.verdict, receipt.reason) == (Verdict.FAILED, "others released there 3 times while we tried")
