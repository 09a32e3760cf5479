"""One deadline for all that a socket waits for, name servers included."""

import contextlib
import io
import queue
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any


@dataclass(frozen=True, slots=True)
class Deadline:
    """`until`: when so many `seconds` are over, by time.monotonic."""

    seconds: float
    until: float

    @staticmethod
    def after(seconds: float) -> "Deadline":
        return Deadline(seconds, monotonic() + seconds)

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


def addresses(name: str, port: int, deadline: Deadline) -> list[Any]:
    """As socket.getaddrinfo, which has no deadline of its own: where it asks name servers, another thread waits for it."""
    with contextlib.suppress(socket.gaierror):
        return socket.getaddrinfo(name, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    answers: queue.SimpleQueue[list[Any] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(socket.getaddrinfo(name, port, type=socket.SOCK_STREAM))
        except (OSError, ValueError) as error:
            answers.put(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=deadline.left())
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(answer, Exception):
        raise answer
    return answer
