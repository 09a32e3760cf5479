"""A desk to measure: an installation in a folder of its own, made with `lightship init`, and its processes."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import django

from bench.past import past

LIGHTSHIP = (sys.executable, "-m", "lightship.cli")


@dataclass(frozen=True)
class Desk:
    """`hosts`: name -> URL of its local folder hosts, which lie in `home/hosts/NAME`."""

    home: Path
    hosts: dict[str, str]

    @property
    def config(self) -> Path:
        return self.home / "lightship.toml"

    def command(self, *arguments: str) -> list[str]:
        return [*LIGHTSHIP, "--config", str(self.config), *arguments]

    def run(self, *arguments: str) -> str:
        return subprocess.run(self.command(*arguments), check=True, capture_output=True, text=True).stdout

    @contextlib.contextmanager
    def serving(self) -> Iterator[None]:
        """Both hosts answer until the block ends."""
        with contextlib.ExitStack() as stack:
            for name, url in self.hosts.items():
                folder = self.home / "hosts" / name
                folder.mkdir(parents=True, exist_ok=True)
                stack.enter_context(
                    process([sys.executable, "-m", "lightship.hosts.serve", str(folder), url.removeprefix("http://")])
                )
            for url in self.hosts.values():
                wait_for(url)
            yield

    @contextlib.contextmanager
    def working(self) -> Iterator[None]:
        with process(self.command("worker")):
            yield


def new_desk(home: Path, hosts: tuple[str, ...] = ("a", "b")) -> Desk:
    desk = Desk(home, {name: f"http://127.0.0.1:{free_port()}" for name in hosts})
    home.mkdir(parents=True, exist_ok=True)
    lines = [
        "[desk]",
        'url = "http://127.0.0.1:8000"',
        'secret = { file = "keys/desk.secret" }',
        'database = "sqlite:///desk.sqlite3"',
        "[pages.status]",
        f'url = "{next(iter(desk.hosts.values()))}"',
        'key = { file = "keys/status.key" }',
    ]
    for name, url in desk.hosts.items():
        lines += [f"[pages.status.hosts.{name}]", 'kind = "folder"', f'path = "hosts/{name}"', f'url = "{url}"']
    desk.config.write_text("\n".join(lines) + "\n")
    desk.run("init")
    return desk


def set_up(desk: Desk) -> None:
    """Point Django in this process at the database of this desk, whichever it used before."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.django_settings"
    django.setup()
    from django.db import connections

    connections.close_all()
    connections.settings["default"]["NAME"] = str(desk.home / "desk.sqlite3")
    connections["default"].settings_dict["NAME"] = str(desk.home / "desk.sqlite3")


def load(count: int) -> None:
    """Add a history of `count` incidents to the desk that `set_up` chose."""
    from lightship.importers import Imported
    from lightship.store import models
    from lightship.store.history.load import load as take_in

    components, incidents = past(count, utc_now())
    take_in(models.Page.objects.get(), Imported(components=tuple(components), incidents=tuple(incidents)), None, utc_now())


def utc_now() -> datetime:
    return datetime.now(UTC)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def process(command: list[str]) -> Iterator["subprocess.Popen[bytes]"]:
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield child
    finally:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def wait_for(url: str) -> None:
    """Wait until something listens at this address."""
    address = url.removeprefix("http://").split(":")
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection((address[0], int(address[1])), 1):
            return
        time.sleep(0.02)
    raise TimeoutError(f"nothing answers at {url}")


def fetch(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return bytes(answer.read())
