"""A host that means harm is left after a while, whatever it sends."""

import contextlib
import http.server
from time import monotonic
from urllib.parse import urlsplit

import pytest
from tests.publish.test_stranger import Answer, answering, dripping

from lightship.doctor import World, doors
from lightship.doctor.doors import Door, enter
from lightship.seal import Seal


def endless(handler: http.server.BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    with contextlib.suppress(OSError):
        while True:
            handler.wfile.write(bytes(65536))


@pytest.mark.parametrize("answer", [dripping, endless])
def test_a_door_is_left_in_time(answer: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors, "VISIT", 0.5)
    monkeypatch.setattr(doors, "LONGEST", 1_000_000)
    with answering(answer) as url:
        door = Door(host="vienna", url=f"http://localhost:{urlsplit(url).port}", address="127.0.0.1", main=True)
        started = monotonic()
        shown = enter(door, Seal(bytes(32)).verify, World(cymru=False))
        assert monotonic() - started < 3
    assert "without end, or so slowly" in shown.fault
