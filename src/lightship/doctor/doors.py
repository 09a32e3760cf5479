"""Go to each host by address, as a reader whom the name led there, and bring back what it showed."""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from time import monotonic
from urllib.parse import urlsplit

import urllib3
from cryptography import x509
from urllib3.connection import HTTPSConnection

from lightship.config import HostConfig, PageConfig
from lightship.core.signed import MANIFEST_PATH, PULSE_PATH, Manifest, NotOurs, Pulse, Verify, manifest_in, pulse_in
from lightship.core.wire import WireError, sha256
from lightship.doctor.world import World, at_once
from lightship.seal import mark

LONGEST = 16 * 1024 * 1024
CHUNK = 64 * 1024
VISIT = 30.0
"""Seconds for all that is fetched through one door: who sends byte by byte, or without end, holds up nobody for longer."""
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
    def port(self) -> int:
        return urlsplit(self.url).port or (443 if self.secure else 80)

    @property
    def six(self) -> bool:
        return ":" in self.address

    def __str__(self) -> str:
        return f"{self.host} at {self.address}" + ("" if self.main else f" as {self.name}")


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


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


def doors(page: PageConfig, world: World) -> tuple[Door, ...]:
    """The page's name at each address that it may point at, and each host under its own."""
    found: dict[Door, None] = {}
    for host in page.hosts:
        addresses = host.address or (world.addresses(host.cname) if host.cname else ())
        found |= {Door(host=host.name, url=page.url, address=address, main=True): None for address in addresses}
        found |= {Door(host=host.name, url=host.url, address=address, main=False): None for address in own(host, world)}
    return tuple(found)


def own(host: HostConfig, world: World) -> tuple[str, ...]:
    """The addresses of the host's own name."""
    name = urlsplit(host.url).hostname or ""
    try:
        return (str(ipaddress.ip_address(name)),)
    except ValueError:
        local = ("127.0.0.1",) if name == "localhost" else ()
        return local or world.addresses(name)


def visit(page: PageConfig, world: World) -> tuple[Shown, ...]:
    verify = mark(page).verify
    return tuple(at_once(lambda door: enter(door, verify, world), doors(page, world)))


def enter(door: Door, verify: Verify, world: World) -> Shown:
    try:
        with socket.create_connection((door.address, door.port), world.seconds):
            pass
        leaf, distrust = certificate(door, world) if door.secure else (None, "")
        until = monotonic() + VISIT
        with pool(door, world) as way:
            answers = {path: get(way, door, path, until) for path in ("", MANIFEST_PATH, PULSE_PATH, STATE)}
            if answers[""].status != 200:
                answers[""] = get(way, door, "index.html", until)
            manifest, wrong = _manifest(answers[MANIFEST_PATH], verify)
            files = manifest.files if manifest else {}
            wrong += [path for path, digest in files.items() if not _is(way, door, answers, path, digest, until)]
    except (OSError, urllib3.exceptions.HTTPError, http.client.HTTPException) as error:
        return Shown(door=door, fault=_plain(error))
    pulse = _pulse(answers[PULSE_PATH], verify)
    return Shown(door=door, distrust=distrust, leaf=leaf, answers=answers, manifest=manifest, pulse=pulse, wrong=tuple(wrong))


def certificate(door: Door, world: World) -> tuple[x509.Certificate | None, str]:
    """The host's own one, and in words why a browser would refuse it."""
    context = ssl.create_default_context(cafile=str(world.roots) if world.roots else None)
    try:
        return _leaf(door, context, world), ""
    except ssl.SSLCertVerificationError as error:
        distrust = error.verify_message or str(error)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return _leaf(door, context, world), distrust


def _leaf(door: Door, context: ssl.SSLContext, world: World) -> x509.Certificate:
    with (
        socket.create_connection((door.address, door.port), world.seconds) as plain,
        context.wrap_socket(plain, server_hostname=door.name) as wrapped,
    ):
        return x509.load_der_x509_certificate(wrapped.getpeercert(binary_form=True) or b"")


def pool(door: Door, world: World) -> urllib3.HTTPConnectionPool:
    """Without trust: whether a browser trusts it is asked apart, and what it serves is signed."""
    timeout = urllib3.Timeout(world.seconds)
    if not door.secure:
        return urllib3.HTTPConnectionPool(door.address, door.port, timeout=timeout, retries=False)
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return _Unasked(
        door.address,
        door.port,
        timeout=timeout,
        retries=False,
        ssl_context=context,
        server_hostname=door.name,
        assert_hostname=False,
    )


class _Known(HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        self.is_verified = True  # it is not, and that is told as a finding: urllib3 need not warn of each request


class _Unasked(urllib3.HTTPSConnectionPool):
    ConnectionCls = _Known


def get(way: urllib3.HTTPConnectionPool, door: Door, path: str, until: float) -> Answer:
    parts = urlsplit(door.url)
    headers = {"Host": parts.netloc, "Accept-Encoding": "br, gzip", "User-Agent": "Lightship (doctor)"}
    answer = way.request("GET", f"{parts.path}/{path}", headers=headers, preload_content=False, redirect=False)
    body = bytearray()
    while chunk := answer.read1(CHUNK, decode_content=True):
        body += chunk
        if len(body) > LONGEST or monotonic() > until:
            answer.close()
            raise TimeoutError(f"it sends /{path} without end, or so slowly that {VISIT:.0f} s were not enough")
    answer.drain_conn()
    answer.release_conn()
    return Answer(answer.status, {key.lower(): value for key, value in answer.headers.items()}, bytes(body))


def _is(way: urllib3.HTTPConnectionPool, door: Door, answers: dict[str, Answer], path: str, digest: str, until: float) -> bool:
    known = answers.get("" if path == "index.html" else path) or get(way, door, path, until)
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


def _plain(error: Exception) -> str:
    while isinstance(inner := getattr(error, "reason", None) or error.__cause__, Exception):
        error = inner
    return getattr(error, "strerror", None) or str(error).split(": ", 1)[-1] or type(error).__name__


def by_host(shown: tuple[Shown, ...]) -> Iterator[tuple[str, list[Shown]]]:
    for host in dict.fromkeys(each.door.host for each in shown):
        yield host, [each for each in shown if each.door.host == host]
