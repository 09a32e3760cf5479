"""Where the name points: DNS that holds the page's name. One file a kind, one class in it, found by its name.

A kind is a frozen dataclass whose fields are its configuration; every kind has `name` (what readers type) and `ttl`. Its
methods block: call them in a thread. Owners are relative to a name, so that a canary beside the page's name is handled
like the page's name.
"""

from collections.abc import Collection
from typing import ClassVar, Protocol

from lightship.config import BackEndConfig
from lightship.config import kinds as back_ends
from lightship.core.steering.records import Key as Key
from lightship.core.steering.records import Sets as Sets

TXT_TTL = 5
"""Seconds. Move records and votes are read from the primary only, and no cache may keep an old one."""


class ZoneError(Exception):
    """The zone did not do what was asked, or it is unknown whether it did. The message is for an operator.

    `permanent`: a retry does not help, and may do harm (`abuse`, a wrong key), until a person changes something.
    `unknown`: the change may have been made. Read again.
    """

    def __init__(self, message: str, *, permanent: bool = False, unknown: bool = False) -> None:
        super().__init__(message)
        self.permanent, self.unknown = permanent, unknown


class Conflict(ZoneError):
    """The record sets are not as expected; nothing was changed. Read again, then decide again."""


class Zone(Protocol):
    """A DNS provider that holds the name. Both methods may raise ZoneError. A kind inherits from it, and names what differs."""

    atomic: ClassVar[bool] = True
    """Whether `set_records` compares and sets in one step. If not, it reads, compares, writes and reads back, and of two
    concurrent writers both may believe for a moment that they won."""
    holds_votes: ClassVar[bool] = False
    """Whether it takes a vote every few seconds, and votes as conditions of a change."""
    holds_txt: ClassVar[bool] = True
    """Whether it holds TXT. Without TXT there is no move record: no pin, and no count of the moves of the name."""
    floor: ClassVar[int] = 1
    """Shortest TTL that the provider serves, in seconds."""

    name: str
    ttl: int
    """TTL of address records, in seconds; never below `floor`."""

    def read(self, name: str, keys: Collection[Key]) -> Sets:
        """What the authority itself holds now (not a cache): every requested key, with an empty set where there is none."""

    def set_records(self, name: str, to: Sets, *, expecting: Sets) -> None:
        """Replace every set in `to` at once (an empty one is deleted) if every set in `expecting` is as given; else raise
        Conflict and change nothing."""


def within(zone: Zone, sets: Sets) -> Sets:
    """The sets that the zone can hold: without TXT where it holds none."""
    return sets if zone.holds_txt else {key: values for key, values in sets.items() if key[1] != "TXT"}


def find(kind: str) -> type[Zone]:
    """The class of a kind. LookupError if there is none."""
    zone: type[Zone] = back_ends.find(__name__, __path__, kind, "set_records")
    return zone


def open_zone(config: BackEndConfig) -> Zone:
    return find(config.kind)(**config.options)
