"""Look at one host at one of its addresses, as a reader whom the name leads there, and say whether it may have the name."""

import logging
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cached_property
from pathlib import Path
from time import monotonic

from lightship.core.site.manifest import MANIFEST_PATH, PULSE_PATH, Manifest, NotOurs, Pulse, manifest_in, pulse_in
from lightship.core.site.receipt import CheckStatus
from lightship.core.wire import WireError, sha256
from lightship.net.pinned import LONGEST, Certificate, ConnectError, Connection
from lightship.signing import VerifyKey

SECONDS = 1.5
FRONT = "index.html"
AHEAD = timedelta(seconds=60)
"""How far in the future a pulse may be: a clock of ours or of the desk's that is off by less does no harm."""
LONGEST_WORDS = 300
"""A host can put megabytes into what is told of it, and words go to logs and letters."""
LONGEST_CLAIM = 256 * 1024
"""Bytes of a manifest. To read eight megabytes of JSON takes a second, in which no other host is looked at: it would seem
dead."""
log = logging.getLogger("lightship.witness.look")

Clock = Callable[[], datetime]
Version = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """One look. `page` and `rank` (epoch, revision) are those of the signed manifest; `pulse`: when the publisher last lived,
    and `every` how often, in seconds, it promised to; `ahead`: seconds by which the host's clock is ahead of ours. Each is
    empty where the look did not come so far."""

    host: str
    address: str
    verdict: CheckStatus
    reason: str = ""
    milliseconds: int = 0
    page: str = ""
    version: Version | None = None
    pulse: datetime | None = None
    every: int = 0
    ahead: float | None = None
    certificate: Certificate | None = None

    @property
    def live(self) -> bool:
        return self.verdict is CheckStatus.LIVE


@dataclass(frozen=True)
class HostCheck:
    """Looks at the hosts of one page. `url`: the page's own, the name that readers know. `roots`: a file of certificate
    authorities to trust instead of the system's, for labs and private ones. `seconds`: for one whole look. Safe to share
    between threads."""

    url: str
    verify_key: VerifyKey
    clock: Clock
    roots: Path | None = None
    seconds: float = SECONDS

    @cached_property
    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.roots) if self.roots else None)

    def look(self, host: str, address: str, newest: Version = (0, 0), page: str = "") -> CheckResult:
        """`newest`: what any host has been seen to hold; less is old. `page`: its id, where it is known. Whatever a host or a
        network does is in the answer."""
        started, found = monotonic(), _Found()
        with Connection(self.url, address, self.trust, self.seconds) as line:
            try:
                self._read(line, found)
                self._judge(found, newest, page)
                seen, words = CheckStatus.LIVE, ""
            except ConnectError as error:
                seen, words = error.seen, str(error)
            except Exception as error:  # whatever one host sends, the others are looked at
                log.exception("host=%s address=%s", host, address)
                seen = (
                    CheckStatus.BLIND if isinstance(error, MemoryError | RuntimeError) else CheckStatus.BROKEN
                )  # no thread: our own want
                words = f"Lightship itself failed over it ({type(error).__name__}); see the log"
            return CheckResult(
                host=host,
                address=address,
                verdict=seen,
                reason=words[:LONGEST_WORDS],
                milliseconds=round((monotonic() - started) * 1000),
                page=found.manifest.page if found.manifest else "",
                version=found.manifest.version if found.manifest else None,
                pulse=found.pulse.at if found.pulse else None,
                every=found.pulse.seconds if found.pulse else 0,
                ahead=found.ahead,
                certificate=line.certificate,
            )

    def _read(self, line: Connection, found: "_Found") -> None:
        """The front page before the manifest: publishers write them in this order, and so a look that meets one at work
        mostly finds a manifest that knows the page."""
        found.front = sha256(self._get(line, "", found))
        with _signed():
            found.manifest = manifest_in(self._get(line, MANIFEST_PATH, found, LONGEST_CLAIM), self.verify_key.verify)
            found.pulse = pulse_in(self._get(line, PULSE_PATH, found, LONGEST_CLAIM), self.verify_key.verify)

    def _get(self, line: Connection, path: str, found: "_Found", longest: int = LONGEST) -> bytes:
        answer = line.get(path, longest)
        found.ahead = _ahead(answer.headers.get("date"), self.clock())
        if answer.status != 200:
            raise ConnectError(CheckStatus.STATUS, f"/{path} answers {answer.status}")
        return answer.body

    def _judge(self, found: "_Found", newest: Version, page: str) -> None:
        manifest, pulse = found.manifest, found.pulse
        assert manifest and pulse
        if manifest.page != pulse.page or (page and page != manifest.page):
            raise ConnectError(CheckStatus.FORGED, "its signed files are of another page")
        if manifest.files.get(FRONT) != found.front:
            raise ConnectError(CheckStatus.TORN, "its front page is not the one that its manifest names")
        known = max(newest, (pulse.epoch, pulse.revision))
        if manifest.version < known:
            has = f"revision {manifest.revision} of epoch {manifest.epoch}"
            raise ConnectError(CheckStatus.OLD, f"it shows {has}, but {known[1]} of {known[0]} is known")
        if wrong := unconfirmed(pulse, self.clock()):
            raise ConnectError(CheckStatus.STALE, wrong)


@dataclass
class _Found:
    """What one look has read so far."""

    front: str = ""
    manifest: Manifest | None = None
    pulse: Pulse | None = None
    ahead: float | None = None


@contextmanager
def _signed() -> Iterator[None]:
    try:
        yield
    except NotOurs as error:
        raise ConnectError(CheckStatus.FORGED, str(error)) from error
    except WireError as error:
        raise ConnectError(CheckStatus.TORN, str(error)) from error


def bound(every: int) -> int:
    """Seconds after which a pulse promised that often counts for nothing, on the page as here."""
    return 2 * every + 60


def unconfirmed(pulse: Pulse, now: datetime) -> str:
    """In words, why nobody stands for the page now, by the page's own rule; empty where somebody does."""
    age, most = (now - pulse.at).total_seconds(), bound(pulse.seconds)
    if age > most:
        return f"its publisher last lived {age:.0f} s ago, {most} s at most are right"
    if -age > AHEAD.total_seconds():
        return f"its publisher's clock is {-age:.0f} s ahead of ours, or ours behind"
    return ""


def _ahead(date: str | None, now: datetime) -> float | None:
    try:
        told = parsedate_to_datetime(date) if date else None
    except (ValueError, OverflowError):  # a year, or a zone, of twenty digits
        return None
    if told is None:
        return None
    return ((told if told.tzinfo else told.replace(tzinfo=UTC)) - now).total_seconds()
