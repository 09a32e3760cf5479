"""What one witness sees of a page's hosts: every address at each interval, and what its looks add up to."""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from time import monotonic

import dns.exception
import dns.resolver

from lightship.config import HostConfig, WitnessConfig
from lightship.core.site.receipt import CheckStatus
from lightship.core.steering.records import Health, after, alive
from lightship.witness.look import CheckResult, HostCheck, Version, bound

SKEWED = 10.0
"""Seconds by which our clock may differ from those of all hosts."""
MOST = 8
"""Addresses of one family that are looked at behind a `cname`."""
log = logging.getLogger("lightship.witness")


@dataclass
class Monitor:
    """`sights`: the newest look at each host and address. `stands`: what they add up to. `ranks`: what was ever seen on a
    host, and since when: a host that is behind has `patience` seconds, for publishers need some."""

    page: str
    hosts: Sequence[HostConfig]
    host_check: HostCheck
    me: WitnessConfig
    results: dict[tuple[str, str], CheckResult] = field(default_factory=dict)
    health: dict[str, Health] = field(default_factory=dict)
    versions: dict[Version, float] = field(default_factory=dict)

    async def look(self) -> None:
        newest = self.newest(monotonic())
        found = await asyncio.gather(*(self._host(host, newest) for host in self.hosts))
        self.take([result for results in found for result in results])

    async def _host(self, host: HostConfig, newest: Version) -> Sequence[CheckResult]:
        addresses, words = host.address, f"{host.cname} has no address"
        if host.cname:
            try:
                addresses = await asyncio.to_thread(_resolved, host.cname, self.me.timeout)
            except (dns.exception.DNSException, OSError, ValueError) as error:
                addresses, words = (), f"{host.cname} does not resolve: {error}"
            if not addresses:
                return [CheckResult(host=host.name, address=host.cname, verdict=CheckStatus.UNREACHABLE, reason=words)]
        looks = (asyncio.to_thread(self.host_check.look, host.name, address, newest) for address in addresses)
        return await asyncio.gather(*looks)

    def take(self, results: Iterable[CheckResult]) -> None:
        """What one round of looks found."""
        found = {(result.host, result.address): result for result in results}
        for key, result in found.items():
            self._tell(self.results.get(key), result)
            if result.version and result.verdict not in (CheckStatus.FORGED, CheckStatus.TORN):
                self.versions.setdefault(result.version, monotonic())
        self.results = found
        pulse = max((result.pulse for result in found.values() if result.pulse), default=None)
        seen = {
            # Where the publisher is dead, every host is as stale as the next, and the page itself says so: no reason to move.
            key: CheckStatus.LIVE
            if result.verdict is CheckStatus.STALE and pulse and _near(result, pulse.timestamp())
            else result.verdict
            for key, result in found.items()
        }
        now = self.host_check.clock()
        for host, live in alive(seen).items():
            self.health[host] = after(self.health.get(host), live, now, self.me.count)

    def newest(self, now: float) -> Version:
        known = [version for version, since in self.versions.items() if now - since >= self.me.patience]
        newest = max(known, default=(0, 0))
        self.versions = {version: since for version, since in self.versions.items() if version >= newest}
        return newest

    @property
    def troubles(self) -> dict[str, str]:
        """What a person should look at, though it moves no name."""
        read = [result for result in self.results.values() if result.pulse]
        ahead = [result.ahead for result in self.results.values() if result.ahead is not None]
        found = {}
        if ahead and min(map(abs, ahead)) > SKEWED:
            found["clock"] = f"all hosts say that this machine's clock is {-min(ahead, key=abs):+.0f} s off: set it by NTP"
        elif read and all(result.verdict is CheckStatus.STALE for result in read):
            found["publisher"] = f"nobody refreshes the page ({read[0].reason}): does the worker run?"
        return found

    def _tell(self, old: CheckResult | None, new: CheckResult) -> None:
        if old is None or old.verdict is not new.verdict:
            level = logging.INFO if new.live else logging.WARNING
            log.log(
                *(level, "page=%s host=%s address=%s seen=%r ms=%d words=%r"),
                *(self.page, new.host, new.address, new.verdict.value, new.milliseconds, new.reason),
            )


def _near(result: CheckResult, newest: float) -> bool:
    return result.pulse is not None and newest - result.pulse.timestamp() <= bound(result.every)


def _resolved(name: str, seconds: float) -> tuple[str, ...]:
    """The addresses of a name, of both families; of a crowd only some, for each look takes a thread."""
    answers: list[str] = []
    for kind in ("A", "AAAA"):
        answer = dns.resolver.resolve(name, kind, lifetime=seconds, raise_on_no_answer=False)
        answers += sorted(rdata.to_text() for rdata in answer.rrset or ())[:MOST]
    return tuple(answers)
