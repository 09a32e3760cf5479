"""What a sound examination sees, as values: nothing is started, dialled or asked. A test changes one of them and has it judged.

The lab (lab.py) has the same names, addresses and networks, and shows that real servers give the same.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, ClassVar

import dns.message
import dns.resolver
import dns.rrset
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from tests.certs import Authority
from tests.doctor.lab import HOSTS, NAME, NETWORKS, PRIMARY, PRODUCT, SEAL, SECONDARY, WITNESSES, WWW, networks

from lightship.config import BackEndConfig, HostConfig, PageConfig, Peer
from lightship.config.values import Pulse
from lightship.core.site.manifest import Manifest
from lightship.core.site.manifest import Pulse as PulseFile
from lightship.core.steering.records import RECORD, Health, MoveRecord, Vote, record_out, vote_key, vote_out
from lightship.doctor import Environment
from lightship.doctor.asn import Network
from lightship.doctor.registry import Registration
from lightship.doctor.servers import Delegation, Server, ZoneCopy
from lightship.doctor.shared_fate import Part, Role
from lightship.doctor.visits import STATE, Target, Visit
from lightship.net.pinned import Answer
from lightship.zones import Conflict, Key, Sets, ZoneError

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
VIENNA, ZURICH = HOSTS.values()
AUTHORITY = Authority("Let's Encrypt")
HEADERS = {
    "content-encoding": "gzip",
    "cache-control": "no-cache",
    "access-control-allow-origin": "*",
    "date": format_datetime(NOW, usegmt=True),
}
FRONT = b"<!doctype html><title>Harbour</title><p>All is well."


def network(number: int) -> Network:
    """The lab's network of 127.NUMBER.0.0/16."""
    return Network(64500 + number, NETWORKS[number])


def page(**changed: Any) -> PageConfig:
    hosts = tuple(
        HostConfig(name=name, kind="folder", url=f"https://{name}.{NAME}", options={}, address=(address,))
        for name, address in HOSTS.items()
    )
    sound = PageConfig(
        slug="acme",
        url=f"https://{NAME}",
        key=SEAL.seed,
        proven=1,
        pulse=Pulse(),
        hosts=hosts,
        watches=(f"https://{PRODUCT}",),
        zone=BackEndConfig(kind="rfc2136", name=NAME, options={}),
        witnesses=tuple(Peer(name=name) for name in WITNESSES),
    )
    return replace(sound, **changed)


# What hosts show


def leaf(*names: str, authority: Authority = AUTHORITY, days: float = 90) -> x509.Certificate:
    issued = authority.issue(*(names or (NAME,)), since=NOW - timedelta(days=30), until=NOW + timedelta(days=days, hours=1))
    return x509.load_pem_x509_certificate(issued.chain)


