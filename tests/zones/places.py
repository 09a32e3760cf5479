"""For each kind of zone, a real provider to keep a name at (or a named fake, where no real one can be had): a fresh name for
each test, on servers shared by the session.

To add a kind: write a function that takes pytest's request and gives a Place (a fake is a class `Fake...` in a file of its
own, which speaks the provider's protocol on a loopback port; start it here), and add a line to PLACES. The contract suite
then runs against it, and fails for a kind that has none.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import dns.message
import dns.query
import pytest
from tests import servers
from tests.name_servers import Layout
from tests.zones.fakes import Fake
from tests.zones.fakes.azure import FakeAzureDns
from tests.zones.fakes.cloudflare import FakeCloudflare
from tests.zones.fakes.dyndns2 import FakeDyndns2
from tests.zones.fakes.google import FakeCloudDns, private_key
from tests.zones.fakes.route53 import FakeRoute53

from lightship.zones import Key, Zone
from lightship.zones.azure import Azure
from lightship.zones.cloudflare import Cloudflare
from lightship.zones.dyndns2 import Dyndns2
from lightship.zones.google import Google
from lightship.zones.lexicon import Lexicon
from lightship.zones.route53 import Route53


@dataclass(frozen=True)
class Place:
    """`dead`: the same zone at a provider that does not answer. `refused`: with credentials that are wrong. `served_ttl`: the
    TTL of a set as the provider hands it out (a set that is there). `types`: what the kind can hold. `quotes`: whether its
    texts may have quotation marks."""

    zone: Zone
    dead: Zone
    refused: Zone
    served_ttl: Callable[[str, Key], int]
    types: tuple[str, ...] = ("A", "AAAA", "CNAME", "TXT")
    quotes: bool = True


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


def fake_route53(request: pytest.FixtureRequest) -> Place:
    fake = _started(request, FakeRoute53("Z1", "acmestatus.net"))
    zone = Route53(name=_fresh(), zone="Z1", key=fake.key, secret=fake.secret, endpoint=fake.url)
    return Place(zone, replace(zone, endpoint=_nowhere()), replace(zone, secret="wrong"), _ttl(fake))


def fake_google(request: pytest.FixtureRequest) -> Place:
    fake = _started(request, FakeCloudDns("acme", "acmestatus.net"))
    zone = Google(name=_fresh(), project="acme", zone="acme", key=fake.account(), endpoint=fake.url)
    stranger = fake.account(private_key())
    return Place(zone, replace(zone, endpoint=_nowhere()), replace(zone, key=stranger), _ttl(fake))


def fake_azure(request: pytest.FixtureRequest) -> Place:
    fake = _started(request, FakeAzureDns("acmestatus.net"))
    zone = Azure(
        name=_fresh(),
        zone="acmestatus.net",
        subscription="s1",
        resource_group="acme",
        tenant="tenant1",
        client="client1",
        secret=fake.secret,
        endpoint=fake.url,
        login=fake.url,
    )
    dead = replace(zone, endpoint=_nowhere(), login=_nowhere())
    return Place(zone, dead, replace(zone, secret="wrong"), _ttl(fake))


def fake_cloudflare(request: pytest.FixtureRequest) -> Place:
    fake = _started(request, FakeCloudflare("c0ffee", "acmestatus.net"))
    zone = Cloudflare(name=_fresh(), zone="c0ffee", token=fake.token, endpoint=fake.url)
    return Place(zone, replace(zone, endpoint=_nowhere()), replace(zone, token="wrong"), _ttl(fake))


def lexicon_on_powerdns(request: pytest.FixtureRequest) -> Place:
    primary, url = request.getfixturevalue("powerdns_api")
    auth = {"pdns_server": url, "auth_token": "a-secret-of-the-tests"}
    zone = Lexicon(name=_fresh(), zone=primary.name, provider="powerdns", auth=auth)
    served = primary_place(primary).served_ttl
    dead, refused = ({**auth, "pdns_server": _nowhere()}, {**auth, "auth_token": "wrong"})
    return Place(zone, replace(zone, auth=dead), replace(zone, auth=refused), served, ("A", "AAAA", "TXT"), quotes=False)


def fake_dyndns2(request: pytest.FixtureRequest) -> Place:
    primary: Layout = request.getfixturevalue("bind")
    name = _fresh(primary.name)
    fake = _started(request, FakeDyndns2(primary.zone(name=name, zone=primary.name, ttl=60)))
    place = f"{primary.address}:{primary.port}"
    zone = Dyndns2(name=name, server=f"{fake.url}/nic/update", user="acme", password=fake.password, nameservers=[place])
    dead = replace(zone, server=f"{_nowhere()}/nic/update", nameservers=[f"127.0.0.1:{servers.free_port()}"])
    return Place(zone, dead, replace(zone, password="wrong"), primary_place(primary).served_ttl, types=("A", "AAAA"))


Faked = TypeVar("Faked", bound=Fake)


def _started(request: pytest.FixtureRequest, fake: Faked) -> Faked:
    running = fake.running()
    running.__enter__()
    request.addfinalizer(lambda: running.__exit__(None, None, None))
    return fake


def _fresh(zone: str = "acmestatus.net") -> str:
    return f"{secrets.token_hex(6)}.{zone}"


def _nowhere() -> str:
    return f"http://127.0.0.1:{servers.free_port()}"


def _ttl(fake: Any) -> Callable[[str, Key], int]:
    return lambda name, key: int(fake.ttl(name if key[0] == "@" else f"{key[0]}.{name}", key[1]))


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
    Case("route53", fake_route53),
    Case("google", fake_google),
    Case("azure", fake_azure),
    Case("cloudflare", fake_cloudflare),
    Case("lexicon", lexicon_on_powerdns, ("powerdns",)),
    Case("dyndns2", fake_dyndns2, ("bind",)),
)
