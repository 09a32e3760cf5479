"""What a move is made of: what it changes, on what condition, who may make it, and what it says to people."""

from datetime import timedelta

import pytest
from tests.core.test_decide import NOW, PLACES, Table, moved, pinned, view

from lightship.core.steering.decide import Alarm, Hold, Move, Trouble, Witness, by_hand, decide
from lightship.core.steering.records import (
    FRESH,
    HEALTHY,
    POINTERS,
    RECORD,
    Health,
    Key,
    MoveRecord,
    Sets,
    Vote,
    record_of,
    record_out,
    vote_key,
    vote_out,
    votes_of,
)

EMPTY: Sets = dict.fromkeys((*POINTERS, RECORD), frozenset())
A, B = ({key: place.sets.get(key, frozenset()) for key in POINTERS} for place in PLACES[:2])


def led(**more: frozenset[str]) -> dict[Key, frozenset[str]]:
    return {**A, RECORD: frozenset({record_out(MoveRecord(4, "w2", NOW - timedelta(hours=1), 3, (), "old"))})}


def test_a_person_moves_it_on_condition_of_what_was_read_and_pins_it() -> None:
    flip = by_hand(led(), PLACES, ["b"], "alice", NOW, "nonce")
    assert flip.expecting == led()
    assert flip.record == MoveRecord(5, "alice", NOW, 0, ("b",), "nonce")
    assert (flip.host, flip.reason) == ("b", "by hand")
    assert {key: value for key, value in flip.to.items() if key != RECORD} == {
        key: B[key] for key in POINTERS if A[key] != B[key]
    }
    assert record_of(flip.to) == flip.record


def test_a_person_may_pin_it_to_several_or_let_go_and_leave_it_where_it_is() -> None:
    both = by_hand(led(), PLACES, ["a", "b"], "alice", NOW, "nonce")
    assert (both.host, both.record.pin) == ("a and b", ("a", "b"))
    assert both.to["@", "A"] == A["@", "A"] | B["@", "A"]
    free = by_hand(led(), PLACES, [], "alice", NOW, "nonce")
    assert (free.host, free.record.pin, set(free.to)) == ("", (), {RECORD})


def test_a_person_moves_it_where_there_never_was_a_lease_or_there_is_none_to_read() -> None:
    first = by_hand({}, PLACES, ["a"], "alice", NOW, "nonce")
    assert first.expecting == EMPTY
    assert first.record == MoveRecord(1, "alice", NOW, 0, ("a",), "nonce")
    broken = {**A, RECORD: frozenset({"rubbish"})}
    mended = by_hand(broken, PLACES, ["a"], "alice", NOW, "nonce")
    assert (mended.expecting, mended.record) == (broken, MoveRecord(1, "alice", NOW, 0, ("a",), "nonce"))


def test_what_the_zone_does_not_hold_is_expected_to_be_absent() -> None:
    """A provider may leave out what is empty."""
    votes = {vote_key(name): frozenset({vote_out(Vote(NOW, view("uuu")))}) for name in ("w1", "w2")}
    decision = decide(Witness("w1", ("w1", "w2"), PLACES), view("uuu"), votes, votes_of(votes, ("w1", "w2")), NOW, "n")
    assert isinstance(decision, Move)
    assert decision.expecting == {**EMPTY, **votes}
    assert decision.to == {
        **{key: values for key, values in A.items() if values},
        RECORD: frozenset({record_out(decision.record)}),
    }


def test_a_move_stands_on_its_own_vote_and_the_newest_of_the_others() -> None:
    """They stay as they are the longest: a condition on an old vote fails as soon as that witness votes again."""
    late = {"w1": 9.0, "w2": 8.0, "w3": 1.0}
    decision = Table("duu duu duu", late=late).decided()
    assert isinstance(decision, Move)
    assert {key for key in decision.expecting if key not in (*POINTERS, RECORD)} == {vote_key("w1"), vote_key("w3")}


