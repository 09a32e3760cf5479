"""When a post counts as read, when the desk says that it is not, and when staff are told."""

from datetime import UTC, datetime, timedelta

import pytest

from lightship.core.duty.proof import WITHIN, Proof, Publication, alarming, judge

POSTED = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)


def seconds(count: float) -> datetime:
    return POSTED + timedelta(seconds=count)


READ = Proof("vienna", 0.4, "", seconds(5))
FAILED = Proof("vienna", None, "403 Forbidden", seconds(2))
REFUSED = Proof("oslo", None, "nothing listens there", seconds(2))
TRYING = Proof("oslo", None, "", seconds(1))
SILENT = Proof("vienna", None, "", seconds(-20))
DEAD = Proof("vienna", None, "", seconds(-46))
NEVER = Proof("oslo", None)


@pytest.mark.parametrize(
    ("proofs", "age", "unpublished", "alarm"),
    [
        pytest.param([READ], 1, "", False, id="read"),
        pytest.param([READ, REFUSED], 600, "", False, id="read on one of two"),
        pytest.param([TRYING], 44, "", False, id="somebody still tries"),
        pytest.param([TRYING], 45, "no host is proven to show it", True, id="however long somebody tries"),
        pytest.param([FAILED, REFUSED], 2, "", False, id="the next try may succeed"),
        pytest.param([FAILED, REFUSED], 3, "vienna: 403 Forbidden; oslo: nothing listens", False, id="all have failed"),
        pytest.param([FAILED, REFUSED], 29, "403", False, id="retries are under way"),
        pytest.param([FAILED, REFUSED], 30, "403", True, id="all still fail"),
        pytest.param([FAILED, TRYING], 30, "", False, id="one of two has not failed yet"),
        pytest.param([SILENT, NEVER], 7, "", False, id="a worker may be about to wake"),
        pytest.param([SILENT, NEVER], 8, "no worker is running (last seen 2026-11-22 13:59:40 UTC)", False, id="no worker"),
        pytest.param([DEAD, NEVER], 0, "no worker is running (last seen 2026-11-22 13:59:14 UTC)", False, id="dead before"),
        pytest.param([NEVER], 0, "none was ever seen", False, id="never one, at once"),
        pytest.param([SILENT, NEVER], 30, "no worker", True, id="no worker for long"),
        pytest.param([NEVER], 30, "none was ever seen", True, id="there never was one"),
        pytest.param([], 0, "no hosts in lightship.toml", False, id="no hosts"),
    ],
)
def test_the_desk_says_it_and_staff_are_told(proofs: list[Proof], age: float, unpublished: str, alarm: bool) -> None:
    state = judge(POSTED, tuple(proofs), seconds(age))
    assert unpublished in state.unpublished
    assert bool(state.unpublished) is bool(unpublished)
    assert alarming(state, seconds(age)) is alarm


def test_time_is_left_for_a_message_whose_first_way_hangs() -> None:
    for proofs in ((TRYING,), (FAILED,), (SILENT,)):
        assert alarming(judge(POSTED, proofs, POSTED + WITHIN), seconds(WITHIN.total_seconds() - 15))


def test_what_was_posted_elsewhere_alarms_nobody_here() -> None:
    assert not alarming(Publication(None), seconds(600))
