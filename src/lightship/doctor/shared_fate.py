"""Shared fate: what the parts of the page depend on, and what goes down together with what it watches, or all at once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from lightship.config import Config, PageConfig
from lightship.doctor import certificates, registry
from lightship.doctor.asn import Network
from lightship.doctor.checks import CHECKS, PROVIDERS, Finding
from lightship.doctor.environment import Environment, in_parallel
from lightship.doctor.name import prefix
from lightship.doctor.servers import host_of, servers, zone_of
from lightship.doctor.visits import HEADERS, addresses_of, pointed
from lightship.net.pinned import ConnectError, Connection, distrusting

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


class Role(StrEnum):
    NAME = "name"
    HOST = "host"
    MAIL = "mail"
    DESK = "desk"
    WITNESS = "witness"
    WATCHED = "watched"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """`label`: its name for people. `more`: what it has of the aspects that its addresses do not tell. What could not be found
    out is empty."""

    role: Role
    label: str
    url: str
    addresses: frozenset[str] = frozenset()
    networks: frozenset[Network] = frozenset()
    more: Mapping[str, frozenset[object]] = field(default_factory=dict)

    @property
    def aspects(self) -> Mapping[str, frozenset[object]]:
        prefixes = frozenset(map(prefix, self.addresses))
        return {"address": self.addresses, "prefix": prefixes, "network": self.networks, **self.more}


def gather(config: Config, page: PageConfig, environment: Environment) -> tuple[Part, ...]:
    return tuple(in_parallel(lambda part: _examined(part, environment), _parts(config, page, environment)))


def _parts(config: Config, page: PageConfig, environment: Environment) -> Iterator[Part]:
    """What the configuration tells of each."""
    yield Part(role=Role.NAME, label=host_of(page.url), url=page.url)
    for host in page.hosts:
        addresses = frozenset({*pointed(host, environment), *addresses_of(host.url, environment)})
        yield Part(role=Role.HOST, label=f"host {host.name}", url=host.url, addresses=addresses)
    for channel in config.channels:
        if relay := channel.options.get("host"):
            yield Part(role=Role.MAIL, label=f"mail relay {channel.name}", url=f"smtp://{relay}")
    if config.desk_or_none:
        yield Part(role=Role.DESK, label="desk", url=config.desk_or_none.url)
    for peer in page.witnesses:
        if peer.url:
            yield Part(role=Role.WITNESS, label=f"witness {peer.name}", url=peer.url)
    for watched in page.watches:
        yield Part(role=Role.WATCHED, label=host_of(watched), url=watched if "//" in watched else f"https://{watched}")


def _examined(part: Part, environment: Environment) -> Part:
    name = host_of(part.url)
    addresses = part.addresses or frozenset(addresses_of(part.url, environment))
    networks = frozenset(network for network in map(environment.network, addresses) if network)
    has_name = part.role in (Role.NAME, Role.WATCHED)
    apex = zone_of(name, environment) if has_name else ""
    name_servers = servers(apex, environment) if apex else []
    registration = registry.ask(registry.registrable(name), environment) if has_name else None
    leaf, headers = _front(part, addresses, environment) if part.role in (Role.HOST, Role.WATCHED) else (None, {})
    placed = part.role is not Role.NAME  # the name's addresses are its hosts'
    more: Mapping[str, Iterable[object]] = {
        "cdn": {cdn(environment.resolve(name, "CNAME"), headers, networks)},
        "servers": {server.name.lower() for server in name_servers},
        "servers-network": {server.network for server in name_servers if server.network},
        "domain": {registry.registrable(name)},
        "registrar": {registration.registrar} if registration else (),
        "certificate": {leaf.fingerprint(SHA256()).hex()[:16]} if leaf else (),
        "issuer": {certificates.issuer(leaf)} if leaf else (),
    }
    return replace(
        part,
        addresses=addresses if placed else frozenset(),
        networks=networks if placed else frozenset(),
        more={aspect: frozenset(values) - {""} for aspect, values in more.items()},
    )


def _front(
    part: Part, addresses: frozenset[str], environment: Environment
) -> tuple[x509.Certificate | None, Mapping[str, str]]:
    """The certificate and the headers of its front page, whether a browser would trust it or not."""
    if not addresses or not part.url.startswith("http"):
        return None, {}
    address = min(addresses, key=lambda address: (":" in address, address))
    try:
        with Connection(part.url, address, distrusting(), environment.seconds) as line:
            headers = line.get("", headers=HEADERS).headers
            return x509.load_der_x509_certificate(line.der) if line.der else None, headers
    except (ConnectError, ValueError):
        return None, {}


def cdn(cnames: tuple[str, ...], headers: Mapping[str, str], networks: frozenset[Network]) -> str:
    """The content network in front, by its CNAME, the headers of its answers, or the networks of its addresses."""
    header = " ".join(headers.get(key, "") for key in ("server", "via", "x-served-by", "x-cdn")).lower()
    numbers = {network.number for network in networks}
    cdns: dict[str, dict[str, list[Any]]] = PROVIDERS["cdns"]
    for name, known in cdns.items():
        aliased = any(cname.lower().endswith(tuple(known["suffixes"])) for cname in cnames)
        if aliased or any(word in header for word in known["headers"]) or not numbers.isdisjoint(known["networks"]):
            return name
    return ""


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


def shared(part: Part, product: Part) -> Iterator[Shared]:
    """Every aspect that the two have in common; of the places only the narrowest."""
    ours, theirs = part.aspects, product.aspects
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
    subject, traits = ", ".join(host.label for host in hosts), [host.aspects for host in hosts]
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
            if not part.more["registrar"] and split(parts)[1]:
                yield CHECKS["fate.registrar"].unchecked(part.label, "RDAP did not name its registrar")
        elif not part.addresses:
            yield network.unchecked(part.label, f"{host_of(part.url)} does not resolve")
        elif not part.networks:
            yield network.unchecked(part.label, f"nobody knows the network of {', '.join(sorted(part.addresses))}")
