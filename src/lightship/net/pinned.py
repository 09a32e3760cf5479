"""HTTP to a given address under another name, to check a host before the name points there.

Plain sockets and http.client, so that one deadline covers all of it: the timeout of a socket is for each read alone, and a
server that sends a byte now and then would never reach it.
"""

import contextlib
import errno
import http.client
import io
import select
import socket
import ssl
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from time import monotonic
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import brotli  # type: ignore[import-untyped]

from lightship.core.site.receipt import CheckStatus

LONGEST = 8 * 1024 * 1024
CHUNK = 64 * 1024
CONNECT = 4.0
"""Seconds for one address to take a connection, before the next one is tried."""
HEADERS: Mapping[str, str] = MappingProxyType(
    {"User-Agent": "Lightship (witness)", "Accept": "*/*", "Accept-Encoding": "identity", "Cache-Control": "no-cache"}
)


class Deadline:
    """So many `seconds` from now, by time.monotonic."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.until = seconds, monotonic() + seconds

    @property
    def is_over(self) -> bool:
        return monotonic() >= self.until

    def left(self) -> float:
        """Seconds that are left; TimeoutError where there are none."""
        left = self.until - monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class TimedSocket(io.RawIOBase):
    """What http.client needs of a socket; each wait ends with the time that is `left` of the whole."""

    def __init__(self, raw: socket.socket, left: Callable[[], float]) -> None:
        self.raw, self.left = raw, left

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.raw.settimeout(self.left())
        return self.raw.recv_into(buffer)

    def sendall(self, data: bytes) -> None:
        self.raw.settimeout(self.left())
        self.raw.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def close(self) -> None:
        """Not yet: http.client closes its socket while a body may still come."""


class ConnectError(Exception):
    """No answer came that a reader could use. `status`: which kind of failure. The message is for an operator."""

    def __init__(self, status: CheckStatus, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Answer:
    """`headers`: by lower-case name. `body`: decoded, whatever it was sent as."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Connection:
    """A connection to `address`, which may be a name, for the site at `url`. It is opened when it is first needed, and again
    when the server closed it; everything over it ends `seconds` from now. `trust`: for https URLs."""

    def __init__(self, url: str, address: str, trust: ssl.SSLContext, seconds: float) -> None:
        parts = urlsplit(url)
        self.address, self.tried, self.trust = address, address, trust
        self.name, self.secure, self.prefix = parts.hostname or "", parts.scheme == "https", parts.path.rstrip("/")
        self.port = parts.port or (443 if self.secure else 80)
        self.host = parts.netloc.rpartition("@")[2]
        self.stage = ""
        self.der = b""
        self.socket: socket.socket | None = None
        self.http: http.client.HTTPConnection | None = None
        self.deadline = Deadline(seconds)

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def connect(self) -> None:
        """ConnectError where there is no connection, or its certificate is not trusted."""
        with self._explained():
            self._connect()

    def get(self, path: str, longest: int = LONGEST, headers: Mapping[str, str] = HEADERS, method: str = "GET") -> Answer:
        """`path` is relative to the site. ConnectError where no whole answer comes in time, or a longer one."""
        with self._explained():
            if not self.is_open():
                self._connect()
            assert self.http
            self.stage = f"waiting for /{path}"
            self.http.request(method, f"{self.prefix}/{path}", headers={**headers, "Host": self.host})
            answer = self.http.getresponse()
            body = _body(answer, longest)
            return Answer(answer.status, {name.lower(): value for name, value in answer.headers.items()}, body)

    def is_open(self) -> bool:
        """Whether a request can be sent without connecting anew."""
        return self.http is not None and self.http.sock is not None

    def is_idle(self) -> bool:
        """Open, and no bytes wait: those would be of a server that hangs up, or says why it will."""
        if not self.is_open() or self.socket is None:
            return False
        poll = select.poll()
        poll.register(self.socket, select.POLLIN)
        return not poll.poll(0)

    def close(self) -> None:
        for part in (self.http, self.socket):
            if part is not None:
                part.close()
        self.http = self.socket = None

    def _connect(self) -> None:
        self.close()
        self.stage = "connecting"
        self.socket = self._socket()
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.secure:
            self.stage = "in the TLS handshake"
            self.socket.settimeout(self.deadline.left())
            self.socket = secured = self.trust.wrap_socket(self.socket, server_hostname=self.name)
            self.der = secured.getpeercert(binary_form=True) or b""
        # It must not open a connection of its own: that would go where the name points now.
        self.http = http.client.HTTPConnection(self.name, self.port)
        self.http.auto_open = 0
        self.http.sock = TimedSocket(self.socket, lambda: self.deadline.left())

    def _socket(self) -> socket.socket:
        """Connected to the first address that takes it."""
        problem: Exception = OSError("its name has no address")
        for family, kind, protocol, _, address in _addresses(self.address, self.port, self.deadline):
            self.tried = str(address[0])
            raw = socket.socket(family, kind, protocol)
            raw.settimeout(min(self.deadline.left(), CONNECT))
            try:
                raw.connect(address)
                return raw
            except OSError as error:
                raw.close()
                problem = error
        raise problem

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        """Every error of a network as a ConnectError that says what it means."""
        try:
            yield
        except (OSError, http.client.HTTPException, ValueError, RuntimeError, zlib.error, brotli.error) as error:
            self.close()
            if isinstance(error, ssl.SSLCertVerificationError):
                raise ConnectError(CheckStatus.TLS, error.verify_message) from error
            if isinstance(error, TimeoutError) or self.deadline.is_over:
                limit = self.deadline.seconds if self.deadline.is_over else CONNECT
                raise ConnectError(CheckStatus.TIMED_OUT, f"{limit:g} s were over while {self.stage}") from error
            raise ConnectError(*_meaning(error, self.tried)) from error
        except ConnectError:
            self.close()
            raise


