"""A check ends, whatever a host sends: none may keep the proof of the others waiting."""

import gzip
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from lightship.core.site.receipt import Fault, Front, Verdict
from lightship.core.wire import sha256
from lightship.publishing.verify import Verifier

PAGE = b"<!doctype html><p>All is well."
FRONT = Front(1, 7, sha256(PAGE))
Answer = Any


@contextmanager
def answering(answer: Answer) -> Iterator[str]:
    """A server on this machine, each of whose GETs is `answer`; it ends with the block."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        do_HEAD = do_GET  # noqa: N815  the name that http.server looks for

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def sent(body: bytes, *, status: int = 200, **headers: str) -> Answer:
    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def dripping(handler: http.server.BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    gone = threading.Event()
    for _ in range(100):
        try:
            handler.wfile.write(b"x")
        except OSError:
            return
        gone.wait(0.05)


@pytest.mark.parametrize(
    ("answer", "verdict", "message"),
    [
        (sent(PAGE), Verdict.PROVEN, ""),
        (sent(gzip.compress(PAGE), Content_Encoding="gzip"), Verdict.PROVEN, ""),
        (sent(b"Buy this domain."), Verdict.DIFFERS, "serves other content than was put there (16 bytes)"),
        (sent(b"", status=403), Verdict.DIFFERS, "answers 403: strangers must be allowed to read"),
        (sent(b"", status=302, Location="http://[bad"), Verdict.UNREACHABLE, "does not answer"),
        (sent(gzip.compress(bytes(10_000_000)), Content_Encoding="gzip"), Verdict.UNREACHABLE, "more than 1,000,000 bytes"),
        (dripping, Verdict.UNREACHABLE, "2 s were over while waiting for /"),
    ],
    ids=["the page", "compressed", "a parked domain", "forbidden", "a broken redirect", "a bomb", "in drips"],
)
def test_what_a_host_answers_is_named_and_in_time(answer: Answer, verdict: Verdict, message: str) -> None:
    with answering(answer) as url:
        outcome = Verifier(seconds=2, longest=1_000_000).check(url, FRONT)
    assert (outcome.verdict if isinstance(outcome, Fault) else Verdict.PROVEN) is verdict
    assert message in (outcome.reason if isinstance(outcome, Fault) else "")


def test_a_host_that_is_gone_is_unreachable() -> None:
    with answering(sent(PAGE)) as url:
        pass
    outcome = Verifier().check(url, FRONT)
    assert isinstance(outcome, Fault)
    assert (outcome.verdict, "does not answer" in outcome.reason) == (Verdict.UNREACHABLE, True)
