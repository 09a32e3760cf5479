"""Votes from witness to witness, where the zone holds none: each shows its newest, signed, and fetches those of its peers."""

import asyncio
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from lightship.config import Peer
from lightship.core.address import host_and_port
from lightship.core.steering.records import FRESH, Vote, signed_vote_in
from lightship.net.pinned import ConnectError, Connection
from lightship.signing import VerifyKey

LONGEST = 8 * 1024
PATIENCE = 2.0


@dataclass
class Peers:
    """The newest votes of the other witnesses of a page. An older vote never replaces a newer one, so that a replayed vote does
    no harm; one that is too old does not count (see core/steering/decide.py)."""

    page: str
    others: Sequence[Peer]
    trust: ssl.SSLContext
    clock: Callable[[], datetime]
    votes: dict[str, Vote] = field(default_factory=dict)

    def ask(self, peer: Peer) -> str:
        """Blocks. Reason there is no vote, or empty."""
        try:
            with Connection(peer.url, urlsplit(peer.url).hostname or "", self.trust, PATIENCE) as line:
                answer = line.get(self.page, LONGEST)
        except ConnectError as error:
            return str(error)
        verify = VerifyKey(peer.public).verify
        vote = signed_vote_in(answer.body, self.page, peer.name, verify) if answer.status == HTTPStatus.OK else None
        if vote is None:
            return f"what {peer.url}/{self.page} answers is no vote of {peer.name}: is its `public` right?"
        old = self.votes.get(peer.name)
        # A vote of a wrong clock, far in the future, does not count and must not keep out the votes after it.
        if old is None or vote.at >= old.at or abs(self.clock() - old.at) > FRESH:
            self.votes[peer.name] = vote
        return ""


async def serve(listen: str, certificate: Path | None, shown: Mapping[str, bytes]) -> asyncio.Server:
    """Serve signed votes, by page, at `/PAGE`."""
    trust = None
    if certificate:
        trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        trust.load_cert_chain(certificate)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                head = await reader.readuntil(b"\r\n\r\n")
                request = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
                body = shown.get(request[1].rpartition("/")[2]) if len(request) == 3 and request[0] == "GET" else None
                status = HTTPStatus.NOT_FOUND if body is None else HTTPStatus.OK
                lines = f"HTTP/1.1 {status.value} {status.phrase}", f"Content-Length: {len(body or b'')}", "Connection: close"
                writer.write("\r\n".join((*lines, "", "")).encode() + (body or b""))
                await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return
        finally:
            writer.close()

    host, port = host_and_port(listen)
    # Anyone may connect: a client that then says nothing must not use up the sockets that our own checks need.
    patience = {"ssl_handshake_timeout": PATIENCE, "ssl_shutdown_timeout": PATIENCE} if trust else {}
    return await asyncio.start_server(answer, host, port, ssl=trust, limit=LONGEST, **patience)
