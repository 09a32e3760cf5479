"""What a table of faults says of findings."""

from collections.abc import Iterable
from typing import Any

import pytest

from lightship.doctor import Verdict
from lightship.doctor.checks import Finding

Faults = dict[str, str]
"""Check -> words that its finding holds."""


def only(findings: Iterable[Finding], faults: Faults) -> None:
    """These checks found something, no other did, and what they say holds these words."""
    wrong: dict[str, list[str]] = {}
    for finding in findings:
        if finding.verdict in (Verdict.FAIL, Verdict.WARN):
            wrong.setdefault(finding.check.id, []).append(f"{finding.subject}: {finding.evidence}")
    assert set(wrong) == set(faults), wrong
    for check, words in faults.items():
        assert any(words in evidence for evidence in wrong[check]), wrong


def verdicts(findings: Iterable[Finding], check: str) -> set[Verdict]:
    return {finding.verdict for finding in findings if finding.check.id == check}


def table(**cases: tuple[Any, Faults]) -> pytest.MarkDecorator:
    """One test a row, named by it."""
    return pytest.mark.parametrize(
        ("value", "faults"), [pytest.param(*case, id=name.replace("_", "-")) for name, case in cases.items()]
    )
