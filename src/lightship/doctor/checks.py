"""The checks that the doctor makes (docs/operate/doctor.md lists them for people), and what it finds by them."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from typing import Any


class Verdict(StrEnum):
    """From the gravest. `UNCHECKED`: the doctor could not ask. That is no fault, and no comfort either."""

    FAIL = "fail"
    WARN = "warn"
    UNCHECKED = "unchecked"
    OK = "ok"


class Severity(StrEnum):
    """What is at stake on the worst day, from the gravest."""

    CRITICAL = "critical"
    """readers lose the page"""
    MAJOR = "major"
    """the page does not move, or moves late"""
    MINOR = "minor"
    """something is slower or harder than it need be"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One question that the doctor asks: `yield CHECKS["hosts.tls"].ok("vienna", "…")`. `id` is `group.word` and never
    changes: people filter by it."""

    id: str
    title: str
    severity: Severity
    breaks: str
    remedy: str

    @property
    def group(self) -> str:
        return self.id.partition(".")[0]

    def ok(self, subject: str, evidence: str) -> "Finding":
        return Finding(check=self, verdict=Verdict.OK, subject=subject, evidence=evidence)

    def warn(self, subject: str, evidence: str, remedy: str = "") -> "Finding":
        return Finding(check=self, verdict=Verdict.WARN, subject=subject, evidence=evidence, remedy=remedy)

    def fail(self, subject: str, evidence: str, remedy: str = "") -> "Finding":
        return Finding(check=self, verdict=Verdict.FAIL, subject=subject, evidence=evidence, remedy=remedy)

    def unchecked(self, subject: str, why: str) -> "Finding":
        return Finding(check=self, verdict=Verdict.UNCHECKED, subject=subject, evidence=why)

    def fail_unless(self, good: bool, subject: str, fine: str, bad: str) -> "Finding":
        return self.ok(subject, fine) if good else self.fail(subject, bad)

    def warn_unless(self, good: bool, subject: str, fine: str, bad: str, remedy: str = "") -> "Finding":
        return self.ok(subject, fine) if good else self.warn(subject, bad, remedy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A verdict on one subject. `remedy`: what to change, where it can be put better than the check puts it for everyone."""

    check: Check
    verdict: Verdict
    subject: str
    evidence: str
    remedy: str = ""

    @property
    def change(self) -> str:
        return self.remedy or self.check.remedy


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath(name).read_text("utf-8"))


# Read at import, for it takes 3 ms and whoever imports the doctor needs it.
PROVIDERS, _CATALOGUE = _read("providers.toml"), _read("catalogue.toml")
GROUPS: Mapping[str, str] = _CATALOGUE["groups"]
CHECKS: Mapping[str, Check] = {
    f"{group}.{word}": Check(id=f"{group}.{word}", **{**fields, "severity": Severity(fields["severity"])})
    for group in GROUPS
    for word, fields in _CATALOGUE[group].items()
}
