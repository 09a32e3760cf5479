"""Shared fate: what of the page goes down together with what it watches, or all at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lightship.doctor.checks import CHECKS, Finding
from lightship.doctor.infrastructure import Part, Role
from lightship.doctor.name import prefix
from lightship.doctor.servers import host_of

ASPECTS = {
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
"""Aspect -> what people call it."""
PLACES = ("address", "prefix", "network")
"""From the narrowest: parts that share an address share the others too, and only the address is reported."""


@dataclass(frozen=True, slots=True)
class Shared:
    part: str
    watched: str
    aspect: str
    what: str

    @property
    def subject(self) -> str:
        return f"{self.part} and {self.watched}"

    @property
    def evidence(self) -> str:
        return f"both have the {ASPECTS[self.aspect]} {self.what}"


def aspects(part: Part) -> dict[str, frozenset[object]]:
    """What a part has of each aspect; empty where it could not be found out."""
    values = {
        "address": part.addresses,
        "prefix": map(prefix, part.addresses),
        "network": part.networks,
        "cdn": {part.cdn},
        "servers": part.servers,
        "servers-network": part.server_networks,
        "domain": {part.domain},
        "registrar": {part.registrar},
        "certificate": {part.certificate[:16]},
        "issuer": {part.issuer},
    }
    return {aspect: frozenset(value) - {""} for aspect, value in values.items()}


def shared(part: Part, product: Part) -> Iterator[Shared]:
    """Every aspect that the two have in common; of the places only the narrowest."""
    ours, theirs = aspects(part), aspects(product)
    common = {aspect: ours[aspect] & theirs[aspect] for aspect in ASPECTS}
    # One name server outside the product's networks is enough for the name to survive them.
    outside = ours["servers-network"] - theirs["network"]
    common["servers-network"] = frozenset() if outside else ours["servers-network"]
    if part.role not in (Role.NAME, Role.MAIL):  # a host's own name may lie anywhere while the page's does not
        common["domain"] = frozenset()
    narrowest = next((place for place in PLACES if common[place]), "")
    for aspect, values in common.items():
        if values and (aspect == narrowest or aspect not in PLACES):
            yield Shared(part.label, product.label, aspect, ", ".join(sorted(map(str, values))))


def split(parts: Sequence[Part]) -> tuple[list[Part], list[Part]]:
    """The page's own parts, and the products that it watches."""
    own = [part for part in parts if part.role is not Role.WATCHED]
    return own, [part for part in parts if part.role is Role.WATCHED]


def matrix(parts: Sequence[Part]) -> tuple[Shared, ...]:
    own, products = split(parts)
    return tuple(hit for part in own for product in products for hit in shared(part, product))


def judge(parts: Sequence[Part]) -> Iterator[Finding]:
    hits, products = matrix(parts), split(parts)[1]
    yield from _hosts(parts, hits)
    for aspect, role, kinds in (
        ("servers", Role.NAME, ("servers",)),
        ("servers-network", Role.NAME, ("servers-network",)),
        ("domain", Role.NAME, ("domain",)),
        ("registrar", Role.NAME, ("registrar",)),
        ("certificate", Role.HOST, ("certificate",)),
        ("mail", Role.MAIL, (*PLACES, "domain")),
        ("desk", Role.DESK, PLACES),
    ):
        check, labels = CHECKS[f"fate.{aspect}"], [part.label for part in parts if part.role is role]
        mine = [hit for hit in hits if hit.part in labels and hit.aspect in kinds]
        for hit in mine:
            yield (check.fail if hit.aspect == "servers" else check.warn)(hit.subject, hit.evidence)
        if labels and products and not mine:
            yield check.ok(", ".join(labels), "nothing in common with what is watched")
    yield from _between(parts)
    yield from _unknown(parts)


def _hosts(parts: Sequence[Part], hits: Sequence[Shared]) -> Iterator[Finding]:
    """One host may share a place with the product while another does not: then the page can leave it."""
    kinds = (*PLACES, "cdn")
    hosts, products = [part.label for part in parts if part.role is Role.HOST], split(parts)[1]
    for product in products:
        mine = [hit for hit in hits if hit.watched == product.label and hit.aspect in kinds]
        bound = {hit.part for hit in mine}
        free = ", ".join(host for host in hosts if host not in bound)
        for hit in mine:
            if hit.part in hosts:
                check = CHECKS[f"fate.{hit.aspect}"]
                better = f"{hit.evidence}; {free} does not"
                yield check.warn(hit.subject, better) if free else check.fail(hit.subject, hit.evidence)
    for aspect in kinds:
        if products and aspect not in {hit.aspect for hit in hits}:
            yield CHECKS[f"fate.{aspect}"].ok("hosts", "nothing in common with what is watched")


def _between(parts: Sequence[Part]) -> Iterator[Finding]:
    """The hosts against each other: at least two must have nothing in common."""
    check, hosts = CHECKS["fate.hosts"], [part for part in parts if part.role is Role.HOST]
    if len(hosts) < 2:
        return
    subject, traits = ", ".join(host.label for host in hosts), [aspects(host) for host in hosts]
    for aspect in (*PLACES, "cdn"):
        if common := frozenset.intersection(*(host[aspect] for host in traits)):
            yield check.fail(subject, f"all have the {ASPECTS[aspect]} {', '.join(sorted(map(str, common)))}")
            return
    if all(host.networks for host in hosts):
        yield check.ok(subject, "; ".join(f"{host.label}: {', '.join(sorted(map(str, host.networks)))}" for host in hosts))


def _unknown(parts: Sequence[Part]) -> Iterator[Finding]:
    """Parts that could not be compared, so that silence is not taken for innocence."""
    network = CHECKS["fate.network"]
    for part in parts:
        if part.role is Role.NAME:
            if not part.registrar and split(parts)[1]:
                yield CHECKS["fate.registrar"].unchecked(part.label, "RDAP did not name its registrar")
        elif not part.addresses:
            yield network.unchecked(part.label, f"{host_of(part.url)} does not resolve")
        elif not part.networks:
            yield network.unchecked(part.label, f"nobody knows the network of {', '.join(sorted(part.addresses))}")
