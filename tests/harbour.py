"""A page on two hosts, its name on a real primary, three witnesses and readers behind a caching resolver: each a machine of
its own (see tests/lab.py), with a publisher that writes to both hosts' disks, and every fault that a host can have.

    with harbour(home) as lab:
        lab.witness("w1", "w2", "w3")
        lab.hosts["a"].hijack()
        lab.wait(lambda: lab.leads_to() == "b")
"""

import contextlib
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dns.message
import dns.query
import dns.rdatatype
from tests import name_servers, servers
from tests.certs import NOW, Authority
from tests.lab import Node, network
from tests.publishing.book import Book
from tests.publishing.book import harbour as book_of

from lightship.core.site.manifest import MANIFEST_PATH, PULSE_PATH, Manifest, Pulse, manifest_out, pulse_out
from lightship.core.steering.decide import by_hand
from lightship.core.steering.records import FRESH, POINTERS, RECORD, place, vote_key, votes_of
from lightship.core.wire import sha256
from lightship.publishing.rendering import Rendering
from lightship.signing import SigningKey

NAME = "acmestatus.net"
SEAL = SigningKey(bytes(range(32)))
FRONT = "index.html"
WITNESSES = ("w1", "w2", "w3")
BEAT = 3.0


@dataclass
class Host:
    """nginx with TLS on a machine of its own. `frozen`: the publisher does not reach it any more."""

    name: str
    node: Node
    home: Path
    authority: Authority
    frozen: bool = False
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def root(self) -> Path:
        return self.home / "web"

    def start(self) -> None:
        command = [*self.node.prefix, servers.needed("nginx"), "-p", str(self.home), "-c", str(self.home / "nginx.conf")]
        with (self.home / "nginx.log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, preexec_fn=servers.die_with_us)

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def black_hole(self) -> None:
        self.node.drop("meta l4proto tcp")

    def lose_ipv6(self) -> None:
        self.node.drop("meta nfproto ipv6 meta l4proto tcp")

    def hang(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGSTOP)

    def fail(self) -> None:
        (self.home / "503").touch()

    def hijack(self) -> None:
        """By somebody who keeps the publisher out."""
        self.frozen = True
        _put(self.root / FRONT, b"<!doctype html><title>Acme</title><p>All is well. Send money here.")

    def certify(self, days: int = 60) -> None:
        issued = self.authority.issue(NAME, since=NOW - timedelta(days=90), until=NOW + timedelta(days=days))
        _put(self.home / "host.pem", issued.chain + issued.key_pem)

    def expire(self) -> None:
        self.certify(days=-1)

    def freeze(self) -> None:
        self.frozen = True

    def repair(self) -> None:
        """Whatever was done to it; `Harbour.put` brings the page."""
        self.node.drop()
        (self.home / "503").unlink(missing_ok=True)
        self.frozen = False
        self.certify()
        if self.process:
            self.process.send_signal(signal.SIGCONT)
        else:
            self.start()

    def prepare(self) -> None:
        self.root.mkdir(parents=True)
        self.certify()
        # The certificate is named by a variable, so that it is read anew for each handshake.
        (self.home / "nginx.conf").write_text(f"""
            daemon off; master_process off; pid {self.home}/nginx.pid; error_log {self.home}/nginx.error.log; user root;
            events {{ worker_connections 512; }}
            http {{
                access_log off; types {{ text/html html; application/json json; }}
                client_body_temp_path {self.home}/t1; proxy_temp_path {self.home}/t2; fastcgi_temp_path {self.home}/t3;
                uwsgi_temp_path {self.home}/t4; scgi_temp_path {self.home}/t5;
                map $ssl_server_name $pem {{ default {self.home}/host.pem; }}
                server {{
                    listen 443 ssl backlog=512; listen [::]:443 ssl backlog=512; server_name {NAME};
                    ssl_certificate $pem; ssl_certificate_key $pem; root {self.root};
                    if (-f {self.home}/503) {{ return 503; }}
                }}
            }}""")
        self.start()


@dataclass
class Harbour:
    """All of it. `book` is what the page says; `layout` the primary."""

    home: Path
    nodes: dict[str, Node]
    hosts: dict[str, Host]
    layout: name_servers.Layout
    roots: Path
    settings: str
    book: Book = field(default_factory=lambda: replace(book_of(months=1), at=datetime.now(UTC)))
    over: threading.Event = field(default_factory=threading.Event)
    running: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    witnesses: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def publish(self) -> None:
        """The next revision, to every host that the publisher reaches."""
        self.book = self.book.said("incident0000", "We are still working on it.")
        self.put()

    def put(self) -> None:
        front = {path: file.body or b"" for path, file in Rendering(self.book).front().items()}
        files = {path: sha256(body) for path, body in front.items()}
        shot = self.book.snapshot
        made = Manifest(page=shot.page.id, revision=shot.revision, epoch=shot.epoch, at=shot.at, build="b", files=files)
        self.front = front[FRONT]
        for host in self.reached():
            for path, body in {**front, MANIFEST_PATH: manifest_out(made, SEAL.sign, SEAL.public)}.items():
                _put(host.root / path, body)
        self.beat()

    def beat(self) -> None:
        shot = self.book.snapshot
        pulse = Pulse(page=shot.page.id, revision=shot.revision, epoch=shot.epoch, at=datetime.now(UTC), seconds=10)
        for host in self.reached():
            _put(host.root / PULSE_PATH, pulse_out(pulse, SEAL.sign, SEAL.public))

    def reached(self) -> list[Host]:
        return [host for host in self.hosts.values() if not host.frozen]

    def keep_beating(self) -> None:
        while not self.over.wait(BEAT):
            self.beat()

    def start_primary(self) -> None:
        self.running.enter_context(name_servers.bind(self.home / "primary", self.layout))

    def stop_primary(self) -> None:
        self.running.close()

    def blind(self, witness: str, *hosts: str) -> None:
        """That witness hears nothing from these hosts; with none named, nothing from anyone."""
        if not hosts:
            self.nodes[witness].cut_off()
            return
        found = [self.nodes[name] for name in hosts]
        self.nodes[witness].drop(*(f"ip saddr {node.v4}" for node in found), *(f"ip6 saddr {node.v6}" for node in found))

    def config(self, witness: str, key: str | None = None) -> Path:
        """A lightship.toml for that witness, with the TSIG key of its name."""
        path = self.home / f"{witness}.toml"
        hosts = "".join(
            f'[pages.acme.hosts.{host.name}]\nkind = "folder"\nurl = "https://{host.name}.{NAME}"\n'
            f'address = ["{host.node.v4}", "{host.node.v6}"]\n'
            for host in self.hosts.values()
        )
        peers = "".join(f"[pages.acme.witnesses.{name}]\n" for name in WITNESSES)
        path.write_text(f"""
[witness]
name = "{witness}"
roots = "{self.roots}"
{self.settings}
[pages.acme]
url = "https://{NAME}"
public = "{SEAL.public_text}"
{hosts}{peers}[pages.acme.zone]
kind = "rfc2136"
server = "{self.layout.address}"
name = "{NAME}"
key = {{ name = "{witness}", secret = "{key or self.layout.keys[witness]}" }}
""")
        return path

    def witness(self, *names: str, ahead: float = 0, key: str | None = None) -> None:
        """Start them. `ahead`: seconds by which their clock is wrong; `key`: another TSIG secret than theirs."""
        for name in names:
            command = [sys.executable, "-m", "tests.witness.skewed", str(self.config(name, key)), str(ahead)]
            root = Path(__file__).resolve().parent.parent
            with self.log(name).open("ab") as log:
                self.witnesses[name] = subprocess.Popen(
                    [*self.nodes[name].prefix, *command], cwd=root, stdout=log, stderr=log, preexec_fn=servers.die_with_us
                )

    def log(self, witness: str) -> Path:
        return self.home / f"{witness}.log"

    def leads_to(self) -> str:
        """The host whose addresses the primary gives out just now; all that it gives, if that is not one host's."""
        last = self.asked("AAAA")
        while True:  # two questions: a move between them must not look like a mixture
            first, v4 = last, self.asked("A")
            if (last := self.asked("AAAA")) == first:
                break
        found = frozenset(v4 + last)
        named = {frozenset((host.node.v4, host.node.v6)): host.name for host in self.hosts.values()}
        return named.get(found, " ".join(sorted(found)))

    def asked(self, kind: str) -> list[str]:
        query = dns.message.make_query(NAME, kind)
        answer = self.nodes["reader"].do(lambda: dns.query.udp(query, self.layout.address, timeout=2))
        return [rdata.to_text() for rrset in answer.answer for rdata in rrset if rrset.rdtype == dns.rdatatype.from_text(kind)]

    def let_go(self) -> None:
        """As `lightship steer auto`: no dwell is left."""
        zone = self.layout.zone("operator")
        places = [place(host.name, (host.node.v4, host.node.v6)) for host in self.hosts.values()]

        def work() -> None:
            flip = by_hand(zone.read(NAME, [*POINTERS, RECORD]), places, (), "lab", datetime.now(UTC), "-")
            zone.set_records(NAME, flip.to, expecting=flip.expecting)

        self.nodes["reader"].do(work)

    def all_up(self) -> bool:
        """Whether every witness votes now, and sees both hosts up."""
        zone = self.layout.zone("operator")
        sets = self.nodes["reader"].do(lambda: zone.read(NAME, [vote_key(name) for name in self.witnesses]))
        votes = votes_of(sets, self.witnesses).values()
        fresh = [vote for vote in votes if datetime.now(UTC) - vote.at < FRESH]
        return len(fresh) == len(self.witnesses) and all(vote.up(host) for vote in fresh for host in self.hosts)

    def wait(self, until: Callable[[], bool], seconds: float = 60) -> float:
        """How long it took."""
        started = time.monotonic()
        while not until():
            if time.monotonic() - started > seconds:
                logs = "\n".join(f"{name}: {self.log(name).read_text()[-1500:]}" for name in self.witnesses)
                raise AssertionError(f"not within {seconds:g} s\n{logs}")
            time.sleep(0.02)
        return time.monotonic() - started

    def said(self, witness: str, words: str) -> bool:
        return words in self.log(witness).read_text()


@contextlib.contextmanager
def harbour(home: Path, settings: str = "interval = 0.5\ntimeout = 2.0\npatience = 2", readers: int = 1) -> Iterator[Harbour]:
    """`settings`: lines of [witness]. `readers`: that many machines for readers, named reader, reader2, ..."""
    more = [f"reader{number}" for number in range(2, readers + 1)]
    with contextlib.ExitStack() as stack:
        nodes = stack.enter_context(network("a", "b", "primary", *WITNESSES, "reader", *more))
        authority, roots = Authority(), home / "roots.pem"
        authority.write(roots)
        hosts = {name: Host(name, nodes[name], home / name, authority) for name in ("a", "b")}
        records = f"@ 30 A {nodes['a'].v4}\n@ 30 AAAA {nodes['a'].v6}\n"
        primary = nodes["primary"]
        layout = name_servers.Layout(NAME, address=primary.v4, port=53, prefix=primary.prefix, records=records)
        lab = Harbour(home, nodes, hosts, layout, roots, settings)
        (home / "primary").mkdir()
        stack.callback(lab.stop_primary)
        lab.start_primary()
        for host in hosts.values():
            host.prepare()
            stack.callback(host.kill)
        lab.put()
        thread = threading.Thread(target=lab.keep_beating, daemon=True)
        thread.start()
        try:
            yield lab
        finally:
            lab.over.set()
            thread.join()
            for process in lab.witnesses.values():
                process.kill()
                process.wait()


def _put(path: Path, body: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.new")
    new.write_bytes(body)
    new.replace(path)
