"""Fetch each host by address, as a reader whom the name leads there."""

import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from cryptography import x509

from lightship.config import HostConfig, PageConfig
from lightship.core.site.manifest import MANIFEST_PATH, PULSE_PATH, Manifest, Pulse, Verify, manifest_in, pulse_in
from lightship.core.site.receipt import CheckStatus
from lightship.core.wire import WireError, sha256
from lightship.doctor.environment import Environment, in_parallel
from lightship.doctor.servers import as_address, host_of
from lightship.net.pinned import Answer, ConnectError, Connection, distrusting
from lightship.signing import verify_key

LONGEST = 16 * 1024 * 1024
HEADERS = {"Accept-Encoding": "br, gzip", "User-Agent": "Lightship (doctor)"}
STATE = "lightship/state.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One address of a host, and the URL to ask for there. `main`: the URL is the page's, not the host's own."""

    host: str
    url: str
    address: str
    main: bool

    @property
    def name(self) -> str:
        return host_of(self.url)

    @property
    def secure(self) -> bool:
        return self.url.startswith("https:")

    def __str__(self) -> str:
        return f"{self.host} at {self.address}" + ("" if self.main else f" as {self.name}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What a target served. `fault`: why it served nothing. `distrust`: why a browser would refuse its certificate. `wrong`:
    paths whose content is not as the signed manifest says."""

    target: Target
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


def targets(page: PageConfig, environment: Environment) -> tuple[Target, ...]:
    """The page's name at each address that it may point at, and each host under its own name."""
    unique: dict[Target, None] = {}
    for host in page.hosts:
        led, own = pointed(host, environment), addresses_of(host.url, environment)
        unique |= {Target(host=host.name, url=page.url, address=address, main=True): None for address in led}
        unique |= {Target(host=host.name, url=host.url, address=address, main=False): None for address in own}
    return tuple(unique)


def pointed(host: HostConfig, environment: Environment) -> tuple[str, ...]:
    """The addresses that the page's name points at when it points at this host."""
    return host.address or (environment.addresses(host.cname) if host.cname else ())


def addresses_of(url: str, environment: Environment) -> tuple[str, ...]:
    """The addresses that the name in a URL leads to."""
    name = host_of(url)
    if address := as_address(name):
        return (address,)
    return ("127.0.0.1",) if name == "localhost" else environment.addresses(name)


def visit_all(page: PageConfig, environment: Environment) -> tuple[Visit, ...]:
    verify = verify_key(page).verify
    return tuple(in_parallel(lambda target: visit(target, verify, environment), targets(page, environment)))


def visit(target: Target, verify: Verify, environment: Environment) -> Visit:
    try:
        # Any certificate will do: whether a browser trusts it is a check of its own, and what the host serves is signed.
        with Connection(target.url, target.address, distrusting(), environment.visit) as line:
            distrust = distrusted(target, environment) if target.secure else ""
            answers = {path: line.get(path, LONGEST, HEADERS) for path in ("", MANIFEST_PATH, PULSE_PATH, STATE)}
            if answers[""].status != 200:
                answers[""] = line.get("index.html", LONGEST, HEADERS)
            manifest, wrong = _manifest(answers[MANIFEST_PATH], verify)
            for path, digest in manifest.files.items() if manifest else ():
                answer = answers.get("" if path == "index.html" else path) or line.get(path, LONGEST, HEADERS)
                if answer.status != 200 or sha256(answer.body) != digest:
                    wrong.append(path)
            leaf = x509.load_der_x509_certificate(line.der) if line.der else None
    except (ConnectError, ValueError) as error:  # ValueError: what it sent is no certificate
        return Visit(target=target, fault=str(error))
    return Visit(
        target=target,
        distrust=distrust,
        leaf=leaf,
        answers=answers,
        manifest=manifest,
        pulse=_pulse(answers[PULSE_PATH], verify),
        wrong=tuple(wrong),
    )


def distrusted(target: Target, environment: Environment) -> str:
    """Reason a browser would refuse its certificate, or empty."""
    trust = ssl.create_default_context(cafile=str(environment.roots) if environment.roots else None)
    try:
        with Connection(target.url, target.address, trust, environment.seconds) as line:
            line.connect()
    except ConnectError as error:
        if error.status is CheckStatus.TLS:
            return str(error)
        raise
    return ""


def _manifest(answer: Answer, verify: Verify) -> tuple[Manifest | None, list[str]]:
    if answer.status != 200:
        return None, [f"{MANIFEST_PATH} answers {answer.status}"]
    try:
        return manifest_in(answer.body, verify), []
    except WireError as error:
        return None, [str(error)]


def _pulse(answer: Answer, verify: Verify) -> Pulse | None:
    try:
        return pulse_in(answer.body, verify) if answer.status == 200 else None
    except WireError:
        return None


def by_host(visits: tuple[Visit, ...]) -> Iterator[tuple[str, list[Visit]]]:
    for host in dict.fromkeys(visit.target.host for visit in visits):
        yield host, [visit for visit in visits if visit.target.host == host]
