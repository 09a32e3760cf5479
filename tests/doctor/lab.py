"""A small Internet on the loopback: two hosts with TLS, a primary and a secondary name server, a resolver that knows all
zones, a product, and a registry. Everything is sound until a test plants a fault, and sound again after it."""

import asyncio
import contextlib
import http.server
import json
import shutil
import socket
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import dns.message
import dns.query
import dns.rcode
import dns.resolver
import dns.tsig
from dns.update import UpdateMessage
from tests import servers
from tests.certs import Authority
from tests.name_servers import Layout, bind
from tests.publishing.book import harbour

from lightship.config import BackEndConfig, Config, HostConfig, PageConfig, Peer
from lightship.config.fields import Database, Secret
from lightship.config.values import Desk, Pulse, Vault
from lightship.core.steering.records import RECORD, Health, MoveRecord, Vote, record_out, vote_key, vote_out
from lightship.doctor import Environment
from lightship.doctor.asn import Table
from lightship.hosts.folder import Folder
from lightship.publishing.publish import Publisher
from lightship.publishing.rendering import Rendering
from lightship.publishing.verify import Verifier
from lightship.signing import SigningKey
from lightship.vault import CopyTarget, Part, new_key
from lightship.vault.keeping import keep

NAME, PRODUCT = "acmestatus.net", "acme.example"
HOSTS = {"vienna": "127.81.1.1", "zurich": "127.82.1.1"}
PRIMARY, SECONDARY, RESOLVER, WWW = "127.0.0.1", "127.84.1.53", "127.85.1.53", "127.89.1.1"
SEAL = SigningKey(bytes(range(32)))
RECOVERY, RECIPIENT = new_key()
WITNESSES = ("w1", "w2", "w3")
NO_AGES: Mapping[str, int] = {}
NETWORKS = {0: "Delta DNS", 81: "Vienna Net", 82: "Zurich Cloud", 84: "Echo DNS", 86: "Relay", 87: "Desk Co", 89: "Acme"}
RECORDS = f"""@ NS ns2
ns2 A {SECONDARY}
@ 30 A {HOSTS["vienna"]}
vienna 60 A {HOSTS["vienna"]}
zurich 60 A {HOSTS["zurich"]}
desk 60 A 127.87.1.1
relay 60 A 127.86.1.1
"""
PRODUCT_ZONE = f"""$TTL 3600
$ORIGIN {PRODUCT}.
@ SOA ns hostmaster 1 3600 600 604800 30
@ NS ns
@ A {WWW}
ns A {WWW}
www A {WWW}
mail A {WWW}
"""
FINE = {
    NAME: ("Gandi", 400),
    PRODUCT: ("MarkMonitor", 400),
}


def networks(**moved: int) -> Table:
    """127.N.0.0/16 is AS64500+N. `moved`: `n84=83` puts the addresses of one into another."""
    cuts, owners = [0], [0]
    for number in sorted(NETWORKS):
        cuts += [(127 << 24) + (number << 16), (127 << 24) + (number + 1 << 16)]
        owners += [64500 + moved.get(f"n{number}", number), 0]
    names = {64500 + number: name for number, name in NETWORKS.items()}
    return Table("2026-11-01", {4: (cuts, owners), 6: ([0], [0])}, names)


