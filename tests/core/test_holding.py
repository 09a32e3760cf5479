"""Who holds a duty: the roster's change takes effect by itself while nothing is open, and else when both sides confirmed it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lightship.core.duty.holding import Pass, holders, pending
from lightship.core.duty.roster import Duty, Shift

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
WRITER, DEPUTY, LEAD = Duty.WRITER, Duty.DEPUTY, Duty.LEAD


def at(hours: float) -> datetime:
    return NOON + hours * HOUR


ROSTER = (
    Shift(WRITER, "alice", at(-4), at(2)),
    Shift(WRITER, "bob", at(2), at(8)),
    Shift(DEPUTY, "bob", at(-4), at(2)),
    Shift(DEPUTY, "alice", at(2), at(8)),
)


@pytest.mark.parametrize(
    ("passes", "moment", "open_since", "writer"),
    [
        ([], 1, None, "alice"),
        ([], 2, None, "bob"),  # calm: by itself, to the minute
        ([], 2, 1, "alice"),  # open: unconfirmed, the old holder keeps the clock
        ([], 7.9, 1, "alice"),
        ([], 3, 2, "bob"),  # opened after the change
        ([Pass(WRITER, "bob", at(3))], 2.9, 1, "alice"),
        ([Pass(WRITER, "bob", at(3))], 3, 1, "bob"),
        ([Pass(WRITER, "carol", at(1))], 1.5, None, "carol"),  # "I speak now", while all is calm
        ([Pass(WRITER, "carol", at(1))], 2, None, "bob"),  # ends with the roster's next change
        ([Pass(WRITER, "carol", at(1))], 3, 1.5, "carol"),  # unless something is open then
        ([Pass(WRITER, "carol", at(1)), Pass(WRITER, "bob", at(3))], 4, 1.5, "bob"),
        ([Pass(WRITER, "carol", at(1)), Pass(WRITER, "dave", at(1.2))], 1.3, None, "dave"),
        ([Pass(DEPUTY, "carol", at(1))], 1.5, None, "alice"),
        ([], 9, None, None),  # nobody is on the roster
        ([], 9, 1, "alice"),  # nobody took over, so she still has it
        ([], -5, None, None),
        ([], 1, -5, "alice"),  # opened while nobody was on duty: the first that the roster then names
    ],
)
def test_the_writer_is_whom_the_roster_names_unless_somebody_took_it(
    passes: list[Pass], moment: float, open_since: float | None, writer: str | None
) -> None:
    since = None if open_since is None else at(open_since)
    assert holders(ROSTER, passes, at(moment), since).get(WRITER) == writer


def test_a_change_waits_for_both_sides_and_is_settled_by_either_way_of_taking_it() -> None:
    (waiting,) = pending(ROSTER, [], at(3), at(1))
    assert (waiting.duty, waiting.giver, waiting.taker, waiting.due) == (WRITER, "alice", "bob", at(2))
    assert pending(ROSTER, [], at(3), None) == ()
    assert pending(ROSTER, [], at(1.9), at(1)) == ()
    assert pending(ROSTER, [Pass(WRITER, "bob", at(2.5))], at(3), at(1)) == ()
    assert pending(ROSTER, [Pass(WRITER, "carol", at(2.5))], at(3), at(1)) == ()  # she speaks now, and meant to
    assert pending(ROSTER, [Pass(WRITER, "carol", at(1.5))], at(3), at(1))[0].giver == "carol"


def test_a_lead_waits_too_and_a_deputy_does_not() -> None:
    roster = (Shift(LEAD, "carol", at(-4), at(2)), Shift(LEAD, "dave", at(2), at(8)), *ROSTER)
    held = holders(roster, [], at(3), at(1))
    assert held[LEAD] == "carol"
    assert [change.duty for change in pending(roster, [], at(3), at(1))] == [LEAD, WRITER]


@pytest.mark.parametrize(
    ("passes", "moment", "open_since", "deputy"),
    [
        ([], 1, None, "bob"),
        ([], 3, 1, "bob"),  # Alice still writes though she is to be the deputy: Bob stands by
        ([Pass(WRITER, "bob", at(1))], 1.5, None, "alice"),  # the deputy took the pen
        ([Pass(WRITER, "carol", at(1))], 1.5, None, "bob"),
    ],
)
def test_nobody_is_the_deputy_of_himself(passes: list[Pass], moment: float, open_since: float | None, deputy: str) -> None:
    since = None if open_since is None else at(open_since)
    assert holders(ROSTER, passes, at(moment), since)[DEPUTY] == deputy


PEOPLE = st.sampled_from(["alice", "bob", "carol"])
TILED = st.lists(PEOPLE, min_size=8, max_size=8).map(
    lambda people: tuple(Shift(WRITER, who, at(2 * n), at(2 * n + 2)) for n, who in enumerate(people))
)
PASSES = st.lists(st.builds(lambda who, minutes: Pass(WRITER, who, at(minutes / 60)), PEOPLE, st.integers(0, 900)), max_size=6)


@given(TILED, PASSES, st.integers(0, 900), st.none() | st.integers(0, 900))
@settings(max_examples=300, deadline=None)
def test_a_full_roster_never_leaves_the_clock_without_a_holder(
    roster: tuple[Shift, ...], passes: list[Pass], minute: int, opened: int | None
) -> None:
    """And the holder is whom the roster names, or who took it, or who had it when something was opened: nobody else."""
    moment, since = at(minute / 60), None if opened is None else at(min(opened, minute) / 60)
    holder = holders(roster, passes, moment, since)[WRITER]
    named = {shift.person for shift in roster if shift.starts <= (since or moment) < shift.ends}
    assert holder in named | {act.person for act in passes if act.at <= moment}
    if since is None and not passes:
        assert {holder} == named
    for waiting in pending(roster, passes, moment, since):
        assert waiting.giver == holder != waiting.taker
        confirmed = holders(roster, [*passes, Pass(WRITER, waiting.taker, moment)], moment, since)
        assert confirmed[WRITER] == waiting.taker
