"""What is due, what is late, and when a page must be drawn anew though nobody spoke."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.publishing.book import harbour

from lightship.core.duty.promises import phase
from lightship.core.model import Facts
from lightship.core.status import promised

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def promising(minutes: float) -> Facts:
    return Facts(next_update=NOW + minutes * MINUTE)


def test_those_that_have_ended_promise_nothing() -> None:
    book = harbour().said("incident0000", "We are at it.", promising(30)).said("incident0001", "It is over.", promising(5))
    assert {incident.id: promised(incident) for incident in book.incidents if promised(incident)} == {
        "incident0000": NOW + 30 * MINUTE
    }


def test_only_the_newest_update_promises() -> None:
    book = harbour().said("incident0000", "We are at it.", promising(30)).said("incident0000", "Still.")
    assert not any(map(promised, book.incidents))


@pytest.mark.parametrize(("after", "late"), [(29.99, False), (30, True), (31, True)])
def test_a_promise_is_late_from_the_moment_it_names(after: float, late: bool) -> None:
    snapshot = harbour().said("incident0000", "We are at it.", promising(30)).snapshot
    assert phase(snapshot, NOW + after * MINUTE)[1] == late


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (NOW, NOW + 29 * MINUTE, True),
        (NOW + 30 * MINUTE, NOW + 59 * MINUTE, True),
        (NOW + 29 * MINUTE, NOW + 30 * MINUTE, False),
        (NOW + 59 * MINUTE, NOW + 60 * MINUTE, False),
    ],
    ids=["kept", "late already", "turns late", "the next hour"],
)
def test_a_phase_ends_when_a_promise_turns_late_or_the_hour_does(one: datetime, other: datetime, same: bool) -> None:
    snapshot = harbour().said("incident0000", "We are at it.", promising(30)).snapshot
    assert (phase(snapshot, one) == phase(snapshot, other)) is same