class FakeRdap(http.server.ThreadingHTTPServer):
    """Answers as registries do (RFC 9083): domain -> registrar, days left, locks."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Rdap)
        self.known: dict[str, dict[str, Any]] = {}
        for domain, (registrar, days) in FINE.items():
            self.set(domain, registrar, days)
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def set(self, domain: str, registrar: str, days: int, *, locked: bool = True) -> None:
        ends = datetime.now(UTC) + timedelta(days=days, hours=1)
        self.known[domain] = {
            "objectClassName": "domain",
            "events": [{"eventAction": "expiration", "eventDate": ends.strftime("%Y-%m-%dT%H:%M:%SZ")}],
            "status": ["client transfer prohibited", "client update prohibited"] if locked else ["active"],
            "entities": [
                {
                    "roles": ["registrar"],
                    "vcardArray": ["vcard", [["version", {}, "text", "4.0"], ["fn", {}, "text", registrar]]],
                }
            ],
        }


class _Rdap(http.server.BaseHTTPRequestHandler):
    server: FakeRdap

    def do_GET(self) -> None:
        registration = self.server.known.get(self.path.rpartition("/")[2])
        self.send_response(200 if registration else 404)
        self.end_headers()
        self.wfile.write(json.dumps(registration or {}).encode())

    def log_message(self, *_: object) -> None:
        pass


@dataclass
class Lab:
    """`port`: where the hosts listen with TLS. `dns`: where all name servers do."""

    home: Path
    port: int = field(default_factory=servers.free_port)
    plain: int = field(default_factory=servers.free_port)
    shop: int = field(default_factory=servers.free_port)
    dns: int = field(default_factory=servers.free_port)
    authority: Authority = field(default_factory=lambda: Authority("Let's Encrypt"))
    other: Authority = field(default_factory=lambda: Authority("DigiCert"))
    revision: int = 6
    running: dict[str, contextlib.ExitStack] = field(default_factory=dict)
    rdap: FakeRdap = field(default_factory=FakeRdap)
    planted: dict[str, Callable[[], object]] = field(default_factory=dict)
    """What a test changed -> how to make it sound again."""
    added: list[tuple[str, str, str]] = field(default_factory=list)
    removed: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.authority.write(self.home / "roots.pem")
        certificates = self.home / "certificates"
        certificates.mkdir()
        for site in (*HOSTS, "www"):
            self.certify(site, *self._names(site), authority=None if site in HOSTS else self.other)
        self.planted.clear()
        (self.home / "www").mkdir()

    @property
    def primary(self) -> Layout:
        notify = ((SECONDARY, self.dns), (RESOLVER, self.dns))
        return Layout(name=NAME, address=PRIMARY, port=self.dns, records=RECORDS, notify=notify)

    def repair(self) -> None:
        for domain, (registrar, days) in FINE.items():
            self.rdap.set(domain, registrar, days)
        for make_sound in list(self.planted.values()):
            make_sound()
        self.planted.clear()

    def certify(self, site: str, *names: str, authority: Authority | None = None, **times: datetime) -> None:
        """Another certificate for a site, in use from its next start on."""
        self.planted[f"certificate {site}"] = lambda: self.certify(site, *self._names(site))
        folder = self.home / "certificates"
        (authority or self.authority).issue(*names, **times).write(folder / f"{site}.pem", folder / f"{site}.key")

    def _names(self, site: str) -> tuple[str, ...]:
        return (NAME, f"{site}.{NAME}") if site in HOSTS else (PRODUCT,)

    def folder(self, name: str) -> Folder:
        return Folder(name, f"http://{HOSTS[name]}:{self.plain}", self.home / name)

    def publish(self, only: tuple[str, ...] = tuple(HOSTS)) -> None:
        """The next revision, as the worker would have a moment ago."""
        self.revision += 1
        asyncio.run(self._publish(only))
        self.planted["content"] = self.publish

    async def _publish(self, only: tuple[str, ...]) -> None:
        rendering = Rendering(replace(harbour(months=1), revision=self.revision, at=datetime.now(UTC)))
        publisher = Publisher(SEAL, lambda: datetime.now(UTC), Verifier())
        receipts = await publisher.publish(rendering, [self.folder(name) for name in only], force=True)
        assert all(receipt.proven for receipt in receipts), receipts

    def keep_vault(self, recipient: str = RECIPIENT, *, days_ago: int = 0) -> None:
        """As the worker would have."""
        self.planted["vault"] = self.keep_vault
        for name in HOSTS:
            shutil.rmtree(self.home / f"{name}.vault", ignore_errors=True)

        def parts() -> Generator[Part, None, None]:
            yield Part("desk.Page", b"{}")

        targets = [CopyTarget(name, self.folder(name).vault_place(), SEAL, "harbour00000", 1) for name in HOSTS]
        copies = asyncio.run(keep(parts(), targets, [recipient], datetime.now(UTC) - timedelta(days=days_ago)))
        assert not any(copy.reason for copy in copies), copies

    def vote(self, ages: Mapping[str, int] = NO_AGES, record: str = "") -> None:
        """Each witness, as if just now or `ages` seconds ago; or `record` in place of the move record."""
        now, zone = datetime.now(UTC), self.primary.zone("operator")
        ages = ages or dict.fromkeys(WITNESSES, 1)
        votes = {name: Vote(now - timedelta(seconds=age), {"vienna": Health(True, now)}) for name, age in ages.items()}
        texts = {vote_key(name): frozenset({vote_out(votes[name])} if name in votes else ()) for name in WITNESSES}
        taken = record or record_out(MoveRecord(4, "w2", now, 1, (), "n0nce"))
        zone.set_records(NAME, {**texts, RECORD: frozenset({taken})}, expecting={})

    def start(self, site: str, more: str = "", *, tls: str = "") -> None:
        """(Re)start the web server of a host, or of the product (`www`). `tls`: whose certificate, if not its own."""
        self.stop(site)
        if more or tls:
            self.planted[f"site {site}"] = lambda: self.start(site)
        address, port = (HOSTS[site], self.port) if site in HOSTS else (WWW, self.shop)
        home = self.home / f"nginx-{site}"
        home.mkdir(exist_ok=True)
        folder, which = self.home / "certificates", tls or site
        keys = f"ssl_certificate {folder}/{which}.pem; ssl_certificate_key {folder}/{which}.key;"
        command = servers.nginx_command(
            self.home / site, home, f"{address}:{port} ssl", f"listen {address}:{self.plain}; {keys} {more}"
        )
        ready = lambda: _listens(address, port)  # noqa: E731
        self.running[site] = contextlib.ExitStack()
        self.running[site].enter_context(servers.running(command, home, port, ready=ready))

    def kill(self, site: str) -> None:
        self.stop(site)
        self.planted[f"site {site}"] = self.start_secondary if site == "secondary" else lambda: self.start(site)

    def stop(self, site: str) -> None:
        if site in self.running:
            self.running.pop(site).close()

    def start_secondary(self, *, frozen: str = "") -> None:
        """`frozen`: a zone file that it serves for ever, deaf to its primary."""
        self._knot("secondary", SECONDARY, {NAME: frozen} if frozen else {})
        if frozen:
            self.planted["secondary"] = self.start_secondary
        else:
            self.agree()

    def start_resolver(self, product: str = PRODUCT_ZONE, parent: str = "", *, more: bool = False) -> None:
        """Knows all zones, and so answers at once what is true now. `more`: `product` is lines beside the usual."""
        if more:
            self.planted["resolver"] = self.start_resolver
            product = f"{PRODUCT_ZONE}{product}\n"
        self._knot("resolver", RESOLVER, {PRODUCT: product, **({"net": parent} if parent else {})})
        self.agree()

    def _knot(self, name: str, address: str, zones: Mapping[str, str]) -> None:
        """Serves these zones as they are, and follows the primary in the page's unless that is one of them. BIND would not
        listen there: it takes only addresses that an interface has."""
        self.stop(name)
        home = self.home / name
        shutil.rmtree(home, ignore_errors=True)
        (home / "run").mkdir(parents=True)
        for zone, text in zones.items():
            (home / zone).write_text(text)
        listed = "".join(f"  - domain: {zone}\n    file: {home}/{zone}\n" for zone in zones)
        copy = "" if NAME in zones else f"  - domain: {NAME}\n    file: {home}/copy\n    master: primary\n    acl: notified\n"
        (home / "knot.conf").write_text(f"""
