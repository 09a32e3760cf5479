"""Whose words a state holds: what was joined is contained, in whatever order, and nobody takes an epoch that was heard."""

from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from lightship.core.site.versions import STEP, Version, VersionVector, includes, merged, next_epoch

NUMBERS = st.integers(1, 6)
HEARD = st.dictionaries(NUMBERS, NUMBERS, max_size=3)
STATES = st.tuples(st.tuples(NUMBERS, NUMBERS), HEARD)
DRAWS = st.integers(0, STEP - 1)


@given(st.lists(STATES, min_size=1, max_size=4), DRAWS)
def test_who_has_heard_them_all_contains_each_and_outranks_it(states: list[tuple[Version, VersionVector]], draw: int) -> None:
    vector = merged(states)
    epoch = next_epoch(vector, draw)
    assert all(includes((epoch, 1), vector, version) for version, _ in states)
    assert all(includes((epoch, 1), vector, (e, r)) for _, theirs in states for e, r in theirs.items())
    assert epoch > max(version[0] for version, _ in states)
    assert not any(includes((epoch, 1), vector, (e, vector[e] + 1)) for e in vector)


@given(st.lists(STATES, min_size=1, max_size=4))
def test_the_order_of_hearing_does_not_matter(states: list[tuple[Version, VersionVector]]) -> None:
    one_by_one: dict[int, int] = reduce(lambda known, state: merged([((0, 0), known), state]), states, {})
    assert {e: r for e, r in one_by_one.items() if e} == merged(reversed(states)) == merged([*states, states[0]])


def test_two_who_raise_the_same_epoch_seldom_take_the_same_number() -> None:
    assert next_epoch({}, 0) == 1
    assert next_epoch({1: 7, 4: 2}, 0) == 5
    assert next_epoch({4: 2}, 1) != next_epoch({4: 2}, 2)
