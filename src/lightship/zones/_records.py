"""Record sets as providers write them and as a Zone holds them: conversion, expectations and TTLs."""

import ipaddress
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

import dns.exception
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.TXT

from lightship.zones import TXT_TTL, Conflict, Key, Sets, ZoneError

TYPES = ("A", "AAAA", "CNAME", "TXT")


def owner(name: str, label: str) -> str:
    return name if label == "@" else f"{label}.{name}"


def labels(keys: Collection[Key]) -> list[str]:
    return sorted({label for label, _ in keys})


def relative(zone: str, full: str) -> str:
    """A name relative to its zone, "@" for the zone itself. ZoneError if it is not in the zone."""
    if full == zone:
        return "@"
    if not full.endswith("." + zone):
        raise ZoneError(f"{full} is not in the zone {zone}", permanent=True)
    return full.removesuffix("." + zone)


def values(kind: str, texts: Iterable[str]) -> frozenset[str]:
    """The values of a record set, from a provider's texts."""
    return frozenset(unquoted(text) if kind == "TXT" else _normal(kind, text) for text in texts)


def sets(current: Mapping[Key, Any], keys: Collection[Key], texts: Callable[[Any], Iterable[str]]) -> Sets:
    """A provider's record sets as a Zone's. `texts` gives the values in one of the provider's."""
    return {key: values(key[1], texts(current[key])) if key in current else frozenset() for key in keys}


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
        rdata = dns.rdata.from_text(dns.rdataclass.IN, "TXT", text)
    except dns.exception.DNSException:
        return text
    strings: tuple[bytes, ...] = getattr(rdata, "strings", ())
    return b"".join(strings).decode("utf-8", "surrogateescape")


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


def replacements(keys: Collection[Key], to: Sets, current: Mapping[Key, Any], make: Callable[[Key], Any]) -> list[Any]:
    """The provider's record sets after the change. A set that is only expected is put back as it was, so that the change
    fails if it is not."""
    new = (current.get(key) if key not in to else to[key] and make(key) for key in keys)
    return [record_set for record_set in new if record_set]


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
