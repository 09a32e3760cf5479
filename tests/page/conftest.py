"""A rendered site on a real web server, and a real browser to read it with."""

from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright
from playwright.sync_api import Page as Tab

from lightship import page as paper
from lightship.core.model import Month, Snapshot

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def rendered(snapshot: Snapshot) -> dict[str, bytes]:
    """Everything a host would hold, but what is signed."""
    files: dict[str, bytes] = {}
    known = (*snapshot.open, *snapshot.recent)
    for incident in known:
        files |= paper.leaf(snapshot.page, incident, snapshot.hosts)
    for name, _ in snapshot.months:
        incidents = tuple(incident for incident in known if incident.month == name)
        files |= paper.month(snapshot.page, Month(name, incidents), snapshot.hosts)
    return files | paper.front(snapshot)


def write(folder: Path, files: dict[str, bytes]) -> None:
    for path, body in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(body)


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[[dict[str, bytes]], tuple[str, Path]]]:
    """Call it with files; it answers the address and the folder."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(tmp_path)))
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()

    def start(files: dict[str, bytes]) -> tuple[str, Path]:
        write(tmp_path, files)
        return f"http://127.0.0.1:{server.server_port}/", tmp_path

    yield start
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")  # not the session: Playwright's event loop would go on running under everybody's tests
def browser() -> Iterator[Browser]:
    with sync_playwright() as play:
        running = play.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def tab(browser: Browser) -> Iterator[Callable[..., Tab]]:
    """Dave's browser: a narrow phone in Vienna, unless told otherwise."""
    contexts = []

    def opened(**options: Any) -> Tab:
        given = {"viewport": {"width": 360, "height": 800}, "timezone_id": "Europe/Vienna", "locale": "en-GB", **options}
        contexts.append(browser.new_context(**given))
        return contexts[-1].new_page()

    yield opened
    for context in contexts:
        context.close()
