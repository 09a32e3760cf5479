"""HTTP with one address under another name: where a name will lead, asked before it leads there.

Plain sockets and http.client: urllib3 gives no hold of a connection while it waits for the head of an answer, and an answer
that drips would outlast every limit.
"""

import errno
import http.client
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from time import monotonic
from types import MappingProxyType
from urllib.parse import urlsplit

from cryptography import x509

from lightship.core.verdict import Seen

LONGEST = 8 * 1024 * 1024
CHUNK = 64 * 1024
HEADERS: Mapping[str, str] = MappingProxyType(
    {"User-Agent": "Lightship (witness)", "Accept": "*/*", "Accept-Encoding": "identity", "Cache-Control": "no-cache"}
)


class DialError(Exception):
    """Nothing came that a reader could use. `seen` says which kind of nothing; the message is for an operator."""

    def __init__(self, seen: Seen, words: str) -> None:
        super().__init__(words)
        self.seen = seen


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Message
    body: bytes


@dataclass(frozen=True, slots=True)
class Certificate:
    """A server's own one. `der`: all of it, for who wants to know more."""

    names: tuple[str, ...]
    issuer: str
    ends: datetime
    der: bytes


class Line:
    """A connection to `address` for the site at `url`, opened when it is first needed and again when the server closes it;
    all of it ends `seconds` from now. `trust` must ask for certificates; it is not used for http:// URLs."""

    def __init__(self, url: str, address: str, trust: ssl.SSLContext, seconds: float) -> None:
        parts = urlsplit(url)
        self.address, self.trust, self.seconds, self.until = address, trust, seconds, monotonic() + seconds
        self.name, self.secure, self.prefix = parts.hostname or "", parts.scheme == "https", parts.path.rstrip("/")
        self.port = parts.port or (443 if self.secure else 80)
        self.host = parts.netloc
        self.doing = ""
        self.der = b""
        self.socket: socket.socket | None = None
        self.wire: http.client.HTTPConnection | None = None

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def get(self, path: str, longest: int = LONGEST, headers: Mapping[str, str] = HEADERS) -> Answer:
        """`path` is relative to the site. DialError where no whole answer comes in time, or a longer one."""
        with self._told_apart():
            if self.wire is None or self.wire.sock is None:
                self._dial()
            assert self.socket and self.wire
            self.doing = f"waiting for /{path}"
            with _cut(self.socket, self._left()):
                self.wire.request("GET", f"{self.prefix}/{path}", headers={**headers, "Host": self.host})
                answer = self.wire.getresponse()
                return Answer(answer.status, answer.headers, self._body(answer, longest))

    def close(self) -> None:
        for each in (self.wire, self.socket):
            if each is not None:
                each.close()
        self.wire = self.socket = None

    @property
    def certificate(self) -> Certificate | None:
        """That of the newest connection, also of one that was not accepted."""
        return _read(self.der) if self.der else None

    def _body(self, answer: http.client.HTTPResponse, longest: int) -> bytes:
        body = bytearray()
        while chunk := answer.read1(CHUNK):
            body += chunk
            if len(body) > longest:
                raise DialError(Seen.BROKEN, f"it sends more than {longest:,} bytes")
        if monotonic() >= self.until:  # a body without a length looks whole when it is cut
            raise TimeoutError
        if answer.length:
            raise http.client.IncompleteRead(bytes(body), answer.length)
        answer.close()  # `read1` does not, and the next request waits for it
        return bytes(body)

    def _dial(self) -> None:
        self.close()
        self.doing = "connecting"
        self.socket = socket.create_connection((self.address, self.port), self._left())
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.secure:
            self.doing = "in the TLS handshake"
            self.socket = self._shake(self.socket, self.trust)
        self.socket.settimeout(self._left())
        # It is given its connection, and must not open another: that one would go wherever the name leads now.
        self.wire = http.client.HTTPConnection(self.name, self.port)
        self.wire.auto_open = 0
        self.wire.sock = self.socket

    def _shake(self, raw: socket.socket, trust: ssl.SSLContext) -> ssl.SSLSocket:
        raw.settimeout(self._left())
        secured = trust.wrap_socket(raw, server_hostname=self.name)
        self.der = secured.getpeercert(binary_form=True) or b""
        return secured

    def _left(self) -> float:
        left = self.until - monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    @contextmanager
    def _told_apart(self) -> Iterator[None]:
        """Whatever a network does, as an error that says what it means."""
        try:
            yield
        except (OSError, http.client.HTTPException, ValueError) as error:
            if isinstance(error, ssl.SSLCertVerificationError):
                self._see_certificate()
                raise DialError(Seen.TLS, error.verify_message) from error
            if isinstance(error, TimeoutError) or monotonic() >= self.until:
                raise DialError(Seen.TIMED_OUT, f"{self.seconds:g} s were over while {self.doing}") from error
            raise DialError(*_meaning(error, self.address)) from error

    def _see_certificate(self) -> None:
        """The one that was not accepted, for what is told about it. Nothing is read over this connection."""
        trust = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
        try:
            with socket.create_connection((self.address, self.port), self._left()) as raw, self._shake(raw, trust):
                return
        except OSError:
            return


@contextmanager
def _cut(line: socket.socket, seconds: float) -> Iterator[None]:
    """Shut the connection after that time, whatever is being waited for on it: a limit of a socket is one of each read, and
    a byte now and then would keep it for ever."""

    def shut() -> None:
        try:
            socket.socket.shutdown(line, socket.SHUT_RDWR)
        except OSError:  # it is closed already
            return

    timer = threading.Timer(seconds, shut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


_OURS = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


def _meaning(error: Exception, address: str) -> tuple[Seen, str]:
    if isinstance(error, ConnectionRefusedError):
        return Seen.REFUSED, "nothing listens there"
    if isinstance(error, OSError) and error.errno in _OURS:
        return Seen.BLIND, f"this machine lacks what a connection needs ({error.strerror})"
    if isinstance(error, OSError) and error.errno in (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL):
        if _routed(address):
            return Seen.UNREACHABLE, "the network says that it cannot be reached"
        return Seen.BLIND, "this machine has no route to such addresses"
    if isinstance(error, ssl.SSLError):
        return Seen.TLS, f"no TLS can be agreed on ({error.reason or error})"
    return Seen.BROKEN, f"it does not answer in HTTP, or hangs up ({str(error) or type(error).__name__})"


def _routed(address: str) -> bool:
    """Whether this machine would know where to send to it; nothing is sent."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((address, 9))
    except OSError:
        return False
    return True


def _read(der: bytes) -> Certificate | None:
    try:
        read = x509.load_der_x509_certificate(der)
        names = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        return Certificate(tuple(str(n.value) for n in names), read.issuer.rfc4514_string(), read.not_valid_after_utc, der)
    except x509.ExtensionNotFound:
        return Certificate((), read.issuer.rfc4514_string(), read.not_valid_after_utc, der)
    except (ValueError, x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        return None