server:
    rundir: {home}/run
    listen: {address}@{self.dns}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
database:
    storage: {home}/db
key:
  - id: transfer
    algorithm: hmac-sha256
    secret: {self.primary.keys["transfer"]}
remote:
  - id: primary
    address: {PRIMARY}@{self.dns}
    key: transfer
acl:
  - id: notified
    address: {PRIMARY}
    action: notify
zone:
{listed}{copy}""")
        command: list[str | Path] = [servers.needed("knot"), "-c", home / "knot.conf"]
        self.running[name] = contextlib.ExitStack()
        self.running[name].enter_context(servers.running(command, home, self.dns, ready=lambda: _listens(address, self.dns)))

    @cached_property
    def stubborn(self) -> str:
        """A resolver that says that the name may be kept for 900 s."""
        self._knot("stubborn", "127.88.1.53", {NAME: self.primary.zone_file.replace("@ 30 A", "@ 900 A")})
        return "127.88.1.53"

    def change(self, *lines: str, gone: tuple[tuple[str, str], ...] = ()) -> None:
        """Put records into the page's zone, and wait until all servers have them."""
        self.planted["zone"] = self._as_it_was
        added = [(owner, int(ttl), kind, value) for owner, ttl, kind, value in (line.split(maxsplit=3) for line in lines)]
        self.added += [(owner, kind, value) for owner, _, kind, value in added]
        self.removed += gone
        update = UpdateMessage(NAME)
        for owner, kind in gone:
            update.delete(owner, kind)
        for owner, ttl, kind, value in added:
            update.add(owner, ttl, kind, value)
        self._send(update)

    def _as_it_was(self) -> None:
        update = UpdateMessage(NAME)
        for owner, kind, value in self.added:
            update.delete(owner, kind, value)
        for line in RECORDS.splitlines():
            owner, *ttl, kind, value = line.split()
            if (owner, kind) in self.removed:
                update.add(owner, int(ttl[0]), kind, value)
        self.added.clear()
        self.removed.clear()
        self._send(update)

    def _send(self, update: UpdateMessage) -> None:
        update.use_tsig(dns.tsig.Key("operator", self.primary.keys["operator"], dns.tsig.HMAC_SHA256))
        answer = dns.query.tcp(update, PRIMARY, 5, self.dns)
        assert answer.rcode() == dns.rcode.NOERROR, answer
        self.agree()

    def agree(self) -> None:
        places = [PRIMARY, RESOLVER, *([SECONDARY] if "secondary" in self.running else [])]
        until = time.monotonic() + 15
        while len({_serial(place, self.dns) for place in places}) > 1 or _serial(PRIMARY, self.dns) is None:
            assert time.monotonic() < until, [(place, _serial(place, self.dns)) for place in places]
            time.sleep(0.02)

    def zone(self, who: str = "w1", **more: Any) -> BackEndConfig:
        options = {"server": PRIMARY, "port": self.dns, "key": self.primary.zone(who).key, "ttl": 30, "name": NAME, **more}
        return BackEndConfig(kind="rfc2136", name=NAME, options=options)

    def page(self, **changed: Any) -> PageConfig:
        hosts = tuple(
            HostConfig(
                name=name,
                kind="folder",
                url=f"https://{name}.{NAME}:{self.port}",
                options={"path": self.home / name},
                address=(at,),
            )
            for name, at in HOSTS.items()
        )
        made = PageConfig(
            slug="acme",
            url=f"https://{NAME}:{self.port}",
            key=SEAL.seed,
            proven=1,
            pulse=Pulse(),
            hosts=hosts,
            watches=(f"https://{PRODUCT}:{self.shop}",),
            zone=self.zone(),
            witnesses=tuple(Peer(name=name) for name in WITNESSES),
        )
        return replace(made, **changed)

    def config(self, page: PageConfig, **changed: Any) -> Config:
        desk = Desk(url=f"https://desk.{NAME}", database=Database(engine="sqlite", name=":memory:"), secret=Secret("x" * 40))
        mail = BackEndConfig(name="mail", kind="email", options={"host": f"relay.{NAME}", "sender": f"status@{NAME}"})
        made = Config(
            path=self.home / "lightship.toml",
            base=self.home,
            pages={page.slug: page},
            channels=(mail,),
            desk_or_none=desk,
            vault=Vault(recovery=(RECIPIENT,)),
        )
        return replace(made, **changed)

    def environment(self, **changed: Any) -> Environment:
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port, resolver.lifetime = [RESOLVER], self.dns, 2.0
        made = Environment(
            resolver=resolver,
            open_resolvers={"the lab's": RESOLVER},
            port=self.dns,
            roots=self.home / "roots.pem",
            table=networks(),
            rdap=f"http://127.0.0.1:{self.rdap.server_port}",
            seconds=2.0,
            patience=2.0,
        )
        return replace(made, **changed)


def _listens(address: str, port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((address, port), 1):
        return True
    return False


def _serial(server: str, port: int) -> int | None:
    with contextlib.suppress(Exception):
        answer = dns.query.udp(dns.message.make_query(NAME, "SOA"), server, 1, port)
        return int(answer.answer[0][0].serial)
    return None


@contextlib.contextmanager
def lab(home: Path) -> Iterator[Lab]:
    made = Lab(home)
    with contextlib.ExitStack() as stack:
        (home / "primary").mkdir()
        stack.enter_context(bind(home / "primary", made.primary))
        made.start_resolver()
        made.start_secondary()
        made.agree()
        for site in (*HOSTS, "www"):
            (home / site).mkdir(exist_ok=True)
            made.start(site)
        try:
            yield made
        finally:
            for site in list(made.running):
                made.stop(site)
            made.rdap.shutdown()
