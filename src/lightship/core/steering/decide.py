"""Whether to move the name, decided as one witness from what it sees, what all of them vote and what the zone holds.

A move carries what it rests on (where the name points, the lease, the votes of the quorum), so that it fails where any of it
is no longer so: of any that decide at once on one reading, one wins.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from lightship.core.steering.records import (
    FRESH,
    HEALTHY,
    NOTHING,
    POINTERS,
    RECORD,
    Health,
    MoveRecord,
    Place,
    Sets,
    Vote,
    pointed,
    record_of,
    record_out,
    vote_key,
)


@dataclass(frozen=True, slots=True)
class Hold:
    """Nothing to do, or nothing that may be done."""

    reason: str


class Trouble(StrEnum):
    """What a person must look at."""

    RECORD = "lease"
    STRANGE = "strange"
    QUORUM = "quorum"
    NOWHERE = "nowhere"
    PINNED = "pinned"


@dataclass(frozen=True, slots=True)
class Alarm:
    """Nothing that may be done, and a person must know."""

    trouble: Trouble
    reason: str


@dataclass(frozen=True, slots=True)
class Move:
    """Point the name at `host`: make `to` so, if `expecting` is."""

    host: str
    reason: str
    to: Sets
    expecting: Sets
    record: MoveRecord


Decision = Hold | Alarm | Move


@dataclass(frozen=True, slots=True)
class Witness:
    """Who decides. `roll`: all witnesses that are configured, this one among them. `places`: the most preferred first.
    `compares`: whether the zone takes conditions; if not, the first by name of those who would move does."""

    name: str
    members: tuple[str, ...]
    places: tuple[Place, ...]
    atomic: bool = True

    @property
    def majority(self) -> int:
        return len(self.members) // 2 + 1


@dataclass(frozen=True, slots=True)
class _Scene:
    """All that one decision looks at. `votes` are the fresh ones."""

    me: Witness
    mine: Mapping[str, Health]
    sets: Sets
    votes: Mapping[str, Vote]
    record: MoveRecord
    current: tuple[str, ...]
    now: datetime

    def sees(self, host: str, up: bool) -> bool:
        return host in self.mine and self.mine[host].up is up

    def up(self, host: str) -> tuple[str, ...]:
        return tuple(name for name, vote in self.votes.items() if vote.up(host))

    def down(self) -> tuple[str, ...]:
        """Who sees the name lead to a host that is down."""
        return tuple(name for name, vote in self.votes.items() if any(vote.down(host) for host in self.current))

    def enough(self, voters: Sequence[str]) -> bool:
        return len(voters) >= self.me.majority


def decide(
    me: Witness, mine: Mapping[str, Health], sets: Sets, votes: Mapping[str, Vote], now: datetime, nonce: str
) -> Decision:
    """`mine`: what this witness sees now; `sets`: POINTERS, LEASE and, if the zone holds votes, theirs, as read; `votes`:
    the newest of each witness, however they came."""
    record, current = record_of(sets), pointed(sets, me.places)
    if record is None:
        return Alarm(
            Trouble.RECORD, f"the lease cannot be read ({', '.join(sorted(sets[RECORD]))}): run `lightship steer auto`"
        )
    if current is None:
        told = ", ".join(sorted(frozenset().union(*(sets.get(key, NOTHING) for key in POINTERS))))
        return Alarm(Trouble.STRANGE, f"the name leads to {told}, which is no host here: run `lightship steer to HOST`")
    fresh = {name: vote for name, vote in votes.items() if name in me.members and abs(now - vote.at) <= FRESH}
    scene = _Scene(me, mine, sets, fresh, record, current, now)
    return _pinned(scene) or _unable(scene) or (_away(scene, nonce) if _must_go(scene) else _home(scene, nonce))


def _pinned(scene: _Scene) -> Decision | None:
    if not scene.record.pin:
        return None
    told = " and ".join(scene.record.pin)
    if scene.current and scene.enough(scene.down()):
        return Alarm(Trouble.PINNED, f"it is pinned to {told}, which is down: run `lightship steer auto` or `steer to HOST`")
    return Hold(f"pinned to {told} by {scene.record.by}")


def _unable(scene: _Scene) -> Decision | None:
    if scene.enough(tuple(scene.votes)):
        return None
    vector = ", ".join(sorted(scene.votes)) or "nobody"
    words = (
        f"only {vector} of the witnesses {', '.join(scene.me.members)} votes; {scene.me.majority} must, or the name cannot move"
    )
    return Alarm(Trouble.QUORUM, words)


def _must_go(scene: _Scene) -> bool:
    """The name leads nowhere, or to what this witness sees down."""
    return not scene.current or any(scene.sees(host, False) for host in scene.current)


def _away(scene: _Scene, nonce: str) -> Decision:
    down = scene.down() if scene.current else tuple(scene.votes)
    told = " and ".join(scene.current) or "no host"
    if not scene.enough(down):
        return Hold(
            f"{told} is down for {', '.join(down) or 'nobody'}, {scene.me.majority} of {len(scene.me.members)} must say so"
        )
    for each in scene.me.places:
        up = scene.up(each.name)
        # Of several that the name leads to, one that is down takes none of the others with it.
        if scene.sees(each.name, True) and scene.enough(up) and scene.current != (each.name,):
            return _move(scene, each, down, up, f"{told} is down", nonce)
    return Alarm(
        Trouble.NOWHERE, f"{told} is down, and no other host is up for {scene.me.majority} witnesses: nothing is changed"
    )


def _home(scene: _Scene, nonce: str) -> Decision:
    """Back to the most preferred host, once it has been well for long."""
    first = scene.me.places[0]
    state = scene.mine.get(first.name)
    if first.name in scene.current or not state or not state.up:
        return Hold(f"{' and '.join(scene.current)} has it")
    long = [name for name in scene.up(first.name) if scene.now - scene.votes[name].health[first.name].since >= HEALTHY]
    if scene.now - state.since < HEALTHY or not scene.enough(long):
        return Hold(f"{' and '.join(scene.current)} has it until {first.name} has been up for {HEALTHY.seconds // 60} minutes")
    return _move(scene, first, (), tuple(long), f"{first.name} has been well for {HEALTHY.seconds // 60} minutes", nonce)


def _move(scene: _Scene, to: Place, down: Sequence[str], up: Sequence[str], words: str, nonce: str) -> Decision:
    me, record = scene.me, scene.record
    # A lease from the future was written by a wrong clock (a laptop's, say): no reason to wait until then.
    if (left := record.dwell - abs(scene.now - record.at)).total_seconds() > 0:
        return Hold(f"{words}, but it moved {record.moves} times in a row: {left.total_seconds():.0f} s more are waited")
    able = sorted({*up} & {*down} if down else {*up})
    if not me.atomic and able and me.name != able[0]:
        return Hold(f"{words}: {able[0]} moves it, for this zone cannot compare")
    quorum = {*_firsts(scene, down), *_firsts(scene, up)}
    made = record.moved(me.name, scene.now, nonce)
    expecting = {key: scene.sets.get(key, NOTHING) for key in (*POINTERS, RECORD)}
    expecting |= {vote_key(name): scene.sets[vote_key(name)] for name in quorum if vote_key(name) in scene.sets}
    return Move(to.name, words, pointing(scene.sets, to.sets, made), expecting, made)


def _firsts(scene: _Scene, voters: Sequence[str]) -> list[str]:
    """As many of them as a majority needs: this witness, then who voted last, for these stay as they are the longest."""
    return sorted(voters, key=lambda name: (name != scene.me.name, -scene.votes[name].at.timestamp()))[: scene.me.majority]


def pointing(sets: Sets, to: Sets, record: MoveRecord) -> Sets:
    """What to change for the name to lead there: only what is otherwise, for a key may be let to change no more."""
    changed = {key: to.get(key, NOTHING) for key in POINTERS if sets.get(key, NOTHING) != to.get(key, NOTHING)}
    return {**changed, RECORD: frozenset({record_out(record)})}


def by_hand(sets: Sets, places: Sequence[Place], pin: Sequence[str], by: str, now: datetime, nonce: str) -> Move:
    """A person's own word, which nothing is weighed against: to these hosts and stay there, or with no pin, let go."""
    record = record_of(sets) or MoveRecord(0, by, now, 0, (), nonce)
    made = replace(record.moved(by, now, nonce), pin=tuple(pin), moves=0)
    known = {each.name: each.sets for each in places}
    wanted = {key: NOTHING.union(*(known[name][key] for name in pin)) for key in POINTERS} if pin else sets
    expecting = {key: sets.get(key, NOTHING) for key in (*POINTERS, RECORD)}
    return Move(" and ".join(pin), "by hand", pointing(sets, wanted, made), expecting, made)
