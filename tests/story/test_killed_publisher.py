"""A publisher that is killed at any instant leaves a whole page, the old one or the new; the next run repairs the rest."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from tests.hosts.places import PLACES
from tests.kills import fetched, killed, moments, rounds, watched
from tests.publishing.book import Book, harbour
from tests.sample import NOW

from lightship import page as paper
from lightship.core.site.receipt import Receipt, Verdict
from lightship.core.wire import sha256
from lightship.hosts import Host, kinds
from lightship.publishing.publish import Publisher
from lightship.publishing.rendering import Rendering
from lightship.publishing.verify import Verifier, audit
from lightship.signing import SigningKey

SEAL = SigningKey(bytes(range(32)))
KILLS = -(-rounds(24) // len(kinds()))
"""Of each kind of host, so that all kinds together see as many as asked."""


def _cases() -> list[Any]:
    return [pytest.param(kind, marks=[pytest.mark.server(name) for name in PLACES[kind][1]]) for kind in kinds()]


def publish(book: Book, host: Host) -> Receipt:
    return asyncio.run(Publisher(SEAL, lambda: NOW, Verifier()).converge(Rendering(book), host))


def publish_in_child(ready: Any, book: Book, host: Host) -> None:
    """Everything that a process does once in its life lies before `ready`, so that the kill falls into the publish."""
    publisher, rendering = Publisher(SEAL, lambda: NOW, Verifier()), Rendering(book)
    paper.front(book.snapshot)
    ready.set()
    asyncio.run(publisher.converge(rendering, host))


@pytest.mark.long
@pytest.mark.parametrize("kind", _cases())
def test_readers_find_whole_pages_and_the_next_run_repairs(kind: str, request: pytest.FixtureRequest) -> None:
    host = PLACES[kind][0](request).host
    book, ends = harbour(), []
    assert publish(book, host).verdict is Verdict.PROVEN
    book, longest = _measured(book, host)
    for moment in moments(KILLS, longest):
        old, book = _front(book), _spoken(book)
        with watched(f"{host.url}/index.html", _one_of(old, _front(book))) as reader:
            killed(publish_in_child, (book, host), moment, preload=("tests.hosts.places", "tests.publishing.book"))
        assert not reader.torn, f"killed after {moment:.3f} s, readers saw {reader.torn[:3]}"
        ends.append(sha256(fetched(f"{host.url}/index.html")[0]) == old)
        assert publish(book, host).verdict is Verdict.PROVEN
        assert list(audit(Verifier(), host.url, SEAL.verify, whole=True)) == []
    assert any(ends), "no kill fell before the new page was there: the rounds prove nothing"


def _measured(book: Book, host: Host) -> tuple[Book, float]:
    """Seconds that a publish of the same kind takes at most, the slowest of three and some more."""
    longest = 0.0
    for _ in range(3):
        book = _spoken(book)
        longest = max(longest, publish(book, host).milliseconds / 1000)
    return book, longest * 1.2


def _spoken(book: Book) -> Book:
    """Another revision, which changes leaf pages of two months and the front."""
    book = book.said("incident0000", f"Word {book.revision}.")
    return book.said("incident0004", f"Afterthought {book.revision}.")


def _one_of(*fronts: str) -> Callable[[bytes], bool]:
    return lambda body: sha256(body) in fronts


def _front(book: Book) -> str:
    return sha256(Rendering(book).front()["index.html"].body or b"")
