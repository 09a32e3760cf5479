"""Shared fate: what of the page goes down together with what it watches, or all at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lightship.doctor.catalogue import CHECKS, say
from lightship.doctor.finding import Finding, Say
from lightship.doctor.infrastructure import Part, Role

ASPECTS = ("address", "prefix", "network", "cdn", "servers", "servers-network", "domain", "registrar", "certificate", "issuer")
PLACES = ("address", "prefix", "network")
"""From the narrowest: who shares an address shares the others too, and is told of the address alone."""
WORDS = {
    "address": "address",
    "prefix": "/24 or /48",
    "network": "network",
    "cdn": "content network",
    "servers": "name servers",
    "servers-network": "name servers' network",
    "domain": "domain",
    "registrar": "registrar",
    "certificate": "certificate",
    "issuer": "certificate authority",
}


@dataclass(frozen=True, slots=True)
class Shared:
    part: str
    watched: str
    aspect: str
    what: str


def shared(part: Part, watched: Part) -> Iterator[Shared]:
    """All that the two have in common; of the places only the narrowest."""
    common = {
        "address": part.addresses & watched.addresses,
        "prefix": part.prefixes & watched.prefixes,
        "network": {str(n) for n in part.networks if n.number in watched.numbers},
        "cdn": {part.cdn} & {watched.cdn} - {""},
        "servers": part.servers & watched.servers,
        "servers-network": {str(n) for n in _all_in(part, watched)},
        "domain": {part.domain} & {watched.domain} - {""},
        "registrar": {part.registrar} & {watched.registrar} - {""},
        "certificate": {part.certificate[:16]} & {watched.certificate[:16]} - {""},
        "issuer": {part.issuer} & {watched.issuer} - {""},
    }
    narrowest = next((place for place in PLACES if common[place]), "")
    for aspect in ASPECTS:
        told = aspect == narrowest if aspect in PLACES else _tells(part, aspect)
        if common[aspect] and told:
            yield Shared(part.label, watched.label, aspect, ", ".join(sorted(common[aspect])))


def _tells(part: Part, aspect: str) -> bool:
    """A host's own name may lie anywhere while the page's does not: domain, servers and registrar are the name's."""
    return part.role in (Role.NAME, Role.MAIL) if aspect == "domain" else True


def _all_in(part: Part, watched: Part) -> frozenset[object]:
    """The networks of the name servers, if none of them stands outside the product's."""
    numbers = {network.number for network in part.server_networks}
    return part.server_networks if numbers and numbers <= watched.numbers else frozenset()


def matrix(parts: Sequence[Part]) -> tuple[Shared, ...]:
    return tuple(item for part in _ours(parts) for watched in _watched(parts) for item in shared(part, watched))


def _ours(parts: Sequence[Part]) -> list[Part]:
    return [part for part in parts if part.role is not Role.WATCHED]


def _watched(parts: Sequence[Part]) -> list[Part]:
    return [part for part in parts if part.role is Role.WATCHED]


def judge(parts: Sequence[Part]) -> Iterator[Finding]:
    found = matrix(parts)
    roles = {part.label: part.role for part in parts}
    yield from _hosts(parts, found)
    for aspect in ("servers", "servers-network", "domain", "registrar", "certificate"):
        of = Role.HOST if aspect == "certificate" else Role.NAME
        yield from _told(parts, say(f"fate.{aspect}"), [s for s in found if s.aspect == aspect and roles[s.part] is of], of)
    for role in (Role.MAIL, Role.DESK):
        kinds = (*PLACES, "domain") if role is Role.MAIL else PLACES
        hits = [s for s in found if roles[s.part] is role and s.aspect in kinds]
        yield from _told(parts, say(f"fate.{role.value}"), hits, role)
    yield from _between(parts)
    yield from _unknown(parts)


GRAVE = ("servers",)


def _told(parts: Sequence[Part], check: Say, hits: Sequence[Shared], role: Role) -> Iterator[Finding]:
    for hit in hits:
        words = f"both have the {WORDS[hit.aspect]} {hit.what}"
        fault = check.fail if hit.aspect in GRAVE else check.warn
        yield fault(f"{hit.part} and {hit.watched}", words)
    if not hits and _watched(parts) and any(part.role is role for part in parts):
        yield check.ok(", ".join(part.label for part in parts if part.role is role), "nothing in common with what is watched")


def _hosts(parts: Sequence[Part], found: Sequence[Shared]) -> Iterator[Finding]:
    """A host may stand beside the product while another does not: then the page can leave it."""
    aspects = (*PLACES, "cdn")
    hosts, watched = [part for part in parts if part.role is Role.HOST], _watched(parts)
    for product in watched:
        hits = [s for s in found if s.watched == product.label and s.aspect in aspects]
        bound = {s.part for s in hits}
        free = [host.label for host in hosts if host.label not in bound]
        for hit in hits:
            if hit.part not in {host.label for host in hosts}:
                continue
            words = f"both have the {WORDS[hit.aspect]} {hit.what}"
            check, subject = say(f"fate.{hit.aspect}"), f"{hit.part} and {product.label}"
            yield check.warn(subject, f"{words}; {', '.join(free)} does not") if free else check.fail(subject, words)
    hit_aspects = {s.aspect for s in found}
    for aspect in aspects:
        if watched and aspect not in hit_aspects:
            yield say(f"fate.{aspect}").ok("hosts", "nothing in common with what is watched")


def _between(parts: Sequence[Part]) -> Iterator[Finding]:
    """The hosts against each other: at least two must stand apart."""
    check, hosts = say("fate.hosts"), [part for part in parts if part.role is Role.HOST]
    if len(hosts) < 2:
        return
    subject = ", ".join(host.label for host in hosts)
    for what, has in (
        ("address", [host.addresses for host in hosts]),
        ("/24 or /48", [host.prefixes for host in hosts]),
        ("network", [frozenset(map(str, host.networks)) for host in hosts]),
        ("content network", [frozenset({host.cdn} - {""}) for host in hosts]),
    ):
        if common := frozenset.intersection(*has):
            yield check.fail(subject, f"all have the {what} {', '.join(sorted(common))}")
            return
    told = "; ".join(f"{host.label}: {', '.join(sorted(map(str, host.networks)))}" for host in hosts if host.networks)
    if all(host.networks for host in hosts):
        yield check.ok(subject, told)


def _unknown(parts: Sequence[Part]) -> Iterator[Finding]:
    """Who could not be compared, so that silence is not taken for innocence."""
    for part in parts:
        if part.role is Role.NAME:
            if not part.registrar and _watched(parts):
                yield say("fate.registrar").unchecked(part.label, "RDAP did not name its registrar")
        elif not part.addresses:
            yield say("fate.network").unchecked(part.label, f"{part.name} does not resolve")
        elif not part.networks:
            yield say("fate.network").unchecked(part.label, f"nobody knows the network of {', '.join(sorted(part.addresses))}")


def columns(parts: Sequence[Part]) -> tuple[str, ...]:
    return tuple(part.label for part in _watched(parts))


def rows(parts: Sequence[Part]) -> tuple[str, ...]:
    return tuple(part.label for part in _ours(parts))


__all__ = ["CHECKS", "Shared", "columns", "judge", "matrix", "rows"]
