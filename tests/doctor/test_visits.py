"""A host that means harm is left after a while, whatever it sends."""

import contextlib
import http.server
from datetime import UTC, datetime
from time import monotonic
from urllib.parse import urlsplit

import pytest
from tests.publishing.test_verify import Answer as Reply
from tests.publishing.test_verify import answering, dripping

from lightship.doctor import Environment, visits
from lightship.doctor.hosts import clock
from lightship.doctor.visits import Target, Visit, visit
from lightship.net.pinned import Answer
from lightship.signing import SigningKey


def endless(handler: http.server.BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    with contextlib.suppress(OSError):
        while True:
            handler.wfile.write(bytes(65536))


@pytest.mark.parametrize("answer", [dripping, endless])
def test_a_door_is_left_in_time(answer: Reply, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visits, "LONGEST", 1_000_000)
    with answering(answer) as url:
        target = Target(host="vienna", url=f"http://localhost:{urlsplit(url).port}", address="127.0.0.1", main=True)
        started = monotonic()
        visited = visit(target, SigningKey(bytes(32)).verify, Environment(cymru=False, visit=0.5))
        assert monotonic() - started < 10
    assert "sends more than 1,000,000 bytes" in visited.fault or "0.5 s were over while waiting for /" in visited.fault


@pytest.mark.parametrize(
    "date",
    [
        "yesterday",
        "Mon, 23 Nov 2026 01:00:00 -0000",
        "Mon, 99 Foo 2026 01:00:00 GMT",
        "Mon, 23 Nov 99999999999999999999 01:00:00 GMT",
        "Mon, 23 Nov 2026 01:00:00 +99999999999999999999",
    ],
)
def test_a_date_that_is_none_blinds_nobody(date: str) -> None:
    target = Target(host="vienna", url="https://h1.acme.test", address="192.0.2.1", main=True)
    visited = Visit(target=target, answers={"": Answer(200, {"date": date}, b"")})
    assert len(list(clock((visited,), datetime.now(UTC)))) == 1
