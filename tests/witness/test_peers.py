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
from lightship.core.steering.records import Health, Vote, signed_vote_in, signed_vote_out
from lightship.signing import SigningKey, VerifyKey
from lightship.witness import peers

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
SEAL, THIEF = SigningKey(bytes(32)), SigningKey(bytes([7] * 32))
VOTE = Vote(NOW, {"vienna": Health(True, NOW), "bucket": Health(False, NOW)})


@contextmanager
def showing(shown: dict[str, bytes], certificate: Path | None = None) -> Iterator[int]:
    """A witness that shows these at a port of this machine."""
    port, ready, over = servers.free_port(), threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with await peers.serve(f"127.0.0.1:{port}", certificate, shown):
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
    with showing({"acme": signed_vote_out(VOTE, "acme", "w2", SEAL.sign)}, pem) as port:
        listener = listening(port, "https", roots)
        assert listener.ask(listener.others[0]) == ""
        assert listener.votes == {"w2": VOTE}
        strange = listening(port, "https")
        assert "certificate" in strange.ask(strange.others[0])


@pytest.mark.parametrize(
    "body",
    [
        signed_vote_out(VOTE, "acme", "w2", THIEF.sign),
        signed_vote_out(VOTE, "other", "w2", SEAL.sign),
        signed_vote_out(VOTE, "acme", "w1", SEAL.sign),
        signed_vote_out(VOTE, "acme", "w2", SEAL.sign).replace(b"vienna=up", b"vienna=down"),
        b"",
        b"\n\n",
        b"acme w2 1\n!!!",
        bytes(range(256)),
    ],
    ids=["a thief's", "of another page", "of another witness", "changed on the way", "nothing", "lines", "no base64", "bytes"],
)
def test_what_a_peer_did_not_sign_is_not_taken(body: bytes) -> None:
    assert signed_vote_in(body, "acme", "w2", VerifyKey(SEAL.public).verify) is None
    with showing({"acme": body}) as port:
        listener = listening(port)
        assert "is no vote of w2" in listener.ask(listener.others[0])
    assert listener.votes == {}


def test_an_older_vote_shown_again_does_not_replace_a_newer_one() -> None:
    shown = {"acme": signed_vote_out(VOTE, "acme", "w2", SEAL.sign)}
    with showing(shown) as port:
        listener = listening(port)
        listener.ask(listener.others[0])
        shown["acme"] = signed_vote_out(Vote(NOW - timedelta(seconds=1), {}), "acme", "w2", SEAL.sign)
        listener.ask(listener.others[0])
        assert listener.votes == {"w2": VOTE}
        shown["acme"] = signed_vote_out(Vote(NOW + timedelta(seconds=1), {}), "acme", "w2", SEAL.sign)
        listener.ask(listener.others[0])
        assert listener.votes["w2"].at == NOW + timedelta(seconds=1)
        shown.clear()
        assert "is no vote" in listener.ask(listener.others[0])
    assert listener.ask(listener.others[0]) == "nothing listens there"


def test_a_vote_of_a_clock_that_was_wrong_does_not_outlast_those_after_it() -> None:
    shown = {"acme": signed_vote_out(Vote(NOW + timedelta(hours=1), {}), "acme", "w2", SEAL.sign)}
    with showing(shown) as port:
        listener = listening(port)
        listener.ask(listener.others[0])
        shown["acme"] = signed_vote_out(VOTE, "acme", "w2", SEAL.sign)
        listener.ask(listener.others[0])
    assert listener.votes == {"w2": VOTE}


def test_whoever_connects_and_says_nothing_is_let_go_soon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "PATIENCE", 0.2)
    pem, issued = tmp_path / "w2.pem", Authority().issue("127.0.0.1")
    pem.write_bytes(issued.chain + issued.key_pem)
    with (
        showing({}, pem) as port,
        socket.create_connection(("127.0.0.1", port), 5) as silent,
        suppress(ConnectionResetError),
    ):
        assert silent.recv(1) == b""
