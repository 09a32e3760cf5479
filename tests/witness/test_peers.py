"""Votes that go from witness to witness: signed, never older than what was heard, and from nobody else."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests import servers
from tests.certs import Authority

from lightship.config import Peer
from lightship.core.steering.records import Health, Vote
from lightship.signing import SigningKey, VerifyKey
from lightship.witness import peers

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
SEAL, THIEF = SigningKey(bytes(32)), SigningKey(bytes([7] * 32))
VOTE = Vote(NOW, {"vienna": Health(True, NOW), "bucket": Health(False, NOW)})


@contextmanager
def saying(said: dict[str, bytes], certificate: Path | None = None) -> Iterator[int]:
    """A witness that shows these at a port of this machine."""
    port, ready, over = servers.free_port(), threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with await peers.serve(f"127.0.0.1:{port}", certificate, said):
            ready.set()
            await over.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield port
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()


def listening(port: int, scheme: str = "http", roots: Path | None = None) -> peers.Peers:
    w2 = Peer(name="w2", url=f"{scheme}://127.0.0.1:{port}", public=SEAL.public)
    return peers.Peers("acme", [w2], ssl.create_default_context(cafile=str(roots) if roots else None), lambda: NOW)


def test_a_vote_is_heard_over_https(tmp_path: Path) -> None:
    authority, pem, roots = Authority(), tmp_path / "w2.pem", tmp_path / "roots.pem"
    issued = authority.issue("127.0.0.1")
    pem.write_bytes(issued.chain + issued.key_pem)
    authority.write(roots)
    with saying({"acme": peers.signed(SEAL, "acme", "w2", VOTE)}, pem) as port:
        heard = listening(port, "https", roots)
        assert heard.ask(heard.others[0]) == ""
        assert heard.votes == {"w2": VOTE}
        strange = listening(port, "https")
        assert "certificate" in strange.ask(strange.others[0])


@pytest.mark.parametrize(
    "body",
    [
        peers.signed(THIEF, "acme", "w2", VOTE),
        peers.signed(SEAL, "other", "w2", VOTE),
        peers.signed(SEAL, "acme", "w1", VOTE),
        peers.signed(SEAL, "acme", "w2", VOTE).replace(b"vienna=up", b"vienna=down"),
        b"",
        b"\n\n",
        b"acme w2 1\n!!!",
        bytes(range(256)),
    ],
    ids=["a thief's", "of another page", "of another witness", "changed on the way", "nothing", "lines", "no base64", "bytes"],
)
def test_what_a_fellow_did_not_say_is_not_heard(body: bytes) -> None:
    assert peers.opened(body, VerifyKey(SEAL.public), "acme", "w2") is None
    with saying({"acme": body}) as port:
        heard = listening(port)
        assert "is no vote of w2" in heard.ask(heard.others[0])
    assert heard.votes == {}


def test_an_older_word_said_again_does_not_take_the_place_of_a_newer_one() -> None:
    said = {"acme": peers.signed(SEAL, "acme", "w2", VOTE)}
    with saying(said) as port:
        heard = listening(port)
        heard.ask(heard.others[0])
        said["acme"] = peers.signed(SEAL, "acme", "w2", Vote(NOW - timedelta(seconds=1), {}))
        heard.ask(heard.others[0])
        assert heard.votes == {"w2": VOTE}
        said["acme"] = peers.signed(SEAL, "acme", "w2", Vote(NOW + timedelta(seconds=1), {}))
        heard.ask(heard.others[0])
        assert heard.votes["w2"].at == NOW + timedelta(seconds=1)
        said.clear()
        assert "is no vote" in heard.ask(heard.others[0])
    assert heard.ask(heard.others[0]) == "nothing listens there"


def test_a_word_from_a_clock_that_was_wrong_does_not_outlast_those_after_it() -> None:
    said = {"acme": peers.signed(SEAL, "acme", "w2", Vote(NOW + timedelta(hours=1), {}))}
    with saying(said) as port:
        heard = listening(port)
        heard.ask(heard.others[0])
        said["acme"] = peers.signed(SEAL, "acme", "w2", VOTE)
        heard.ask(heard.others[0])
    assert heard.votes == {"w2": VOTE}


def test_whoever_connects_and_says_nothing_is_let_go_soon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "PATIENCE", 0.2)
    pem, issued = tmp_path / "w2.pem", Authority().issue("127.0.0.1")
    pem.write_bytes(issued.chain + issued.key_pem)
    with (
        saying({}, pem) as port,
        socket.create_connection(("127.0.0.1", port), 5) as silent,
        suppress(ConnectionResetError),
    ):
        assert silent.recv(1) == b""
