"""One check of a host by its address: only the page's newest, signed and fresh, is live; and every check ends in time."""

import http.server
import json
import resource
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

import pytest
from tests.certs import NOW as TODAY
from tests.certs import Authority

from lightship.core.site.manifest import Manifest, Pulse, manifest_out, pulse_out
from lightship.core.site.receipt import CheckStatus
from lightship.core.wire import sha256
from lightship.signing import SigningKey, VerifyKey
from lightship.witness import monitor
from lightship.witness.monitor import HostCheck

NAME = "acmestatus.net"
SEAL, THIEF = SigningKey(bytes(32)), SigningKey(bytes([7] * 32))
NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
FRONT = b"<!doctype html><p>All is well."
Handler = http.server.BaseHTTPRequestHandler
Answers = dict[str, bytes | int | Callable[[Handler], None]]


def manifest(signing_key: SigningKey = SEAL, revision: int = 7, page: str = "acme", front: bytes = FRONT) -> bytes:
    files = {"index.html": sha256(front)}
    made = Manifest(page=page, revision=revision, epoch=1, at=NOW, build="b", files=files)
    return manifest_out(made, signing_key.sign, signing_key.public)


def pulse(signing_key: SigningKey = SEAL, revision: int = 7, page: str = "acme", age: float = 5) -> bytes:
    made = Pulse(page=page, revision=revision, epoch=1, at=NOW - timedelta(seconds=age), seconds=60)
    return pulse_out(made, signing_key.sign, signing_key.public)


def site(**changed: bytes | int | Callable[[Handler], None]) -> Answers:
    """What a host answers where all is well, but for what is `changed`."""
    usual: Answers = {"front": FRONT, "manifest": manifest(), "pulse": pulse()}
    return {**usual, **changed}


