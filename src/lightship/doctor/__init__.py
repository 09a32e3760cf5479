"""Would it work today? Preflight and the audit of shared fate, for one page. No database, and nothing that readers notice.

First everything is looked at (doors, servers, parts, registry), then judged: each check is a small function from what was
seen to findings. What writes (the canary in the zone) is in zone.py alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from pyrage import x25519  # type: ignore[import-untyped]

from lightship.config import Config, PageConfig
from lightship.doctor import (
    asn,
    caa,
    certificates,
    dnssec,
    hosts,
    name,
    registry,
    servers,
    shared_fate,
    vaults,
    visits,
    witnesses,
    zone,
)
from lightship.doctor import infrastructure as parts
from lightship.doctor.catalogue import CHECKS, GROUPS, say
from lightship.doctor.domains import host_of, registrable
from lightship.doctor.environment import Environment
from lightship.doctor.finding import Check, Finding, Severity, Verdict
from lightship.doctor.shared_fate import Shared
from lightship.zones import open_zone

__all__ = [
    "CHECKS",
    "GROUPS",
    "Check",
    "Environment",
    "Examination",
    "Finding",
    "Known",
    "Severity",
    "Shared",
    "Verdict",
    "examine",
]

RANK = {Verdict.FAIL: 0, Verdict.WARN: 1, Verdict.UNCHECKED: 2, Verdict.OK: 3}
GRAVITY = {Severity.CRITICAL: 0, Severity.MAJOR: 1, Severity.MINOR: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """`findings`: the gravest first. `source`: who said which network an address is in."""

    page: str
    at: datetime
    findings: tuple[Finding, ...]
    parts: tuple[str, ...]
    watched: tuple[str, ...]
    shared: tuple[Shared, ...]
    source: str

    def count(self, verdict: Verdict) -> int:
        return sum(finding.verdict is verdict for finding in self.findings)

    @property
    def status(self) -> int:
        """Of the command: 1 on any failure, 2 on warnings only."""
        return 1 if self.count(Verdict.FAIL) else 2 if self.count(Verdict.WARN) else 0

    def facts(self) -> dict[str, Any]:
        """For a machine, and for the desk to keep."""
        return {
            "page": self.page,
            "at": self.at.isoformat(),
            "source": self.source,
            "counts": {verdict.value: self.count(verdict) for verdict in Verdict},
            "findings": [
                {
                    "check": finding.check.id,
                    "title": finding.check.title,
                    "verdict": finding.verdict.value,
                    "severity": finding.check.severity.value,
                    "subject": finding.subject,
                    "evidence": finding.evidence,
                    "breaks": finding.check.breaks,
                    "change": finding.change,
                }
                for finding in self.findings
            ],
            "parts": list(self.parts),
            "watched": list(self.watched),
            "shared": [
                {"part": item.part, "watched": item.watched, "aspect": shared_fate.WORDS[item.aspect], "what": item.what}
                for item in self.shared
            ],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the doctor is told, for it cannot see it. `drilled`: when the last drill was, if `asked`: whoever has a database
    says so; `failed`: its steps that failed. `key`: a recovery key, to try on the vault."""

    drilled: datetime | None = None
    failed: tuple[str, ...] = ()
    asked: bool = False
    key: "x25519.Identity | None" = field(default=None, repr=False)


def examine(config: Config, page: PageConfig, world: Environment, known: Known | None = None) -> Examination:
    """Takes some seconds, mostly of waiting; blocks. Raises nothing for what the world does."""
    online = asn.answers(world.resolver)
    world = replace(world, cymru=online)
    seen = parts.gather(config, page, world)
    found = [*_judged(config, page, world, known or Known()), *shared_fate.judge(seen), *witnesses.apart(seen)]
    return Examination(
        page=page.slug,
        at=world.now(),
        findings=tuple(sorted(found, key=lambda each: (RANK[each.verdict], GRAVITY[each.check.severity]))),
        parts=shared_fate.rows(seen),
        watched=shared_fate.columns(seen),
        shared=shared_fate.matrix(seen),
        source="Team Cymru's DNS, now" if online else f"the packaged table of {world.table.date} ({asn.ATTRIBUTION})",
    )


def _judged(config: Config, page: PageConfig, world: Environment, known: Known) -> Iterator[Finding]:
    shown = visits.visit(page, world)
    yield from hosts.judge(page, shown, world.now())
    yield from certificates.judge(shown, world.now())
    yield from _name(page, shown, world)
    yield from vaults.judge(config, page, known.key, world.now())
    yield from _drill(page, known, world.now())


def _name(page: PageConfig, shown: tuple[visits.Shown, ...], world: Environment) -> Iterator[Finding]:
    if not servers.is_name(page.url):
        yield say("name.servers").unchecked(host_of(page.url), "it is no name in DNS")
        return
    found = servers.delegation(host_of(page.url), world)
    yield from name.judge(page, found, world)
    yield from dnssec.judge(found, world.now())
    yield from caa.judge(found.name, shown, world)
    if page.zone:
        yield say("zone.configured").ok(page.slug, f"by {page.zone.kind}")
        yield from zone.judge(open_zone(page.zone), found, world, {each.name for each in page.witnesses})
        yield from witnesses.judge(page, open_zone(page.zone), world)
    else:
        yield say("zone.configured").warn(page.slug, "no zone is configured")
    domain = registrable(found.name)
    yield from registry.judge(domain, registry.ask(domain, world), world.now())


DRILL_DAYS = 90


def _drill(page: PageConfig, known: Known, now: datetime) -> Iterator[Finding]:
    check = say("drill.age")
    if not known.asked:
        yield check.unchecked(page.slug, "the desk's database was not asked")
    elif known.drilled is None:
        yield check.warn(page.slug, "never")
    else:
        days = (now - known.drilled).days
        told = f"{days} days ago" + (f", and it failed: {', '.join(known.failed)}" if known.failed else "")
        yield check.rather(days <= DRILL_DAYS and not known.failed, page.slug, told, told)
