"""Real name servers for the tests, each on a loopback port (or inside a network namespace) with its files in a folder.

    with name_servers.bind(home) as primary:
        primary.zone("w1").point(primary.name, {("@", "A"): frozenset({"192.0.2.1"})}, expecting={})

A primary has a TSIG key a witness (w1, w2, ...) that may change the name, its lease and that witness's vote, and one key
`operator` for all. Its files stay in `home`: started there again, it knows what it knew. What is written here for each
server is what docs/operate/name-servers.md tells operators.
"""

import base64
import contextlib
import hashlib
import sqlite3
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests import servers

from lightship.zones.rfc2136 import Rfc2136, TsigKey

SCHEMA = (
    Path("/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql"),
    Path("/usr/share/doc/pdns-backend-sqlite3/schema.sqlite3.sql"),
)


@dataclass(frozen=True)
class Layout:
    """What to serve and where. `prefix` runs the server elsewhere: `("ip", "netns", "exec", NAME)`. `records`: more lines of
    the zone file. `notify`: secondaries, by address and port. `options`: more lines of PowerDNS's configuration."""

    name: str = "acmestatus.net"
    witnesses: int = 3
    signed: bool = False
    address: str = "127.0.0.1"
    port: int = field(default_factory=servers.free_port)
    prefix: tuple[str, ...] = ()
    records: str = ""
    notify: tuple[tuple[str, int], ...] = ()
    options: str = ""

    @property
    def keys(self) -> Mapping[str, str]:
        names = (*(f"w{number}" for number in range(1, self.witnesses + 1)), "operator", "transfer")
        return {name: base64.b64encode(hashlib.sha256(f"{self.name} {name}".encode()).digest()).decode() for name in names}

    @property
    def zone_file(self) -> str:
        lines = (
            "$TTL 3600",
            "@ SOA ns1 hostmaster 1 3600 600 604800 30",
            "@ NS ns1",
            f"ns1 {'AAAA' if ':' in self.address else 'A'} {self.address}",
        )
        return "\n".join((f"$ORIGIN {self.name}.", *lines, self.records, ""))

    def may(self, key: str) -> list[str]:
        """The names that the key of a witness may change."""
        return [self.name, f"_lease.{self.name}", f"{key}._vote.{self.name}", f"_canary.{self.name}"]

    def zone(self, key: str = "operator", **changed: Any) -> Rfc2136:
        """The back-end, with one of the keys."""
        tsig = TsigKey(name=key, secret=self.keys[key])
        return replace(Rfc2136(name=self.name, server=self.address, port=self.port, key=tsig), **changed)


@contextlib.contextmanager
def bind(home: Path, layout: Layout | None = None) -> Iterator[Layout]:
    layout = layout or Layout()
    keys = "".join(f'key "{name}" {{ algorithm hmac-sha256; secret "{secret}"; }};\n' for name, secret in layout.keys.items())
    _once(home / "zone", layout.zone_file)
    (home / "named.conf").write_text(f"""{keys}
        {_bind_options(home, layout)}
        zone "{layout.name}" {{
            type primary; file "{home}/zone"; allow-transfer {{ key transfer; }}; notify explicit; notify-delay 0;
            also-notify {{ {_bind_list(layout.notify)} }};
            {"dnssec-policy default;" if layout.signed else ""}
            update-policy {{ grant operator zonesub ANY; {_bind_grants(layout)} }};
        }};""")
    with _running("bind", ["-g", "-c", home / "named.conf"], home, layout):
        yield layout


def _bind_options(home: Path, layout: Layout) -> str:
    family = "-v6" if ":" in layout.address else ""
    other = "" if family else "-v6"
    return f"""controls {{ }};
        options {{
            directory "{home}"; key-directory "{home}"; pid-file none; session-keyfile none; lock-file none;
            listen-on{family} port {layout.port} {{ {layout.address}; }}; listen-on{other} {{ none; }};
            recursion no; dnssec-validation no; empty-zones-enable no;
        }};"""


