"""Ask each name server of the page's name directly, and bring back what each said."""

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.resolver
import dns.rrset

from lightship.doctor.asn import Network
from lightship.doctor.environment import Environment, at_once

KINDS = ("A", "AAAA", "CNAME", "HTTPS", "SVCB")


@dataclass(frozen=True, slots=True)
class Server:
    name: str
    address: str
    network: Network | None

    def __str__(self) -> str:
        return f"{self.name} ({self.address})"


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The zone as one server has it. `sets`: of the name by kind, and NS, SOA and DNSKEY of the zone, with the signatures that
    came along. `fault`: why there is none."""

    server: Server
    fault: str = ""
    sets: dict[str, dns.rrset.RRset] = field(default_factory=dict)
    signatures: dict[str, dns.rrset.RRset] = field(default_factory=dict)

    @property
    def serial(self) -> int:
        return int(self.sets["SOA"][0].serial) if "SOA" in self.sets else 0

    def values(self, kind: str) -> frozenset[str]:
        return frozenset(str(item).rstrip(".") for item in self.sets.get(kind, ()))

    @property
    def addresses(self) -> frozenset[str]:
        return self.values("A") | self.values("AAAA")


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegation:
    """`apex`: the zone that holds the name; empty where nobody could tell. `ds`: what the parent says of its keys."""

    name: str
    apex: str = ""
    views: tuple[View, ...] = ()
    ds: dns.rrset.RRset | None = None
    chain: tuple[tuple[str, int], ...] = ()
    """Each CNAME on the way, as a resolver follows it, with its TTL there."""

    @property
    def answering(self) -> tuple[View, ...]:
        return tuple(view for view in self.views if not view.fault)


def is_name(url: str) -> bool:
    """Whether DNS has a part in it: not so for an address, or this machine's own name."""
    host = urlsplit(url if "//" in url else f"//{url}").hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return "." in host and not host.endswith(".localhost")
    return False


def delegation(name: str, world: Environment) -> Delegation:
    apex = zone_of(name, world)
    if not apex:
        return Delegation(name=name)
    found = servers(apex, world)
    views = at_once(lambda server: view(server, apex, name, world), found)
    return Delegation(name=name, apex=apex, views=tuple(views), ds=_ds(apex, world), chain=_chain(name, world))


def zone_of(name: str, world: Environment) -> str:
    """The zone that holds a name, as the resolver knows it; empty where it does not answer."""
    try:
        return dns.resolver.zone_for_name(name, resolver=world.resolver).to_text(omit_final_dot=True)
    except (dns.exception.DNSException, OSError):
        return ""


def servers(apex: str, world: Environment) -> list[Server]:
    pairs = [(name, address) for name in world.resolve(apex, "NS") for address in world.addresses(name) or ("",)]
    return at_once(lambda pair: Server(*pair, world.network(pair[1]) if pair[1] else None), pairs)


def view(server: Server, apex: str, name: str, world: Environment) -> View:
    if not server.address:
        return View(server=server, fault="its name does not resolve")
    sets: dict[str, dns.rrset.RRset] = {}
    signatures: dict[str, dns.rrset.RRset] = {}
    for owner, kind in (*((apex, kind) for kind in ("SOA", "NS", "DNSKEY")), *((name, kind) for kind in KINDS)):
        answer = world.ask(server.address, owner, kind, signed=True)
        if answer is None:
            return View(server=server, fault="it does not answer")
        if not answer.flags & dns.flags.AA or answer.rcode() not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
            return View(server=server, fault=f"it is not an authority for {apex} ({dns.rcode.to_text(answer.rcode())})")
        for rrset in _of(answer, owner):
            if rrset.rdtype == dns.rdatatype.RRSIG:
                signatures[dns.rdatatype.to_text(rrset.covers)] = rrset
            else:
                sets[dns.rdatatype.to_text(rrset.rdtype)] = rrset
    return View(server=server, sets=sets, signatures=signatures)


def serial(server: Server, apex: str, world: Environment) -> int:
    """0 where it does not say."""
    answer = world.ask(server.address, apex, "SOA")
    soa = answer.get_rrset(answer.answer, dns.name.from_text(apex), dns.rdataclass.IN, dns.rdatatype.SOA) if answer else None
    return int(soa[0].serial) if soa else 0


def _of(answer: dns.message.Message, owner: str) -> Iterator[dns.rrset.RRset]:
    return (rrset for rrset in answer.answer if rrset.name == dns.name.from_text(owner))


def _ds(apex: str, world: Environment) -> dns.rrset.RRset | None:
    try:
        return world.resolver.resolve(apex, "DS", search=False).rrset
    except (dns.exception.DNSException, OSError):
        return None


def _chain(name: str, world: Environment) -> tuple[tuple[str, int], ...]:
    try:
        answer = world.resolver.resolve(name, "A", search=False, raise_on_no_answer=False)
    except (dns.exception.DNSException, OSError):
        return ()
    links = [rrset for rrset in answer.response.answer if rrset.rdtype == dns.rdatatype.CNAME]
    return tuple((rrset.name.to_text(omit_final_dot=True), rrset.ttl) for rrset in links)
