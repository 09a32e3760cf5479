"""What publishing will not overwrite: a newer word, another page, another key. And what it repairs: a torn manifest."""

import asyncio
from dataclasses import replace

import pytest
from tests.publishing.book import Book, harbour
from tests.publishing.hosts import Witnessed
from tests.sample import NOW, PAGE

from lightship.core.site.manifest import MANIFEST_PATH
from lightship.core.site.receipt import Receipt, Verdict
from lightship.hosts import File
from lightship.hosts.folder import Folder
from lightship.publishing.publish import Publisher
from lightship.publishing.rendering import Rendering
from lightship.publishing.verify import Verifier, audit
from lightship.signing import SigningKey

OURS, THEIRS = SigningKey(bytes(range(32))), SigningKey(bytes(32))


def publish(book: Book, host: Folder, signing_key: SigningKey = OURS, *, force: bool = False) -> tuple[Receipt, Witnessed]:
    witnessed = Witnessed(host)
    receipt = asyncio.run(Publisher(signing_key, lambda: NOW, Verifier()).converge(Rendering(book), witnessed, force=force))
    return receipt, witnessed


@pytest.mark.parametrize(
    ("revision", "epoch"),
    [(9, 1), (1, 2), (0, 2)],
    ids=["a higher revision", "a higher epoch", "a higher epoch, lower revision"],
)
def test_a_newer_word_on_the_host_is_never_taken_back(revision: int, epoch: int, vienna: Folder) -> None:
    publish(replace(harbour(), revision=revision, epoch=epoch), vienna)
    for force in (False, True):
        receipt, host = publish(replace(harbour(), revision=1, epoch=1), vienna, force=force)
        assert receipt.verdict is Verdict.REFUSED
        assert receipt.reason == f"it holds revision {revision} of epoch {epoch}, newer than ours: another desk speaks there"
        assert host.silent


def test_a_host_of_another_page_is_refused_until_forced(vienna: Folder) -> None:
    publish(replace(harbour(), page=replace(PAGE, id="otherpage000")), vienna)
    receipt, host = publish(harbour(), vienna)
    assert receipt.verdict is Verdict.REFUSED
    assert receipt.reason.startswith("another page lives there: ")
    assert "lightship publish --force" in receipt.reason
    assert host.silent

    receipt, _ = publish(harbour(), vienna, force=True)
    assert receipt.verdict is Verdict.PROVEN
    assert list(audit(Verifier(), vienna.url, OURS.verify, whole=True)) == []


def test_a_manifest_of_another_key_is_refused_until_forced(vienna: Folder) -> None:
    publish(harbour(), vienna, THEIRS)
    receipt, host = publish(replace(harbour(), revision=5), vienna)
    assert receipt.verdict is Verdict.REFUSED
    assert "not signed with this page's key" in receipt.reason
    assert host.silent

    assert publish(replace(harbour(), revision=5), vienna, force=True)[0].verdict is Verdict.PROVEN
    assert list(audit(Verifier(), vienna.url, OURS.verify, whole=True)) == []


@pytest.mark.parametrize("body", [b"", b'{"format":"lightsh', b"[]", b'{"format":"lightship-manifest/1","page":1}'])
def test_a_torn_manifest_is_repaired(body: bytes, vienna: Folder) -> None:
    publish(harbour(), vienna)
    asyncio.run(vienna.put([File(MANIFEST_PATH, None)]))
    (vienna.path / MANIFEST_PATH).parent.mkdir(exist_ok=True)
    (vienna.path / MANIFEST_PATH).write_bytes(body)
    assert publish(harbour(), vienna)[0].verdict is Verdict.PROVEN
    assert list(audit(Verifier(), vienna.url, OURS.verify, whole=True)) == []


def test_a_month_whose_list_is_not_the_one_named_is_put_whole(vienna: Folder) -> None:
    book = harbour(months=1)
    publish(book, vienna)
    shelf = "lightship/months/2026-11.json"
    asyncio.run(vienna.put([File(shelf, b"torn"), File("incidents/incident0001/index.html", None)]))
    after = book.said("incident0000", "More.")
    assert publish(after, vienna)[0].verdict is Verdict.PROVEN
    assert list(audit(Verifier(), vienna.url, OURS.verify, whole=True)) == []


def test_a_front_path_that_is_retired_is_removed(vienna: Folder) -> None:
    book, extra = harbour(months=1), File("old.html", b"once in the front set")
    rendering = Rendering(book)
    rendering.front()[extra.path] = extra
    asyncio.run(Publisher(OURS, lambda: NOW, Verifier()).converge(rendering, vienna))
    assert (vienna.path / "old.html").exists()
    publish(book.said("incident0000", "More."), vienna)
    assert not (vienna.path / "old.html").exists()
