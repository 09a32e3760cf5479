"""How long readers are without the page: from a fault of the host that has the name until a client behind a caching resolver
loads the current page again, and the share of it until the name is moved.

Each kind of fault has a laboratory of its own (tests/harbour.py) in a process of its own, all at once, for they wait more than
they work. Needs root, and no less than LIGHTSHIP_ROUNDS minutes (3 unless told).
"""

import contextlib
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from ssl import SSLContext, create_default_context

import dns.exception
import dns.message
import dns.query
from tests import name_servers
from tests.harbour import NAME, Harbour, Host, harbour
from tests.kills import rounds
from tests.lab import Node

from lightship.net.pinned import ConnectError, Connection

READERS, TTL = 3, 30
INTERVAL, TIMEOUT, COUNT, PATIENCE = 2.0, 1.5, 3, 30.0
"""The witnesses' own defaults."""
LONGEST = 150.0
LOAD = 2.0
"""Seconds after which a reader gives up on a load and tries again."""

Fault = Callable[[Harbour, Host], None]


def _stale(lab: Harbour, host: Host) -> None:
    """The publisher no longer reaches the host, and an update follows: the revision shows it, not the age of the pulse."""
    host.freeze()
    lab.publish()


FAULTS: dict[str, Fault] = {
    "host killed": lambda _, host: host.kill(),
    "host black-holed": lambda _, host: host.black_hole(),
    "TLS hangs": lambda _, host: host.hang(),
    "503": lambda _, host: host.fail(),
    "wrong content": lambda _, host: host.hijack(),
    "certificate expired": lambda _, host: host.expire(),
    "IPv6 dead": lambda _, host: host.lose_ipv6(),
    "stale content": _stale,
}


@dataclass
class Client:
    """Loads the page over and over through its own resolver, as a browser without a service worker would; over IPv6 where that
    is what fails. `current`: the page to get; `good`: when the last load that got it began; `loads`: when each began and ended;
    `late`: seconds before the first, so that the readers' records expire at different times."""

    node: Node
    trust: SSLContext
    current: Callable[[], bytes]
    kinds: tuple[str, ...]
    over: threading.Event
    late: float
    good: float = 0.0
    well: bool = False
    loads: list[tuple[float, float]] = field(default_factory=list)

    def run(self) -> None:
        self.node.enter()
        self.over.wait(self.late)
        while not self.over.wait(1.0 if self.well else 0.1):
            started = time.monotonic()
            self.well = any(self.load(address) for kind in self.kinds for address in self.resolved(kind))
            if self.well:
                self.loads.append((started, time.monotonic()))
                self.good = started

    def first(self, began: float) -> float:
        """When it first got the current page after that."""
        _seconds(began, lambda: self.good > began)
        return next(ended for started, ended in self.loads if started > began)

    def load(self, address: str) -> bool:
        try:
            with Connection(f"https://{NAME}", address, self.trust, LOAD) as connection:
                return connection.get("").body == self.current()
        except ConnectError:
            return False

    def resolved(self, kind: str) -> list[str]:
        query = dns.message.make_query(NAME, kind)
        try:
            answer = dns.query.udp(query, self.node.v4, timeout=2)
        except (dns.exception.DNSException, OSError):
            return []
        return [rdata.to_text() for rrset in answer.answer for rdata in rrset]


def measure(name: str, runs: int, home: Path) -> None:
    """Print, a line of JSON a run: seconds from the fault to the move, and to each reader's page."""
    settings = f"interval = {INTERVAL}\ntimeout = {TIMEOUT}\ncount = {COUNT}\npatience = {PATIENCE}"
    over = threading.Event()
    with harbour(home, settings, READERS) as lab, contextlib.ExitStack() as stack:
        nodes = [node for node in lab.nodes.values() if "-reader" in node.space]
        clients = [_client(lab, node, name, over, stack, TTL * n / READERS) for n, node in enumerate(nodes)]
        stack.callback(over.set)
        for client in clients:
            threading.Thread(target=client.run, daemon=True).start()
        lab.witness("w1", "w2", "w3")
        for _ in range(runs):
            _settle(lab, clients)
            time.sleep(random.uniform(0, TTL))  # so that the readers' records are of any age
            current = lab.hosts[lab.leads_to()]
            FAULTS[name](lab, current)
            began = time.monotonic()
            moved = _moved(lab, current, began)
            print(json.dumps([moved, *(client.first(began) - began for client in clients)]), flush=True)
            current.repair()
            lab.put()


def _moved(lab: Harbour, host: Host, began: float) -> float:
    return _seconds(began, lambda: host.node.v4 not in (lab.asked("A") or host.node.v4))


def _seconds(started: float, until: Callable[[], bool]) -> float:
    while not until():
        if time.monotonic() - started > LONGEST:
            raise TimeoutError
        time.sleep(0.05)
    return time.monotonic() - started


def _client(lab: Harbour, node: Node, fault: str, over: threading.Event, stack: contextlib.ExitStack, late: float) -> Client:
    home = lab.home / f"resolver-{node.space}"
    home.mkdir()
    place_of = name_servers.Layout(NAME, address=node.v4, port=53, prefix=node.prefix)
    stack.enter_context(name_servers.unbound(home, place_of, {NAME: [(lab.layout.address, 53)]}))
    trust = create_default_context(cafile=str(lab.roots))
    return Client(node, trust, lambda: lab.front, ("AAAA",) if fault.startswith("IPv6") else ("A",), over, late)


def _settle(lab: Harbour, clients: list[Client]) -> None:
    """Wait until all is well: no waiting time is left of earlier moves, readers have the page, witnesses see both hosts up."""
    lab.let_go()
    began = time.monotonic()
    _seconds(began, lambda: all(client.good > began for client in clients))
    _seconds(began, lab.all_up)


def main() -> None:
    if os.geteuid():
        print("failover: needs root, for it makes network namespaces")
        return
    runs = 1 if "--quick" in sys.argv else rounds(3)
    command = [sys.executable, "-m", "bench.failover"]
    started = {name: subprocess.Popen([*command, name, str(runs)], stdout=subprocess.PIPE, text=True) for name in FAULTS}
    print(
        f"{runs} runs each, {READERS} readers, TTL {TTL}; witnesses check each {INTERVAL:g} s, {COUNT} times, for {TIMEOUT:g} s"
    )
    print(f"{'seconds from the fault':24}{'to the move':>16}{'to a reader':>18}")
    print(f"{'':24}{'median':>8}{'worst':>8}{'median':>10}{'worst':>8}")
    for name, process in started.items():
        times = [json.loads(line) for line in process.communicate()[0].splitlines()]
        moves, clients = [run[0] for run in times], [seconds for run in times for seconds in run[1:]]
        if not times:
            print(f"{name:24} failed")
            continue
        lost = f"  ({runs - len(times)} runs failed)" if len(times) < runs else ""
        row = f"{statistics.median(moves):8.1f}{max(moves):8.1f}{statistics.median(clients):10.1f}{max(clients):8.1f}{lost}"
        print(f"{name:24}{row}", flush=True)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        measure(sys.argv[1], int(sys.argv[2]), Path(home))
