"""The built-in local host, over HTTP: what a reader gets, and what nobody gets."""

import asyncio
import gzip
import http.client
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import brotli  # type: ignore[import-untyped]
import pytest
from tests import servers
from tests.kills import watched

from lightship.core.site.manifest import MANIFEST_PATH
from lightship.hosts import File, Host
from lightship.hosts.folder import Folder
from lightship.hosts.serve import Site, answer, ordered
from lightship.hosts.serve.__main__ import FRESH_SECONDS

FRONT = b"<title>front</title>" + b"a sentence that compresses well. " * 40
LEAF = b"<title>leaf</title>" + b"a sentence that compresses well. " * 40


@pytest.fixture
def folder(tmp_path: Path) -> Host:
    host = Folder("vienna", "http://vienna.test", tmp_path / "site")
    asyncio.run(host.put([File("incidents/x1/index.html", LEAF), File("lightship/pulse.json", b"{}")]))
    show(host, FRONT)
    return host


def show(host: Host, front: bytes) -> None:
    files = [
        File("api/v2/status.json", b'{"ok": true}'),
        File("404.html", b"<title>nothing here</title>"),
        File("index.html", front),
    ]
    asyncio.run(host.release(files, File(MANIFEST_PATH, front), asyncio.run(host.read(MANIFEST_PATH))))


def start(path: Path, port: int) -> "subprocess.Popen[bytes]":
    process = subprocess.Popen(
        [sys.executable, "-m", "lightship.hosts.serve", str(path), f"127.0.0.1:{port}"], stderr=subprocess.PIPE
    )
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.01)
        else:
            return process
    return process


@pytest.fixture
def port(folder: Folder) -> Iterator[int]:
    port = servers.free_port()
    process = start(folder.path, port)
    assert process.stderr
    assert process.poll() is None, process.stderr.read().decode()
    yield port
    process.kill()
    process.wait()


def ask(port: int, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, {name.lower(): value for name, value in response.getheaders()}, body


def test_the_front_page_comes_as_it_was_put(port: int) -> None:
    status, headers, body = ask(port, "/")
    assert (status, body) == (200, FRONT)
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert headers["cache-control"] == "no-cache"
    assert headers["vary"] == "accept-encoding"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "frame-ancestors 'self'"


@pytest.mark.parametrize("path", ["/", "/incidents/x1/"])
def test_a_page_comes_compressed_to_whom_takes_it(port: int, path: str) -> None:
    body = FRONT if path == "/" else LEAF
    etags = set()
    for accepted, coding, decode in (("gzip, br", "br", brotli.decompress), ("gzip", "gzip", gzip.decompress)):
        _, headers, packed = ask(port, path, accept_encoding=accepted)
        assert headers["content-encoding"] == coding
        assert decode(packed) == body
        etags.add(headers["etag"])
    assert len(etags) == 2


def test_a_page_that_is_known_is_not_sent_again(port: int) -> None:
    _, headers, _ = ask(port, "/", accept_encoding="br")
    for known in (headers["etag"], f'"other", W/{headers["etag"]}', "*"):
        status, repeated, body = ask(port, "/", accept_encoding="br", if_none_match=known)
        assert (status, body, repeated["etag"]) == (304, b"", headers["etag"])
    assert ask(port, "/", accept_encoding="br", if_none_match='"other"')[0] == 200


def test_head_tells_the_length_and_sends_nothing(port: int) -> None:
    status, headers, body = ask(port, "/", "HEAD")
    assert (status, headers["content-length"], body) == (200, str(len(FRONT)), b"")


def test_what_is_public_may_be_read_by_other_hosts_pages(port: int) -> None:
    for path in ("/", "/api/v2/status.json", "/lightship/pulse.json"):
        status, headers, _ = ask(port, path)
        assert (status, headers["access-control-allow-origin"]) == (200, "*")


def test_a_permanent_link_without_its_slash_is_led_to_it(port: int) -> None:
    status, headers, _ = ask(port, "/incidents/x1")
    assert (status, headers["location"]) == (301, "./x1/")


def test_what_is_not_there_is_said_in_the_words_of_the_page(port: int) -> None:
    status, _, body = ask(port, "/incidents/gone/")
    assert (status, body) == (404, b"<title>nothing here</title>")


@pytest.mark.parametrize(
    "path",
    [
        "/.lightship/lock",
        "/.lightship/current/index.html",
        "/%2elightship/lock",
        "/../site.txt",
        "/%2e%2e/site.txt",
        "/incidents/../../site.txt",
        "//etc/passwd",
        "/incidents//x1/index.html",
        "/escape.html",
        "/%00",
        "/incidents/x1/%ff",
        "/" + "x" * 5000,
    ],
)
def test_nobody_gets_out_of_the_folder_or_into_its_machinery(port: int, folder: Folder, path: str) -> None:
    (folder.path.parent / "site.txt").write_text("a secret")
    (folder.path / "escape.html").symlink_to("../site.txt")
    assert ask(port, path)[0] == 404


def test_only_reading_is_served(port: int) -> None:
    status, headers, _ = ask(port, "/", "POST")
    assert (status, headers["allow"]) == (405, "GET, HEAD")


def test_a_new_release_is_seen_at_once_and_readers_see_no_other(port: int, folder: Host) -> None:
    pages = {FRONT}
    with watched(f"http://127.0.0.1:{port}/", lambda body: body in pages) as reader:
        for number in range(20):
            front = f"front {number} ".encode() * 200
            pages.add(front)
            show(folder, front)
            assert ask(port, "/")[2] == front
    assert reader.torn == []
    assert reader.seen > 20


def test_after_a_switch_no_coding_shows_the_page_of_before(port: int, folder: Host) -> None:
    for number in range(20):
        front = f"front {number} ".encode() * 200
        for accepted in ("", "gzip", "br"):  # what is asked for again after the switch was answered just before it
            ask(port, "/", accept_encoding=accepted)
        show(folder, front)
        assert gzip.decompress(ask(port, "/", accept_encoding="gzip")[2]) == front
        assert brotli.decompress(ask(port, "/", accept_encoding="br")[2]) == front


def test_a_leaf_page_that_is_put_again_is_seen_at_once(port: int, folder: Host) -> None:
    for number in range(5):
        body = f"leaf {number} ".encode() * 200
        asyncio.run(folder.put([File("incidents/x1/index.html", body)]))
        time.sleep(FRESH_SECONDS)
        assert ask(port, "/incidents/x1/")[2] == body
        assert brotli.decompress(ask(port, "/incidents/x1/", accept_encoding="br")[2]) == body
    asyncio.run(folder.put([File("incidents/x1/index.html", None)]))
    time.sleep(FRESH_SECONDS * 2)
    assert ask(port, "/incidents/x1/")[0] == 404


def test_a_folder_that_is_empty_yet_is_served_when_it_is_filled(tmp_path: Path) -> None:
    site = Site(tmp_path / "later")
    assert answer(site, "GET", "/", "", "")[0] == 404
    show(Folder("vienna", "http://vienna.test", tmp_path / "later"), FRONT)
    assert answer(site, "GET", "/", "", "")[2] == FRONT


@pytest.mark.parametrize(
    ("accepted", "codings"),
    [
        ("", ()),
        ("gzip, deflate, br", ("br", "gzip")),
        ("gzip;q=1.0, br;q=0", ("gzip",)),
        ("*", ("br", "gzip")),
        ("*;q=0, gzip", ("gzip",)),
        ("identity", ()),
        ("GZIP", ("gzip",)),
    ],
)
def test_codings_are_chosen_as_asked(accepted: str, codings: tuple[str, ...]) -> None:
    assert ordered(accepted) == codings


def test_it_ends_in_order_on_a_signal(folder: Folder) -> None:
    port = servers.free_port()
    for number in (signal.SIGTERM, signal.SIGINT):
        process = start(folder.path, port)
        process.send_signal(number)
        _, said = process.communicate(timeout=10)
        assert (process.returncode, said) == (0, b"")


def test_a_port_that_is_taken_is_refused(port: int, folder: Folder) -> None:
    process = subprocess.run(
        [sys.executable, "-m", "lightship.hosts.serve", folder.path, f"127.0.0.1:{port}"], capture_output=True, text=True
    )
    assert process.returncode == 1
    assert process.stderr == f"lightship.hosts.serve: cannot listen on 127.0.0.1:{port}: Address already in use\n"


@pytest.mark.parametrize("arguments", [[], ["folder"], ["folder", "127.0.0.1"], ["folder", "127.0.0.1:http"]])
def test_wrong_usage_is_refused(arguments: list[str]) -> None:
    process = subprocess.run([sys.executable, "-m", "lightship.hosts.serve", *arguments], capture_output=True, text=True)
    assert (process.returncode, process.stderr[:6]) == (2, "usage:")
