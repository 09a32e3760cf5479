"""The parts of the page and what it watches, with the addresses, networks, names and certificates that each depends on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from lightship.config import Config, PageConfig
from lightship.doctor import certificates, registry
from lightship.doctor.asn import Network
from lightship.doctor.checks import PROVIDERS
from lightship.doctor.environment import Environment, in_parallel
from lightship.doctor.servers import host_of, servers, zone_of
from lightship.doctor.visits import HEADERS, addresses_of, pointed
from lightship.net.pinned import ConnectError, Connection, distrusting


class Role(StrEnum):
    NAME = "name"
    HOST = "host"
    MAIL = "mail"
    DESK = "desk"
    WITNESS = "witness"
    WATCHED = "watched"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """`label`: its name for people. What could not be found out is empty."""

    role: Role
    label: str
    url: str
    addresses: frozenset[str] = frozenset()
    networks: frozenset[Network] = frozenset()
    servers: frozenset[str] = frozenset()
    server_networks: frozenset[Network] = frozenset()
    domain: str = ""
    registrar: str = ""
    cdn: str = ""
    certificate: str = ""
    issuer: str = ""


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
    return replace(
        part,
        addresses=addresses if placed else frozenset(),
        networks=networks if placed else frozenset(),
        servers=frozenset(server.name.lower() for server in name_servers),
        server_networks=frozenset(server.network for server in name_servers if server.network),
        domain=registry.registrable(name),
        registrar=registration.registrar if registration else "",
        cdn=cdn(environment.resolve(name, "CNAME"), headers, networks),
        certificate=leaf.fingerprint(SHA256()).hex() if leaf else "",
        issuer=certificates.issuer(leaf) if leaf else "",
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
