"""For each kind of zone, a real provider to keep a name at (or a named fake, where no real one can be had): a fresh name for
each test, on servers shared by the session.

To add a kind: write a function that takes pytest's request and gives a Place (a fake is a class `Fake...` in a file of its
own, which speaks the provider's protocol on a loopback port; start it here), and add a line to PLACES. The contract suite
then runs against it, and fails for a kind that has none.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace

import dns.message
import dns.query
import pytest
from tests import servers
from tests.dns import Layout

from lightship.zones import Key, Zone


@dataclass(frozen=True)
class Place:
    """`dead`: the same zone at a provider that does not answer. `refused`: with credentials that are wrong. `served_ttl`: the
    TTL of a set as the provider hands it out (a set that is there). `types`: what the kind can hold."""

    zone: Zone
    dead: Zone
    refused: Zone
    served_ttl: Callable[[str, Key], int]
    types: tuple[str, ...] = ("A", "AAAA", "CNAME", "TXT")


def bind(request: pytest.FixtureRequest) -> Place:
    return primary_place(request.getfixturevalue("bind"))


def knot(request: pytest.FixtureRequest) -> Place:
    return primary_place(request.getfixturevalue("knot"))


def powerdns(request: pytest.FixtureRequest) -> Place:
    return primary_place(request.getfixturevalue("powerdns"))


def primary_place(primary: Layout) -> Place:
    def served_ttl(name: str, key: Key) -> int:
        owner = name if key[0] == "@" else f"{key[0]}.{name}"
        answer = dns.query.udp(dns.message.make_query(owner, key[1]), primary.address, 5, primary.port)
        return int(answer.answer[0].ttl)

    zone = primary.zone(name=f"{secrets.token_hex(6)}.{primary.name}", zone=primary.name)
    other = replace(zone.key, secret=primary.keys["transfer"])
    return Place(zone, replace(zone, port=servers.free_port()), replace(zone, key=other), served_ttl)


Make = Callable[[pytest.FixtureRequest], Place]


@dataclass(frozen=True)
class Case:
    """`needs`: the servers of tests/servers.py without which it cannot run."""

    kind: str
    make: Make
    needs: tuple[str, ...] = ()


PLACES: tuple[Case, ...] = (
    Case("rfc2136", bind, ("bind",)),
    Case("rfc2136", knot, ("knot",)),
    Case("rfc2136", powerdns, ("powerdns",)),
)
