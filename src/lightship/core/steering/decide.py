"""Whether to move the name, decided by one witness from its own checks, the votes of all witnesses and the zone.

A move carries the records it was decided on (where the name points, the move record, the votes of the quorum). It fails where
one of them has changed: of several witnesses that decide at once on one reading, one wins.
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
    """No move is needed, or none is allowed."""

    reason: str


class Trouble(StrEnum):
    """What a person must look into."""

    RECORD = "lease"
    STRANGE = "strange"
    QUORUM = "quorum"
    NOWHERE = "nowhere"
    PINNED = "pinned"


@dataclass(frozen=True, slots=True)
class Alarm:
    """No move is possible, and a person must know."""

    trouble: Trouble
    reason: str


@dataclass(frozen=True, slots=True)
class Move:
    """Point the name at `host`: write the record sets `to` if the zone still has those of `expecting`."""

    host: str
    reason: str
    to: Sets
    expecting: Sets
    record: MoveRecord


Decision = Hold | Alarm | Move


@dataclass(frozen=True, slots=True)
class Witness:
    """The witness that decides. `members`: all configured witnesses, this one among them. `places`: the most preferred first.
    `atomic`: whether the zone has conditional writes; if not, only the first by name of those that would move the name does."""

    name: str
    members: tuple[str, ...]
    places: tuple[Place, ...]
    atomic: bool = True

    @property
    def majority(self) -> int:
        return len(self.members) // 2 + 1


@dataclass(frozen=True, slots=True)
class _Scene:
    """All that one decision is made from. `votes`: only the fresh ones."""

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
        """The witnesses for which the name leads to a host that is down."""
        return tuple(name for name, vote in self.votes.items() if any(vote.down(host) for host in self.current))

    def enough(self, voters: Sequence[str]) -> bool:
        return len(voters) >= self.me.majority


def decide(
    me: Witness, mine: Mapping[str, Health], sets: Sets, votes: Mapping[str, Vote], now: datetime, nonce: str
) -> Decision:
    """`mine`: what this witness sees now. `sets`: POINTERS, RECORD and, if the zone holds votes, theirs, as read. `votes`: the
    newest of each witness, from the zone or from peers."""
    record, current = record_of(sets), pointed(sets, me.places)
    if record is None:
        return Alarm(
            Trouble.RECORD, f"the lease cannot be read ({', '.join(sorted(sets[RECORD]))}): run `lightship steer auto`"
        )
    if current is None:
        values = ", ".join(sorted(frozenset().union(*(sets.get(key, NOTHING) for key in POINTERS))))
        return Alarm(Trouble.STRANGE, f"the name leads to {values}, which is no host here: run `lightship steer to HOST`")
    fresh = {name: vote for name, vote in votes.items() if name in me.members and abs(now - vote.at) <= FRESH}
    scene = _Scene(me, mine, sets, fresh, record, current, now)
    must_go = not current or any(scene.sees(host, False) for host in current)
    return _pinned(scene) or _unable(scene) or (_away if must_go else _home)(scene, nonce)


def _pinned(scene: _Scene) -> Decision | None:
    if not scene.record.pin:
        return None
    hosts = " and ".join(scene.record.pin)
    if scene.current and scene.enough(scene.down()):
        return Alarm(Trouble.PINNED, f"it is pinned to {hosts}, which is down: run `lightship steer auto` or `steer to HOST`")
    return Hold(f"pinned to {hosts} by {scene.record.by}")


def _unable(scene: _Scene) -> Decision | None:
    if scene.enough(tuple(scene.votes)):
        return None
    voters, members = ", ".join(sorted(scene.votes)) or "nobody", ", ".join(scene.me.members)
    reason = f"only {voters} of the witnesses {members} votes; {scene.me.majority} must, or the name cannot move"
    return Alarm(Trouble.QUORUM, reason)


def _away(scene: _Scene, nonce: str) -> Decision:
    down = scene.down() if scene.current else tuple(scene.votes)
    hosts, majority = " and ".join(scene.current) or "no host", scene.me.majority
    if not scene.enough(down):
        return Hold(f"{hosts} is down for {', '.join(down) or 'nobody'}, {majority} of {len(scene.me.members)} must say so")
    for place in scene.me.places:
        up = scene.up(place.name)
        # The name may lead to several hosts: one that is down takes none of the others with it.
        if scene.sees(place.name, True) and scene.enough(up) and scene.current != (place.name,):
            return _move(scene, place, down, up, f"{hosts} is down", nonce)
    return Alarm(Trouble.NOWHERE, f"{hosts} is down, and no other host is up for {majority} witnesses: nothing is changed")


def _home(scene: _Scene, nonce: str) -> Decision:
    """Back to the most preferred host, once it has been up for HEALTHY."""
    first, hosts, minutes = scene.me.places[0], " and ".join(scene.current), HEALTHY.seconds // 60
    health = scene.mine.get(first.name)
    if first.name in scene.current or not health or not health.up:
        return Hold(f"{hosts} has it")
    voters = [name for name in scene.up(first.name) if scene.now - scene.votes[name].health[first.name].since >= HEALTHY]
    if scene.now - health.since < HEALTHY or not scene.enough(voters):
        return Hold(f"{hosts} has it until {first.name} has been up for {minutes} minutes")
    return _move(scene, first, (), voters, f"{first.name} has been well for {minutes} minutes", nonce)


def _move(scene: _Scene, to: Place, down: Sequence[str], up: Sequence[str], reason: str, nonce: str) -> Decision:
    me, record = scene.me, scene.record
    # A move record from the future was written by a wrong clock (a laptop's, say): no reason to wait until then.
    if (left := record.dwell - abs(scene.now - record.at)).total_seconds() > 0:
        return Hold(f"{reason}, but it moved {record.moves} times in a row: {left.total_seconds():.0f} s more are waited")
    able = sorted({*up} & {*down} if down else {*up})
    if not me.atomic and able and me.name != able[0]:
        return Hold(f"{reason}: {able[0]} moves it, for this zone cannot compare")
    quorum = {*_firsts(scene, down), *_firsts(scene, up)}
    made = record.moved(me.name, scene.now, nonce)
    expecting = {key: scene.sets.get(key, NOTHING) for key in (*POINTERS, RECORD)}
    expecting |= {vote_key(name): scene.sets[vote_key(name)] for name in quorum if vote_key(name) in scene.sets}
    return Move(to.name, reason, pointing(scene.sets, to.sets, made), expecting, made)


def _firsts(scene: _Scene, voters: Sequence[str]) -> list[str]:
    """As many of them as a majority needs: this witness, then those with the newest votes, for these stay unchanged longest."""
    return sorted(voters, key=lambda name: (name != scene.me.name, -scene.votes[name].at.timestamp()))[: scene.me.majority]


def pointing(sets: Sets, to: Sets, record: MoveRecord) -> Sets:
    """The record sets to change for the name to lead there: only those that differ, for a key may be allowed no others."""
    changed = {key: to.get(key, NOTHING) for key in POINTERS if sets.get(key, NOTHING) != to.get(key, NOTHING)}
    return {**changed, RECORD: frozenset({record_out(record)})}


def by_hand(sets: Sets, places: Sequence[Place], pin: Sequence[str], by: str, now: datetime, nonce: str) -> Move:
    """The move that a person orders, whatever the witnesses see: to these hosts, and stay there. With no pin: end the pin."""
    record = record_of(sets) or MoveRecord(0, by, now, 0, (), nonce)
    made = replace(record.moved(by, now, nonce), pin=tuple(pin), moves=0)
    known = {place.name: place.sets for place in places}
    wanted = {key: NOTHING.union(*(known[name][key] for name in pin)) for key in POINTERS} if pin else sets
    expecting = {key: sets.get(key, NOTHING) for key in (*POINTERS, RECORD)}
    return Move(" and ".join(pin), "by hand", pointing(sets, wanted, made), expecting, made)
