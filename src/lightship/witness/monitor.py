"""Check every address of a page's hosts at each interval, as a reader whom the name leads there, and say which hosts are up."""

import asyncio
import logging
import ssl
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic

import dns.exception
import dns.resolver

from lightship.config import HostConfig, WitnessConfig
from lightship.core.site.manifest import MANIFEST_PATH, PULSE_PATH, Manifest, NotOurs, Pulse, manifest_in, pulse_in
from lightship.core.site.receipt import CheckStatus
from lightship.core.site.versions import Version
from lightship.core.steering.records import Health, after, alive
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
SKEWED = 10.0
"""Seconds by which our clock may differ from those of all hosts."""
MOST = 8
"""Addresses of one family that are checked behind a `cname`."""
PUBLISHER = "publisher"
"""The trouble that no host has a pulse as young as it promises: nobody keeps the page."""
log = logging.getLogger("lightship.witness")

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


@dataclass
class Monitor:
    """`results`: the newest check of each host and address. `health`: what the checks add up to, by host. `versions`: every
    version seen on a host, and since when: a host that is behind has `patience` seconds, for publishing takes some."""

    page: str
    hosts: Sequence[HostConfig]
    host_check: HostCheck
    me: WitnessConfig
    results: dict[tuple[str, str], CheckResult] = field(default_factory=dict)
    health: dict[str, Health] = field(default_factory=dict)
    versions: dict[Version, float] = field(default_factory=dict)

    async def look(self) -> None:
        newest = self.newest(monotonic())
        by_host = await asyncio.gather(*(self._host(host, newest) for host in self.hosts))
        self.take([result for results in by_host for result in results])

    async def _host(self, host: HostConfig, newest: Version) -> Sequence[CheckResult]:
        addresses, reason = host.address, f"{host.cname} has no address"
        if host.cname:
            try:
                addresses = await asyncio.to_thread(_resolved, host.cname, self.me.timeout)
            except (dns.exception.DNSException, OSError, ValueError) as error:
                reason = f"{host.cname} does not resolve: {error}"
            if not addresses:
                return [CheckResult(host=host.name, address=host.cname, verdict=CheckStatus.UNREACHABLE, reason=reason)]
        checks = (asyncio.to_thread(self.host_check.look, host.name, address, newest) for address in addresses)
        return await asyncio.gather(*checks)

    def take(self, results: Iterable[CheckResult]) -> None:
        by_address = {(result.host, result.address): result for result in results}
        pulses = [result.pulse.at for result in by_address.values() if result.pulse]
        statuses = {key: result.verdict for key, result in by_address.items()}
        for key, result in by_address.items():
            old = self.results.get(key)
            if old is None or old.verdict is not result.verdict:
                self._log(result)
            if result.manifest and result.verdict not in (CheckStatus.FORGED, CheckStatus.TORN):
                self.versions.setdefault(result.manifest.version, monotonic())
            pulse = result.pulse if result.verdict is CheckStatus.STALE else None
            # Where the publisher is dead, every host is as stale as the next, and the page itself says so: no reason to move.
            if pulse and max(pulses) - pulse.at <= pulse.stale_after:
                statuses[key] = CheckStatus.LIVE
        self.results = by_address
        now = self.host_check.clock()
        for host, live in alive(statuses).items():
            self.health[host] = after(self.health.get(host), live, now, self.me.count)

    def newest(self, now: float) -> Version:
        """The newest version that every host must show by now. Older ones are forgotten."""
        binding = [version for version, since in self.versions.items() if now - since >= self.me.patience]
        newest = max(binding, default=(0, 0))
        self.versions = {version: since for version, since in self.versions.items() if version >= newest}
        return newest

    @property
    def troubles(self) -> dict[str, str]:
        """Name -> message, of what a person should look at, though it moves no name."""
        ahead = [result.ahead for result in self.results.values() if result.ahead is not None]
        if ahead and min(map(abs, ahead)) > SKEWED:
            seconds = -min(ahead, key=abs)
            return {"clock": f"all hosts say that this machine's clock is {seconds:+.0f} s off: set it by NTP"}
        newest = max((result.pulse for result in self.results.values() if result.pulse), key=lambda p: p.at, default=None)
        age = self.host_check.clock() - newest.at if newest else timedelta()
        return {PUBLISHER: _silence(newest, age)} if newest and age > newest.stale_after else {}

    def _log(self, new: CheckResult) -> None:
        level = logging.INFO if new.verdict is CheckStatus.LIVE else logging.WARNING
        values = self.page, new.host, new.address, new.verdict.value, new.milliseconds, new.reason
        log.log(level, "page=%s host=%s address=%s status=%r ms=%d reason=%r", *values)


def _silence(pulse: Pulse, age: timedelta) -> str:
    return (
        f"the pulse has stopped: the page's publisher last lived {age.total_seconds():.0f} s ago ({pulse.at:%H:%M:%S} UTC), "
        f"{pulse.stale_after.total_seconds():.0f} s at most are right.\nReaders are told that the page may be old, and what is "
        "posted in the desk reaches nobody. Does the worker run, and may it write to the hosts? `lightship hosts` and "
        "`lightship doctor` say more; `lightship breakglass` speaks without the desk."
    )


def _resolved(name: str, seconds: float) -> tuple[str, ...]:
    """The addresses of a name, of both families; at most MOST of each, for each check takes a thread."""
    answers: list[str] = []
    for kind in ("A", "AAAA"):
        answer = dns.resolver.resolve(name, kind, lifetime=seconds, raise_on_no_answer=False)
        answers += sorted(rdata.to_text() for rdata in answer.rrset or ())[:MOST]
    return tuple(answers)
