"""Read and set by hand where the name leads, and what each witness votes."""

from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from typing import Any

from lightship.config import PageConfig
from lightship.core.steering.decide import by_hand
from lightship.core.steering.records import FRESH, POINTERS, Place, Sets, Vote, place, pointed, record_of, votes_of
from lightship.witness import steered
from lightship.witness.controller import read_sets
from lightship.zones import Conflict, Zone, ZoneError, open_zone, within

TRIES = 5


class SteeringError(Exception):
    """The name cannot be steered; the message says why, and what to do."""


@dataclass(frozen=True)
class Steering:
    """The name of a page in its zone. Its methods raise ZoneError."""

    zone: Zone
    places: tuple[Place, ...]
    members: tuple[str, ...]

    @classmethod
    def of(cls, page: PageConfig) -> "Steering":
        """SteeringError where the page has no zone."""
        if page.zone is None:
            raise SteeringError(f"pages.{page.slug} has no zone: there is no name to steer")
        places = tuple(place(host.name, host.address, host.cname) for host in steered(page))
        return cls(open_zone(page.zone), places, tuple(peer.name for peer in page.witnesses))

    def read(self) -> Sets:
        return read_sets(self.zone, self.members)

    def set(self, hosts: tuple[str, ...], by: str, now: datetime) -> dict[str, Any]:
        """Point the name at these hosts and keep it there; with none, let the witnesses steer. The facts of the new state. A
        witness may move the name at the same moment: then read again, and set it all the same."""
        for _ in range(TRIES):
            sets = self.read()
            move = by_hand(sets, self.places, hosts, by, now, token_hex(6))
            to, expecting = within(self.zone, move.to), within(self.zone, move.expecting)
            try:
                self.zone.set_records(self.zone.name, to, expecting=expecting)
            except Conflict:
                continue
            except ZoneError as error:
                after = self.read() if error.unknown else {}
                # The addresses too: some providers change one set after the other.
                if not error.unknown or any(after.get(key) != values for key, values in to.items()):
                    raise
            return self.facts({**sets, **to}, now)  # not read again: it is set, whatever the zone does next
        raise SteeringError("the zone changed each time while it was set: look with `lightship steer`, then try again")

    def facts(self, sets: Sets, now: datetime) -> dict[str, Any]:
        record, hosts, votes = record_of(sets), pointed(sets, self.places), votes_of(sets, self.members)
        return {
            "name": self.zone.name,
            "records": {kind: sorted(sets[owner, kind]) for owner, kind in POINTERS if sets[owner, kind]},
            "hosts": None if hosts is None else list(hosts),
            "gen": record.gen if record else None,
            "by": record.by if record else None,
            "at": record.at if record else None,
            "pin": list(record.pin) if record else None,
            "witnesses": {name: _ballot(votes.get(name), now) for name in self.members} if self.zone.holds_votes else None,
        }


def _ballot(vote: Vote | None, now: datetime) -> dict[str, Any] | None:
    if vote is None:
        return None
    health = {host: {"up": state.up, "since": state.since} for host, state in vote.health.items()}
    return {"at": vote.at, "fresh": abs(now - vote.at) <= FRESH, "hosts": health}
