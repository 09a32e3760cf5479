"""Judge the name: what stands between a reader and the host that lives."""

import ipaddress
import time
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

import dns.rdtypes.svcbbase

from lightship.config import PageConfig
from lightship.doctor.catalogue import say
from lightship.doctor.domains import inside, registrable
from lightship.doctor.environment import Environment
from lightship.doctor.finding import Finding
from lightship.doctor.servers import Delegation, Server, serial

TTL, NEGATIVE, NS_TTL = 60, 60, 3600
HINTS = ("ipv4hint", "ipv6hint", "ech")


def judge(page: PageConfig, found: Delegation, world: Environment) -> Iterator[Finding]:
    if not found.views:
        yield say("name.servers").unchecked(found.name, "no resolver could say which name servers it has")
        return
    for view in found.views:
        yield say("name.servers").when(not view.fault, str(view.server), "answers with authority", view.fault)
    if not found.answering:
        return
    yield from points(page, found)
    yield from ttl(found)
    yield from chain(found)
    yield from hints(found)
    yield from agree(found, world)
    yield from spread(found.apex, [view.server for view in found.views if view.server.address])
    yield from independent(page, found)
    yield from resolvers(found, world)


def points(page: PageConfig, found: Delegation) -> Iterator[Finding]:
    check, here = say("name.points"), found.answering[0].addresses
    known = {host.name: {str(ipaddress.ip_address(each)) for each in host.address} for host in page.hosts if host.address}
    told = ", ".join(sorted(here)) or ", ".join(sorted(found.answering[0].values("CNAME"))) or "nothing"
    if not known or found.answering[0].values("CNAME"):
        yield check.unchecked(found.name, f"it points at {told}; no host in lightship.toml has an address to compare with")
        return
    at = [name for name, addresses in known.items() if addresses & here]
    if not here or here - set().union(*known.values()):
        yield check.fail(found.name, f"it points at {told}, which is not a host's address")
    else:
        several = f"it points at {told}: hosts {', '.join(at)}. Browsers wait up to two minutes before they try the next"
        yield check.rather(len(at) == 1, found.name, f"at {at[0]} ({told})", several)


def ttl(found: Delegation) -> Iterator[Finding]:
    for view in found.answering:
        longest = max((view.sets[kind].ttl for kind in ("A", "AAAA", "CNAME") if kind in view.sets), default=0)
        subject, soa, ns = str(view.server), view.sets.get("SOA"), view.sets.get("NS")
        yield say("name.ttl").when(longest <= TTL, subject, f"{longest} s", f"{longest} s")
        if soa:
            absent = min(soa.ttl, soa[0].minimum)
            yield say("name.negative").rather(absent <= NEGATIVE, subject, f"{absent} s", f"{absent} s")
        if ns:
            yield say("name.delegation").rather(ns.ttl >= NS_TTL, subject, f"{ns.ttl} s", f"only {ns.ttl} s")


def chain(found: Delegation) -> Iterator[Finding]:
    told = " → ".join(f"{name} ({seconds} s)" for name, seconds in found.chain)
    good = all(seconds <= TTL for _, seconds in found.chain)
    yield say("name.chain").when(good, found.name, told or "no CNAME on the way", told)


def hints(found: Delegation) -> Iterator[Finding]:
    given = {
        param
        for view in found.answering
        for kind in ("HTTPS", "SVCB")
        for record in view.sets.get(kind, ())
        if isinstance(record, dns.rdtypes.svcbbase.SVCBBase)
        for param in (key.name.lower() for key in map(dns.rdtypes.svcbbase.ParamKey.make, record.params))
        if param in HINTS
    }
    yield say("name.hints").when(not given, found.name, "none", f"its HTTPS record has {', '.join(sorted(given))}")


def agree(found: Delegation, world: Environment) -> Iterator[Finding]:
    """Of the same serial, or of the newest that was seen a moment later: votes change the zone every few seconds."""
    check, newest = say("name.agree"), max(found.answering, key=lambda view: view.serial)
    behind, until = [view for view in found.answering if view.serial < newest.serial], time.monotonic() + world.patience
    while behind and time.monotonic() < until:
        behind = [view for view in behind if serial(view.server, found.apex, world) < newest.serial]
        time.sleep(0.05)
    words = "; ".join(f"{view.server} has serial {view.serial}, {newest.server} has {newest.serial}" for view in behind)
    yield check.when(not behind, found.name, f"all have serial {newest.serial} or a later one", words)


def spread(apex: str, servers: Sequence[Server]) -> Iterator[Finding]:
    check = say("name.spread")
    prefixes, networks = {prefix(server.address) for server in servers}, {server.network for server in servers}
    if len(prefixes) < 2:
        yield check.fail(apex, f"all its name servers are in {', '.join(prefixes)}")
    elif None in networks:
        unknown = ", ".join(server.address for server in servers if not server.network)
        yield check.unchecked(apex, f"nobody knows the network of {unknown}")
    else:
        told = ", ".join(sorted({str(network) for network in networks}))
        yield check.when(len({n.number for n in networks if n}) > 1, apex, told, f"all its name servers are in {told}")


def prefix(address: str) -> str:
    """What is announced, and breaks, as one: a /24, or a /48."""
    at = ipaddress.ip_address(address)
    return str(ipaddress.ip_network(f"{at}/{24 if at.version == 4 else 48}", strict=False))


def independent(page: PageConfig, found: Delegation) -> Iterator[Finding]:
    watched = {registrable(watch) for watch in page.watches} - {""}
    own = registrable(urlsplit(page.url).hostname or "")
    names = sorted({view.server.name for view in found.views})
    within = [name for name in names for domain in watched - {own} if inside(name, domain)]
    yield say("name.independent").when(not within, found.apex, ", ".join(names), f"{', '.join(within)} depends on it")


def resolvers(found: Delegation, world: Environment) -> Iterator[Finding]:
    check = say("name.resolvers")
    kind = "A" if any("A" in view.sets for view in found.answering) else "AAAA"
    most = max((view.sets[kind].ttl for view in found.answering if kind in view.sets), default=0)
    held = frozenset[str]().union(*(view.values(kind) for view in found.answering))
    for name, address in world.open_resolvers.items():
        answer = world.ask(address, found.name, kind, recursive=True)
        if answer is None:
            yield check.unchecked(name, f"{address} does not answer")
            continue
        rrset = next((rrset for rrset in answer.answer if rrset.rdtype == dns.rdatatype.from_text(kind)), None)
        stale = rrset is not None and not {str(item) for item in rrset} <= held
        kept = rrset.ttl if rrset else 0
        bad = (
            "it answers what the name servers no longer say"
            if stale
            else f"it keeps the name for {kept} s, and {most} s were given"
        )
        yield check.rather(kept <= most and not stale, name, f"{kept} of {most} s", bad)
