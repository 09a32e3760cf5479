"""A host that can be read but not written is never said to serve what it does not: real hosts, and the keeper of each."""

import asyncio
import contextlib
import http.server
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests import servers
from tests.hosts.places import PLACES
from tests.kills import fetched

from lightship.config import HostConfig, PageConfig
from lightship.config.values import Pulse
from lightship.core.model import ComponentStatus
from lightship.core.site.manifest import PULSE_PATH, pulse_in
from lightship.core.site.receipt import Verdict
from lightship.desk.views import hosts
from lightship.hosts import Host
from lightship.hosts.folder import Folder
from lightship.hosts.object_store import ObjectStore
from lightship.hosts.sftp import Sftp
from lightship.publishing.publish import Publisher
from lightship.publishing.verify import Verifier
from lightship.signing import SigningKey
from lightship.store import journal, models
from lightship.store.journal import structure
from lightship.worker.current import CurrentPage, utc_now
from lightship.worker.host_loop import HostLoop

SEAL = SigningKey(bytes(range(32)))


@contextlib.contextmanager
def read_only(host: Host) -> Iterator[Host]:
    """As a file system does that met an error: root, too, is told that it is read-only."""
    assert isinstance(host, Folder)
    subprocess.run(["mount", "--bind", host.path, host.path], check=True)
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", host.path], check=True)
        yield host
    finally:
        subprocess.run(["umount", host.path], check=True)


class _Answers500(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(500)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_PUT = do_POST = do_HEAD = do_DELETE = do_GET  # noqa: N815  the names that http.server looks for

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextlib.contextmanager
def answers_500(host: Host) -> Iterator[Host]:
    """The store's API fails; what it holds is still read under its public address."""
    assert isinstance(host, ObjectStore)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Answers500)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield replace(host, endpoint=f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def sshd_killed(host: Host) -> Iterator[Host]:
    """Where its sshd was nobody listens any more; nginx goes on serving what lies there."""
    assert isinstance(host, Sftp)
    yield replace(host, port=servers.free_port())


Break = Callable[[Host], "contextlib.AbstractContextManager[Host]"]
root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount")
BREAKS = [
    pytest.param("folder", read_only, marks=[pytest.mark.server("nginx"), root]),
    pytest.param("object_store", answers_500, marks=pytest.mark.server("seaweedfs")),
    pytest.param("sftp", sshd_killed, marks=[pytest.mark.server("nginx"), pytest.mark.server("sshd")]),
]


def keeper_of(host: Host, page: models.Page) -> HostLoop:
    config = PageConfig(
        slug=page.slug,
        url=host.url,
        key=bytes(range(32)),
        proven=1,
        pulse=Pulse(),
        hosts=(HostConfig(name=host.name, kind="folder", url=host.url, options={}),),
    )
    return HostLoop(CurrentPage(config), host, Publisher(SEAL, utc_now, Verifier()))


def step(keeper: HostLoop) -> None:
    """All that the keeper would do next, now."""
    keeper.retry_at = keeper.check_at = 0.0
    keeper.page.rendering = keeper.page.refresh() or keeper.page.rendering
    assert keeper.page.rendering
    asyncio.run(keeper.step(keeper.page.rendering))


def shown(keeper: HostLoop, page: models.Page) -> tuple[str, int, str]:
    """The newest receipt's verdict and revision, and what the desk makes of it."""
    page.refresh_from_db()
    row = models.Receipt.objects.filter(page=page, host=keeper.host.name)[0]
    return row.verdict, row.revision, hosts.host_now(page, keeper.host.name, keeper.host.url, utc_now())["text"]


@pytest.mark.parametrize(("kind", "breaks"), BREAKS)
def test_a_host_that_cannot_be_written_is_shown_with_the_revision_that_it_serves(
    kind: str, breaks: Break, database: Path, request: pytest.FixtureRequest
) -> None:
    host = PLACES[kind][0](request).host
    page = structure.create_page("acme", "Acme Hosting", None, utc_now())
    webmail = structure.create_component(page, "Webmail", None, utc_now())
    keeper = keeper_of(host, page)
    step(keeper)
    page.refresh_from_db()
    served = page.revision
    assert shown(keeper, page)[:2] == ("proven", served)

    with breaks(host) as broken:
        keeper.host = broken
        journal.set_status(webmail, ComponentStatus.MAJOR, None, utc_now())
        for _ in range(3):
            step(keeper)
            verdict, revision, words = shown(keeper, page)
            assert (verdict, revision) == (Verdict.FAILED, served)
            assert words == f"could not be written to; readers there see revision {served}"
            keeper.beat_at = 0.0
        assert pulse_in(fetched(f"{host.url}/{PULSE_PATH}")[0], SEAL.verify).revision == served
        assert models.Receipt.objects.filter(page=page, verdict=Verdict.PROVEN).count() == 1, "it does not change to and fro"

    keeper.host = host
    step(keeper)
    assert shown(keeper, page)[:2] == ("proven", page.revision)
    assert page.revision > served
