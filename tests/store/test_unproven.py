"""A post is published when a stranger read it on a host, and not before."""

from datetime import timedelta

import pytest
from tests.store.desk import NOW, Desk, new_desk

from lightship.store.duty.unproven import status
from lightship.store.models import Receipt

SECOND = timedelta(seconds=1)


def receipt(desk: Desk, host: str, verdict: str, seconds: float, revision: int, reason: str = "", epoch: int = 1) -> None:
    at = NOW + seconds * SECOND
    Receipt.objects.create(
        page=desk.page, host=host, at=at, seen_at=at, verdict=verdict, revision=revision, epoch=epoch, reason=reason
    )


def posted(desk: Desk) -> int:
    desk.opens()
    desk.page.refresh_from_db()
    return desk.page.revision


def test_hosts_are_named_with_the_time_from_the_post_to_the_stranger() -> None:
    desk = new_desk()
    revision = posted(desk)
    receipt(desk, "a", "proven", -1, revision - 1)
    receipt(desk, "a", "proven", 0.4, revision)
    receipt(desk, "a", "proven", 9, revision + 1)
    receipt(desk, "b", "failed", 1, revision - 1, "its disk is full")
    found = status(desk.page, revision, NOW + 10 * SECOND)
    assert [(proof.host, proof.seconds, proof.reason) for proof in found.proofs] == [
        ("a", 0.4, ""),
        ("b", None, "its disk is full"),
    ]
    assert (found.proven, found.everywhere, found.unpublished) == (True, False, "")


@pytest.mark.parametrize(
    ("seconds", "verdicts", "reason"),
    [
        (1, {"a": "proven", "b": "proven"}, ""),
        (2, {"a": "failed", "b": "failed"}, ""),
        (4, {"a": "failed", "b": "proven"}, ""),
        (4, {"a": "failed", "b": "refused"}, "no host is proven to show it (a: why; b: why)"),
        (61, {"a": "failed", "b": "proven"}, "no host is proven to show it (a: why)"),
    ],
)
def test_why_nobody_reads_it_is_said_as_soon_as_it_is_known(seconds: int, verdicts: dict[str, str], reason: str) -> None:
    desk = new_desk()
    revision = posted(desk)
    for host, verdict in verdicts.items():
        receipt(desk, host, verdict, seconds - 0.5, revision - 1, "why" if verdict != "proven" else "")
    assert status(desk.page, revision, NOW + seconds * SECOND).unpublished == reason


def test_a_dead_worker_is_said_at_once_and_so_is_a_page_without_hosts() -> None:
    desk = new_desk()
    revision = posted(desk)
    receipt(desk, "a", "proven", -46, revision - 1)
    assert "no worker is running" in status(desk.page, revision, NOW).unpublished
    assert "has no hosts" in status(desk.page, revision, NOW, []).unpublished
    assert "no worker is running" in status(desk.page, revision, NOW, ["a", "b"]).unpublished


def test_another_desks_revision_of_the_same_number_proves_nothing() -> None:
    desk = new_desk()
    revision = posted(desk)
    receipt(desk, "a", "proven", 1, revision, epoch=7)
    assert not status(desk.page, revision, NOW + 2 * SECOND).proven


def test_a_revision_that_no_entry_has_was_not_posted_here() -> None:
    desk = new_desk()
    assert status(desk.page, 999, NOW).posted_at is None
