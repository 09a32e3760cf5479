"""Would it work today? Preflight and the audit of shared fate, for one page. No database, and nothing that readers notice.

First it gathers (visits, name servers, the registry, the parts of the page), then it judges: each check is a small function
from what was gathered to findings. Only zone.py writes anything (a canary record in the zone).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from pyrage import x25519  # type: ignore[import-untyped]

from lightship.config import Config, PageConfig
from lightship.doctor import (
    asn,
    certificates,
    duty,
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
from lightship.doctor.checks import CHECKS, GROUPS, Finding, Severity, Verdict
from lightship.doctor.duty import DutyFacts
from lightship.doctor.environment import Environment
from lightship.doctor.shared_fate import Shared
from lightship.zones import open_zone

__all__ = ["GROUPS", "Environment", "Examination", "Finding", "Known", "Verdict", "examine"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """`findings`: the gravest first. `source`: where the networks of addresses come from."""

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
        """Exit status of the command: 1 on any failure, 2 on warnings only."""
        return 1 if self.count(Verdict.FAIL) else 2 if self.count(Verdict.WARN) else 0

    def facts(self) -> dict[str, Any]:
        """As JSON: for `--json`, and for the reports that the desk stores."""
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
                {"part": hit.part, "watched": hit.watched, "aspect": shared_fate.ASPECTS[hit.aspect], "what": hit.what}
                for hit in self.shared
            ],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the caller tells the doctor. With a database (`asked`): when the last drill was and which of its steps failed.
    `duty`: of the roster. `key`: a recovery key, to try on the vault."""

    drilled: datetime | None = None
    failed: tuple[str, ...] = ()
    asked: bool = False
    duty: DutyFacts | None = None
    key: "x25519.Identity | None" = field(default=None, repr=False)


def examine(config: Config, page: PageConfig, environment: Environment, known: Known | None = None) -> Examination:
    """Blocks for some seconds. Failures of the network become findings, never exceptions."""
    online = asn.answers(environment.resolver)
    environment = replace(environment, cymru=online)
    table = f"the packaged table of {environment.table.date} ({asn.ATTRIBUTION})"
    parts = shared_fate.gather(config, page, environment)
    own, products = shared_fate.split(parts)
    findings = [
        *_judged(config, page, environment, known or Known()),
        *shared_fate.judge(parts),
        *witnesses.apart(parts),
    ]
    verdicts, severities = [*Verdict], [*Severity]
    findings.sort(key=lambda finding: (verdicts.index(finding.verdict), severities.index(finding.check.severity)))
    return Examination(
        page=page.slug,
        at=environment.now(),
        findings=tuple(findings),
        parts=tuple(part.label for part in own),
        watched=tuple(product.label for product in products),
        shared=shared_fate.matrix(parts),
        source="Team Cymru's DNS, now" if online else table,
    )


def _judged(config: Config, page: PageConfig, environment: Environment, known: Known) -> Iterator[Finding]:
    visited = visits.visit_all(page, environment)
    yield from hosts.judge(page, visited, environment.now())
    yield from certificates.judge(visited, environment.now())
    yield from _name(page, visited, environment)
    yield from vaults.judge(config, page, known.key, environment.now())
    yield from _drill(page, known, environment.now())
    yield from duty.judge(page.slug, known.duty)


def _name(page: PageConfig, visited: tuple[visits.Visit, ...], environment: Environment) -> Iterator[Finding]:
    host, configured = servers.host_of(page.url), CHECKS["zone.configured"]
    if not servers.is_name(page.url):
        yield CHECKS["name.servers"].unchecked(host, "it is no name in DNS")
        return
    delegation = servers.delegation(host, environment)
    yield from name.judge(page, delegation, environment)
    yield from name.caa(host, visited, environment)
    if page.zone:
        yield configured.ok(page.slug, f"by {page.zone.kind}")
        opened = open_zone(page.zone)
        yield from zone.judge(opened, delegation, environment, {peer.name for peer in page.witnesses})
        yield from witnesses.judge(page, opened, environment)
    else:
        yield configured.warn(page.slug, "no zone is configured")
    domain = registry.registrable(host)
    yield from registry.judge(domain, registry.ask(domain, environment), environment.now())


DRILL_DAYS = 90


def _drill(page: PageConfig, known: Known, now: datetime) -> Iterator[Finding]:
    check = CHECKS["drill.age"]
    if not known.asked:
        yield check.unchecked(page.slug, "the desk's database was not asked")
    elif known.drilled is None:
        yield check.warn(page.slug, "never")
    else:
        days = (now - known.drilled).days
        evidence = f"{days} days ago" + (f", and it failed: {', '.join(known.failed)}" if known.failed else "")
        yield check.warn_unless(days <= DRILL_DAYS and not known.failed, page.slug, evidence, evidence)
