"""Which network an address belongs to: offline from the packaged table, online from Team Cymru's DNS.

script/asn makes the table; ASN-LICENSE.md names its sources.
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

ATTRIBUTION = "RouteViews, NRO and DB-IP (db-ip.com), CC BY 4.0"


@dataclass(frozen=True, slots=True)
class Network:
    """An autonomous system. Two are equal by their number, for sources spell its name differently."""

    number: int
    name: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f"AS{self.number}" + (f" {self.name}" if self.name else "")


@dataclass(frozen=True)
class Table:
    """`ranges`: by version of IP, the starts of address ranges in order, and the network number of each range (0: none). IPv6
    starts are the upper 64 bits."""

    date: str
    ranges: Mapping[int, tuple[Sequence[int], Sequence[int]]] = field(repr=False)
    names: Mapping[int, str] = field(repr=False)

    def find(self, address: str) -> Network | None:
        ip = ipaddress.ip_address(address)
        starts, numbers = self.ranges[ip.version]
        index = bisect_right(starts, int(ip) if ip.version == 4 else int(ip) >> 64) - 1
        number = numbers[index] if index >= 0 else 0
        return Network(number, self.names.get(number, "")) if number else None


@lru_cache(1)
def packaged() -> Table:
    """asn.xz: a head of 64 bytes in JSON, four columns of little-endian numbers, then lines of number and name."""
    data = lzma.decompress(resources.files(__package__).joinpath("asn.xz").read_bytes())
    head, start = json.loads(data[:64]), 64
    columns = []
    for code, count in (("I", head["ipv4"]), ("I", head["ipv4"]), ("Q", head["ipv6"]), ("I", head["ipv6"])):
        column = array.array(code)
        end = start + count * column.itemsize
        column.frombytes(data[start:end])
        start = end
        if sys.byteorder == "big":
            column.byteswap()
        columns.append(column)
    lines = (line.partition("\t") for line in data[start:].decode().splitlines())
    names = {int(number): name for number, _, name in lines}
    steps4, numbers4, steps6, numbers6 = columns
    ipv4 = array.array("I", itertools.accumulate(steps4))
    ipv6 = array.array("Q", itertools.accumulate(steps6))
    return Table(head["date"], {4: (ipv4, numbers4), 6: (ipv6, numbers6)}, names)


def fresh(resolver: dns.resolver.Resolver, address: str) -> Network | None:
    """The network by Team Cymru's DNS; None where it does not answer or does not know."""
    ip = ipaddress.ip_address(address)
    pointer, zone = ip.reverse_pointer.rsplit(".", 2)[0], "origin" if ip.version == 4 else "origin6"
    origin = _fields(resolver, f"{pointer}.{zone}.asn.cymru.com")
    number = origin[0].partition(" ")[0] if len(origin) > 2 else ""
    if not number.isdecimal():  # some resolvers answer every question, with their own text
        return None
    system = _fields(resolver, f"AS{number}.asn.cymru.com")
    return Network(int(number), system[-1] if system else "")


def answers(resolver: dns.resolver.Resolver) -> bool:
    """Whether Team Cymru can be asked from here: tried once, rather than a timeout for each address."""
    return bool(_fields(resolver, "AS23028.asn.cymru.com"))


def _fields(resolver: dns.resolver.Resolver, name: str) -> list[str]:
    """The fields of a TXT answer `a | b | c`; none where there is no such answer."""
    try:
        answer = resolver.resolve(name, "TXT")
    except (dns.exception.DNSException, OSError):
        return []
    text = b"".join(next(iter(answer)).strings).decode("utf-8", "replace")
    return [part.strip() for part in text.split("|")]
