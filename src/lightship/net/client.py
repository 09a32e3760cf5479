"""Read public URLs with nothing but what a browser has: one answer, within a deadline and a size."""

import contextlib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cached_property
from types import MappingProxyType
from urllib.parse import quote, urljoin, urlsplit

from lightship.core.site.receipt import CheckStatus
from lightship.net.pinned import Answer, ConnectError, Connection, Deadline

SECONDS = 15.0
LONGEST = 64 * 1024 * 1024
CLOCK_SECONDS = 2.0
REDIRECTS = 3
IDLE_PER_SITE, IDLE_SITES = 4, 64
HEADERS: Mapping[str, str] = MappingProxyType(
    {"User-Agent": "Lightship (proof)", "Accept": "*/*", "Accept-Encoding": "br, gzip", "Cache-Control": "no-cache"}
)


@dataclass(frozen=True)
class PublicReader:
    """Safe to share between threads: it keeps connections. `seconds`: for one whole answer with its name servers, handshakes
    and redirects. `longest`: bytes of a body, also when it is unpacked."""

    seconds: float = SECONDS
    longest: int = LONGEST
    headers: Mapping[str, str] = field(default_factory=lambda: HEADERS)
    idle: dict[str, list[Connection]] = field(default_factory=dict, repr=False)

    def get(self, url: str, *, method: str = "GET", seconds: float | None = None) -> Answer:
        """The answer, whatever its status. ConnectError, which names the URL, where none comes in time."""
        deadline, target = Deadline(self.seconds if seconds is None else seconds), url
        name = url.rstrip("/")
        try:
            for _ in range(REDIRECTS + 1):
                answer = self._get(target, method, deadline, private=_origin(target) == _origin(url))
                if answer.status not in (301, 302, 303, 307, 308) or "location" not in answer.headers:
                    return answer
                # http.client decodes as Latin-1 what is UTF-8.
                target = urljoin(target, answer.headers["location"].encode("latin-1", "replace").decode("utf-8", "replace"))
        except ConnectError as error:
            raise ConnectError(error.status, f"{name} does not answer: {error}") from error
        except ValueError as error:
            raise ConnectError(CheckStatus.BROKEN, f"{name} does not answer: it leads to what is no URL ({error})") from error
        raise ConnectError(CheckStatus.BROKEN, f"{name} does not answer: it redirects more than {REDIRECTS} times")

    def clock(self, url: str) -> datetime | None:
        """The time (UTC) by the clock of the server; None where it gives none."""
        try:
            answer = self.get(f"{url}/", method="HEAD", seconds=min(self.seconds, CLOCK_SECONDS))
            at = date_of(answer)
            return at and at + timedelta(seconds=int(answer.headers.get("age", 0)))
        except (ConnectError, ValueError, OverflowError):
            return None

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        return ssl.create_default_context()

    def _get(self, url: str, method: str, deadline: Deadline, *, private: bool) -> Answer:
        """Over an idle connection, or a new one."""
        parts, origin = urlsplit(url), _origin(url)
        headers = {name: value for name, value in self.headers.items() if private or name != "Authorization"}
        path = quote(f"{parts.path}?{parts.query}" if parts.query else parts.path, "/?%:@!$&'()*+,;=~-._[]").removeprefix("/")
        idle = self._idle(origin)
        connection = idle or Connection(origin, urlsplit(origin).hostname or "", self._trust, deadline.seconds)
        connection.deadline = deadline
        try:
            answer = connection.get(path, self.longest, headers, method)
        except ConnectError as error:
            if not idle or error.status is not CheckStatus.BROKEN or deadline.is_over:
                raise
            # The server may have closed the idle connection: this opens it again.
            answer = connection.get(path, self.longest, headers, method)
        connections = self.idle.setdefault(origin, [])
        if connection.is_open() and len(connections) < IDLE_PER_SITE and len(self.idle) <= IDLE_SITES:
            connections.append(connection)
        else:
            connection.close()
        return answer

    def _idle(self, origin: str) -> Connection | None:
        with contextlib.suppress(IndexError):
            while connection := self.idle.get(origin, []).pop():
                if connection.is_idle():
                    return connection
                connection.close()
        return None


def date_of(answer: Answer) -> datetime | None:
    """By the clock of the server, to a second; None where it gives none. HTTP has no time zone but UTC."""
    try:
        return parsedate_to_datetime(answer.headers.get("date", "")).replace(tzinfo=UTC)
    except (ValueError, OverflowError):  # no date, or a year or time zone of twenty digits
        return None


def _origin(url: str) -> str:
    """Scheme, host and port, as they are sent. ValueError for what is no URL of HTTP."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url:.100}")
    host = parts.hostname.encode("idna").decode()
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}"
