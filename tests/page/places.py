"""Two hosts that hold one signed page, each an nginx of its own, and what can befall a host: for readers' browsers to meet."""

import hashlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests import servers
from tests.page import sample
from tests.page.conftest import write

from lightship import page as paper
from lightship.core.model import HostLink, Month, Snapshot
from lightship.core.site.manifest import (
    MANIFEST_PATH,
    PULSE_PATH,
    Manifest,
    Pulse,
    manifest_out,
    month_list_out,
    month_list_path,
    pulse_out,
)
from lightship.signing import SigningKey

SEAL = SigningKey(b"\x07" * 32)
WRONG = SigningKey(b"\x08" * 32)
NOW = timedelta(0)


def told(*places: "Place", revision: int = 118, epoch: int = 1, said: str = "", **more: Any) -> Snapshot:
    """The sample with one open incident, made just now, of a page that lives in those places. `said`: the incident's name."""
    hosts = tuple(HostLink(place.home.name, place.url) for place in places)
    shot = sample.snapshot(1, at=datetime.now(UTC), revision=revision, epoch=epoch, hosts=hosts, **more)
    return replace(shot, open=(replace(shot.open[0], name=said), *shot.open[1:])) if said else shot


def files(snapshot: Snapshot, signing_key: SigningKey = SEAL) -> dict[str, bytes]:
    """All that a publisher puts, signed; but no pulse."""
    leaves = {name: _month(snapshot, name) for name, _ in snapshot.months}
    front = paper.front(snapshot, signing_key.public)
    shelves = {month_list_path(name): month_list_out(name, _digests(made)) for name, made in leaves.items()}
    manifest = Manifest(
        page=snapshot.page.id,
        revision=snapshot.revision,
        epoch=snapshot.epoch,
        at=snapshot.at,
        build="test",
        files=_digests(front),
        months={name: _digests(shelves)[month_list_path(name)] for name in leaves},
        # More than one, of which the text order is not that of the numbers: a browser's JSON must not matter.
        vector={9: 3, 10: 4},
    )
    pages = {path: body for made in leaves.values() for path, body in made.items()}
    return {**pages, **shelves, **front, MANIFEST_PATH: manifest_out(manifest, signing_key.sign, signing_key.public)}


def pulse(snapshot: Snapshot, age: timedelta = NOW, signing_key: SigningKey = SEAL, seconds: int = 300) -> dict[str, bytes]:
    made = Pulse(
        page=snapshot.page.id,
        revision=snapshot.revision,
        epoch=snapshot.epoch,
        at=datetime.now(UTC) - age,
        seconds=seconds,
    )
    return {PULSE_PATH: pulse_out(made, signing_key.sign, signing_key.public)}


def _month(snapshot: Snapshot, name: str) -> dict[str, bytes]:
    found = tuple(each for each in (*snapshot.open, *snapshot.recent) if each.month == name)
    leaves = [item for each in found for item in paper.leaf(snapshot.page, each, snapshot.hosts).items()]
    return dict(leaves) | paper.month(snapshot.page, Month(name, found), snapshot.hosts)


def _digests(bodies: Mapping[str, bytes]) -> dict[str, str]:
    return {path: hashlib.sha256(body).hexdigest() for path, body in bodies.items()}


@dataclass
class Place:
    """A host. It answers from `start` until `kill`; `prefix` runs it elsewhere: `("ip", "netns", "exec", NAME)`."""

    home: Path
    name: str = "127.0.0.1"
    listen: str = ""
    prefix: tuple[str, ...] = ()
    port: int = field(default_factory=servers.free_port)
    path: str = ""
    process: "subprocess.Popen[bytes] | None" = None
    certificate: Path | None = None

    def __post_init__(self) -> None:
        (self.home / "site").mkdir(parents=True)

    @property
    def url(self) -> str:
        return f"https://{self.name}" if self.certificate else f"http://{self.name}:{self.port}{self.path}"

    @property
    def folder(self) -> Path:
        return self.home / "site" / self.path.lstrip("/")

    def hold(self, snapshot: Snapshot, *, age: timedelta = NOW, signing_key: SigningKey = SEAL) -> None:
        write(self.folder, {**files(snapshot, signing_key), **pulse(snapshot, age, signing_key)})

    def start(self, more: str = "") -> "Place":
        """`more`: further directives for nginx."""
        tls = f"ssl_certificate {self.certificate}; ssl_certificate_key {self.certificate};" if self.certificate else ""
        listen = f"{self.listen or '127.0.0.1'}:{self.port}{' ssl' if tls else ''} backlog=1024"
        failing = f"if (-f {self.home}/failing) {{ return 503; }}"
        command = servers.nginx_command(self.home / "site", self.home, listen, f"{tls} {failing} {more}")
        pid = self.home / "nginx.pid"
        pid.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [*self.prefix, *map(str, command)], stderr=subprocess.DEVNULL, preexec_fn=servers.die_with_us
        )
        while not pid.exists():  # nginx writes it when it listens
            if self.process.poll() is not None:
                raise RuntimeError((self.home / "nginx.error.log").read_text())
            time.sleep(0.01)
        return self

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def freeze(self) -> None:
        """It takes connections, and never answers."""
        assert self.process
        os.kill(self.process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        assert self.process
        os.kill(self.process.pid, signal.SIGCONT)

    def fail(self, *, on: bool = True) -> None:
        """Every answer is a 503."""
        (self.home / "failing").touch() if on else (self.home / "failing").unlink(missing_ok=True)
