"""Whose words a state holds: what was joined is contained, in whatever order, and nobody takes an epoch that was heard."""

from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from lightship.core.site.versions import STEP, Heard, Rank, contains, joined, raised

NUMBERS = st.integers(1, 6)
HEARD = st.dictionaries(NUMBERS, NUMBERS, max_size=3)
STATES = st.tuples(st.tuples(NUMBERS, NUMBERS), HEARD)
DRAWS = st.integers(0, STEP - 1)


@given(st.lists(STATES, min_size=1, max_size=4), DRAWS)
def test_who_has_heard_them_all_contains_each_and_outranks_it(states: list[tuple[Rank, Heard]], draw: int) -> None:
    heard = joined(states)
    epoch = raised(heard, draw)
    assert all(contains((epoch, 1), heard, rank) for rank, _ in states)
    assert all(contains((epoch, 1), heard, (e, r)) for _, theirs in states for e, r in theirs.items())
    assert epoch > max(rank[0] for rank, _ in states)
    assert not any(contains((epoch, 1), heard, (e, heard[e] + 1)) for e in heard)


@given(st.lists(STATES, min_size=1, max_size=4))
def test_the_order_of_hearing_does_not_matter(states: list[tuple[Rank, Heard]]) -> None:
    one_by_one: dict[int, int] = reduce(lambda known, state: joined([((0, 0), known), state]), states, {})
    assert {e: r for e, r in one_by_one.items() if e} == joined(reversed(states)) == joined([*states, states[0]])


def test_two_who_raise_the_same_epoch_seldom_take_the_same_number() -> None:
    assert raised({}, 0) == 1
    assert raised({1: 7, 4: 2}, 0) == 5
    assert raised({4: 2}, 1) != raised({4: 2}, 2)
