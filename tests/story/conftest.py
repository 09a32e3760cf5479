"""A desk with a database of its own, and its two local hosts as processes that can be killed."""

import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests import servers
from tests.database import database, template
from tests.kills import fetched

from lightship.config import Config, load
from lightship.hosts import find
from lightship.signing import SigningKey
from lightship.store.journal import structure
from lightship.store.models import Component, Page, Receipt
from lightship.worker.current import utc_now

__all__ = ["database", "template"]

SEAL = SigningKey(bytes(range(32)))


@dataclass
class Site:
    """`urls`: host -> where readers find it."""

    home: Path
    config: Config
    page: Page
    webmail: Component
    urls: dict[str, str]
    children: "dict[str, subprocess.Popen[bytes]]" = field(default_factory=dict)

    def serve(self, host: str) -> None:
        address = self.urls[host].removeprefix("http://")
        self.start(host, "lightship.hosts.serve", str(self.home / host), address)
        until(lambda: "refused" not in fetched(self.urls[host])[1], f"host {host} answers")

    def start(self, name: str, module: str, *words: str) -> None:
        log = (self.home / f"{name}.log").open("ab")
        command = [sys.executable, "-m", module, *words]
        self.children[name] = subprocess.Popen(command, stdout=log, stderr=log)

    def work(self, name: str = "worker") -> None:
        self.start(name, "lightship.cli", "--config", str(self.config.path), "worker")

    def kill(self, name: str) -> None:
        """As a power cut does."""
        self.children[name].send_signal(signal.SIGKILL)
        self.children.pop(name).wait()

    def verdict(self, host: str) -> tuple[str, str]:
        """What the desk shows of the host now, and its words."""
        newest = Receipt.objects.filter(page=self.page, host=host).first()
        return (newest.verdict, newest.reason) if newest else ("", "")

    def proven(self, revision: int) -> set[str]:
        found = Receipt.objects.filter(page=self.page, revision__gte=revision, verdict="proven")
        return set(found.values_list("host", flat=True))

    def front(self, host: str) -> str:
        return fetched(f"{self.urls[host]}/")[0].decode()


def until(holds: Callable[[], object], what: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.01)


@pytest.fixture
def site(database: Path, tmp_path: Path) -> Iterator[Site]:
    urls = {name: f"http://127.0.0.1:{servers.free_port()}" for name in ("vienna", "oslo")}
    (tmp_path / "lightship.toml").write_text(_toml(urls))
    (tmp_path / "key").write_text("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n")
    config = load(tmp_path / "lightship.toml", {}, {"hosts": find})
    page = structure.create_page("acme", "Acme Hosting", None, utc_now())
    made = Site(tmp_path, config, page, structure.create_component(page, "Webmail", None, utc_now()), urls)
    try:
        for name in urls:
            (tmp_path / name).mkdir()
            made.serve(name)
        yield made
    finally:
        for child in made.children.values():
            child.kill()
        for child in made.children.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(10)


def _toml(urls: dict[str, str]) -> str:
    secret = f'secret = "{"s" * 40}"'
    head = f'[desk]\nurl = "http://127.0.0.1:8000"\ndatabase = "sqlite:///desk.sqlite3"\n{secret}\n'
    page = f'[pages.acme]\nurl = "{urls["vienna"]}"\nkey = {{ file = "key" }}\n'
    hosts = (f'[pages.acme.hosts.{name}]\nkind = "folder"\npath = "{name}"\nurl = "{url}"\n' for name, url in urls.items())
    return head + page + "".join(hosts)
