"""A mail relay that takes every letter and remembers it: SMTP (RFC 5321) over a real socket, as much as a client needs.

with sink() as relay:
    relay.hangs = True        # from now on it takes connections and never answers
    relay.letters
"""

import contextlib
import email
import email.policy
import socketserver
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage


@dataclass(frozen=True)
class Received:
    to: str
    letter: EmailMessage

    @property
    def id(self) -> str:
        return str(self.letter["Message-ID"])

    @property
    def subject(self) -> str:
        return str(self.letter["Subject"])

    @property
    def body(self) -> str:
        return str(self.letter.get_content())


@dataclass
class Sink:
    """`refused`: addresses that it refuses. `after_yes`: called once the client was sent the yes to a letter."""

    port: int = 0
    letters: list[Received] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    hangs: bool = False
    over: threading.Event = field(default_factory=threading.Event)
    after_yes: Callable[[Received], None] = lambda received: None

    def to(self, address: str) -> list[Received]:
        return [received for received in self.letters if received.to == address]

    @property
    def subjects(self) -> list[tuple[str, str]]:
        """Who got what, in the order in which it came: the name before the @, and the subject."""
        return [(received.to.partition("@")[0], received.subject) for received in self.letters]


class _Session(socketserver.StreamRequestHandler):
    sink: Sink

    def handle(self) -> None:
        if self.sink.hangs:
            self.sink.over.wait()
            return
        with contextlib.suppress(ConnectionError):  # the client was killed
            self._talk()

    def _talk(self) -> None:
        self._say("220 sink")
        to = list[str]()
        while line := self.rfile.readline().decode().strip():
            verb = line.split(":")[0].upper()
            if verb == "RCPT TO":
                address = line.partition("<")[2].partition(">")[0]
                if address in self.sink.refused:
                    self._say("550 5.1.1 no such mailbox")
                    continue
                to.append(address)
            elif verb == "DATA":
                self._take(to)
                to = []
                continue
            self._say("221 bye" if verb == "QUIT" else "250 ok")
            if verb == "QUIT":
                return

    def _take(self, to: list[str]) -> None:
        self._say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b"."))
        letter = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
        received = [Received(address, letter) for address in to]
        self.sink.letters += received
        with contextlib.suppress(ConnectionError):
            self._say("250 taken")
        for one in received:
            self.sink.after_yes(one)

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads, allow_reuse_address, block_on_close, request_queue_size = True, True, False, 128


@contextlib.contextmanager
def sink() -> Iterator[Sink]:
    relay = Sink()
    handler = type("Session", (_Session,), {"sink": relay})
    with _Server(("127.0.0.1", 0), handler) as server:
        relay.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield relay
        finally:
            relay.over.set()
            server.shutdown()