@pytest.mark.parametrize(
    ("table", "mover"),
    [
        (Table("duu duu duu", atomic=False), "w1"),
        (Table("udu duu duu", atomic=False, me="w2"), "w2"),
        (Table("udu duu duu", atomic=False, me="w3"), "w2"),
        (Table("ddu duu duu", atomic=False, me="w3"), "w2"),
    ],
)
def test_where_the_zone_cannot_compare_the_first_who_sees_both_moves_it(table: Table, mover: str) -> None:
    decision = table.decided()
    if table.me == mover:
        assert isinstance(decision, Move)
    else:
        assert isinstance(decision, Hold)
        assert f"{mover} moves it" in decision.reason


@pytest.mark.parametrize(("short", "moves"), [(timedelta(), True), (timedelta(seconds=1), False)])
def test_it_goes_home_when_a_majority_has_seen_it_well_for_as_long_as_is_asked(short: timedelta, moves: bool) -> None:
    decision = Table("uuu uuu uuu", at="b", since=NOW - HEALTHY + short).decided()
    assert isinstance(decision, Move if moves else Hold)
    if isinstance(decision, Move):
        assert (decision.host, decision.reason) == ("a", "a has been well for 30 minutes")
        assert decision.record.nonce == "nonce"


@pytest.mark.parametrize("mine", [{}, {"a": Health(None, NOW)}, {"a": Health(False, NOW)}])
def test_it_does_not_go_home_to_a_host_that_this_witness_does_not_see_up(mine: dict[str, Health]) -> None:
    table = Table("uuu uuu uuu", at="b", since=NOW - 2 * HEALTHY)
    sets = table.sets()
    decision = decide(Witness("w1", table.members, PLACES), mine, sets, votes_of(sets, table.members), NOW, "nonce")
    assert isinstance(decision, Hold)
    assert decision.reason == "b has it"


@pytest.mark.parametrize(("late", "counts"), [(FRESH.total_seconds(), True), (FRESH.total_seconds() + 1, False)])
def test_a_vote_counts_as_long_as_it_is_fresh(late: float, counts: bool) -> None:
    assert isinstance(Table("duu duu -", late={"w2": late}).decided(), Move if counts else Alarm)


@pytest.mark.parametrize(("ago", "moves"), [(30, True), (29, False)])
def test_a_name_that_moved_often_stays_for_its_dwell(ago: float, moves: bool) -> None:
    assert isinstance(Table("duu duu -", record=moved(3, ago=ago)).decided(), Move if moves else Hold)


@pytest.mark.parametrize(
    ("table", "trouble", "words"),
    [
        (Table("duu - -"), Trouble.QUORUM, "only w1 of the witnesses w1, w2, w3 votes; 2 must, or the name cannot move"),
        (Table("- - -"), Trouble.QUORUM, "only nobody of the witnesses w1, w2, w3 votes; 2 must"),
        (Table("duu duu - -", members=("w1", "w2", "w3", "w4")), Trouble.QUORUM, "only w1, w2 of the witnesses w1, w2, w3, w4"),
        (Table("ddd ddd ddd"), Trouble.NOWHERE, "a is down, and no other host is up for 2 witnesses: nothing is changed"),
        (Table("ddd ddd ddd", at="ab"), Trouble.NOWHERE, "a and b is down, and no other host"),
        (Table("ddd ddd ddd", at=""), Trouble.NOWHERE, "no host is down"),
        (
            Table("duu duu duu", record=pinned("a")),
            Trouble.PINNED,
            "it is pinned to a, which is down: run `lightship steer auto`",
        ),
        (Table("ddu ddu ddu", at="ab", record=pinned("a", "b")), Trouble.PINNED, "it is pinned to a and b, which is down"),
        (Table("uuu uuu uuu", at="?"), Trouble.STRANGE, "the name leads to 198.51.100.7, which is no host here"),
        (Table("uuu uuu uuu", at="a?"), Trouble.STRANGE, "the name leads to 192.0.2.1, 198.51.100.7, 2001:db8::1, which"),
        (
            Table("uuu uuu uuu", record="rubbish"),
            Trouble.RECORD,
            "the lease cannot be read (rubbish): run `lightship",
        ),
    ],
)
def test_an_alarm_says_what_is_wrong_and_what_to_run(table: Table, trouble: Trouble, words: str) -> None:
    decision = table.decided()
    assert isinstance(decision, Alarm)
    assert decision.trouble is trouble
    assert words in decision.reason
