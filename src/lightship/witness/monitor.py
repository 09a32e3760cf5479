"""Check every address of a page's hosts at each interval, and conclude which hosts are up."""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from time import monotonic

import dns.exception
import dns.resolver

from lightship.config import HostConfig, WitnessConfig
from lightship.core.site.receipt import CheckStatus
from lightship.core.site.versions import Version
from lightship.core.steering.records import Health, after, alive
from lightship.witness.look import CheckResult, HostCheck

SKEWED = 10.0
"""Seconds by which our clock may differ from those of all hosts."""
MOST = 8
"""Addresses of one family that are checked behind a `cname`."""
log = logging.getLogger("lightship.witness")


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
        """Take over the results of one round of checks."""
        by_address = {(result.host, result.address): result for result in results}
        pulses = [result.pulse.at for result in by_address.values() if result.pulse]
        statuses = {key: result.verdict for key, result in by_address.items()}
        for key, result in by_address.items():
            self._log(self.results.get(key), result)
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
        read = [result for result in self.results.values() if result.pulse]
        ahead = [result.ahead for result in self.results.values() if result.ahead is not None]
        if ahead and min(map(abs, ahead)) > SKEWED:
            seconds = -min(ahead, key=abs)
            return {"clock": f"all hosts say that this machine's clock is {seconds:+.0f} s off: set it by NTP"}
        if read and all(result.verdict is CheckStatus.STALE for result in read):
            return {"publisher": f"nobody refreshes the page ({read[0].reason}): does the worker run?"}
        return {}

    def _log(self, old: CheckResult | None, new: CheckResult) -> None:
        if old is None or old.verdict is not new.verdict:
            log.log(
                logging.INFO if new.verdict is CheckStatus.LIVE else logging.WARNING,
                "page=%s host=%s address=%s status=%r ms=%d reason=%r",
                *(self.page, new.host, new.address, new.verdict.value, new.milliseconds, new.reason),
            )


def _resolved(name: str, seconds: float) -> tuple[str, ...]:
    """The addresses of a name, of both families; at most MOST of each, for each check takes a thread."""
    answers: list[str] = []
    for kind in ("A", "AAAA"):
        answer = dns.resolver.resolve(name, kind, lifetime=seconds, raise_on_no_answer=False)
        answers += sorted(rdata.to_text() for rdata in answer.rrset or ())[:MOST]
    return tuple(answers)
