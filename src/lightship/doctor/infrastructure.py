"""What the page consists of, and what it watches: for each part, all that it stands on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from lightship.config import Config, HostConfig, PageConfig
from lightship.doctor import certificates, registry
from lightship.doctor.asn import Network
from lightship.doctor.domains import host_of, registrable
from lightship.doctor.environment import Environment, at_once
from lightship.doctor.name import prefix
from lightship.doctor.servers import servers, zone_of
from lightship.doctor.visits import HEADERS, Door, connection, own
from lightship.net.pinned import ConnectError


class Role(StrEnum):
    NAME = "name"
    HOST = "host"
    MAIL = "mail"
    DESK = "desk"
    WITNESS = "witness"
    WATCHED = "watched"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """`label`: as people call it. What could not be found out is empty."""

    role: Role
    label: str
    name: str
    addresses: frozenset[str] = frozenset()
    networks: frozenset[Network] = frozenset()
    servers: frozenset[str] = frozenset()
    server_networks: frozenset[Network] = frozenset()
    domain: str = ""
    registrar: str = ""
    cdn: str = ""
    certificate: str = ""
    issuer: str = ""

    @property
    def prefixes(self) -> frozenset[str]:
        return frozenset(map(prefix, self.addresses))

    @property
    def numbers(self) -> frozenset[int]:
        return frozenset(network.number for network in self.networks)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    role: Role
    label: str
    url: str
    addresses: tuple[str, ...] = ()


def gather(config: Config, page: PageConfig, world: Environment) -> tuple[Part, ...]:
    return tuple(at_once(lambda asked: _part(asked, world), [*_asked(config, page, world)]))


def _asked(config: Config, page: PageConfig, world: Environment) -> Iterator[_Asked]:
    yield _Asked(role=Role.NAME, label=host_of(page.url), url=page.url)
    for host in page.hosts:
        yield _Asked(role=Role.HOST, label=f"host {host.name}", url=host.url, addresses=_places(host, world))
    for channel in config.channels:
        if relay := channel.options.get("host"):
            yield _Asked(role=Role.MAIL, label=f"mail relay {channel.name}", url=f"smtp://{relay}")
    if config.desk_or_none:
        yield _Asked(role=Role.DESK, label="desk", url=config.desk_or_none.url)
    for peer in page.witnesses:
        if peer.url:
            yield _Asked(role=Role.WITNESS, label=f"witness {peer.name}", url=peer.url)
    for watched in page.watches:
        yield _Asked(role=Role.WATCHED, label=host_of(watched), url=watched if "//" in watched else f"https://{watched}")


def _places(host: HostConfig, world: Environment) -> tuple[str, ...]:
    return tuple({*host.address, *(world.addresses(host.cname) if host.cname else ()), *own(host, world)})


def _part(asked: _Asked, world: Environment) -> Part:
    name = host_of(asked.url)
    addresses = asked.addresses or own(HostConfig(name="", kind="", url=asked.url, options={}), world)
    networks = frozenset(found for found in map(world.network, addresses) if found)
    has_name = asked.role in (Role.NAME, Role.WATCHED)
    apex = zone_of(name, world) if has_name else ""
    held = servers(apex, world) if apex else []
    domain = registrable(name)
    registration = registry.ask(domain, world) if has_name else None
    leaf, headers = _surface(asked, addresses, world) if asked.role in (Role.HOST, Role.WATCHED) else (None, {})
    return Part(
        role=asked.role,
        label=asked.label,
        name=name,
        addresses=frozenset(addresses) if asked.role is not Role.NAME else frozenset(),
        networks=networks if asked.role is not Role.NAME else frozenset(),
        servers=frozenset(server.name.lower() for server in held),
        server_networks=frozenset(server.network for server in held if server.network),
        domain=domain,
        registrar=registration.registrar if registration else "",
        cdn=cdn(world.resolve(name, "CNAME"), headers, networks),
        certificate=leaf.fingerprint(SHA256()).hex() if leaf else "",
        issuer=certificates.issuer(leaf) if leaf else "",
    )


def _surface(
    asked: _Asked, addresses: tuple[str, ...], world: Environment
) -> tuple[x509.Certificate | None, Mapping[str, str]]:
    """Its certificate and the headers of its front page; whether either is good is asked elsewhere."""
    if not addresses or not asked.url.startswith("http"):
        return None, {}
    door = Door(host=asked.label, url=asked.url.rstrip("/"), address=addresses[0], main=False)
    try:
        with connection(door, world, world.seconds) as way:
            headers = way.get("", headers=HEADERS).headers
            return x509.load_der_x509_certificate(way.der) if way.der else None, headers
    except (ConnectError, ValueError):
        return None, {}


_CDNS: tuple[tuple[str, tuple[str, ...], tuple[str, ...], frozenset[int]], ...] = (
    ("Cloudflare", ("cdn.cloudflare.net",), ("cloudflare",), frozenset({13335, 209242})),
    ("Fastly", ("fastly.net", "fastlylb.net"), ("fastly",), frozenset({54113})),
    ("Akamai", ("akamaiedge.net", "akamai.net", "edgekey.net", "edgesuite.net"), ("akamaighost",), frozenset({20940, 16625})),
    ("CloudFront", ("cloudfront.net",), ("cloudfront",), frozenset()),
    ("Google Cloud CDN", (), ("google frontend", "1.1 google"), frozenset()),
    ("Azure Front Door", ("azureedge.net", "azurefd.net", "t-msedge.net"), ("azure", "ecacc"), frozenset()),
    ("bunny.net", ("b-cdn.net",), ("bunnycdn",), frozenset({200325})),
    ("KeyCDN", ("kxcdn.com",), ("keycdn",), frozenset()),
    ("CDN77", ("cdn77.org", "cdn77.net"), ("cdn77",), frozenset({60068})),
    ("Netlify", ("netlify.app", "netlify.com", "netlifyglobalcdn.com"), ("netlify",), frozenset()),
    ("Vercel", ("vercel-dns.com", "vercel.app"), ("vercel",), frozenset()),
    ("GitHub Pages", ("github.io",), ("github.com",), frozenset()),
    ("Imperva", ("incapdns.net", "impervadns.net"), ("imperva", "incapsula"), frozenset({19551})),
    ("Sucuri", ("sucuri.net",), ("sucuri",), frozenset({30148})),
)


def cdn(cnames: tuple[str, ...], headers: Mapping[str, str], networks: frozenset[Network]) -> str:
    """The content network in front, by where its name leads, what its answers say, and whose addresses it has."""
    told = " ".join(headers.get(key, "") for key in ("server", "via", "x-served-by", "x-cdn")).lower()
    for name, suffixes, words, numbers in _CDNS:
        led = any(cname.lower().endswith(suffix) for cname in cnames for suffix in suffixes)
        if led or any(word in told for word in words) or numbers & {network.number for network in networks}:
            return name
    return ""
