"""The publisher dies: real witnesses tell staff once through the channel of lightship.toml, within the time that the
documentation states, and once when it is over."""

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import monotonic

import pytest
from tests.harbour import SEAL, Harbour, _put, harbour
from tests.lab import Node

from lightship.core.site.manifest import PULSE_PATH, Pulse, pulse_out

pytestmark = [
    pytest.mark.slow,
    pytest.mark.server("ip"),
    pytest.mark.server("bind"),
    pytest.mark.server("nginx"),
    pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces are made by root"),
]
STATED = 30.0
"""Seconds from the moment at which the pulse is older than it promises (docs/operate/alarms.md)."""


@contextmanager
def room(node: Node) -> Iterator[tuple[str, list[str]]]:
    """A chat service on that machine: the address of its room, and the subjects that came."""
    subjects: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            subjects.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["title"])
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with node.do(lambda: ThreadingHTTPServer((str(node.v4), 8080), Handler)) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"json://{node.v4}:8080/room", subjects
        server.shutdown()


def silence(lab: Harbour, age: float) -> None:
    """The publisher died that many seconds ago."""
    shot = lab.book.snapshot
    at = datetime.now(UTC) - timedelta(seconds=age)
    pulse = Pulse(page=shot.page.id, revision=shot.revision, epoch=shot.epoch, at=at, seconds=10)
    for host in lab.hosts.values():
        host.frozen = True
        _put(host.root / PULSE_PATH, pulse_out(pulse, SEAL.sign, SEAL.public))


def test_a_silent_pulse_is_told_once_in_the_stated_time_and_once_when_it_is_over(tmp_path: Path) -> None:
    with harbour(tmp_path) as lab, room(lab.nodes["reader"]) as (address, subjects):
        lab.settings += f'\n[channels.room]\nkind = "chat"\nurls = ["{address}"]'
        lab.witness("w1", "w2")
        lab.wait(lambda: all(lab.log(name).exists() and lab.said(name, "has it") for name in ("w1", "w2")))
        silence(lab, 75)  # of 80 that its promise allows
        stale_at = monotonic() + 5
        lab.wait(lambda: len(subjects) >= 2)
        assert monotonic() - stale_at < STATED
        lab.wait(lambda: monotonic() - stale_at > STATED)
        assert sorted(subject[:9] for subject in subjects) == ["[w1] acme", "[w2] acme"]
        assert all("the pulse has stopped" in subject for subject in subjects)
        for host in lab.hosts.values():
            host.frozen = False
        lab.beat()
        lab.wait(lambda: len(subjects) >= 4)
        assert all(subject.endswith("over: the page is kept fresh again") for subject in subjects[2:])
        assert len(subjects) == 4
