"""What readers' browsers are given to find another host with: the key that signs, and whether they may keep it."""

import asyncio
from dataclasses import replace

from tests.publishing.book import Book, harbour
from tests.sample import NOW

from lightship.core.model import Snapshot
from lightship.core.site.receipt import Verdict
from lightship.hosts.folder import Folder
from lightship.publishing.publish import Publisher
from lightship.publishing.rendering import Rendering
from lightship.publishing.verify import Verifier
from lightship.signing import SigningKey

SEAL = SigningKey(bytes(range(32)))


class Withdrawn(Book):
    """The same book, after the operator said `service_worker = false`."""

    @property
    def snapshot(self) -> Snapshot:
        return replace(super().snapshot, service_worker=False)


def published(book: Book, vienna: Folder) -> str:
    receipt = asyncio.run(Publisher(SEAL, lambda: NOW, Verifier()).converge(Rendering(book), vienna))
    assert receipt.verdict is Verdict.PROVEN
    return (vienna.path / "sw.js").read_text()


def test_browsers_are_told_the_key_that_signs(vienna: Folder) -> None:
    assert f'KEY="{SEAL.public_text}"' in published(harbour(), vienna)


def test_taking_the_worker_back_reaches_the_hosts_though_nothing_was_said(vienna: Folder) -> None:
    book = harbour()
    assert "ON=true" in published(book, vienna)
    assert "ON=false" in published(Withdrawn(**{name: getattr(book, name) for name in book.__dataclass_fields__}), vienna)