def _bind_grants(layout: Layout) -> str:
    """By name and type: the addresses of the page's name, the lease, and the witness's own vote."""
    grants = []
    for key in (key for key in layout.keys if key.startswith("w")):
        name, *others = layout.may(key)
        grants += [f"grant {key} name {name} A AAAA;", *(f"grant {key} name {other} A AAAA TXT;" for other in others)]
    return " ".join(grants)


def _bind_list(places: Sequence[tuple[str, int]]) -> str:
    return " ".join(f"{address} port {port};" for address, port in places)


@contextlib.contextmanager
def knot(home: Path, layout: Layout | None = None) -> Iterator[Layout]:
    layout = layout or Layout()
    rules = [key for key in layout.keys if key.startswith("w")]
    keys = [f"  - id: {name}\n    algorithm: hmac-sha256\n    secret: {secret}" for name, secret in layout.keys.items()]
    remotes = [f"  - id: s{n}\n    address: {address}@{port}" for n, (address, port) in enumerate(layout.notify)]
    told = f"    notify: [{', '.join(f's{n}' for n in range(len(remotes)))}]" if remotes else ""
    _once(home / "zone", layout.zone_file)
    (home / "knot.conf").write_text(f"""
server:
    rundir: {home}/run
    listen: {layout.address}@{layout.port}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
log:
  - target: stderr
    any: info
database:
    storage: {home}/db
key:
{_lines(keys)}
{"remote:" if remotes else ""}
{_lines(remotes)}
acl:
  - id: operator
    key: operator
    action: update
  - id: transfer
    key: transfer
    action: transfer
{_lines(_knot_rule(layout, key) for key in rules)}
zone:
  - domain: {layout.name}
    file: {home}/zone
    acl: [{", ".join(["operator", "transfer", *rules])}]
{told}
    dnssec-signing: {"on" if layout.signed else "off"}
""")
    for folder in ("run", "db"):
        (home / folder).mkdir(exist_ok=True)
    with _running("knot", ["-c", home / "knot.conf"], home, layout):
        yield layout


def _knot_rule(layout: Layout, key: str) -> str:
    """One rule must allow all of an update: Knot does not add rules up."""
    return f"""  - id: {key}
    key: {key}
    action: update
    update-type: [A, AAAA, TXT]
    update-owner: name
    update-owner-match: equal
    update-owner-name: [{", ".join(name + "." for name in layout.may(key))}]"""


@contextlib.contextmanager
def powerdns(home: Path, layout: Layout | None = None) -> Iterator[Layout]:
    layout = layout or Layout()
    (home / "pdns.conf").write_text(f"""
launch=gsqlite3
gsqlite3-database={home}/zones.sqlite3
gsqlite3-dnssec=yes
local-address={layout.address}
local-port={layout.port}
socket-dir={home}
dnsupdate=yes
primary=yes
max-tcp-connections=100
# What a witness reads must be what is there now.
query-cache-ttl=0
negquery-cache-ttl=0
cache-ttl=0
zone-cache-refresh-interval=0
{layout.options}
""")
    if not (home / "zones.sqlite3").exists():
        _powerdns_zone(home, layout)
    with _running("powerdns", [f"--config-dir={home}", "--daemon=no", "--guardian=no"], home, layout):
        yield layout


def _powerdns_zone(home: Path, layout: Layout) -> None:
    def pdnsutil(*words: str) -> None:
        subprocess.run(["pdnsutil", f"--config-dir={home}", *words], check=True, capture_output=True)

    with contextlib.closing(sqlite3.connect(home / "zones.sqlite3")) as database:
        database.executescript(next(path for path in SCHEMA if path.exists()).read_text())
    (home / "zone").write_text(layout.zone_file)
    pdnsutil("load-zone", layout.name, str(home / "zone"))
    pdnsutil("set-kind", layout.name, "primary")
    for name, secret in layout.keys.items():
        pdnsutil("import-tsig-key", name, "hmac-sha256", secret)
    # By zone, not by name: PowerDNS lets a key change everything in it.
    writers = [name for name in layout.keys if name != "transfer"]
    pdnsutil("set-meta", layout.name, "TSIG-ALLOW-DNSUPDATE", *writers)
    pdnsutil("set-meta", layout.name, "ALLOW-DNSUPDATE-FROM", "0.0.0.0/0", "::/0")
    pdnsutil("set-meta", layout.name, "TSIG-ALLOW-AXFR", "transfer")
    pdnsutil("set-meta", layout.name, "NOTIFY-DNSUPDATE", "1")
    if layout.notify:
        pdnsutil("set-meta", layout.name, "ALSO-NOTIFY", *(f"{address}:{port}" for address, port in layout.notify))
    if layout.signed:
        pdnsutil("secure-zone", layout.name)
        pdnsutil("rectify-zone", layout.name)


PRIMARIES = {"bind": bind, "knot": knot, "powerdns": powerdns}


@contextlib.contextmanager
def secondary(home: Path, primary: Layout, place: Layout) -> Iterator[Layout]:
    """BIND as a secondary of `primary`, which must have `(place.address, place.port)` in its `notify`."""
    (home / "named.conf").write_text(f"""
        key "transfer" {{ algorithm hmac-sha256; secret "{primary.keys["transfer"]}"; }};
        {_bind_options(home, place)}
        zone "{primary.name}" {{
            type secondary; file "{home}/zone"; notify no;
            primaries {{ {primary.address} port {primary.port} key transfer; }};
        }};""")
    with _running("bind", ["-g", "-c", home / "named.conf"], home, place):
        yield place


@contextlib.contextmanager
def unbound(home: Path, place: Layout, stubs: Mapping[str, Sequence[tuple[str, int]]], options: str = "") -> Iterator[Layout]:
    """A caching resolver. `stubs`: the name servers of zones, as it cannot ask the root. `options`: lines of `server:`."""
    zones = "".join(
        f'stub-zone:\n  name: "{zone}"\n  stub-no-cache: no\n'
        + "".join(f"  stub-addr: {address}@{port}\n" for address, port in places)
        for zone, places in stubs.items()
    )
    nodefault = "".join(f'  local-zone: "{zone}" nodefault\n' for zone in stubs)
    (home / "unbound.conf").write_text(f"""
server:
  directory: "{home}"
  chroot: ""
  username: ""
  pidfile: "{home}/unbound.pid"
  use-syslog: no
  num-threads: 1
  interface: {place.address}@{place.port}
  access-control: 0.0.0.0/0 allow
  access-control: ::/0 allow
  do-not-query-localhost: no
  module-config: "iterator"
{nodefault}{options}
{zones}
remote-control:
  control-enable: no
""")
    with _running("unbound", ["-d", "-c", home / "unbound.conf"], home, place):
        yield place


@contextlib.contextmanager
def _running(name: str, arguments: Sequence[str | Path], home: Path, layout: Layout) -> Iterator[None]:
    command = [*layout.prefix, servers.needed(name), *arguments]
    with servers.running(command, home, layout.port, ready=lambda: answers(layout)):
        yield


def answers(layout: Layout) -> bool:
    """Whether it answers for the zone, and for a signed one with signatures."""
    dig = ["dig", "+tcp", "+time=1", "+tries=1", "+dnssec", f"@{layout.address}", "-p", str(layout.port), layout.name, "SOA"]
    found = subprocess.run([*layout.prefix, *dig], capture_output=True, text=True).stdout
    return "status: NOERROR" in found and ("RRSIG" in found or not layout.signed)


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(lines)


def _once(path: Path, text: str) -> None:
    """Write it, unless a server that ran here before has it."""
    if not path.exists():
        path.write_text(text)
