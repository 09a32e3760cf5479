"""What witnesses see, vote and hold, as values and as the texts that lie in a zone."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightship.core.site.receipt import CheckStatus
from lightship.core.steering.records import (
    DWELL,
    FIRST,
    LONGEST_DWELL,
    RECORD,
    Health,
    MoveRecord,
    Vote,
    after,
    alive,
    place,
    pointed,
    record_of,
    record_out,
    vote_in,
    vote_key,
    vote_out,
    votes_of,
)

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
LIVE, MUTE, FORGED, BLIND = CheckStatus.LIVE, CheckStatus.TIMED_OUT, CheckStatus.FORGED, CheckStatus.BLIND
A4, A6, B4, B6 = ("a", "192.0.2.1"), ("a", "2001:db8::1"), ("b", "192.0.2.2"), ("b", "2001:db8::2")
PLACES = (place("a", ["192.0.2.1", "2001:db8::1"]), place("b", ["192.0.2.2"]), place("c", (), "c.example"))


def looks(text: str) -> list[bool | None]:
    """`uud?`: up, up, down, could not tell."""
    return [{"u": True, "d": False, "?": None}[letter] for letter in text]


@pytest.mark.parametrize(
    ("text", "up"),
    [
        *(("", None), ("uu", None), ("uuu", True), ("uuudd", True), ("uuuddudd", True), ("uuuddd", False), ("ddd", False)),
        *(("ddduu", False), ("dddudduuu", True), ("uuu?", None), ("uuu?uu", None), ("uuu?uuu", True), ("ddd???", None)),
    ],
)
def test_a_host_turns_after_three_looks_of_one_mind(text: str, up: bool | None) -> None:
    state = None
    for number, look in enumerate(looks(text)):
        state = after(state, look, NOW + timedelta(seconds=2 * number), 3)
    assert (state.up if state else None) is up


def test_a_host_is_up_since_the_look_that_turned_it() -> None:
    state = None
    for number, look in enumerate(looks("uuuuddu")):
        state = after(state, look, NOW + timedelta(seconds=number), 3)
    assert state is not None
    assert state.since == NOW + timedelta(seconds=2)


@pytest.mark.parametrize(
    ("seen", "up"),
    [
        ({A4: LIVE, B4: LIVE}, {"a": True, "b": True}),
        ({A4: LIVE, A6: LIVE, B4: MUTE}, {"a": True, "b": False}),
        ({A4: LIVE, A6: MUTE, B4: LIVE, B6: LIVE}, {"a": False, "b": True}),
        ({A4: LIVE, A6: MUTE, B4: LIVE, B6: MUTE}, {"a": True, "b": True}),
        ({A4: LIVE, A6: FORGED, B4: LIVE, B6: MUTE}, {"a": False, "b": False}),
        ({A4: LIVE, A6: MUTE, B4: LIVE}, {"a": False, "b": True}),
        ({A4: LIVE, A6: BLIND, B4: LIVE, B6: BLIND}, {"a": True, "b": True}),
        ({A4: BLIND, B4: BLIND}, {"a": None, "b": None}),
        ({A4: MUTE, A6: MUTE, B4: MUTE, B6: MUTE}, {"a": False, "b": False}),
        ({A6: BLIND, B4: LIVE}, {"a": None, "b": True}),
    ],
    ids=[
        "both",
        "one silent",
        "its IPv6 is dead",
        "all IPv6 is silent: our own network",
        "IPv6 answers, but not as it should",
        "the only IPv6 is dead",
        "no IPv6 here",
        "no network here",
        "all silent",
        "a host that we have no way to",
    ],
)
def test_what_is_seen_at_addresses_adds_up_to_hosts(
    seen: dict[tuple[str, str], CheckStatus], up: dict[str, bool | None]
) -> None:
    assert alive(seen) == up
    assert alive(dict(reversed(seen.items()))) == up


seconds = st.integers(0, 4_000_000_000).map(lambda number: datetime.fromtimestamp(number, UTC))
names = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)


@given(seconds, st.dictionaries(names, st.builds(Health, st.booleans(), seconds)))
def test_a_vote_is_read_as_it_was_written(at: datetime, health: dict[str, Health]) -> None:
    assert vote_in(vote_out(Vote(at, health))) == Vote(at, health)


@given(st.text())
def test_what_is_no_vote_is_none_and_no_error(text: str) -> None:
    vote = vote_in(text)
    assert vote is None or text.split(" ")[0].isdigit()


@pytest.mark.parametrize("text", ["", "x", "12 a", "12 a=up", "12 a=UP:3", "12 a=up:x", "-1", "12  a=up:1", "9" * 40, "１２"])
def test_a_broken_vote_counts_for_nobody(text: str) -> None:
    assert vote_in(text) is None
    assert votes_of({vote_key("w1"): frozenset({text})}, ["w1"]) == {}


def test_two_votes_at_one_name_count_for_nobody_and_strangers_have_none() -> None:
    good = vote_out(Vote(NOW, {}))
    sets = {
        vote_key("w1"): frozenset({good, good + " a=up:1"}),
        vote_key("w9"): frozenset({good}),
        vote_key("w2"): frozenset({good}),
    }
    assert set(votes_of(sets, ["w1", "w2", "w3"])) == {"w2"}


@given(st.builds(MoveRecord, st.integers(0), names, seconds, st.integers(0, 99), st.lists(names, max_size=3).map(tuple), names))
def test_a_lease_is_read_as_it_was_written(record: MoveRecord) -> None:
    assert record_of({RECORD: frozenset({record_out(record)})}) == record


@pytest.mark.parametrize("texts", [{"nonsense"}, {"1 w1 2 3 - x", "2 w1 2 3 - x"}, {"one w1 2 3 - x"}, {"1 w1 2 3 - x more"}])
def test_a_lease_that_cannot_be_read_is_not_taken_for_none(texts: set[str]) -> None:
    assert record_of({RECORD: frozenset(texts)}) is None
    assert record_of({}) == FIRST


def test_moves_that_follow_quickly_make_it_dwell_twice_as_long_each_time() -> None:
    record, dwells = FIRST, []
    for number in range(14):
        record = record.moved("w1", (record.at if number else NOW) + record.dwell + timedelta(seconds=60), str(number))
        dwells.append(record.dwell)
    assert dwells[:5] == [timedelta(), timedelta(), DWELL, 2 * DWELL, 4 * DWELL]
    assert dwells[-1] == LONGEST_DWELL
    assert record.moved("w1", record.at + record.dwell + timedelta(minutes=6), "x").dwell == timedelta()


@pytest.mark.parametrize(
    ("sets", "hosts"),
    [
        ({}, ()),
        ({("@", "A"): {"192.0.2.1"}, ("@", "AAAA"): {"2001:db8::1"}}, ("a",)),
        ({("@", "A"): {"192.0.2.1"}}, ("a",)),
        ({("@", "A"): {"192.0.2.1", "192.0.2.2"}}, ("a", "b")),
        ({("@", "CNAME"): {"c.example"}}, ("c",)),
        ({("@", "A"): {"198.51.100.7"}}, None),
        ({("@", "A"): {"192.0.2.1", "198.51.100.7"}}, None),
    ],
)
def test_where_the_name_leads_is_told_by_hosts(sets: dict[tuple[str, str], set[str]], hosts: tuple[str, ...] | None) -> None:
    assert pointed({key: frozenset(values) for key, values in sets.items()}, PLACES) == hosts
