"""JSON over HTTPS with a DNS provider: one request, one answer, one error; and waiting until a change is done."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, SSLError

from lightship import __version__
from lightship.zones import ZoneError


@dataclass(frozen=True)
class Answer:
    """`who` answers. `reads`: it was asked for nothing that changes anything."""

    who: str
    status: int
    body: bytes
    reads: bool

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace").strip()

    def json(self) -> Any:
        try:
            return json.loads(self.body)
        except ValueError:
            message = f"{self.who} answered {self.status} and no JSON: {self.text[:200]}"
            raise ZoneError(message, unknown=not self.reads) from None

    def json_if_any(self) -> Any:
        """{} where a server in between answers in words of its own."""
        return self.json() if self.body.startswith(b"{") else {}

    def refusal(self, why: str = "") -> ZoneError:
        """The error for an answer that is not what was asked for."""
        return ZoneError(
            f"{self.who} answers {self.status}: {why or self.text[:300] or 'no reason given'}{_ADVICE.get(self.status, '')}",
            permanent=400 <= self.status < 500 and self.status not in (408, 409, 429),
            unknown=self.status >= 500 and not self.reads,
        )


_ADVICE = {
    401: " (is the key or token right, and not expired?)",
    403: " (may the key or token read and write this zone's records?)",
    404: " (is the zone written as the provider has it?)",
    429: " (too many requests; it will be asked again)",
}


class Rest:
    """A client that retries only reads whose connection had been closed. `who` names the provider in errors."""

    def __init__(self, who: str) -> None:
        self.who = who
        self.pool = urllib3.PoolManager(
            maxsize=4,
            headers={"User-Agent": f"Lightship/{__version__}", "Accept": "application/json"},
            timeout=urllib3.Timeout(connect=5, read=20),
        )
        self.lock, self.access, self.until = Lock(), "", 0.0

    def token(self, fetch: Callable[[], tuple[str, float]]) -> str:
        """An access token, used until a minute before its end. `fetch` gets one, and the seconds it lives."""
        with self.lock:
            if time.monotonic() > self.until:
                self.access, seconds = fetch()
                self.until = time.monotonic() + seconds - 60
            return self.access

    def ask(self, method: str, url: str, headers: Mapping[str, str], *, reads: bool | None = None, **body: Any) -> Answer:
        """The answer, whatever its status. ZoneError if none came; `unknown` where the provider may have done the request.
        `reads`: whether it changes nothing; by default only GET does not. `body`: as urllib3 takes it."""
        reads = method == "GET" if reads is None else reads
        try:
            answer = self.pool.request(
                method,
                url,
                headers={**self.pool.headers, **headers},
                retries=urllib3.Retry(1, redirect=0, status=0, raise_on_redirect=False) if reads else False,
                **body,
            )
        except HTTPError as error:
            unsent = isinstance(error, NewConnectionError | ConnectTimeoutError | SSLError)
            host = urlsplit(url).netloc
            raise ZoneError(f"{self.who} cannot be reached at {host}: {error}", unknown=not reads and not unsent) from error
        return Answer(self.who, answer.status, answer.data, reads)


def wait_for(done: Callable[[], bool], seconds: float, failure: str) -> None:
    """Ask at growing intervals until it is done. ZoneError with `failure` if that takes longer than so many seconds."""
    end, pause = time.monotonic() + seconds, 0.1
    while not done():
        if time.monotonic() + pause > end:
            raise ZoneError(failure, unknown=True)
        time.sleep(pause)
        pause = min(pause * 2, 3)
