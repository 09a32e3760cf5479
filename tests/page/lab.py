"""A page at a name of a real DNS, on two hosts with TLS, and a reader's Chromium: each a machine of its own. Needs root.

with lab(home) as town, town.browser() as dave:
    dave.new_page().goto(town.url)
    town.befall("black-holed")
"""

import base64
import contextlib
import hashlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import BrowserContext, Playwright
from tests import name_servers
from tests.certs import NOW, Authority, Issued
from tests.lab import Node, network
from tests.page.conftest import FLAGS, write
from tests.page.places import WRONG, Place, pulse, told

NAME = "acmestatus.net"
ADDRESS = ("@", "A")
FAULTS = (
    "killed",
    "black-holed",
    "hanging",
    "answering 503",
    "stale",
    "wrong content",
    "forged",
    "certificate expired",
    "name deleted",
)


@dataclass
class Town:
    """The name points at Vienna; Oslo holds the same page."""

    home: Path
    vienna: Place
    oslo: Place
    nodes: dict[str, Node]
    zone: name_servers.Layout
    trusted: Issued
    expired: Path
    revision: int = 118
    url: str = f"https://{NAME}/"

    def speak(self, *places: Place) -> str:
        """Something new is said, and reaches those places; the headline."""
        self.revision += 1
        said = f"Mail is down, take {self.revision}"
        for place in places:
            place.hold(told(self.vienna, self.oslo, revision=self.revision, said=said))
        return said

    def befall(self, fault: str) -> None:
        deeds: dict[str, Callable[[], object]] = {
            "killed": self.vienna.kill,
            "black-holed": self.nodes["vienna"].cut_off,
            "hanging": self.vienna.freeze,
            "answering 503": self.vienna.fail,
            "stale": partial(write, self.vienna.folder, pulse(told(revision=self.revision), timedelta(hours=1))),
            "wrong content": partial(write, self.vienna.folder, {"index.html": b"<!doctype html><h1>All your base</h1>"}),
            "forged": partial(self.vienna.hold, told(revision=9999, said="Forged"), signing_key=WRONG),
            "certificate expired": self._expire,
            "name deleted": partial(self._point, frozenset[str]()),
        }
        deeds[fault]()

    def repair(self) -> None:
        """As it was, with the newest page on both."""
        self.nodes["vienna"].drop()
        self.vienna.kill()
        self.vienna.certificate = self.oslo.certificate
        self.vienna.fail(on=False)
        self.vienna.start()
        self._point(frozenset({self.nodes["vienna"].v4}))
        self.speak(self.vienna, self.oslo)

    def _expire(self) -> None:
        self.vienna.kill()
        self.vienna.certificate = self.expired
        self.vienna.start()

    def _point(self, to: frozenset[str]) -> None:
        zone, there = self.zone.zone(), self.nodes["dns"]
        there.do(lambda: zone.set_records(NAME, {ADDRESS: to}, expecting={}))

    @contextlib.contextmanager
    def browser(self, play: Playwright, profile: str = "") -> Iterator[BrowserContext]:
        """A browser on the reader's machine. With a profile it remembers what it saw, and no address that it once looked up."""
        folder = self.home / (profile or "stranger")
        if not profile:
            shutil.rmtree(folder, ignore_errors=True)
        wrapper = self.home / "chromium"
        wrapper.write_text(f'#!/bin/sh\nexec {" ".join(self.nodes["dave"].prefix)} /usr/bin/chromium "$@"\n')
        wrapper.chmod(0o755)
        public = self.trusted.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        trust = base64.b64encode(hashlib.sha256(public).digest()).decode()
        running = play.chromium.launch_persistent_context(
            folder, executable_path=wrapper, args=[*FLAGS, f"--ignore-certificate-errors-spki-list={trust}"]
        )
        yield running
        running.close()


@contextlib.contextmanager
def lab(home: Path) -> Iterator[Town]:
    authority = Authority()
    trusted, past = authority.issue(NAME, f"h1.{NAME}", f"h2.{NAME}"), NOW - timedelta(days=2)
    expired = authority.issue(NAME, f"h1.{NAME}", since=past - timedelta(days=60), until=past)
    good, bad = (_pem(home / f"{name}.pem", issued) for name, issued in (("good", trusted), ("expired", expired)))
    with contextlib.ExitStack() as stack:
        nodes = stack.enter_context(network("vienna", "oslo", "dns", "dave"))
        records = "\n".join(f"{name} 60 A {nodes[place].v4}" for name, place in (("h1", "vienna"), ("h2", "oslo")))
        (home / "dns").mkdir()
        there = name_servers.Layout(name=NAME, address=nodes["dns"].v4, port=53, prefix=nodes["dns"].prefix, records=records)
        zone = stack.enter_context(name_servers.bind(home / "dns", there))
        stack.enter_context(_resolver(nodes["dave"], there.address))
        vienna, oslo = (
            Place(home / place, f"{name}.{NAME}", nodes[place].v4, nodes[place].prefix, port=443, certificate=good)
            for name, place in (("h1", "vienna"), ("h2", "oslo"))
        )
        stack.callback(vienna.kill)
        stack.callback(oslo.kill)
        town = Town(home, vienna, oslo, nodes, zone, trusted, bad)
        oslo.start()
        town.repair()
        yield town


def _pem(path: Path, issued: Issued) -> Path:
    path.write_bytes(issued.chain + issued.key_pem)
    return path


@contextlib.contextmanager
def _resolver(node: Node, address: str) -> Iterator[None]:
    """`ip netns exec` puts what lies there over /etc."""
    folder = Path("/etc/netns") / node.space
    folder.mkdir(parents=True)
    (folder / "resolv.conf").write_text(f"nameserver {address}\n")
    try:
        yield
    finally:
        shutil.rmtree(folder)
