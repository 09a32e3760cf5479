"""Record sets as providers write them and as a Zone holds them: reading, conversion, expectations and TTLs."""

import ipaddress
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, groupby
from typing import Any, ClassVar

import dns.exception
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.TXT

from lightship.config.fields import Name
from lightship.zones import TXT_TTL, Conflict, Key, Sets, Zone, ZoneError
from lightship.zones._rest import Rest

TYPES = ("A", "AAAA", "CNAME", "TXT")

Rows = dict[Key, list[Any]]
"""A provider's own records or record sets, by what they are for us; an empty list where there is none."""


@dataclass(frozen=True, kw_only=True)
class Provider(Zone):
    """A provider with an API: what it holds is read, compared with what is expected, and changed."""

    who: ClassVar[str]
    """Its name in messages."""

    name: Name
    ttl: int = 30

    def __post_init__(self) -> None:
        check_ttl(self.ttl, self.floor, self.who)

    def read(self, name: str, keys: Collection[Key]) -> Sets:
        return self._sets(self._read(name, keys))

    def set_records(self, name: str, to: Sets, *, expecting: Sets) -> None:
        to, expecting = with_exclusions(to, expecting)
        current = self._read(name, {*to, *expecting})
        expect(name, self._sets(current), expecting)
        self._change(name, to, current)

    def _read(self, name: str, keys: Collection[Key]) -> Rows:
        current: Rows = {key: [] for key in sorted(keys)}
        for label, group in groupby(current, key=lambda key: key[0]):
            for kind, row in self._rows(owner(name, label), [kind for _, kind in group]):
                current[label, kind].append(row)
        return current

    def _sets(self, current: Rows) -> Sets:
        return {key: self._values(key[1], rows) for key, rows in current.items()}

    def _rows(self, full: str, kinds: Collection[str]) -> Iterable[tuple[str, Any]]:
        """What a name has of these types, each with its type. ZoneError for what is no simple record set."""
        raise NotImplementedError

    def _change(self, name: str, to: Sets, current: Rows) -> None:
        """Change the sets in `to`. Conflict if any row is not as it was read a moment ago."""
        raise NotImplementedError

    def _values(self, kind: str, rows: Any) -> frozenset[str]:
        """What rows of this type hold: here each is the text of a value."""
        return values(kind, rows)

    @cached_property
    def _rest(self) -> Rest:
        return Rest(self.who)


def swapped(current: Rows, to: Sets, make: Callable[[Key], Any]) -> tuple[list[Any], list[Any]]:
    """All rows as they are, to be deleted, and those to be made. A set that is only expected is deleted and put back as it
    was, so that the change fails if it is not."""
    new = {**current, **{key: [make(key)] if wanted else [] for key, wanted in to.items()}}
    return list(chain(*current.values())), list(chain(*new.values()))


def owner(name: str, label: str) -> str:
    return name if label == "@" else f"{label}.{name}"


def values(kind: str, texts: Iterable[str]) -> frozenset[str]:
    """The values of a record set, from a provider's texts."""
    return frozenset(unquoted(text) if kind == "TXT" else _normal(kind, text) for text in texts)


def zone_file(kind: str, value: str) -> str:
    """A value as a zone file has it, which is what Route 53 and Cloud DNS want."""
    return quoted(value) if kind == "TXT" else f"{value}." if kind == "CNAME" else value


def quoted(text: str) -> str:
    """TXT in strings of 255 bytes at most, each in quotation marks."""
    raw = text.encode("utf-8", "surrogateescape")
    strings = [raw[start : start + 255] for start in range(0, len(raw) or 1, 255)]
    return dns.rdtypes.ANY.TXT.TXT(dns.rdataclass.IN, dns.rdatatype.TXT, strings).to_text()


def unquoted(text: str) -> str:
    """The reverse. A text without quotation marks stays as it is."""
    if not text.startswith('"'):
        return text
    try:
        rdata: Any = dns.rdata.from_text(dns.rdataclass.IN, "TXT", text)
    except dns.exception.DNSException:
        return text
    return b"".join(rdata.strings).decode("utf-8", "surrogateescape")


def with_exclusions(to: Sets, expecting: Sets) -> tuple[Sets, Sets]:
    """Both in normal form. To what is expected comes what must be absent: a CNAME excludes every other type."""
    to, expecting = _normalised(to), _normalised(expecting)
    added = {key for key, wanted in to.items() if wanted}
    beside = {(label, kind) for label, new in added for kind in TYPES if "CNAME" in (kind, new) and kind != new}
    return to, {**{key: frozenset() for key in beside if key not in to}, **expecting}


def _normalised(sets: Sets) -> Sets:
    try:
        return {key: frozenset(_normal(key[1], value) for value in wanted) for key, wanted in sets.items()}
    except ValueError as error:
        raise ZoneError(f"no record can be made: {error}", permanent=True) from error


def _normal(kind: str, value: str) -> str:
    if kind in ("A", "AAAA"):
        return str(ipaddress.ip_address(value))
    return value if kind == "TXT" else value.rstrip(".").lower()


def expect(name: str, current: Sets, expecting: Sets) -> None:
    """Conflict if something is not as expected."""
    for key, expected in expecting.items():
        if current[key] != expected:
            actual, wanted = (", ".join(sorted(values)) or "nothing" for values in (current[key], expected))
            raise Conflict(f"{owner(name, key[0])} {key[1]} is {actual}, not {wanted} as expected")


def check_written(name: str, current: Sets, to: Sets) -> None:
    """ZoneError if the zone does not hold what was just written."""
    if current != to:
        message = f"{name} was changed, but is not as it was made: someone else may have changed it too"
        raise ZoneError(message, unknown=True)


def lifetime(kind: str, ttl: int, floor: int) -> int:
    return max(TXT_TTL, floor) if kind == "TXT" else ttl


def check_ttl(ttl: int, floor: int, provider: str) -> None:
    """ValueError if a provider does not serve so short a TTL."""
    if ttl < floor:
        raise ValueError(f"ttl must be {floor} or more with {provider}, not {ttl}")
