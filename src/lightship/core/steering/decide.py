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
    LEASE,
    NOTHING,
    POINTERS,
    Lease,
    Place,
    Sets,
    Stand,
    Vote,
    lease_of,
    lease_out,
    pointed,
    vote_key,
)


@dataclass(frozen=True, slots=True)
class Hold:
    """Nothing to do, or nothing that may be done."""

    words: str


class Trouble(StrEnum):
    """What a person must look at."""

    LEASE = "lease"
    STRANGE = "strange"
    QUORUM = "quorum"
    NOWHERE = "nowhere"
    PINNED = "pinned"


@dataclass(frozen=True, slots=True)
class Alarm:
    """Nothing that may be done, and a person must know."""

    trouble: Trouble
    words: str


@dataclass(frozen=True, slots=True)
class Flip:
    """Point the name at `host`: make `to` so, if `expecting` is."""

    host: str
    words: str
    to: Sets
    expecting: Sets
    lease: Lease


Decision = Hold | Alarm | Flip


@dataclass(frozen=True, slots=True)
class Witness:
    """Who decides. `roll`: all witnesses that are configured, this one among them. `places`: the most preferred first.
    `compares`: whether the zone takes conditions; if not, the first by name of those who would move does."""

    name: str
    roll: tuple[str, ...]
    places: tuple[Place, ...]
    compares: bool = True

    @property
    def majority(self) -> int:
        return len(self.roll) // 2 + 1


@dataclass(frozen=True, slots=True)
class _Scene:
    """All that one decision looks at. `votes` are the fresh ones."""

    me: Witness
    mine: Mapping[str, Stand]
    sets: Sets
    votes: Mapping[str, Vote]
    lease: Lease
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
    me: Witness, mine: Mapping[str, Stand], sets: Sets, votes: Mapping[str, Vote], now: datetime, nonce: str
) -> Decision:
    """`mine`: what this witness sees now; `sets`: POINTERS, LEASE and, if the zone holds votes, theirs, as read; `votes`:
    the newest of each witness, however they came."""
    lease, current = lease_of(sets), pointed(sets, me.places)
    if lease is None:
        return Alarm(Trouble.LEASE, f"the lease cannot be read ({', '.join(sorted(sets[LEASE]))}): run `lightship steer auto`")
    if current is None:
        told = ", ".join(sorted(frozenset().union(*(sets.get(key, NOTHING) for key in POINTERS))))
        return Alarm(Trouble.STRANGE, f"the name leads to {told}, which is no host here: run `lightship steer to HOST`")
    fresh = {name: vote for name, vote in votes.items() if name in me.roll and abs(now - vote.at) <= FRESH}
    scene = _Scene(me, mine, sets, fresh, lease, current, now)
    return _pinned(scene) or _unable(scene) or (_away(scene, nonce) if _must_go(scene) else _home(scene, nonce))


def _pinned(scene: _Scene) -> Decision | None:
    if not scene.lease.pin:
        return None
    told = " and ".join(scene.lease.pin)
    if scene.current and scene.enough(scene.down()):
        return Alarm(Trouble.PINNED, f"it is pinned to {told}, which is down: run `lightship steer auto` or `steer to HOST`")
    return Hold(f"pinned to {told} by {scene.lease.by}")


def _unable(scene: _Scene) -> Decision | None:
    if scene.enough(tuple(scene.votes)):
        return None
    heard = ", ".join(sorted(scene.votes)) or "nobody"
    words = f"only {heard} of the witnesses {', '.join(scene.me.roll)} votes; {scene.me.majority} must, or the name cannot move"
    return Alarm(Trouble.QUORUM, words)


def _must_go(scene: _Scene) -> bool:
    """The name leads nowhere, or to what this witness sees down."""
    return not scene.current or any(scene.sees(host, False) for host in scene.current)


def _away(scene: _Scene, nonce: str) -> Decision:
    down = scene.down() if scene.current else tuple(scene.votes)
    told = " and ".join(scene.current) or "no host"
    if not scene.enough(down):
        return Hold(
            f"{told} is down for {', '.join(down) or 'nobody'}, {scene.me.majority} of {len(scene.me.roll)} must say so"
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
    stand = scene.mine.get(first.name)
    if first.name in scene.current or not stand or not stand.up:
        return Hold(f"{' and '.join(scene.current)} has it")
    long = [name for name in scene.up(first.name) if scene.now - scene.votes[name].stands[first.name].since >= HEALTHY]
    if scene.now - stand.since < HEALTHY or not scene.enough(long):
        return Hold(f"{' and '.join(scene.current)} has it until {first.name} has been up for {HEALTHY.seconds // 60} minutes")
    return _move(scene, first, (), tuple(long), f"{first.name} has been well for {HEALTHY.seconds // 60} minutes", nonce)


def _move(scene: _Scene, to: Place, down: Sequence[str], up: Sequence[str], words: str, nonce: str) -> Decision:
    me, lease = scene.me, scene.lease
    # A lease from the future was written by a wrong clock (a laptop's, say): no reason to wait until then.
    if (left := lease.dwell - abs(scene.now - lease.at)).total_seconds() > 0:
        return Hold(f"{words}, but it moved {lease.moves} times in a row: {left.total_seconds():.0f} s more are waited")
    able = sorted({*up} & {*down} if down else {*up})
    if not me.compares and able and me.name != able[0]:
        return Hold(f"{words}: {able[0]} moves it, for this zone cannot compare")
    quorum = {*_firsts(scene, down), *_firsts(scene, up)}
    made = lease.moved(me.name, scene.now, nonce)
    expecting = {key: scene.sets.get(key, NOTHING) for key in (*POINTERS, LEASE)}
    expecting |= {vote_key(name): scene.sets[vote_key(name)] for name in quorum if vote_key(name) in scene.sets}
    return Flip(to.name, words, pointing(scene.sets, to.sets, made), expecting, made)


def _firsts(scene: _Scene, voters: Sequence[str]) -> list[str]:
    """As many of them as a majority needs: this witness, then who voted last, for these stay as they are the longest."""
    return sorted(voters, key=lambda name: (name != scene.me.name, -scene.votes[name].at.timestamp()))[: scene.me.majority]


def pointing(sets: Sets, to: Sets, lease: Lease) -> Sets:
    """What to change for the name to lead there: only what is otherwise, for a key may be let to change no more."""
    changed = {key: to.get(key, NOTHING) for key in POINTERS if sets.get(key, NOTHING) != to.get(key, NOTHING)}
    return {**changed, LEASE: frozenset({lease_out(lease)})}


def by_hand(sets: Sets, places: Sequence[Place], pin: Sequence[str], by: str, now: datetime, nonce: str) -> Flip:
    """A person's own word, which nothing is weighed against: to these hosts and stay there, or with no pin, let go."""
    lease = lease_of(sets) or Lease(0, by, now, 0, (), nonce)
    made = replace(lease.moved(by, now, nonce), pin=tuple(pin), moves=0)
    known = {each.name: each.sets for each in places}
    wanted = {key: NOTHING.union(*(known[name][key] for name in pin)) for key in POINTERS} if pin else sets
    expecting = {key: sets.get(key, NOTHING) for key in (*POINTERS, LEASE)}
    return Flip(" and ".join(pin), "by hand", pointing(sets, wanted, made), expecting, made)
