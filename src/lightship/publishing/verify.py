"""Read a page as a stranger would: over the public URL, with nothing but what a browser has."""

import asyncio
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from time import monotonic

import urllib3

from lightship.core.signed import MANIFEST_PATH, Verify, manifest_in, shelf_in, shelf_path
from lightship.core.verdict import Verdict
from lightship.core.wire import WireError, sha256

TRIES = (0.0, 0.03, 0.1, 0.3, 1.0)
"""Seconds to wait before each look, for caches and name servers that are a moment behind."""


CHUNK = 64 * 1024


class UnansweredError(Exception):
    """What came is no answer that a reader would wait for."""


UNANSWERED = (urllib3.exceptions.HTTPError, UnansweredError, ValueError, OSError)
"""ValueError: a redirect to what is no address."""


def _pool() -> urllib3.PoolManager:
    return urllib3.PoolManager(
        num_pools=32,
        maxsize=4,
        retries=urllib3.Retry(0, redirect=3),
        timeout=urllib3.Timeout(connect=4, read=8),
        headers={"User-Agent": "Lightship (proof)", "Accept-Encoding": "br, gzip", "Cache-Control": "no-cache"},
    )


@dataclass(frozen=True)
class Stranger:
    """Looks at hosts from outside. One for a process: it keeps connections. An answer may take `seconds` and have `longest`
    bytes, and not more."""

    pool: urllib3.PoolManager = field(default_factory=_pool)
    seconds: float = 15.0
    longest: int = 64 * 1024 * 1024

    async def prove(self, url: str, digest: str) -> tuple[Verdict, str]:
        """Whether the front page at `url` is the one with this SHA-256; if not, in words, what is there instead."""
        verdict, words = Verdict.UNREACHABLE, ""
        for pause in TRIES:
            await asyncio.sleep(pause)
            verdict, words = await asyncio.to_thread(self.look, url, digest)
            if verdict is not Verdict.DIFFERS:
                break
        return verdict, words

    def look(self, url: str, digest: str) -> tuple[Verdict, str]:
        """As `prove`, once and without waiting. A bare bucket has the page at /index.html only: that counts too."""
        try:
            status, body = self._fetch(f"{url}/")
            if sha256(body) == digest or sha256(self._fetch(f"{url}/index.html")[1]) == digest:
                return Verdict.PROVEN, ""
        except UNANSWERED as error:
            return Verdict.UNREACHABLE, f"{url} does not answer: {_plain(error)}"
        if status != 200:
            return Verdict.DIFFERS, f"{url}/ answers {status}: {_ADVICE.get(status, 'look at its web server')}"
        return Verdict.DIFFERS, f"{url}/ serves other content than was put there ({len(body):,} bytes)"

    def _fetch(self, url: str) -> tuple[int, bytes]:
        """Status and body. A body that is endless, or comes in drips, is cut off: UnansweredError."""
        until = monotonic() + self.seconds
        answer = self.pool.request("GET", url, preload_content=False)
        try:
            body = bytearray()
            while chunk := answer.read1(CHUNK):
                body += chunk
                if len(body) > self.longest:
                    raise UnansweredError(f"it sends more than {self.longest:,} bytes")
                if monotonic() > until:
                    raise UnansweredError(f"it sends so slowly that {self.seconds:.0f} s were not enough")
            answer.drain_conn()
            return answer.status, bytes(body)
        except UnansweredError:
            answer.close()
            raise
        finally:
            answer.release_conn()

    def get(self, url: str) -> bytes | str:
        """The body of an answer of 200, or in words what came instead."""
        try:
            status, body = self._fetch(url)
            if status != 200 and url.endswith("/"):
                status, body = self._fetch(f"{url}index.html")
        except UNANSWERED as error:
            return f"{url} does not answer: {_plain(error)}"
        return body if status == 200 else f"{url} answers {status}"

    def clock(self, url: str) -> datetime | None:
        """What time it is there, by its own word; None where it gives none."""
        try:
            told = self.pool.request("HEAD", f"{url}/", timeout=2.0).headers
            return parsedate_to_datetime(told["Date"]).replace(tzinfo=UTC) + timedelta(seconds=int(told.get("Age", 0)))
        except (*UNANSWERED, KeyError, TypeError, OverflowError):
            return None

    def differing(self, url: str, files: Mapping[str, str]) -> Iterator[str]:
        """In words, each path of `files` (path -> SHA-256) that is missing or other."""
        with ThreadPoolExecutor(4) as pool:
            bodies = pool.map(self.get, (f"{url}/{path}" for path in files))
            for (path, digest), body in zip(files.items(), bodies, strict=True):
                if isinstance(body, str):
                    yield body
                elif sha256(body) != digest:
                    yield f"{url}/{path} is not what the manifest names"


_ADVICE = {
    401: "strangers must be let in without a password",
    403: "strangers must be allowed to read; look at its permissions",
    404: "its web root is not where the files were put",
}


def _plain(error: Exception) -> str:
    """The cause at the bottom of urllib3's chain, without addresses of objects."""
    while isinstance(inner := getattr(error, "reason", None) or error.__cause__, Exception):
        error = inner
    return str(error).split(": ", 1)[-1]


def audit(stranger: Stranger, url: str, verify: Verify, *, whole: bool = False) -> Iterator[str]:
    """Everything that is wrong with what a host serves, against its own signed manifest: of the front set and the months'
    lists, and with `whole` of every page of history too."""
    manifest_body = stranger.get(f"{url}/{MANIFEST_PATH}")
    if isinstance(manifest_body, str):
        yield manifest_body
        return
    try:
        manifest = manifest_in(manifest_body, verify)
    except WireError as error:
        yield str(error)
        return
    shelves = {shelf_path(month): digest for month, digest in manifest.months.items()}
    yield from stranger.differing(url, {**manifest.files, **shelves})
    for path in shelves if whole else ():
        body = stranger.get(f"{url}/{path}")
        if isinstance(body, bytes):
            yield from stranger.differing(url, shelf_in(body))
