"""Judge the name: what stands between a reader and the host that lives."""

import ipaddress
import time
from collections.abc import Iterator, Sequence

import dns.rdatatype
import dns.rdtypes.svcbbase

from lightship.config import PageConfig
from lightship.doctor.catalogue import CHECKS
from lightship.doctor.domains import inside, registrable
from lightship.doctor.environment import Environment
from lightship.doctor.finding import Finding
from lightship.doctor.servers import Delegation, Server, serial

TTL, NEGATIVE, NS_TTL = 60, 60, 3600
HINTS = ("ipv4hint", "ipv6hint", "ech")


def judge(page: PageConfig, delegation: Delegation, environment: Environment) -> Iterator[Finding]:
    check = CHECKS["name.servers"]
    if not delegation.copies:
        yield check.unchecked(delegation.name, "no resolver could say which name servers it has")
    for copy in delegation.copies:
        yield check.fail_unless(not copy.fault, str(copy.server), "answers with authority", copy.fault)
    if not delegation.answering:
        return
    yield from points(page, delegation)
    yield from ttl(delegation)
    yield from chain(delegation)
    yield from hints(delegation)
    yield from agree(delegation, environment)
    yield from spread(delegation.apex, [copy.server for copy in delegation.copies if copy.server.address])
    yield from independent(page, delegation)
    yield from resolvers(delegation, environment)


def points(page: PageConfig, delegation: Delegation) -> Iterator[Finding]:
    check, copy = CHECKS["name.points"], delegation.answering[0]
    here, alias = copy.values("A") | copy.values("AAAA"), copy.values("CNAME")
    known = {host.name: {str(ipaddress.ip_address(at)) for at in host.address} for host in page.hosts if host.address}
    target = ", ".join(sorted(here)) or ", ".join(sorted(alias)) or "nothing"
    if not known or alias:
        reason = f"it points at {target}; no host in lightship.toml has an address to compare with"
        yield check.unchecked(delegation.name, reason)
        return
    hosts = [name for name, addresses in known.items() if addresses & here]
    if not here or here - set().union(*known.values()):
        yield check.fail(delegation.name, f"it points at {target}, which is not a host's address")
    else:
        several = f"it points at {target}: hosts {', '.join(hosts)}. Browsers wait up to two minutes before they try the next"
        yield check.warn_unless(len(hosts) == 1, delegation.name, f"at {hosts[0]} ({target})", several)


def ttl(delegation: Delegation) -> Iterator[Finding]:
    for copy in delegation.answering:
        longest = max((copy.sets[kind].ttl for kind in ("A", "AAAA", "CNAME") if kind in copy.sets), default=0)
        subject, soa, ns = str(copy.server), copy.sets.get("SOA"), copy.sets.get("NS")
        yield CHECKS["name.ttl"].fail_unless(longest <= TTL, subject, f"{longest} s", f"{longest} s")
        if soa:
            absent = min(soa.ttl, soa[0].minimum)
            yield CHECKS["name.negative"].warn_unless(absent <= NEGATIVE, subject, f"{absent} s", f"{absent} s")
        if ns:
            yield CHECKS["name.delegation"].warn_unless(ns.ttl >= NS_TTL, subject, f"{ns.ttl} s", f"only {ns.ttl} s")


def chain(delegation: Delegation) -> Iterator[Finding]:
    links = " → ".join(f"{name} ({seconds} s)" for name, seconds in delegation.chain)
    good = all(seconds <= TTL for _, seconds in delegation.chain)
    yield CHECKS["name.chain"].fail_unless(good, delegation.name, links or "no CNAME on the way", links)


def hints(delegation: Delegation) -> Iterator[Finding]:
    records = [record for copy in delegation.answering for kind in ("HTTPS", "SVCB") for record in copy.sets.get(kind, ())]
    names = {
        dns.rdtypes.svcbbase.ParamKey.make(key).name.lower()
        for record in records
        if isinstance(record, dns.rdtypes.svcbbase.SVCBBase)
        for key in record.params
    }
    given = ", ".join(sorted(names.intersection(HINTS)))
    yield CHECKS["name.hints"].fail_unless(not given, delegation.name, "none", f"its HTTPS record has {given}")


def agree(delegation: Delegation, environment: Environment) -> Iterator[Finding]:
    """All have the newest serial, or follow within the patience: votes change the zone every few seconds."""
    newest, until = max(delegation.answering, key=lambda copy: copy.serial), time.monotonic() + environment.patience
    behind = [copy for copy in delegation.answering if copy.serial < newest.serial]
    while behind and time.monotonic() < until:
        behind = [copy for copy in behind if serial(copy.server, delegation.apex, environment) < newest.serial]
        time.sleep(0.05)
    bad = "; ".join(f"{copy.server} has serial {copy.serial}, {newest.server} has {newest.serial}" for copy in behind)
    fine = f"all have serial {newest.serial} or a later one"
    yield CHECKS["name.agree"].fail_unless(not behind, delegation.name, fine, bad)


def spread(apex: str, servers: Sequence[Server]) -> Iterator[Finding]:
    check = CHECKS["name.spread"]
    prefixes, networks = {prefix(server.address) for server in servers}, {server.network for server in servers}
    if len(prefixes) < 2:
        yield check.fail(apex, f"all its name servers are in {', '.join(prefixes)}")
    elif None in networks:
        unknown = ", ".join(server.address for server in servers if not server.network)
        yield check.unchecked(apex, f"nobody knows the network of {unknown}")
    else:
        names = ", ".join(sorted(map(str, networks)))
        yield check.fail_unless(len(networks) > 1, apex, names, f"all its name servers are in {names}")


def prefix(address: str) -> str:
    """What is announced, and breaks, as one: a /24, or a /48."""
    ip = ipaddress.ip_address(address)
    return str(ipaddress.ip_network(f"{ip}/{24 if ip.version == 4 else 48}", strict=False))


def independent(page: PageConfig, delegation: Delegation) -> Iterator[Finding]:
    watched = {registrable(watch) for watch in page.watches} - {"", registrable(page.url)}
    names = sorted({copy.server.name for copy in delegation.copies})
    bad = ", ".join(name for name in names for domain in watched if inside(name, domain))
    yield CHECKS["name.independent"].fail_unless(not bad, delegation.apex, ", ".join(names), f"{bad} depends on it")


def resolvers(delegation: Delegation, environment: Environment) -> Iterator[Finding]:
    check = CHECKS["name.resolvers"]
    kind = "A" if any("A" in copy.sets for copy in delegation.answering) else "AAAA"
    most = max((copy.sets[kind].ttl for copy in delegation.answering if kind in copy.sets), default=0)
    values = frozenset[str]().union(*(copy.values(kind) for copy in delegation.answering))
    for name, address in environment.open_resolvers.items():
        answer = environment.ask(address, delegation.name, kind, recursive=True)
        if answer is None:
            yield check.unchecked(name, f"{address} does not answer")
            continue
        rrset = next((rrset for rrset in answer.answer if rrset.rdtype == dns.rdatatype.from_text(kind)), None)
        seconds = rrset.ttl if rrset else 0
        if rrset and not {str(record) for record in rrset} <= values:
            yield check.warn(name, "it answers what the name servers no longer say")
        else:
            bad = f"it keeps the name for {seconds} s, and {most} s were given"
            yield check.warn_unless(seconds <= most, name, f"{seconds} of {most} s", bad)
