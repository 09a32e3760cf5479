"""Which network an address belongs to: offline from the packaged table, freshly from Team Cymru's DNS.

The table is made by script/asn; whose data it is says ASN-LICENSE.md beside it.
"""

import array
import ipaddress
import itertools
import json
import lzma
import sys
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources

import dns.exception
import dns.resolver
import dns.reversename

ATTRIBUTION = "RouteViews, NRO and DB-IP (db-ip.com), CC BY 4.0"


@dataclass(frozen=True, slots=True)
class Network:
    """An autonomous system. `country` is where its registry has it; empty where it was not asked."""

    number: int
    name: str = ""
    country: str = ""

    def __str__(self) -> str:
        return f"AS{self.number}" + (f" {self.name}" if self.name else "")


@dataclass(frozen=True)
class Table:
    """Where ranges begin, and whose each is (0: nobody's); IPv6 by the upper half of addresses."""

    date: str
    four: Sequence[int] = field(repr=False)
    four_of: Sequence[int] = field(repr=False)
    six: Sequence[int] = field(repr=False)
    six_of: Sequence[int] = field(repr=False)
    names: Mapping[int, str] = field(repr=False)

    def find(self, address: str) -> Network | None:
        at = ipaddress.ip_address(address)
        starts, numbers, key = (self.four, self.four_of, int(at)) if at.version == 4 else (self.six, self.six_of, int(at) >> 64)
        index = bisect_right(starts, key) - 1
        number = numbers[index] if index >= 0 else 0
        return Network(number, self.names.get(number, "")) if number else None


@lru_cache(1)
def packaged() -> Table:
    return read(resources.files(__package__).joinpath("asn.xz").read_bytes())


def read(packed: bytes) -> Table:
    data = lzma.decompress(packed)
    head, at = json.loads(data[:64]), 64
    columns = []
    for code, count in (("I", head["ipv4"]), ("I", head["ipv4"]), ("Q", head["ipv6"]), ("I", head["ipv6"])):
        column = array.array(code)
        column.frombytes(data[at : at + count * column.itemsize])
        at += count * column.itemsize
        if sys.byteorder == "big":
            column.byteswap()
        columns.append(column)
    lines = (line.partition("\t") for line in data[at:].decode().splitlines())
    names = {int(number): name for number, _, name in lines}
    four, four_of, six, six_of = columns
    return Table(
        head["date"],
        array.array("I", itertools.accumulate(four)),
        four_of,
        array.array("Q", itertools.accumulate(six)),
        six_of,
        names,
    )


def fresh(resolver: dns.resolver.Resolver, address: str) -> Network | None:
    """What Team Cymru says now; None where it cannot be asked or knows nothing."""
    four = ipaddress.ip_address(address).version == 4
    below, zone = (dns.reversename.ipv4_reverse_domain, "origin") if four else (dns.reversename.ipv6_reverse_domain, "origin6")
    pointer = dns.reversename.from_address(address).relativize(below)
    origin = _text(resolver, f"{pointer}.{zone}.asn.cymru.com")
    if len(origin) < 3:
        return None
    number = int(origin[0].split()[0])
    about = _text(resolver, f"AS{number}.asn.cymru.com")
    return Network(number, about[-1] if about else "", about[1] if len(about) > 1 else origin[2])


def answers(resolver: dns.resolver.Resolver) -> bool:
    """Whether Team Cymru can be asked from here: once, rather than wait for each address."""
    return bool(_text(resolver, "AS23028.asn.cymru.com"))


def _text(resolver: dns.resolver.Resolver, name: str) -> list[str]:
    """The parts of a TXT answer `a | b | c`; none where there is no such answer."""
    try:
        answer = resolver.resolve(name, "TXT")
    except (dns.exception.DNSException, OSError):
        return []
    first = b"".join(next(iter(answer)).strings).decode("utf-8", "replace")
    return [part.strip() for part in first.split("|")]
