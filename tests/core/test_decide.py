"""When the name moves and when it does not: by table, and for any order of events."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from lightship.core.steering.decide import Alarm, Decision, Hold, Move, Trouble, Witness, by_hand, decide
from lightship.core.steering.records import (
    FRESH,
    HEALTHY,
    POINTERS,
    RECORD,
    Health,
    Key,
    MoveRecord,
    Vote,
    place,
    pointed,
    record_of,
    record_out,
    vote_key,
    vote_out,
    votes_of,
)

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
PLACES = (place("a", ["192.0.2.1", "2001:db8::1"]), place("b", ["192.0.2.2"]), place("c", ["192.0.2.3"]))
HOSTS = ("a", "b", "c")
NAMES = ("w1", "w2", "w3")


def view(text: str, since: datetime = NOW) -> dict[str, Health]:
    """`du?`: a is down, b is up, of c nothing is known."""
    return {host: Health({"u": True, "d": False, "?": None}[letter], since) for host, letter in zip(HOSTS, text, strict=False)}


@dataclass
class Table:
    """One decision of w1. `views`: what each witness votes; `late`: seconds since each voted."""

    views: str
    at: str = "a"
    members: tuple[str, ...] = NAMES
    record: MoveRecord | str | None = None
    late: Mapping[str, float] = field(default_factory=dict)
    since: datetime = NOW - timedelta(minutes=1)
    atomic: bool = True
    me: str = "w1"

    def sets(self) -> dict[Key, frozenset[str]]:
        found: dict[Key, frozenset[str]] = {key: frozenset() for key in (*POINTERS, RECORD)}
        for name in self.at:
            host = next((each for each in PLACES if each.name == name), place("?", ["198.51.100.7"]))
            found |= {key: found[key] | values for key, values in host.sets.items()}
        if self.record:
            found[RECORD] = frozenset({self.record if isinstance(self.record, str) else record_out(self.record)})
        for name, words in zip(NAMES, self.views.split(" "), strict=False):
            if words != "-":
                at = NOW - timedelta(seconds=self.late.get(name, 2))
                found[vote_key(name)] = frozenset({vote_out(Vote(at, view(words, self.since)))})
        return found

    def decided(self) -> Decision:
        sets, mine = self.sets(), dict(zip(NAMES, self.views.split(" "), strict=False))[self.me]
        me = Witness(self.me, self.members, PLACES, self.atomic)
        return decide(me, view(mine if mine != "-" else "???", self.since), sets, votes_of(sets, self.members), NOW, "nonce")


def pinned(*hosts: str) -> MoveRecord:
    return MoveRecord(3, "alice", NOW - timedelta(hours=1), 0, hosts, "x")


def moved(times: int, ago: float) -> MoveRecord:
    return MoveRecord(3, "w2", NOW - timedelta(seconds=ago), times, (), "x")


@pytest.mark.parametrize(
    ("table", "host"),
    [
        (Table("duu duu uuu"), "b"),
        (Table("duu duu duu"), "b"),
        (Table("ddu ddu ddu"), "c"),
        (Table("ddu duu duu"), "c"),
        (Table("duu udu duu"), "b"),
        (Table("uuu uuu -", at=""), "a"),
        (Table("duu", members=("w1",)), "b"),
        (Table("duu duu", members=("w1", "w2")), "b"),
        (Table("duu duu duu", at="ab"), "b"),
        (Table("ddu ddu ddu", at="ab"), "c"),
        (Table("du du du", at="ab"), "b"),
        (Table("udu udu -", at="b"), "a"),
        (Table("duu duu -", record=moved(2, ago=1)), "b"),
        (Table("duu duu -", record=moved(3, ago=31)), "b"),
        (Table("duu duu -", record=moved(0, ago=-3600)), "b"),
        (Table("duu duu -", record=moved(3, ago=-86400)), "b"),
    ],
)
def test_it_moves_to_the_first_host_that_a_majority_sees_up(table: Table, host: str) -> None:
    decision = table.decided()
    assert isinstance(decision, Move), decision
    assert decision.host == host


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (Table("uuu duu duu"), "a has it"),
        (Table("?uu duu duu"), "a has it"),
        (Table("duu uuu uuu"), "a is down for w1, 2 of 3 must say so"),
        (Table("duu duu uuu", late={"w2": 16}), "a is down for w1, 2 of 3 must say so"),
        (Table("duu duu uuu", late={"w2": -3600}), "a is down for w1, 2 of 3 must say so"),
        (Table("duu uuu", members=("w1", "w2")), "a is down for w1, 2 of 2 must say so"),
        (Table("udd duu uuu", at="b"), "b is down for w1, 2 of 3 must say so"),
        (Table("udu uuu uuu", record=pinned("a")), "pinned to a by alice"),
        (Table("duu duu -", record=moved(3, ago=29)), "1 s more are waited"),
        (Table("duu duu -", record=moved(4, ago=29)), "31 s more are waited"),
        (Table("uuu uuu uuu", at="b"), "b has it until a has been up for 30 minutes"),
        (Table("duu duu duu", atomic=False, me="w2"), "w1 moves it, for this zone cannot compare"),
    ],
)
def test_it_holds(table: Table, words: str) -> None:
    decision = table.decided()
    assert isinstance(decision, Hold), decision
    assert words in decision.reason


@pytest.mark.parametrize(
    ("table", "trouble"),
    [
        (Table("ddd ddd ddd"), Trouble.NOWHERE),
        (Table("dud ddd duu", late={"w3": 20}), Trouble.NOWHERE),
        (Table("ddd duu duu"), Trouble.NOWHERE),
        (Table("duu - -"), Trouble.QUORUM),
        (Table("uuu uuu -", late={"w2": 40}), Trouble.QUORUM),
        (Table("uuu uuu", late={"w1": 3600, "w2": 3600}), Trouble.QUORUM),
        (Table("duu duu duu", at="?"), Trouble.STRANGE),
        (Table("duu duu duu", at="a?"), Trouble.STRANGE),
        (Table("duu duu duu", record="edited by hand"), Trouble.RECORD),
        (Table("duu duu duu", record=pinned("a")), Trouble.PINNED),
    ],
)
def test_it_holds_and_calls_a_person(table: Table, trouble: Trouble) -> None:
    decision = table.decided()
    assert isinstance(decision, Alarm), decision
    assert decision.trouble is trouble


@pytest.mark.parametrize("minutes", [29, 31])
def test_it_comes_home_after_half_an_hour_of_health(minutes: int) -> None:
    decision = Table("uuu uuu uuu", at="b", since=NOW - timedelta(minutes=minutes)).decided()
    assert isinstance(decision, Move if minutes > 30 else Hold)


def test_it_does_not_come_home_on_one_witness_s_word() -> None:
    table = Table("uuu uuu uuu", at="b", since=NOW - HEALTHY)
    sets = {**table.sets(), **{vote_key(w): frozenset({vote_out(Vote(NOW, view("uuu")))}) for w in ("w2", "w3")}}
    decision = decide(Witness("w1", NAMES, PLACES), view("uuu", NOW - HEALTHY), sets, votes_of(sets, NAMES), NOW, "n")
    assert isinstance(decision, Hold)


def test_a_move_rests_on_the_set_the_lease_and_the_votes_of_its_quorum_as_they_were_read() -> None:
    table = Table("duu uuu duu", record=moved(1, 400), late={"w1": 4, "w2": 1, "w3": 3})
    flip, sets = table.decided(), table.sets()
    assert isinstance(flip, Move)
    keys = {*POINTERS, RECORD, vote_key("w1"), vote_key("w3"), vote_key("w2")}
    assert {*POINTERS, RECORD, vote_key("w1"), vote_key("w3")} <= set(flip.expecting) <= keys
    assert all(flip.expecting[key] == sets[key] for key in flip.expecting)
    assert flip.to == {("@", "A"): {"192.0.2.2"}, ("@", "AAAA"): frozenset(), RECORD: {record_out(flip.record)}}
    assert flip.record == MoveRecord(4, "w1", NOW, 1, (), "nonce")


def test_without_votes_in_the_zone_a_move_rests_on_the_set_and_the_lease() -> None:
    table = Table("duu duu duu")
    sets = {key: values for key, values in table.sets().items() if key in (*POINTERS, RECORD)}
    flip = decide(Witness("w1", NAMES, PLACES), view("duu"), sets, votes_of(table.sets(), NAMES), NOW, "n")
    assert isinstance(flip, Move)
    assert set(flip.expecting) == {*POINTERS, RECORD}


def test_a_person_s_word_beats_all_and_is_kept_until_taken_back() -> None:
    sets = Table("ddd ddd ddd", record="edited by hand").sets()
    flip = by_hand(sets, PLACES, ("b",), "alice", NOW, "n")
    sets |= flip.to
    assert pointed(sets, PLACES) == ("b",)
    assert isinstance(decide(Witness("w1", NAMES, PLACES), view("uud"), sets, votes_of(sets, NAMES), NOW, "n"), Alarm)
    free = by_hand(sets, PLACES, (), "alice", NOW, "n")
    record = record_of({**sets, **free.to})
    assert set(free.to) == {RECORD}
    assert record is not None
    assert (record.gen, record.pin, record.by) == (2, (), "alice")


class Sea(RuleBasedStateMachine):
    """Three witnesses, any of which may be blind, late, cut off or read long before it writes, and a zone that compares."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.zone: dict[Key, frozenset[str]] = {key: frozenset() for key in (*POINTERS, RECORD)}
        self.zone |= PLACES[0].sets
        self.views = {name: view("uuu") for name in NAMES}
        self.read: dict[str, dict[Key, frozenset[str]]] = {}
        self.skew = dict.fromkeys(NAMES, timedelta())

    @rule(name=st.sampled_from(NAMES), text=st.text("ud?", min_size=3, max_size=3))
    def see(self, name: str, text: str) -> None:
        self.views[name] = view(text, self.now)

    @rule(name=st.sampled_from(NAMES))
    def vote(self, name: str) -> None:
        self.zone[vote_key(name)] = frozenset({vote_out(Vote(self.now + self.skew[name], self.views[name]))})

    @rule(text=st.sampled_from(["duu", "udu", "uud", "ddu", "uuu"]))
    def all_see_and_vote(self, text: str) -> None:
        for name in NAMES:
            self.see(name, text)
            self.vote(name)

    @rule(seconds=st.sampled_from([1, 5, 14, 40, 400, 2000]))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(name=st.sampled_from(NAMES), seconds=st.sampled_from([0, 10, 3600, -3600]))
    def clock_goes_wrong(self, name: str, seconds: int) -> None:
        self.skew[name] = timedelta(seconds=seconds)

    @rule(name=st.sampled_from(NAMES))
    def look_at_the_zone(self, name: str) -> None:
        self.read[name] = dict(self.zone)

    @rule(host=st.sampled_from([(), ("a",), ("b",), ("a", "c")]))
    def pin(self, host: tuple[str, ...]) -> None:
        self.zone |= by_hand(self.zone, PLACES, host, "alice", self.now, "hand").to

    @rule(text=st.sampled_from(["duu", "udu", "uud"]))
    def swing(self, text: str) -> None:
        """All in a row, as fast as can be."""
        self.all_see_and_vote(text)
        self.all_act_on_one_reading()

    @rule(name=st.sampled_from(NAMES), text=st.sampled_from(["duu", "udu"]), data=st.data())
    def act_late(self, name: str, text: str, data: st.DataObject) -> None:
        """One reads, then something happens, then that one acts on what it read."""
        self.all_see_and_vote(text)
        self.look_at_the_zone(name)
        event = data.draw(st.sampled_from(["others", "pin", "blink", "swing"]))
        if event == "others":
            for other in (other for other in NAMES if other != name):
                self.see(other, data.draw(st.sampled_from(["uuu", "ddu", "???"])))
                self.vote(other)
        elif event == "pin":
            self.pin(data.draw(st.sampled_from([("a",), ("b",)])))
        elif event == "swing":
            self.swing(data.draw(st.sampled_from(["uud", "duu"])))
        else:
            self.see(name, data.draw(st.sampled_from(["ddu", "d?u", "udd", "u?d"])))
        self._act(name, self.read[name], "late")

    @precondition(lambda self: self.read)
    @rule(data=st.data())
    def act(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.read)))
        won = [self._act(name, self.read[name], "once"), self._act(name, self.read[name], "again")]
        assert won.count(True) < 2, "two moves on one reading"

    @rule()
    def all_act_on_one_reading(self) -> None:
        same = dict(self.zone)
        assert sum(self._act(name, same, name) for name in NAMES) < 2

    def _act(self, name: str, sets: dict[Key, frozenset[str]], nonce: str) -> bool:
        now, votes = self.now + self.skew[name], votes_of(sets, NAMES)
        decision = decide(Witness(name, NAMES, PLACES), self.views[name], sets, votes, now, nonce)
        if not isinstance(decision, Move) or any(self.zone.get(k, frozenset()) != v for k, v in decision.expecting.items()):
            return False
        self._is_right(name, decision, votes_of(self.zone, NAMES), now)
        self.zone |= decision.to
        return True

    def _is_right(self, name: str, flip: Move, votes: dict[str, Vote], now: datetime) -> None:
        """On what the zone holds at the moment of the move, not on what was read."""
        record, current = record_of(self.zone), pointed(self.zone, PLACES)
        assert record is not None
        assert not record.pin, "a pin was not respected"
        fresh = {who: vote for who, vote in votes.items() if abs(now - vote.at) <= FRESH}
        assert sum(vote.up(flip.host) for vote in fresh.values()) >= 2, "not up for a majority"
        home = flip.host == "a" and all(self.views[name][host].up is not False for host in current or ())
        assert home or not current or sum(any(vote.down(h) for h in current) for vote in fresh.values()) >= 2
        assert self.views[name][flip.host].up, "not up for the mover itself"
        assert abs(now - record.at) >= record.dwell
        if home:
            assert all(now - self.views[name]["a"].since >= HEALTHY for _ in current or ())

    @invariant()
    def the_name_leads_to_one_host_or_where_a_person_set_it(self) -> None:
        record, current = record_of(self.zone), pointed(self.zone, PLACES)
        assert record is not None
        assert current is not None
        assert len(current) == 1 or current == ("a", "c")


Sea.TestCase.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
TestAnyOrderOfEvents = Sea.TestCase


def test_the_machine_does_move_the_name() -> None:
    """Else what it promises would be empty."""
    sea = Sea()
    sea.all_see_and_vote("duu")
    sea.all_act_on_one_reading()
    assert pointed(sea.zone, PLACES) == ("b",)
    sea.wait(40)
    sea.all_see_and_vote("udu")
    sea.all_act_on_one_reading()
    assert pointed(sea.zone, PLACES) == ("a",)
