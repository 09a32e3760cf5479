"""Go to each host by address, as a reader whom the name led there, and bring back what it showed."""

import ipaddress
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from cryptography import x509

from lightship.config import HostConfig, PageConfig
from lightship.core.site.manifest import MANIFEST_PATH, PULSE_PATH, Manifest, NotOurs, Pulse, Verify, manifest_in, pulse_in
from lightship.core.site.receipt import CheckStatus
from lightship.core.wire import WireError, sha256
from lightship.doctor.environment import Environment, at_once
from lightship.net.pinned import Answer, ConnectError, Connection, distrusting
from lightship.signing import verify_key

LONGEST = 16 * 1024 * 1024
HEADERS = {"Accept-Encoding": "br, gzip", "User-Agent": "Lightship (doctor)"}
STATE = "lightship/state.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One way into a host: an address, and the name to say there. `main`: the name is the page's."""

    host: str
    url: str
    address: str
    main: bool

    @property
    def name(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def secure(self) -> bool:
        return self.url.startswith("https:")

    @property
    def six(self) -> bool:
        return ":" in self.address

    def __str__(self) -> str:
        return f"{self.host} at {self.address}" + ("" if self.main else f" as {self.name}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What was behind a door. `fault`: why nothing was; `distrust`: why a browser would not go in; `wrong`: what is not as
    the signed manifest says."""

    door: Door
    fault: str = ""
    distrust: str = ""
    leaf: x509.Certificate | None = None
    answers: Mapping[str, Answer] = field(default_factory=dict)
    manifest: Manifest | None = None
    pulse: Pulse | None = None
    wrong: tuple[str, ...] = ()

    @property
    def front(self) -> Answer | None:
        return self.answers.get("")


def doors(page: PageConfig, world: Environment) -> tuple[Door, ...]:
    """The page's name at each address that it may point at, and each host under its own."""
    found: dict[Door, None] = {}
    for host in page.hosts:
        addresses = host.address or (world.addresses(host.cname) if host.cname else ())
        found |= {Door(host=host.name, url=page.url, address=address, main=True): None for address in addresses}
        found |= {Door(host=host.name, url=host.url, address=address, main=False): None for address in own(host, world)}
    return tuple(found)


def own(host: HostConfig, world: Environment) -> tuple[str, ...]:
    """The addresses of the host's own name."""
    name = urlsplit(host.url).hostname or ""
    try:
        return (str(ipaddress.ip_address(name)),)
    except ValueError:
        local = ("127.0.0.1",) if name == "localhost" else ()
        return local or world.addresses(name)


def visit(page: PageConfig, world: Environment) -> tuple[Shown, ...]:
    verify = verify_key(page).verify
    return tuple(at_once(lambda door: enter(door, verify, world), doors(page, world)))


def enter(door: Door, verify: Verify, world: Environment) -> Shown:
    try:
        with connection(door, world, world.visit) as way:
            distrust = distrusted(door, world) if door.secure else ""
            answers = {path: way.get(path, LONGEST, HEADERS) for path in ("", MANIFEST_PATH, PULSE_PATH, STATE)}
            if answers[""].status != 200:
                answers[""] = way.get("index.html", LONGEST, HEADERS)
            manifest, wrong = _manifest(answers[MANIFEST_PATH], verify)
            files = manifest.files if manifest else {}
            wrong += [path for path, digest in files.items() if not _is(way, answers, path, digest)]
            leaf = x509.load_der_x509_certificate(way.der) if way.der else None
    except (ConnectError, ValueError) as error:  # ValueError: a certificate that is none
        return Shown(door=door, fault=str(error))
    pulse = _pulse(answers[PULSE_PATH], verify)
    return Shown(door=door, distrust=distrust, leaf=leaf, answers=answers, manifest=manifest, pulse=pulse, wrong=tuple(wrong))


def distrusted(door: Door, world: Environment) -> str:
    """In words, why a browser would refuse its certificate; empty where it would not."""
    trust = ssl.create_default_context(cafile=str(world.roots) if world.roots else None)
    try:
        with Connection(door.url, door.address, trust, world.seconds) as way:
            way.connect()
    except ConnectError as error:
        if error.seen is CheckStatus.TLS:
            return str(error)
        raise
    return ""


def connection(door: Door, world: Environment, seconds: float) -> Connection:
    """Without trust: whether a browser trusts it is asked apart, and what it serves is signed."""
    return Connection(door.url, door.address, distrusting(), seconds)


def _is(way: Connection, answers: dict[str, Answer], path: str, digest: str) -> bool:
    known = answers.get("" if path == "index.html" else path) or way.get(path, LONGEST, HEADERS)
    return known.status == 200 and sha256(known.body) == digest


def _manifest(answer: Answer, verify: Verify) -> tuple[Manifest | None, list[str]]:
    if answer.status != 200:
        return None, [f"{MANIFEST_PATH} answers {answer.status}"]
    try:
        return manifest_in(answer.body, verify), []
    except (NotOurs, WireError) as error:
        return None, [str(error)]


def _pulse(answer: Answer, verify: Verify) -> Pulse | None:
    try:
        return pulse_in(answer.body, verify) if answer.status == 200 else None
    except WireError:
        return None


def by_host(shown: tuple[Shown, ...]) -> Iterator[tuple[str, list[Shown]]]:
    for host in dict.fromkeys(each.door.host for each in shown):
        yield host, [each for each in shown if each.door.host == host]
