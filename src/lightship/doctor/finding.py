"""What an examination says of one thing: a verdict, on what evidence, what breaks with it, and what to change."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """`UNCHECKED`: what would have told could not be asked. That is no fault, and no comfort either."""

    FAIL = "fail"
    WARN = "warn"
    UNCHECKED = "unchecked"
    OK = "ok"


class Severity(StrEnum):
    """What is at stake on the worst day."""

    CRITICAL = "critical"
    """readers lose the page"""
    MAJOR = "major"
    """the page does not move, or moves late"""
    MINOR = "minor"
    """something is slower or harder than it need be"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One question that the doctor asks. `id` is `group.word` and never changes: people filter by it."""

    id: str
    title: str
    severity: Severity
    breaks: str
    remedy: str

    @property
    def group(self) -> str:
        return self.id.partition(".")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    check: Check
    verdict: Verdict
    subject: str
    evidence: str
    remedy: str = ""
    """What to change, where it can be said better than the check says it for everyone."""

    @property
    def change(self) -> str:
        return self.remedy or self.check.remedy


@dataclass(frozen=True, slots=True)
class Say:
    """Findings of one check: `yield Say(CHECK).fail("vienna", "…")`."""

    check: Check

    def ok(self, subject: str, evidence: str) -> Finding:
        return Finding(check=self.check, verdict=Verdict.OK, subject=subject, evidence=evidence)

    def warn(self, subject: str, evidence: str, remedy: str = "") -> Finding:
        return Finding(check=self.check, verdict=Verdict.WARN, subject=subject, evidence=evidence, remedy=remedy)

    def fail(self, subject: str, evidence: str, remedy: str = "") -> Finding:
        return Finding(check=self.check, verdict=Verdict.FAIL, subject=subject, evidence=evidence, remedy=remedy)

    def unchecked(self, subject: str, why: str) -> Finding:
        return Finding(check=self.check, verdict=Verdict.UNCHECKED, subject=subject, evidence=why)

    def when(self, good: bool, subject: str, fine: str, bad: str, remedy: str = "") -> Finding:
        """ok or fail."""
        return self.ok(subject, fine) if good else self.fail(subject, bad, remedy)

    def rather(self, good: bool, subject: str, fine: str, bad: str, remedy: str = "") -> Finding:
        """ok or warn."""
        return self.ok(subject, fine) if good else self.warn(subject, bad, remedy)
