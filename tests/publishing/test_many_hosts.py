"""Several hosts at once: what one of them does is told in its own receipt, and holds up none of the others."""

import asyncio
import shutil
import time
from dataclasses import replace

from tests import servers
from tests.kills import fetched
from tests.publishing.book import Book, harbour
from tests.publishing.conftest import MakeHost
from tests.publishing.hosts import Broken, Hanging
from tests.sample import NOW

from lightship.core.site.receipt import Receipt, Verdict
from lightship.hosts import Host
from lightship.hosts.folder import Folder
from lightship.publishing.publish import Publisher
from lightship.publishing.rendering import Rendering
from lightship.publishing.verify import Verifier
from lightship.signing import SigningKey

SEAL = SigningKey(bytes(range(32)))


def publish(book: Book, *hosts: Host, deadline: float = 30.0) -> tuple[Receipt, ...]:
    publisher = Publisher(SEAL, lambda: NOW, Verifier(), deadline)
    return asyncio.run(publisher.publish(Rendering(book), hosts))


def test_every_host_is_proven_with_its_own_receipt(make_host: MakeHost) -> None:
    receipts = publish(harbour(), make_host("vienna"), make_host("oslo"))
    assert [(r.host, r.verdict, r.reason) for r in receipts] == [("vienna", Verdict.PROVEN, ""), ("oslo", Verdict.PROVEN, "")]
    assert receipts[0].read == receipts[1].read
    assert receipts[0].read and receipts[0].read.revision == 1


def test_a_dead_host_does_not_stop_the_others(make_host: MakeHost) -> None:
    broken, good = publish(harbour(), Broken(), make_host("vienna"))
    assert (broken.verdict, broken.reason) == (Verdict.FAILED, "its disk is full: make room")
    assert good.verdict is Verdict.PROVEN


def test_a_host_that_hangs_is_given_up_while_the_others_are_proven_at_once(vienna: Folder) -> None:
    receipt, given_up = asyncio.run(_both(vienna, Hanging()))
    assert (receipt.verdict, given_up) == (Verdict.PROVEN, False)

    hung = publish(harbour(), Hanging(), deadline=0.05)[0]
    assert (hung.verdict, hung.reason) == (Verdict.FAILED, "it did not answer within 0 s")


async def _both(good: Host, hanging: Host) -> tuple[Receipt, bool]:
    """The good host's receipt, and whether the other one was given up by then: after a minute, however busy the machine is."""
    publisher, rendering = Publisher(SEAL, lambda: NOW, Verifier(), 60), Rendering(harbour())
    waiting = asyncio.create_task(publisher.converge(rendering, hanging))
    receipt = await publisher.converge(rendering, good)
    given_up = waiting.done()
    waiting.cancel()
    return receipt, given_up


def test_a_host_whose_public_address_does_not_answer_is_unreachable(vienna: Folder) -> None:
    port = servers.free_port()
    (receipt,) = publish(harbour(), replace(vienna, url=f"http://127.0.0.1:{port}"))
    assert receipt.verdict is Verdict.UNREACHABLE
    assert receipt.reason.startswith(f"http://127.0.0.1:{port} does not answer: ")
    assert "object at 0x" not in receipt.reason
    assert (vienna.path / "index.html").exists()


def test_a_host_that_serves_something_else_is_named_and_repaired(vienna: Folder) -> None:
    publish(harbour(), vienna)
    _deface(vienna)

    (receipt,) = publish(harbour(), vienna)
    assert receipt.verdict is Verdict.DIFFERS
    assert receipt.reason == f"{vienna.url}/ serves other content than was put there (7 bytes)"

    publisher = Publisher(SEAL, lambda: NOW, Verifier())
    assert asyncio.run(publisher.converge(Rendering(harbour()), vienna, repair=True)).verdict is Verdict.PROVEN


def _deface(host: Folder) -> None:
    """As an intruder with a shell does: another release, with another front page, and readers already see it."""
    home = host.path / ".lightship"
    bad = home / "releases" / "00000099-bad"
    shutil.copytree(home / "current", bad)
    for variant in (".br", ".gz"):
        (bad / f"index.html{variant}").unlink()
    (bad / "index.html").write_text("defaced")
    (home / "next").symlink_to(f"releases/{bad.name}")
    (home / "next").replace(home / "current")
    deadline = time.monotonic() + 10
    while fetched(f"{host.url}/")[0] != b"defaced":
        assert time.monotonic() < deadline


def test_a_host_that_serves_another_folder_says_where_to_look(make_host: MakeHost) -> None:
    vienna, oslo = make_host("vienna"), make_host("oslo")
    (receipt,) = publish(harbour(), replace(vienna, url=oslo.url))
    assert receipt.verdict is Verdict.DIFFERS
    assert receipt.reason == f"{oslo.url}/ answers 404: its web root is not where the files were put"
