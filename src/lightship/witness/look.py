"""Check one host at one of its addresses, as a reader whom the name leads there: may the name lead to it?"""

import logging
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cached_property
from pathlib import Path
from time import monotonic

from lightship.core.site.manifest import MANIFEST_PATH, PULSE_PATH, Manifest, NotOurs, Pulse, manifest_in, pulse_in
from lightship.core.site.receipt import CheckStatus
from lightship.core.wire import WireError, sha256
from lightship.net.pinned import LONGEST, ConnectError, Connection
from lightship.signing import VerifyKey

SECONDS = 1.5
FRONT = "index.html"
AHEAD = timedelta(seconds=60)
"""How far in the future a pulse may be: a clock of ours or of the desk's that is off by less does no harm."""
LONGEST_REASON = 300
"""Characters. A host's answer can make a reason of megabytes, and reasons go to logs and mail."""
LONGEST_CLAIM = 256 * 1024
"""Bytes of a manifest or pulse. Parsing eight megabytes of JSON takes a second, in which no other host is checked: they would
seem dead."""
log = logging.getLogger("lightship.witness.look")

Clock = Callable[[], datetime]
Version = tuple[int, int]
"""Epoch and revision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """One check of one address. `version`: that of the signed manifest. `pulse`: when the publisher last lived, by its signed
    pulse, and `every`: how many seconds apart it promised its pulses. `ahead`: seconds by which the host's clock is ahead of
    ours. Each is empty where the check did not get so far."""

    host: str
    address: str
    verdict: CheckStatus
    reason: str = ""
    milliseconds: int = 0
    version: Version | None = None
    pulse: datetime | None = None
    every: int = 0
    ahead: float | None = None

    @property
    def live(self) -> bool:
        return self.verdict is CheckStatus.LIVE


@dataclass(frozen=True)
class HostCheck:
    """Checks the hosts of one page. `url`: the page's own. `roots`: a file of certificate authorities to trust instead of the
    system's. `seconds`: limit of one whole check. Safe to share between threads."""

    url: str
    verify_key: VerifyKey
    clock: Clock
    roots: Path | None = None
    seconds: float = SECONDS

    @cached_property
    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.roots) if self.roots else None)

    def look(self, host: str, address: str, newest: Version = (0, 0)) -> CheckResult:
        """`newest`: the newest version seen on any host; less is old. Raises nothing: failures are in the result."""
        started, files = monotonic(), _Files()
        with Connection(self.url, address, self.trust, self.seconds) as line:
            try:
                self._read(line, files)
                status, reason = self._judge(files, newest)
            except ConnectError as error:
                status, reason = error.status, str(error)
            except WireError as error:
                status = CheckStatus.FORGED if isinstance(error, NotOurs) else CheckStatus.TORN
                reason = str(error)
            except Exception as error:  # whatever one host sends, the others are checked
                log.exception("host=%s address=%s", host, address)
                # Without a free thread or memory it is this machine that fails.
                status = CheckStatus.BLIND if isinstance(error, MemoryError | RuntimeError) else CheckStatus.BROKEN
                reason = f"Lightship itself failed over it ({type(error).__name__}); see the log"
            return CheckResult(
                host=host,
                address=address,
                verdict=status,
                reason=reason[:LONGEST_REASON],
                milliseconds=round((monotonic() - started) * 1000),
                version=files.manifest.version if files.manifest else None,
                pulse=files.pulse.at if files.pulse else None,
                every=files.pulse.seconds if files.pulse else 0,
                ahead=files.ahead,
            )

    def _read(self, line: Connection, files: "_Files") -> None:
        """The front page before the manifest: publishers write them in this order, so that a check in the middle of a publish
        mostly finds a manifest that knows the page."""
        files.front = sha256(self._get(line, "", files))
        files.manifest = manifest_in(self._get(line, MANIFEST_PATH, files, LONGEST_CLAIM), self.verify_key.verify)
        files.pulse = pulse_in(self._get(line, PULSE_PATH, files, LONGEST_CLAIM), self.verify_key.verify)

    def _get(self, line: Connection, path: str, files: "_Files", longest: int = LONGEST) -> bytes:
        answer = line.get(path, longest)
        files.ahead = _ahead(answer.headers.get("date", ""), self.clock())
        if answer.status != 200:
            raise ConnectError(CheckStatus.STATUS, f"/{path} answers {answer.status}")
        return answer.body

    def _judge(self, files: "_Files", newest: Version) -> tuple[CheckStatus, str]:
        manifest, pulse = files.manifest, files.pulse
        assert manifest and pulse
        if manifest.page != pulse.page:
            return CheckStatus.FORGED, "its signed files are of another page"
        if manifest.files.get(FRONT) != files.front:
            return CheckStatus.TORN, "its front page is not the one that its manifest names"
        known = max(newest, (pulse.epoch, pulse.revision))
        if manifest.version < known:
            version = f"revision {manifest.revision} of epoch {manifest.epoch}"
            return CheckStatus.OLD, f"it shows {version}, but {known[1]} of {known[0]} is known"
        reason = unconfirmed(pulse, self.clock())
        return (CheckStatus.STALE, reason) if reason else (CheckStatus.LIVE, "")


@dataclass
class _Files:
    """What one check has read so far. `front`: SHA-256 of the front page."""

    front: str = ""
    manifest: Manifest | None = None
    pulse: Pulse | None = None
    ahead: float | None = None


def bound(every: int) -> int:
    """Maximum age of a pulse, in seconds, by the seconds between two pulses. The page uses the same rule."""
    return 2 * every + 60


def unconfirmed(pulse: Pulse, now: datetime) -> str:
    """Reason the pulse is stale, by the page's own rule, or empty."""
    age, most = (now - pulse.at).total_seconds(), bound(pulse.seconds)
    if age > most:
        return f"its publisher last lived {age:.0f} s ago, {most} s at most are right"
    if -age > AHEAD.total_seconds():
        return f"its publisher's clock is {-age:.0f} s ahead of ours, or ours behind"
    return ""


def _ahead(date: str, now: datetime) -> float | None:
    try:
        at = parsedate_to_datetime(date)
    except (ValueError, OverflowError):  # no date, or a year or time zone of twenty digits
        return None
    return ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds()
