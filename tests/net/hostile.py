"""A server that means harm: it answers every connection with some bytes, and then with others for ever."""

import contextlib
import gzip
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import brotli  # type: ignore[import-untyped]

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
ZEROS = bytes(50_000_000)


@dataclass(frozen=True)
class Harm:
    """`first`, and then `again` every `pause` seconds; it hangs up where there is nothing to say again. `reason`: what a
    reader says of it."""

    name: str
    first: bytes
    again: bytes
    pause: float
    reason: str

    @property
    def seconds(self) -> float:
        """A deadline that it outlasts, or one that nothing but it can come to."""
        return 0.8 if "were over" in self.reason else 20


def whole(body: bytes, *headers: bytes) -> bytes:
    return OK + b"".join(header + b"\r\n" for header in headers) + b"Content-Length: %d\r\n\r\n" % len(body) + body


def packed(body: bytes, coding: bytes) -> bytes:
    return whole(body, b"Content-Encoding: " + coding)


DRIPPING_HEAD = Harm("a head in drips", OK, b"X", 0.05, "were over while waiting for /")
HARMS = (
    DRIPPING_HEAD,
    Harm("silence", b"", b"", 60, "were over while waiting for /"),
    Harm("100 Continue without end", b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 99, 0, "were over while waiting for /"),
    Harm("headers without end", OK, b"X: y\r\n" * 99, 0, "got more than 100 headers"),
    Harm("a header line without end", OK, b"X" * 9999, 0, "got more than 65536 bytes"),
    Harm("a body in drips", OK + b"Content-Length: 100000\r\n\r\n", b"x", 0.05, "were over while waiting for /"),
    Harm("a body of no length in drips", OK + b"\r\n", b"x", 0.05, "were over while waiting for /"),
    Harm("chunks in drips", CHUNKED, b"1\r\nx\r\n", 0.05, "were over while waiting for /"),
    Harm("a chunk's line without end", CHUNKED, b"0" * 9999, 0, "got more than 65536 bytes"),
    Harm("trailers without end", CHUNKED + b"0\r\n", b"X: y\r\n" * 99, 0, "were over while waiting for /"),
    Harm("no end", OK + b"\r\n", bytes(65536), 0, "it sends more than 1,000,000 bytes"),
    Harm("a long body", whole(bytes(2_000_000)), b"", 0, "it sends more than 1,000,000 bytes"),
    Harm("a gzip bomb", packed(gzip.compress(ZEROS), b"gzip"), b"", 0, "it sends more than 1,000,000 bytes"),
    Harm("a brotli bomb", packed(brotli.compress(ZEROS, quality=5), b"br"), b"", 0, "it sends more than 1,000,000 bytes"),
    Harm("what is no gzip", packed(b"hello", b"gzip"), b"", 0, "it does not answer in HTTP, or hangs up"),
    Harm("half a gzip", packed(gzip.compress(b"hello" * 99)[:-9], b"gzip"), b"", 0, "it does not answer in HTTP, or hangs up"),
    Harm("half a body", OK + b"Content-Length: 100\r\n\r\nhalf", b"", 0, "it does not answer in HTTP, or hangs up"),
    Harm("another protocol", b"SSH-2.0-OpenSSH\r\n", b"", 0, "it does not answer in HTTP, or hangs up"),
)


@contextmanager
def harming(harm: Harm) -> Iterator[int]:
    """The port at 127.0.0.1 of a server that does this to every connection."""
    over = threading.Event()

    def answer(line: socket.socket) -> None:
        with line, contextlib.suppress(OSError):
            line.recv(1)
            line.sendall(harm.first)
            while (harm.again or harm.pause) and not over.wait(harm.pause):
                line.sendall(harm.again)
            line.shutdown(socket.SHUT_WR)
            while line.recv(65536):
                pass

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                line, _ = server.accept()
                line.settimeout(60)
                threading.Thread(target=answer, args=(line,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=accept, daemon=True).start()
        yield server.getsockname()[1]
        over.set()
        server.shutdown(socket.SHUT_RDWR)