def _addresses(name: str, port: int, deadline: Deadline) -> list[Any]:
    """As socket.getaddrinfo, which has no deadline of its own: where it asks name servers, another thread waits for it."""
    with contextlib.suppress(socket.gaierror):
        return socket.getaddrinfo(name, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    answer = Future[list[Any]]()

    def ask() -> None:
        try:
            answer.set_result(socket.getaddrinfo(name, port, type=socket.SOCK_STREAM))
        except (OSError, ValueError) as error:
            answer.set_exception(error)

    threading.Thread(target=ask, daemon=True).start()
    return answer.result(deadline.left())


def distrusting() -> ssl.SSLContext:
    """Takes any certificate: to describe it, or to read what is signed in another way."""
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
    return trust


def _body(answer: http.client.HTTPResponse, longest: int) -> bytes:
    """The whole body, decoded. Reading stops where it is too long, decoded or not."""
    decode, is_whole = _decoder(answer.headers.get("Content-Encoding", "").strip().lower())
    body, size = bytearray(), 0
    while chunk := answer.read1(CHUNK):
        size += len(chunk)
        body += decode(chunk, longest + 1 - len(body))
        if max(size, len(body)) > longest:
            raise ConnectError(CheckStatus.BROKEN, f"it sends more than {longest:,} bytes")
    if answer.length or (size and not is_whole()):
        raise http.client.IncompleteRead(bytes(body), answer.length)
    answer.close()  # `read1` does not, and the next request waits for it
    return bytes(body)


def _decoder(coding: str) -> tuple[Callable[[bytes, int], bytes], Callable[[], bool]]:
    """Decodes a chunk into at most so many bytes, or little more; and says whether the end was reached."""
    if coding == "gzip":
        unzip = zlib.decompressobj(16 + zlib.MAX_WBITS)
        return unzip.decompress, lambda: unzip.eof
    if coding == "br":
        brotlied = brotli.Decompressor()
        return lambda chunk, most: brotlied.process(chunk, output_buffer_limit=most), brotlied.is_finished
    return lambda chunk, _: chunk, lambda: True


_OURS = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


def _meaning(error: Exception, address: str) -> tuple[CheckStatus, str]:
    if isinstance(error, ConnectionRefusedError):
        return CheckStatus.REFUSED, "nothing listens there"
    if isinstance(error, socket.gaierror):
        return CheckStatus.UNREACHABLE, f"its name leads nowhere ({error.strerror})"
    if isinstance(error, RuntimeError) or getattr(error, "errno", None) in _OURS:  # RuntimeError: no thread
        return CheckStatus.BLIND, f"this machine lacks what a connection needs ({getattr(error, 'strerror', error)})"
    if isinstance(error, OSError) and error.errno in (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL):
        if _routed(address):
            return CheckStatus.UNREACHABLE, "the network says that it cannot be reached"
        return CheckStatus.BLIND, "this machine has no route to such addresses"
    if isinstance(error, ssl.SSLError):
        return CheckStatus.TLS, f"no TLS can be agreed on ({error.reason or error})"
    return CheckStatus.BROKEN, f"it does not answer in HTTP, or hangs up ({str(error) or type(error).__name__})"


def _routed(address: str) -> bool:
    """Whether this machine has a route to the address; nothing is sent."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as datagrams:
            datagrams.connect((address, 9))
            return True
    except OSError:
        return False