@contextmanager
def serving(answers: Answers, tls: Path | None = None, prefix: str = "") -> Iterator[int]:
    """A host at 127.0.0.1; its port."""

    class Host(Handler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:  # noqa: N802
            names = {"/": "front", "/lightship/manifest.json": "manifest", "/lightship/pulse.json": "pulse"}
            asked = names.get(self.path.removeprefix(prefix)) if self.path.startswith(prefix) else None
            answer = answers[asked] if asked and self.headers["Host"].startswith(NAME) else 421
            if callable(answer):
                answer(self)
                return
            body = b"" if isinstance(answer, int) else answer
            self.send_response(answer if isinstance(answer, int) else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Host)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a look that ends early is no news
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


def host_check(port: int, scheme: str = "http", roots: Path | None = None, seconds: float = 1.5, prefix: str = "") -> HostCheck:
    trust = ssl.create_default_context(cafile=str(roots) if roots else None)
    return HostCheck(f"{scheme}://{NAME}:{port}{prefix}", VerifyKey(SEAL.public), lambda: NOW, trust, seconds)


@contextmanager
def gushing(text: bytes, again: bytes, pause: float) -> Iterator[int]:
    """A host that answers every connection with `text`, then with `again` for ever."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            line, _ = server.accept()
            with line:
                try:
                    line.sendall(text)
                    while not over.wait(pause):
                        line.sendall(again)
                except OSError:
                    return

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        over.set()


@pytest.mark.parametrize(
    ("answers", "status", "reason"),
    [
        (site(), CheckStatus.LIVE, ""),
        (site(front=503), CheckStatus.STATUS, "/ answers 503"),
        (site(manifest=404), CheckStatus.STATUS, "/lightship/manifest.json answers 404"),
        (site(front=b"You have been hacked."), CheckStatus.TORN, "not the one that its manifest names"),
        (site(manifest=b"<html>Log in to this network"), CheckStatus.TORN, "not JSON"),
        (site(manifest=manifest(THIEF)), CheckStatus.FORGED, "not signed with this page's key"),
        (site(pulse=pulse(THIEF)), CheckStatus.FORGED, "pulse.json is not signed with this page's key"),
        (site(manifest=manifest().replace(b'"revision":7', b'"revision":8')), CheckStatus.FORGED, "not signed"),
        (site(pulse=pulse(page="other")), CheckStatus.FORGED, "of another page"),
        (site(pulse=pulse(revision=8)), CheckStatus.OLD, "it shows revision 7 of epoch 1, but 8 of 1 is known"),
        (site(manifest=manifest(revision=6), pulse=pulse(revision=6)), CheckStatus.OLD, "but 7 of 1 is known"),
        (site(pulse=pulse(age=179)), CheckStatus.LIVE, ""),
        (site(pulse=pulse(age=181)), CheckStatus.STALE, "last lived 181 s ago, 180 s at most"),
        (site(pulse=pulse(age=-61)), CheckStatus.STALE, "clock is 61 s ahead of ours, or ours behind"),
        (site(manifest=json.dumps({"format": "lightship-manifest/1"}).encode()), CheckStatus.TORN, "cannot be read"),
    ],
)
def test_only_the_newest_page_signed_and_fresh_is_live(answers: Answers, status: CheckStatus, reason: str) -> None:
    with serving(answers) as port:
        result = host_check(port).look("vienna", "127.0.0.1", newest=(1, 7))
    assert result.verdict is status, result.reason
    assert reason in result.reason


def test_a_live_host_tells_how_new_it_is_and_what_time_it_thinks_it_is() -> None:
    def late(handler: Handler) -> None:
        handler.send_response_only(200)
        handler.send_header("Date", "Sun, 22 Nov 2026 15:00:00 GMT")
        handler.send_header("Content-Length", str(len(pulse())))
        handler.end_headers()
        handler.wfile.write(pulse())

    with serving(site(pulse=late)) as port:
        result = host_check(port).look("vienna", "127.0.0.1")
    assert (result.verdict, result.ahead) == (CheckStatus.LIVE, 3600)
    assert result.manifest and result.manifest.version == (1, 7)
    assert result.pulse and result.pulse.at == NOW - timedelta(seconds=5)


def test_a_page_under_a_path_is_looked_at_under_that_path() -> None:
    with serving(site(), prefix="/status") as port:
        assert host_check(port, prefix="/status").look("vienna", "127.0.0.1").verdict is CheckStatus.LIVE
        assert host_check(port).look("vienna", "127.0.0.1").verdict is not CheckStatus.LIVE


def test_a_host_that_closes_after_each_answer_is_dialled_again_at_its_address() -> None:
    def closing(body: bytes) -> Callable[[Handler], None]:
        def answer(handler: Handler) -> None:
            handler.send_response(200)
            handler.send_header("Connection", "close")
            handler.end_headers()
            handler.wfile.write(body)

        return answer

    with serving(site(front=closing(FRONT), manifest=closing(manifest()), pulse=closing(pulse()))) as port:
        result = host_check(port).look("vienna", "127.0.0.1")
    assert (result.verdict, result.reason) == (CheckStatus.LIVE, "")


@pytest.mark.parametrize(
    ("names", "days", "words"),
    [((NAME,), 60, ""), ((NAME,), -1, "expired"), (("other.example",), 60, "certificate is not valid for")],
    ids=["as it should be", "expired", "for another name"],
)
def test_a_certificate_must_be_valid_for_the_page_s_name(tmp_path: Path, names: tuple[str, ...], days: int, words: str) -> None:
    authority, pem, roots = Authority(), tmp_path / "host.pem", tmp_path / "roots.pem"
    issued = authority.issue(*names, since=TODAY - timedelta(days=9), until=TODAY + timedelta(days=days))
    pem.write_bytes(issued.chain + issued.key_pem)
    authority.write(roots)
    with serving(site(), tls=pem) as port:
        result = host_check(port, "https", roots).look("vienna", "127.0.0.1")
        strange = host_check(port, "https").look("vienna", "127.0.0.1")
    assert (result.verdict is CheckStatus.LIVE) is (not words)
    assert words in result.reason
    assert strange.verdict is CheckStatus.TLS


@pytest.mark.parametrize(
    ("text", "again", "pause", "scheme"),
    [
        (b"", b"", 9, "https"),
        (b"", b"", 9, "http"),
        (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", 0.02, "http"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"x", 0.02, "http"),
        (b"HTTP/1.1 200 OK\r\n\r\n", b"x", 0.02, "http"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n", 0.02, "http"),
    ],
    ids=["no handshake", "no answer", "a head in drips", "a body in drips", "no length, in drips", "chunks in drips"],
)
def test_a_look_ends_in_time_whatever_the_host_does(text: bytes, again: bytes, pause: float, scheme: str) -> None:
    with gushing(text, again, pause) as port:
        started = monotonic()
        result = host_check(port, scheme, seconds=0.4).look("vienna", "127.0.0.1")
    assert result.verdict is CheckStatus.TIMED_OUT, result
    assert 0.3 < monotonic() - started < 10  # the host goes on for ever; a busy machine takes its time


@pytest.mark.parametrize(
    ("text", "again", "words"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", bytes(1 << 20), "sends more than"),
        (b"SSH-2.0-OpenSSH\r\n", b"\r\n", "does not answer in HTTP"),
    ],
    ids=["endless", "not HTTP"],
)
def test_a_flood_and_a_stranger_s_protocol_are_no_page(text: bytes, again: bytes, words: str) -> None:
    with gushing(text, again, 0) as port:
        result = host_check(port).look("vienna", "127.0.0.1")
    assert result.verdict is CheckStatus.BROKEN
    assert words in result.reason


def test_nobody_at_the_port_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert host_check(port).look("vienna", "127.0.0.1").verdict is CheckStatus.REFUSED


@pytest.mark.parametrize(
    "date", ["Mon, 23 Nov 99999999999999999999 01:00:00 GMT", "Mon, 23 Nov 2026 01:00:00 +99999999999999999999"]
)
def test_a_date_that_no_calendar_has_stops_no_look(date: str) -> None:
    def mad(handler: Handler) -> None:
        handler.send_response_only(200)
        handler.send_header("Date", date)
        handler.send_header("Content-Length", str(len(FRONT)))
        handler.end_headers()
        handler.wfile.write(FRONT)

    with serving(site(front=mad)) as port:
        assert host_check(port).look("vienna", "127.0.0.1").verdict is CheckStatus.LIVE


def test_a_fault_of_ours_in_one_look_is_told_as_that_host_s(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(monitor, "manifest_in", fail)
    with serving(site()) as port:
        result = host_check(port).look("vienna", "127.0.0.1")
    assert result.verdict is CheckStatus.BROKEN
    assert "ZeroDivisionError" in result.reason


def test_what_a_host_sends_does_not_fill_the_log() -> None:
    odd = b'{"format":"lightship-manifest/1","signature":"AAAA","at":"\\ud800' + b"x" * 100_000 + b'"}'
    with serving(site(manifest=odd)) as port:
        result = host_check(port).look("vienna", "127.0.0.1")
    assert result.verdict is CheckStatus.TORN
    assert len(result.reason) <= monitor.LONGEST_REASON


def test_too_few_file_descriptors_here_say_nothing_of_a_host() -> None:
    with serving(site()) as port:
        check, (soft, hard) = host_check(port).look, resource.getrlimit(resource.RLIMIT_NOFILE)
        assert check("vienna", "127.0.0.1").verdict is CheckStatus.LIVE
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
        try:
            result = check("vienna", "127.0.0.1")
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert result.verdict is CheckStatus.BLIND, result


def test_a_manifest_that_takes_long_to_read_is_not_read() -> None:
    huge = b'{"format":"lightship-manifest/1","signature":"AAAA","at":[' + b"1," * 200_000 + b"1]}"
    with serving(site(manifest=huge)) as port:
        result = host_check(port).look("vienna", "127.0.0.1")
    assert result.verdict is CheckStatus.BROKEN
    assert "sends more than 262,144 bytes" in result.reason