def odd_leaf(*, staple: bool = False) -> x509.Certificate:
    """Of an RSA key; `staple`: it demands stapled OCSP."""
    key = rsa.generate_private_key(65537, 2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Let's Encrypt")])
    begun = x509.CertificateBuilder(subject, subject, key.public_key(), 1, NOW, NOW + timedelta(days=90))
    if staple:
        begun = begun.add_extension(x509.TLSFeature([x509.TLSFeatureType.status_request]), critical=False)
    return begun.sign(key, hashes.SHA256())


LEAF = leaf(NAME, f"vienna.{NAME}", f"zurich.{NAME}")


def visited(host: str, *, main: bool = True, **changed: Any) -> Visit:
    target = Target(host=host, url=f"https://{NAME if main else f'{host}.{NAME}'}", address=HOSTS[host], main=main)
    answers = {"": Answer(200, HEADERS, FRONT), STATE: Answer(200, HEADERS, b"{}")}
    manifest = Manifest(page="harbour00000", revision=7, epoch=1, at=NOW, build="b", files={"index.html": "0" * 64})
    pulse = PulseFile(page="harbour00000", revision=7, epoch=1, at=NOW, seconds=300)
    sound = Visit(target=target, leaf=LEAF, answers=answers, manifest=manifest, pulse=pulse)
    return replace(sound, **changed)


def both(**zurich: Any) -> tuple[Visit, ...]:
    """Both hosts under both names; `zurich` is what is different there."""
    return (
        *(visited("vienna", main=main) for main in (True, False)),
        *(visited("zurich", main=main, **zurich) for main in (True, False)),
    )


def front(status: int = 200, body: bytes = FRONT, **headers: str | None) -> dict[str, Answer]:
    """Answers with another front page, or with other headers: `cache_control="max-age=9"`, or None for one that is not sent."""
    changed = {name.replace("_", "-"): value for name, value in headers.items()}
    remaining = {name: value for name, value in {**HEADERS, **changed}.items() if value is not None}
    return {"": Answer(status, remaining, body), STATE: Answer(200, remaining, b"{}")}


# What name servers say


NS1 = Server(f"ns1.{NAME}", PRIMARY, network(0))
NS2 = Server(f"ns2.{NAME}", SECONDARY, network(84))


def sets(*lines: str) -> dict[str, dns.rrset.RRset]:
    """By kind, from lines like `60 A 192.0.2.1` about the page's name."""
    kinds: dict[str, list[tuple[int, str]]] = {}
    for line in lines:
        ttl, kind, value = line.split(maxsplit=2)
        kinds.setdefault(kind, []).append((int(ttl), value))
    return {
        kind: dns.rrset.from_text(f"{NAME}.", rows[0][0], "IN", kind, *(v for _, v in rows)) for kind, rows in kinds.items()
    }


SOA = f"30 SOA ns1.{NAME}. hostmaster.{NAME}. 5 3600 600 604800 30"
RECORDS = (SOA, f"3600 NS ns1.{NAME}.", f"3600 NS ns2.{NAME}.", f"30 A {VIENNA}")


def zone_copy(server: Server = NS1, *lines: str, fault: str = "") -> ZoneCopy:
    return ZoneCopy(server=server, fault=fault, sets={} if fault else sets(*(lines or RECORDS)))


def delegation(*lines: str, **changed: Any) -> Delegation:
    """Both name servers say these lines, or what is sound."""
    return replace(Delegation(name=NAME, apex=NAME, copies=(zone_copy(NS1, *lines), zone_copy(NS2, *lines))), **changed)


class Resolver(dns.resolver.Resolver):
    """Knows only these record sets: (name, kind) -> values."""

    def __init__(self, known: Mapping[tuple[str, str], tuple[str, ...]]) -> None:
        super().__init__(configure=False)
        self.known = known

    def resolve(self, qname: Any, rdtype: Any = "A", **_: Any) -> Any:  # type: ignore[override]
        name = str(qname).rstrip(".")
        if (name, rdtype) not in self.known:
            raise dns.resolver.NXDOMAIN
        reply = answer(name, rdtype, 60, self.known[name, rdtype])
        question = reply.question[0]
        return dns.resolver.Answer(question.name, question.rdtype, question.rdclass, reply)


def answer(name: str, kind: str, ttl: int, values: Iterable[str]) -> dns.message.QueryMessage:
    """As a server sends it that has authority."""
    lines = "".join(f"{name}. {ttl} IN {kind} {value}\n" for value in values)
    text = f"id 1\nopcode QUERY\nrcode NOERROR\nflags QR AA\n;QUESTION\n{name}. IN {kind}\n;ANSWER\n{lines}"
    message = dns.message.from_text(text, one_rr_per_rrset=False)
    assert isinstance(message, dns.message.QueryMessage)
    return message


@dataclass(frozen=True, kw_only=True)
class FakeEnvironment(Environment):
    """Each server answers what is written here: (address, name, kind) -> a line of values and their TTL.
    A server that is not here does not answer. With a `zone`, every name server shows its canary, but those `behind`."""

    answers: Mapping[tuple[str, str, str], tuple[int, tuple[str, ...]]] = field(default_factory=dict)
    zone: "MemoryZone | None" = None
    behind: frozenset[str] = frozenset()

    def ask(
        self, server: str, name: str, kind: str, *, signed: bool = False, recursive: bool = False
    ) -> dns.message.Message | None:
        if self.zone and name.startswith("_canary."):
            texts = self.zone.sets.get(("_canary", kind), frozenset()) if server not in self.behind else ()
            return answer(name, kind, 5, [f'"{text}"' for text in texts])
        ttl, values = self.answers.get((server, name, kind), (0, ()))
        return answer(name, kind, ttl, values) if values else None


def environment(known: Mapping[tuple[str, str], tuple[str, ...]] | None = None, **changed: Any) -> FakeEnvironment:
    sound = FakeEnvironment(
        now=lambda: NOW,
        resolver=Resolver(known or {}),
        open_resolvers={},
        table=networks(),
        cymru=False,
        rdap="",
        patience=0.0,
    )
    return replace(sound, **changed)


# The zone and its witnesses


def votes(ages: Mapping[str, float] | None = None, record: str = "") -> dict[Key, frozenset[str]]:
    """What each witness wrote that many seconds ago, and the move record."""
    times = {name: NOW - timedelta(seconds=age) for name, age in (ages or dict.fromkeys(WITNESSES, 1)).items()}
    written = {vote_key(name): frozenset({vote_out(Vote(at, {"vienna": Health(True, at)}))}) for name, at in times.items()}
    return {**written, RECORD: frozenset({record or record_out(MoveRecord(4, "w2", NOW, 1, (), "n0nce"))})}


@dataclass
class MemoryZone:
    """A zone in memory, in place of a real one: what is judged here is what the doctor concludes, and each kind of zone is
    held to the contract on its own server in tests/zones. `refusing`: what it answers to a write of one of these owners."""

    atomic: ClassVar[bool] = True
    holds_votes: ClassVar[bool] = True
    holds_txt: ClassVar[bool] = True
    floor: ClassVar[int] = 0
    name: str = NAME
    ttl: int = 30
    sets: dict[Key, frozenset[str]] = field(default_factory=votes)
    refusing: Mapping[str, ZoneError] = field(default_factory=lambda: {"lightship-scope": ZoneError("refused", permanent=True)})
    blind: bool = False
    """It takes every change, whatever is expected."""

    def read(self, name: str, keys: Collection[Key]) -> Sets:
        return {key: self.sets.get(key, frozenset()) for key in keys}

    def set_records(self, name: str, to: Sets, *, expecting: Sets) -> None:
        for owner, _ in to:
            if owner in self.refusing:
                raise self.refusing[owner]
        if not self.blind and any(self.sets.get(key, frozenset()) != values for key, values in expecting.items()):
            raise Conflict("not what was expected")
        self.sets |= to


class Simple(MemoryZone):
    """As providers are that cannot compare."""

    atomic: ClassVar[bool] = False
    holds_votes: ClassVar[bool] = False


class Poor(Simple):
    """As dyndns2 is."""

    holds_txt: ClassVar[bool] = False


# What a page stands on


MORE = ("cdn", "servers", "servers-network", "domain", "registrar", "certificate", "issuer")


def part(role: Role, label: str, number: int | None = None, **more: Any) -> Part:
    """In the lab's network of that number, at an address of its own."""
    if number is not None:
        more = {"addresses": frozenset({f"127.{number}.1.1"}), "networks": frozenset({network(number)}), **more}
    nothing = dict.fromkeys(MORE, frozenset[object]())
    return changed_part(Part(role=role, label=label, url=label, more=nothing), more)


def changed_part(sound: Part, changed: Mapping[str, Any]) -> Part:
    values = {name: frozenset({value} if isinstance(value, str) else value) - {""} for name, value in changed.items()}
    more = {**sound.more, **{aspect: value for aspect, value in values.items() if aspect in MORE}}
    addresses, networks = values.get("addresses", sound.addresses), values.get("networks", sound.networks)
    return replace(sound, addresses=addresses, networks=networks, more=more)


def parts(**changed: Mapping[str, Any] | None) -> tuple[Part, ...]:
    """The lab's; `vienna={"cdn": "Fastly"}` changes one, `desk=None` takes it away."""
    served = {"certificate": "11" * 8, "issuer": "Let's Encrypt"}
    name_servers = frozenset({NS1.name, NS2.name})
    theirs: dict[str, Any] = {"servers-network": frozenset({network(89)})}
    two: dict[str, Any] = {"servers-network": frozenset({network(0), network(84)})}
    sound = {
        "name": part(Role.NAME, NAME, servers=name_servers, domain=NAME, registrar="Gandi", **two),
        "vienna": part(Role.HOST, "host vienna", 81, domain=NAME, **served),
        "zurich": part(Role.HOST, "host zurich", 82, domain=NAME, **served),
        "mail": part(Role.MAIL, "mail relay mail", 86, domain=NAME),
        "desk": part(Role.DESK, "desk", 87, domain=NAME),
        "product": part(
            Role.WATCHED, PRODUCT, 89, addresses=frozenset({WWW}), servers=frozenset({f"ns.{PRODUCT}"}),
            domain=PRODUCT, registrar="MarkMonitor", certificate="22" * 8, issuer="DigiCert", **theirs,
        ),
    }  # fmt: skip
    names = {**dict.fromkeys(sound), **changed}
    remaining = {
        name: sound.get(name, part(Role.WITNESS, f"witness {name}")) for name in names if changed.get(name, {}) is not None
    }
    return tuple(changed_part(made, changed.get(name) or {}) for name, made in remaining.items())


def within(number: int) -> dict[str, Any]:
    """For `parts`: in that network."""
    return {"addresses": frozenset({f"127.{number}.7.7"}), "networks": frozenset({network(number)})}


def registration(days: float = 400, *, locked: bool = True, **changed: Any) -> Registration:
    status = frozenset({"client transfer prohibited", "client update prohibited"} if locked else {"active"})
    ends = NOW + timedelta(days=days, hours=1)
    return replace(Registration(registrar="Gandi", expires=ends, status=status), **changed)
