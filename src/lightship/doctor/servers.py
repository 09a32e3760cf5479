"""The host names in URLs, and each name server of the page's name, asked directly."""

import ipaddress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import dns.exception
import dns.flags
import dns.name
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset

from lightship.doctor.asn import Network
from lightship.doctor.environment import Environment, in_parallel

ZONE_KINDS = ("SOA", "NS", "DNSKEY")
NAME_KINDS = ("A", "AAAA", "CNAME", "HTTPS", "SVCB")


@dataclass(frozen=True, slots=True)
class Server:
    name: str
    address: str
    network: Network | None

    def __str__(self) -> str:
        return f"{self.name} ({self.address})"


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneCopy:
    """The zone as one server has it. `sets`: by kind, those of the name and the zone's own NS, SOA and DNSKEY, with their
    `signatures`. `fault`: why there are none."""

    server: Server
    fault: str = ""
    sets: dict[str, dns.rrset.RRset] = field(default_factory=dict)
    signatures: dict[str, dns.rrset.RRset] = field(default_factory=dict)

    @property
    def serial(self) -> int:
        return int(self.sets["SOA"][0].serial) if "SOA" in self.sets else 0

    def values(self, kind: str) -> frozenset[str]:
        return frozenset(str(record).rstrip(".") for record in self.sets.get(kind, ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegation:
    """`apex`: the zone that holds the name; empty where no resolver answers. `ds`: the parent's DS records of its keys.
    `chain`: each CNAME on the way, as a resolver follows it, with its TTL there."""

    name: str
    apex: str = ""
    copies: tuple[ZoneCopy, ...] = ()
    ds: dns.rrset.RRset | None = None
    chain: tuple[tuple[str, int], ...] = ()

    @property
    def answering(self) -> tuple[ZoneCopy, ...]:
        return tuple(copy for copy in self.copies if not copy.fault)


def host_of(url: str) -> str:
    """The name in a URL, or in what is only a name."""
    return urlsplit(url if "//" in url else f"//{url}").hostname or ""


def as_address(host: str) -> str:
    """The host in its shortest form if it is an IP address, else empty."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return ""


def is_name(url: str) -> bool:
    """Whether DNS resolves it: not so for an address, or this machine's own name."""
    host = host_of(url)
    return not as_address(host) and "." in host and not host.endswith(".localhost")


def delegation(name: str, environment: Environment) -> Delegation:
    apex = zone_of(name, environment)
    if not apex:
        return Delegation(name=name)
    copies = in_parallel(lambda server: zone_copy(server, apex, name, environment), servers(apex, environment))
    ds, resolved = environment.answer(apex, "DS"), environment.answer(name, "A")
    links = [rrset for rrset in resolved.response.answer if rrset.rdtype == dns.rdatatype.CNAME] if resolved else []
    chain = tuple((rrset.name.to_text(omit_final_dot=True), rrset.ttl) for rrset in links)
    return Delegation(name=name, apex=apex, copies=tuple(copies), ds=ds.rrset if ds else None, chain=chain)


def zone_of(name: str, environment: Environment) -> str:
    """The zone that holds a name, as the resolver knows it; empty where it does not answer."""
    try:
        return dns.resolver.zone_for_name(name, resolver=environment.resolver).to_text(omit_final_dot=True)
    except (dns.exception.DNSException, OSError):
        return ""


def servers(apex: str, environment: Environment) -> list[Server]:
    pairs = [(name, at) for name in environment.resolve(apex, "NS") for at in environment.addresses(name) or ("",)]
    return in_parallel(lambda pair: Server(*pair, environment.network(pair[1]) if pair[1] else None), pairs)


def zone_copy(server: Server, apex: str, name: str, environment: Environment) -> ZoneCopy:
    if not server.address:
        return ZoneCopy(server=server, fault="its name does not resolve")
    copy = ZoneCopy(server=server)
    for owner, kind in (*((apex, kind) for kind in ZONE_KINDS), *((name, kind) for kind in NAME_KINDS)):
        answer = environment.ask(server.address, owner, kind, signed=True)
        if answer is None:
            return ZoneCopy(server=server, fault="it does not answer")
        if not answer.flags & dns.flags.AA or answer.rcode() not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
            rcode = dns.rcode.to_text(answer.rcode())
            return ZoneCopy(server=server, fault=f"it is not an authority for {apex} ({rcode})")
        for rrset in answer.answer:
            if rrset.name != dns.name.from_text(owner):
                continue
            if rrset.rdtype == dns.rdatatype.RRSIG:
                copy.signatures[dns.rdatatype.to_text(rrset.covers)] = rrset
            else:
                copy.sets[dns.rdatatype.to_text(rrset.rdtype)] = rrset
    return copy


def serial(server: Server, apex: str, environment: Environment) -> int:
    """The serial that a server has now; 0 where it does not say."""
    answer = environment.ask(server.address, apex, "SOA")
    soas = [rrset for rrset in answer.answer if rrset.rdtype == dns.rdatatype.SOA] if answer else []
    return int(soas[0][0].serial) if soas else 0
