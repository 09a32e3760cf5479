"""Record sets as providers write them, and as a Zone speaks of them."""

import ipaddress
from collections.abc import Iterable

import dns.exception
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.TXT

from lightship.zones import TXT_TTL, Conflict, Sets, ZoneError

KINDS = ("A", "AAAA", "CNAME", "TXT")


def owner(name: str, label: str) -> str:
    return name if label == "@" else f"{label}.{name}"


def below(zone: str, full: str) -> str:
    """A name relative to its zone, "@" for the zone itself. ZoneError if it is not in there."""
    if full == zone:
        return "@"
    if not full.endswith("." + zone):
        raise ZoneError(f"{full} is not in the zone {zone}", permanent=True)
    return full.removesuffix("." + zone)


def values(kind: str, written: Iterable[str]) -> frozenset[str]:
    """What a provider wrote, as a set of a Zone."""
    return frozenset(_value(kind, text) for text in written)


def written(kind: str, value: str) -> str:
    """As in a zone file: what Route 53 and Cloud DNS want."""
    return quoted(value) if kind == "TXT" else f"{value}." if kind == "CNAME" else value


def quoted(text: str) -> str:
    """TXT in strings of 255 bytes at most, each in quotation marks."""
    raw = text.encode("utf-8", "surrogateescape")
    strings = [raw[start : start + 255] for start in range(0, len(raw) or 1, 255)]
    return dns.rdtypes.ANY.TXT.TXT(dns.rdataclass.IN, dns.rdatatype.TXT, strings).to_text()


def unquoted(text: str) -> str:
    """But a text without quotation marks stays as it is."""
    if not text.startswith('"'):
        return text
    try:
        rdata = dns.rdata.from_text(dns.rdataclass.IN, "TXT", text)
    except dns.exception.DNSException:
        return text
    strings: tuple[bytes, ...] = getattr(rdata, "strings", ())
    return b"".join(strings).decode("utf-8", "surrogateescape")


def _value(kind: str, text: str) -> str:
    if kind in ("A", "AAAA"):
        return str(ipaddress.ip_address(text))
    return unquoted(text) if kind == "TXT" else text.rstrip(".").lower()


def agreed(to: Sets, expecting: Sets) -> tuple[Sets, Sets]:
    """What to make and what to expect, in plain text. To what is expected comes what must not be there, lest a CNAME stand
    beside something else, or the reverse."""
    to, expecting = _plain(to), _plain(expecting)
    owners = {(label, kind) for (label, kind), wanted in to.items() if wanted}
    beside = {(label, other) for label, kind in owners for other in KINDS if "CNAME" in (kind, other) and kind != other}
    return to, {**{key: frozenset() for key in beside if key not in to}, **expecting}


def _plain(sets: Sets) -> Sets:
    try:
        return {key: frozenset(_spoken(key[1], value) for value in wanted) for key, wanted in sets.items()}
    except ValueError as error:
        raise ZoneError(f"no record can be made: {error}", permanent=True) from error


def _spoken(kind: str, value: str) -> str:
    return value if kind == "TXT" else _value(kind, value)


def expect(name: str, held: Sets, expecting: Sets) -> None:
    """Conflict if something is not as expected."""
    for key, expected in expecting.items():
        if held[key] != expected:
            raise Conflict(f"{owner(name, key[0])} {key[1]} is {_told(held[key])}, not {_told(expected)} as expected")


def _told(found: frozenset[str]) -> str:
    return ", ".join(sorted(found)) or "nothing"


def lifetime(kind: str, ttl: int, floor: int) -> int:
    return max(TXT_TTL, floor) if kind == "TXT" else ttl


def check_ttl(ttl: int, floor: int, provider: str) -> None:
    """ValueError if a provider does not serve so short a TTL."""
    if ttl < floor:
        raise ValueError(f"ttl must be {floor} or more with {provider}, not {ttl}")
