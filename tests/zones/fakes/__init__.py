"""Stand-ins for DNS providers that cannot be had here. They obey what the providers document, strictly, and nothing else:
a test that passes here shows that we keep to the documents, not that the documents are right."""

import contextlib
import json
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    target: str

    def json(self) -> Any:
        return json.loads(self.body)

    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


@dataclass(frozen=True)
class Reply:
    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def told(status: int, document: Any, **headers: str) -> Reply:
    return Reply(status, json.dumps(document).encode(), {"Content-Type": "application/json", **headers})


class Fake(ABC):
    """An HTTP server on a loopback port. One request after another: what a request does, it does at once.

    `asked`: what came in, oldest first. `instead`: replies for the next requests that would change something, which are then
    not obeyed; None: this one is. `lost`: how many of the next changes are obeyed, but get no reply."""

    url: str

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.asked: list[Request] = []
        self.instead: deque[Reply | None] = deque()
        self.lost = 0

    @abstractmethod
    def reply(self, request: Request) -> Reply: ...

    @abstractmethod
    def changes(self, request: Request) -> bool:
        """Whether it is a request to change records."""

    def take(self, request: Request) -> Reply | None:
        with self.lock:
            self.asked.append(request)
            if not self.changes(request):
                return self.reply(request)
            if self.instead and (reply := self.instead.popleft()):
                return reply
            reply = self.reply(request)
            if self.lost:
                self.lost -= 1
                return None
            return reply

    @contextlib.contextmanager
    def running(self) -> Iterator[Self]:
        server = _Server(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()


class _Server(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True


def _handler(fake: Fake) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30
        wbufsize = -1  # One packet a reply: else each waits for a delayed ACK.

        def handle_one_request(self) -> None:
            with contextlib.suppress(ConnectionError):
                super().handle_one_request()

        def _any(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            query = dict(parse_qsl(parts.query, keep_blank_values=True))
            reply = fake.take(Request(self.command, parts.path, query, headers, body, self.path))
            if reply is None:
                self.close_connection = True
                return
            self.send_response(reply.status)
            for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _any  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler
