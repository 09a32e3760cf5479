"""Votes from witness to witness, where the zone cannot hold them: each shows its newest, signed, and fetches the others'."""

import asyncio
import base64
import binascii
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from lightship.config import Peer
from lightship.core.address import host_and_port
from lightship.core.steering.records import FRESH, Vote, vote_in, vote_out
from lightship.net.pinned import ConnectError, Connection
from lightship.signing import SigningKey, VerifyKey

LONGEST = 8 * 1024
PATIENCE = 2.0


def signed(signing_key: SigningKey, page: str, by: str, vote: Vote) -> bytes:
    """`PAGE WITNESS VOTE`, and its signature in base64 on a line of its own."""
    text = f"{page} {by} {vote_out(vote)}"
    return f"{text}\n{base64.b64encode(signing_key.sign(text.encode())).decode()}\n".encode()


def opened(body: bytes, verify_key: VerifyKey, page: str, by: str) -> Vote | None:
    """None for what this witness did not say about this page."""
    text, _, signature = body.decode("utf-8", "replace").rstrip("\n").rpartition("\n")
    try:
        ours = verify_key.verify(text.encode(), base64.b64decode(signature, validate=True))
    except (binascii.Error, ValueError):
        return None
    whose, _, rest = text.removeprefix(f"{page} ").partition(" ")
    return vote_in(rest) if ours and text.startswith(f"{page} ") and whose == by else None


@dataclass
class Peers:
    """What the others last shown of one page. An older word never takes the place of a newer one, so that a word shown twice
    does no harm; one that is too old counts for nobody (see core/steering/decide.py)."""

    page: str
    others: Sequence[Peer]
    trust: ssl.SSLContext
    clock: Callable[[], datetime]
    seconds: float = PATIENCE
    votes: dict[str, Vote] = field(default_factory=dict)

    def ask(self, peer: Peer) -> str:
        """Blocks. In words, why nothing new was heard; empty if something was."""
        try:
            with Connection(peer.url, urlsplit(peer.url).hostname or "", self.trust, self.seconds) as line:
                answer = line.get(self.page, LONGEST)
        except ConnectError as error:
            return str(error)
        vote = opened(answer.body, VerifyKey(peer.public), self.page, peer.name) if answer.status == HTTPStatus.OK else None
        if vote is None:
            return f"what {peer.url}/{self.page} answers is no vote of {peer.name}: is its `public` right?"
        old = self.votes.get(peer.name)
        # What was shown by a clock that was wrong at the time counts for nobody, and must not outlast what is shown now.
        if old is None or vote.at >= old.at or abs(self.clock() - old.at) > FRESH:
            self.votes[peer.name] = vote
        return ""


async def serve(listen: str, certificate: Path | None, shown: Mapping[str, bytes]) -> asyncio.Server:
    """Show what was shown, by page, at `/PAGE`."""
    trust = None
    if certificate:
        trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        trust.load_cert_chain(certificate)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                head = await reader.readuntil(b"\r\n\r\n")
                words = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
                body = shown.get(words[1].rpartition("/")[2]) if len(words) == 3 and words[0] == "GET" else None
                status = HTTPStatus.NOT_FOUND if body is None else HTTPStatus.OK
                lines = f"HTTP/1.1 {status.value} {status.phrase}", f"Content-Length: {len(body or b'')}", "Connection: close"
                writer.write("\r\n".join((*lines, "", "")).encode() + (body or b""))
                await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return
        finally:
            writer.close()

    host, port = host_and_port(listen)
    # Anyone may connect, and whoever then says nothing must not use up what our own looks need.
    patience = {"ssl_handshake_timeout": PATIENCE, "ssl_shutdown_timeout": PATIENCE} if trust else {}
    return await asyncio.start_server(answer, host, port, ssl=trust, limit=LONGEST, **patience)
