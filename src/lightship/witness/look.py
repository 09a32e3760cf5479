"""Check one host at one of its addresses, as a reader whom the name leads there: may the name lead to it?"""

import logging
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

from lightship.core.site.manifest import MANIFEST_PATH, PULSE_PATH, Manifest, NotOurs, Pulse, manifest_in, pulse_in
from lightship.core.site.receipt import CheckStatus
from lightship.core.site.versions import Version
from lightship.core.wire import WireError, sha256
from lightship.net.client import date_of
from lightship.net.pinned import LONGEST, ConnectError, Connection
from lightship.signing import VerifyKey

SECONDS = 1.5
FRONT = "index.html"
AHEAD = 60.0
"""Seconds. How far in the future a pulse may be: a clock of ours or of the desk's that is off by less does no harm."""
LONGEST_REASON = 300
"""Characters. A host's answer can make a reason of megabytes, and reasons go to logs and mail."""
LONGEST_CLAIM = 256 * 1024
"""Bytes of a manifest or pulse. Parsing eight megabytes of JSON takes a second, in which no other host is checked: they would
seem dead."""
log = logging.getLogger("lightship.witness.look")

Clock = Callable[[], datetime]


@dataclass(slots=True, kw_only=True)
class CheckResult:
    """One check of one address, filled as far as the check gets: `manifest` and `pulse` are signed by the page's key. `ahead`:
    seconds by which the host's clock is ahead of ours."""

    host: str
    address: str
    verdict: CheckStatus = CheckStatus.BROKEN
    reason: str = ""
    milliseconds: int = 0
    manifest: Manifest | None = None
    pulse: Pulse | None = None
    ahead: float | None = None


@dataclass(frozen=True)
class HostCheck:
    """Checks the hosts of one page, from any thread. `url`: the page's own. `seconds`: limit of one whole check."""

    url: str
    verify_key: VerifyKey
    clock: Clock
    trust: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    seconds: float = SECONDS

    def look(self, host: str, address: str, newest: Version = (0, 0)) -> CheckResult:
        """`newest`: the newest version seen on any host; less is old. Raises nothing: failures are in the result."""
        started, result = monotonic(), CheckResult(host=host, address=address)
        with Connection(self.url, address, self.trust, self.seconds) as line:
            try:
                self._read(line, result, newest)
            except ConnectError as error:
                result.verdict, result.reason = error.status, str(error)
            except WireError as error:
                result.verdict = CheckStatus.FORGED if isinstance(error, NotOurs) else CheckStatus.TORN
                result.reason = str(error)
            except Exception as error:  # whatever one host sends, the others are checked
                log.exception("host=%s address=%s", host, address)
                # Without a free thread or memory it is this machine that fails.
                result.verdict = CheckStatus.BLIND if isinstance(error, MemoryError | RuntimeError) else CheckStatus.BROKEN
                result.reason = f"Lightship itself failed over it ({type(error).__name__}); see the log"
        result.reason = result.reason[:LONGEST_REASON]
        result.milliseconds = round((monotonic() - started) * 1000)
        return result

    def _read(self, line: Connection, result: CheckResult, newest: Version) -> None:
        """The front page before the manifest: publishers write them in this order, so that a check in the middle of a publish
        mostly finds a manifest that knows the page."""
        front = sha256(self._get(line, "", result))
        result.manifest = manifest_in(self._get(line, MANIFEST_PATH, result, LONGEST_CLAIM), self.verify_key.verify)
        result.pulse = pulse_in(self._get(line, PULSE_PATH, result, LONGEST_CLAIM), self.verify_key.verify)
        result.verdict, result.reason = self._judged(front, result.manifest, result.pulse, newest)

    def _get(self, line: Connection, path: str, result: CheckResult, longest: int = LONGEST) -> bytes:
        answer = line.get(path, longest)
        date = date_of(answer)
        result.ahead = (date - self.clock()).total_seconds() if date else None
        if answer.status != 200:
            raise ConnectError(CheckStatus.STATUS, f"/{path} answers {answer.status}")
        return answer.body

    def _judged(self, front: str, manifest: Manifest, pulse: Pulse, newest: Version) -> tuple[CheckStatus, str]:
        """`front`: SHA-256 of the front page."""
        if manifest.page != pulse.page:
            return CheckStatus.FORGED, "its signed files are of another page"
        if manifest.files.get(FRONT) != front:
            return CheckStatus.TORN, "its front page is not the one that its manifest names"
        known = max(newest, (pulse.epoch, pulse.revision))
        if manifest.version < known:
            version = f"revision {manifest.revision} of epoch {manifest.epoch}"
            return CheckStatus.OLD, f"it shows {version}, but {known[1]} of {known[0]} is known"
        age, most = (self.clock() - pulse.at).total_seconds(), pulse.stale_after.total_seconds()
        if age > most:
            return CheckStatus.STALE, f"its publisher last lived {age:.0f} s ago, {most:.0f} s at most are right"
        if -age > AHEAD:
            return CheckStatus.STALE, f"its publisher's clock is {-age:.0f} s ahead of ours, or ours behind"
        return CheckStatus.LIVE, ""
