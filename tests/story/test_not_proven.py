"""A post that nobody reads is an alarm within the minute: exactly one to each who is concerned, by a way that works, whether
the worker is dead, hosts refuse or credentials are revoked, and though the mail relay swallows everything."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic

import pytest
from django.contrib.auth.models import User
from tests import servers
from tests.story.conftest import Site, until

from lightship import channels, hosts
from lightship.config import load
from lightship.core.duty.proof import WITHIN
from lightship.core.model import ComponentStatus, Status
from lightship.store import journal
from lightship.store.models import Contact
from lightship.worker.current import utc_now

pytestmark = pytest.mark.slow


@dataclass
class Staff:
    """Who is told what, and when; `mail` is a relay that takes the connection and says nothing."""

    url: str
    mail: int
    came: list[tuple[str, str, float]] = field(default_factory=list)

    def alarms(self) -> list[str]:
        """Whose, in the order of names."""
        return sorted(name for name, body, _ in self.came if "NOT PUBLISHED" in body)


@contextmanager
def staff() -> Iterator[Staff]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            letter = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            made.came.append((self.path.strip("/"), f"{letter['title']}\n{letter['message']}", monotonic()))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server, socket.create_server(("127.0.0.1", 0)) as silent:
        made = Staff(f"json://127.0.0.1:{server.server_port}", silent.getsockname()[1])
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield made
        server.shutdown()


@pytest.fixture
def told(site: Site) -> Iterator[Staff]:
    """Alice writes, and Oscar operates; each is reached by mail first, then in a chat of their own."""
    with staff() as made:
        configure(
            site,
            f'[channels.mail]\nkind = "email"\nhost = "127.0.0.1"\nport = {made.mail}\nsender = "status@acme.test"\n'
            f'[channels.room]\nkind = "chat"\nurls = ["{made.url}/everybody"]\n',
        )
        for name in ("alice", "oscar"):
            user = User.objects.create(username=name, email=f"{name}@acme.test", is_superuser=name == "oscar")
            Contact.objects.create(user=user, channel="mail", address=user.email, position=1)
            Contact.objects.create(user=user, channel="room", address=f"{made.url}/{name}", position=2)
        yield made


def configure(site: Site, more: str) -> None:
    path = site.home / "lightship.toml"
    path.write_text(path.read_text() + more)
    site.config = load(path, {}, {"hosts": hosts.find, "channels": channels.find})


@pytest.fixture
def desk(site: Site, told: Staff) -> Iterator[None]:
    port = servers.free_port()
    site.start("desk", "lightship.cli", "--config", str(site.config.path), "desk", "--bind", f"127.0.0.1:{port}")
    until(lambda: b"ok" in _answer(port), "the desk answers")
    yield
    process = site.children.pop("desk")
    process.terminate()  # killed, it would leave its own child behind
    process.wait(20)


def _answer(port: int) -> bytes:
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as line:
            line.sendall(b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n")
            return b"".join(iter(lambda: line.recv(4096), b""))
    except OSError:
        return b""


def post(site: Site) -> float:
    """Alice says that webmail is down; when."""
    new = journal.NewUpdate(
        status=Status.INVESTIGATING, body="Sign-in fails.", statuses={site.webmail.pk: ComponentStatus.MAJOR}
    )
    alice = User.objects.get(username="alice")
    journal.open_incident(site.page, journal.NewIncident(name="Webmail is down", update=new), alice, utc_now())
    return monotonic()


def check_one_alarm_each(told: Staff, posted: float, reason: str) -> None:
    until(lambda: told.alarms() == ["alice", "oscar"], "both are told", WITHIN.total_seconds() - (monotonic() - posted))
    until(lambda: monotonic() - posted > WITHIN.total_seconds() + 5, "the minute is over", 90)
    assert told.alarms() == ["alice", "oscar"]
    assert all(reason in body for _, body, _ in told.came if "NOT PUBLISHED" in body)
    assert max(at for _, body, at in told.came if "NOT PUBLISHED" in body) - posted < WITHIN.total_seconds()


def working(site: Site) -> None:
    site.work()
    until(lambda: site.proven(site.page.revision) == {"vienna", "oslo"}, "the page is out")


def test_the_worker_is_killed_and_the_desk_tells(site: Site, told: Staff, desk: None) -> None:
    working(site)
    site.kill("worker")
    check_one_alarm_each(told, post(site), "no worker is running")


def test_all_hosts_refuse_and_worker_and_desk_together_tell_once(site: Site, told: Staff, desk: None) -> None:
    working(site)
    for host in site.urls:
        site.kill(host)
    check_one_alarm_each(told, post(site), "vienna: ")


@pytest.fixture
def stored(site: Site, told: Staff, seaweedfs: servers.Store) -> Site:
    """The page on one host alone, a store."""
    toml = site.home / "lightship.toml"
    lines = toml.read_text().replace(f'url = "{site.urls["oslo"]}"', f'url = "{seaweedfs.endpoint}/{seaweedfs.bucket}"')
    store = f'store = "s3://{seaweedfs.bucket}"\nendpoint = "{seaweedfs.endpoint}"\nkey = "{seaweedfs.key}"'
    lines = lines.replace('kind = "folder"\npath = "oslo"', f'kind = "object_store"\n{store}\nsecret = {{ file = "secret" }}')
    start = lines.index("[pages.acme.hosts.vienna]")
    toml.write_text(lines[:start] + lines[lines.index("[pages.acme.hosts.oslo]") :])
    (site.home / "secret").write_text(seaweedfs.secret)
    configure(site, "")
    return site


@pytest.mark.server("seaweedfs")
def test_credentials_are_revoked(stored: Site, told: Staff, desk: None) -> None:
    site = stored
    site.work()
    until(lambda: site.proven(site.page.revision) == {"oslo"}, "the page is out")
    site.kill("worker")
    (site.home / "secret").write_text("another")
    site.work()
    until(lambda: site.verdict("oslo")[0] == "failed", "the store lets nobody write")
    check_one_alarm_each(told, post(site), "oslo: ")
