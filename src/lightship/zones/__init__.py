"""Where the name points: DNS that holds the page's name. One file a kind, one class in it, found by its name.

A kind is a frozen dataclass whose fields are its configuration; `name` (what readers type) and `ttl` every kind has. Its
methods block: call them in a thread. Names of sets are relative to the name they are about, so that a canary beside the
page's name is handled just as the page's name itself.
"""

from collections.abc import Collection, Mapping
from typing import ClassVar, Protocol

from lightship.config import ZoneConfig
from lightship.config import kinds as back_ends

Key = tuple[str, str]
"""An owner relative to a name ("@" is the name itself, "_lease" is `_lease.NAME`) and a type: A, AAAA, CNAME or TXT."""

Sets = Mapping[Key, frozenset[str]]
"""Record sets: addresses in their shortest text, names without the dot at the end, TXT as one string each. An empty set
says that there is no such set."""

ADDRESSES: tuple[Key, ...] = (("@", "A"), ("@", "AAAA"), ("@", "CNAME"))
"""All that decides where a name points."""

TXT_TTL = 5
"""Seconds: leases and votes are read from the primary only, and nobody may keep an old one."""


class ZoneError(Exception):
    """A zone did not do what was asked, or it is not known whether it did. The message is for an operator.

    `permanent`: asking again will not help, and may do harm (`abuse`, a wrong key), until a person changes something.
    `unknown`: the change may have been made: read again.
    """

    def __init__(self, message: str, *, permanent: bool = False, unknown: bool = False) -> None:
        super().__init__(message)
        self.permanent, self.unknown = permanent, unknown


class Conflict(ZoneError):
    """The sets are not what was expected: nothing was changed. Read again, then decide again."""


class Zone(Protocol):
    """One DNS provider with the name in it. Both methods may raise ZoneError."""

    atomic: ClassVar[bool]
    """Whether `point` compares and sets at once. If not, it reads, compares, writes and reads back, and two that write at
    the same time may both believe that they won for a moment."""
    holds_votes: ClassVar[bool]
    """Whether it takes a vote every few seconds, and votes as conditions of a change."""
    holds_txt: ClassVar[bool]
    """Whether it holds TXT. Without it there is no lease: no pin, and no memory of how often the name moved."""
    floor: ClassVar[int]
    """The shortest TTL that it serves, in seconds."""

    @property
    def name(self) -> str: ...

    @property
    def ttl(self) -> int:
        """Seconds, for addresses; never below `floor`."""

    def read(self, name: str, keys: Collection[Key]) -> Sets:
        """What the authority holds now (not a cache): every key asked for, with an empty set where there is none."""

    def set_records(self, name: str, to: Sets, *, expecting: Sets) -> None:
        """Make each set of `to` what it says (an empty one: gone), all at once, if each set of `expecting` is as it says;
        else Conflict, and nothing changed."""


def within(zone: Zone, sets: Sets) -> Sets:
    """What of it the zone can hold: without the lease, where it holds no texts."""
    return sets if zone.holds_txt else {key: values for key, values in sets.items() if key[1] != "TXT"}


def kinds() -> tuple[str, ...]:
    return back_ends.kinds(__path__)


def find(kind: str) -> type[Zone]:
    """The class of a kind. LookupError if there is none."""
    found: type[Zone] = back_ends.find(__name__, __path__, kind, "set_records")
    return found


def open_zone(config: ZoneConfig) -> Zone:
    return find(config.kind)(**config.options)
