"""Judge the name: what stands between a reader and the host that lives."""

import ipaddress
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import dns.dnssec
import dns.exception
import dns.name
import dns.rdatatype
import dns.rdtypes.svcbbase
import dns.rrset

from lightship.config import PageConfig
from lightship.doctor.certificates import issuer
from lightship.doctor.checks import CHECKS, PROVIDERS, Finding
from lightship.doctor.environment import Environment
from lightship.doctor.registry import registrable
from lightship.doctor.servers import Delegation, Server, ZoneCopy, serial
from lightship.doctor.visits import Visit

TTL, NEGATIVE, NS_TTL = 60, 60, 3600
LEFT = timedelta(days=3)
SIGNED = ("SOA", "DNSKEY", "A", "AAAA")
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
    yield from dnssec(delegation, environment.now())


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
    bad = ", ".join(name for name in names for domain in watched if f".{name}".endswith(f".{domain}"))
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


def dnssec(delegation: Delegation, now: datetime) -> Iterator[Finding]:
    """Keys, their DS with the parent, and how long the signatures last."""
    check = CHECKS["name.dnssec"]
    for copy in delegation.answering:
        keys, subject = copy.sets.get("DNSKEY"), str(copy.server)
        if keys is None:
            bad = "the parent has a DS, but the zone has no key: nobody who validates can read it"
            yield check.fail_unless(delegation.ds is None, subject, "not signed", bad)
            continue
        faults = [*_delegated(delegation, keys), *_signatures(copy, keys, delegation.apex, now)]
        yield check.fail_unless(not faults, subject, f"signed for {_left(copy, now)} more", "; ".join(faults))


def _delegated(delegation: Delegation, keys: dns.rrset.RRset) -> Iterator[str]:
    if delegation.ds is None:
        return
    apex = dns.name.from_text(delegation.apex)
    ours = {dns.dnssec.make_ds(apex, key, ds.digest_type).to_text() for key in keys for ds in delegation.ds}
    if not any(ds.to_text() in ours for ds in delegation.ds):
        yield "the parent's DS matches none of its keys"


def _signatures(copy: ZoneCopy, keys: dns.rrset.RRset, apex: str, now: datetime) -> Iterator[str]:
    for kind in SIGNED:
        if kind not in copy.sets:
            continue
        if kind not in copy.signatures:
            yield f"{kind} is not signed"
        elif not valid(copy.sets[kind], copy.signatures[kind], keys, apex, now):
            yield f"the signature of {kind} is not valid"
        elif (ends := _ends(copy.signatures[kind])) - now <= LEFT:
            yield f"the signature of {kind} ends {ends:%d %B, %H:%M UTC}"


def valid(rrset: dns.rrset.RRset, signature: dns.rrset.RRset, keys: dns.rrset.RRset, apex: str, now: datetime) -> bool:
    try:
        dns.dnssec.validate(rrset, signature, {dns.name.from_text(apex): keys}, now=now.timestamp())
    except dns.exception.DNSException:
        return False
    return True


def _ends(signatures: dns.rrset.RRset) -> datetime:
    return datetime.fromtimestamp(max(signature.expiration for signature in signatures), UTC)


def _left(copy: ZoneCopy, now: datetime) -> str:
    left = min((_ends(copy.signatures[kind]) for kind in SIGNED if kind in copy.signatures), default=now) - now
    return f"{left.days} days" if left.days > 1 else f"{left.total_seconds() / 3600:.0f} h"


def caa(name: str, visits: tuple[Visit, ...], environment: Environment) -> Iterator[Finding]:
    """Whether the authorities of the hosts' certificates may issue the next one (RFC 8659)."""
    check, rrset = CHECKS["name.caa"], _nearest(name, environment)
    if rrset is None:
        yield check.ok(name, "anyone may issue")
        return
    owner = rrset.name.to_text(omit_final_dot=True)
    issue = [record.value.decode("utf-8", "replace") for record in rrset if record.tag == b"issue"]
    if not issue:
        yield check.ok(name, f"{owner} restricts only wildcards, or reports")
        return
    allowed = {value.partition(";")[0].strip().lower() for value in issue} - {""}
    rule = f"{owner} allows {', '.join(sorted(allowed)) or 'nobody'}"
    for authority in sorted({issuer(visit.leaf) for visit in visits if visit.leaf and visit.target.name == name}):
        known = PROVIDERS["authorities"].items()
        domains = next((domains for part, domains in known if part in authority.lower()), ())
        if domains or not allowed:
            bad = f"{rule}, and the certificate is by {authority}"
            yield check.fail_unless(not allowed.isdisjoint(domains), name, rule, bad)
        else:
            yield check.unchecked(name, f"{rule}; what {authority} is called there is not known")


def _nearest(name: str, environment: Environment) -> dns.rrset.RRset | None:
    """The record set of the name or, if it has none, of the nearest name above that has one."""
    owner = dns.name.from_text(name)
    while len(owner) > 1:
        answer = environment.answer(owner, "CAA")
        if answer and answer.rrset:
            return answer.rrset
        owner = owner.parent()
    return None
