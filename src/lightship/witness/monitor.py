"""What one witness sees of a page's hosts: every address at each interval, and what its looks add up to."""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from time import monotonic

import dns.exception
import dns.resolver

from lightship.config import HostConfig, WitnessConfig
from lightship.core.site.receipt import Seen
from lightship.core.steering.records import Stand, after, alive
from lightship.witness.look import Eye, Rank, Sight, bound

SKEWED = 10.0
"""Seconds by which our clock may differ from those of all hosts."""
MOST = 8
"""Addresses of one family that are looked at behind a `cname`."""
log = logging.getLogger("lightship.witness")


@dataclass
class Lookout:
    """`sights`: the newest look at each host and address. `stands`: what they add up to. `ranks`: what was ever seen on a
    host, and since when: a host that is behind has `patience` seconds, for publishers need some."""

    page: str
    hosts: Sequence[HostConfig]
    eye: Eye
    me: WitnessConfig
    sights: dict[tuple[str, str], Sight] = field(default_factory=dict)
    stands: dict[str, Stand] = field(default_factory=dict)
    ranks: dict[Rank, float] = field(default_factory=dict)

    async def look(self) -> None:
        newest = self.newest(monotonic())
        found = await asyncio.gather(*(self._host(host, newest) for host in self.hosts))
        self.take([sight for sights in found for sight in sights])

    async def _host(self, host: HostConfig, newest: Rank) -> Sequence[Sight]:
        addresses, words = host.address, f"{host.cname} has no address"
        if host.cname:
            try:
                addresses = await asyncio.to_thread(_resolved, host.cname, self.me.timeout)
            except (dns.exception.DNSException, OSError, ValueError) as error:
                addresses, words = (), f"{host.cname} does not resolve: {error}"
            if not addresses:
                return [Sight(host=host.name, address=host.cname, verdict=Seen.UNREACHABLE, words=words)]
        looks = (asyncio.to_thread(self.eye.look, host.name, address, newest) for address in addresses)
        return await asyncio.gather(*looks)

    def take(self, sights: Iterable[Sight]) -> None:
        """What one round of looks found."""
        found = {(sight.host, sight.address): sight for sight in sights}
        for key, sight in found.items():
            self._tell(self.sights.get(key), sight)
            if sight.rank and sight.verdict not in (Seen.FORGED, Seen.TORN):
                self.ranks.setdefault(sight.rank, monotonic())
        self.sights = found
        pulse = max((sight.pulse for sight in found.values() if sight.pulse), default=None)
        seen = {
            # Where the publisher is dead, every host is as stale as the next, and the page itself says so: no reason to move.
            key: Seen.LIVE if sight.verdict is Seen.STALE and pulse and _near(sight, pulse.timestamp()) else sight.verdict
            for key, sight in found.items()
        }
        now = self.eye.clock()
        for host, live in alive(seen).items():
            self.stands[host] = after(self.stands.get(host), live, now, self.me.count)

    def newest(self, now: float) -> Rank:
        known = [rank for rank, since in self.ranks.items() if now - since >= self.me.patience]
        newest = max(known, default=(0, 0))
        self.ranks = {rank: since for rank, since in self.ranks.items() if rank >= newest}
        return newest

    @property
    def troubles(self) -> dict[str, str]:
        """What a person should look at, though it moves no name."""
        read = [sight for sight in self.sights.values() if sight.pulse]
        ahead = [sight.ahead for sight in self.sights.values() if sight.ahead is not None]
        found = {}
        if ahead and min(map(abs, ahead)) > SKEWED:
            found["clock"] = f"all hosts say that this machine's clock is {-min(ahead, key=abs):+.0f} s off: set it by NTP"
        elif read and all(sight.verdict is Seen.STALE for sight in read):
            found["publisher"] = f"nobody refreshes the page ({read[0].words}): does the worker run?"
        return found

    def _tell(self, old: Sight | None, new: Sight) -> None:
        if old is None or old.verdict is not new.verdict:
            level = logging.INFO if new.live else logging.WARNING
            log.log(
                *(level, "page=%s host=%s address=%s seen=%r ms=%d words=%r"),
                *(self.page, new.host, new.address, new.verdict.value, new.milliseconds, new.words),
            )


def _near(sight: Sight, newest: float) -> bool:
    return sight.pulse is not None and newest - sight.pulse.timestamp() <= bound(sight.every)


def _resolved(name: str, seconds: float) -> tuple[str, ...]:
    """The addresses of a name, of both families; of a crowd only some, for each look takes a thread."""
    answers: list[str] = []
    for kind in ("A", "AAAA"):
        answer = dns.resolver.resolve(name, kind, lifetime=seconds, raise_on_no_answer=False)
        answers += sorted(rdata.to_text() for rdata in answer.rrset or ())[:MOST]
    return tuple(answers)
