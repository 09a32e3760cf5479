"""How a person's update is judged before it is posted: a vague one needs a reason, and the reason is written down."""

from dataclasses import dataclass

from lightship.core.clarity import Draft, Finding, Report, Verdict, check
from lightship.core.rules import Refused, fit_body

REASON_LIMIT = 255
EMPTY = "There is nothing to post yet: say what customers see, or write the text."


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What is written down with an update. `overridden`: why a vague text was posted all the same. `approved_by`: the id of the
    account, as a string; `unapproved`: why it was posted without an approval that the page asks for."""

    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    overridden: str = ""
    approved_by: str = ""
    unapproved: str = ""


class VagueError(Refused):
    """A text that says nothing definite, without a reason why it must go out as it is."""

    def __init__(self, report: Report) -> None:
        lacks = " ".join(finding.message for finding in report.findings[:4])
        super().__init__(f"This says little that a reader could repeat. {lacks}".strip())
        self.report = report


def judge(draft: Draft, because: str = "") -> Judged:
    """Refused: an empty text, one that is too long, and (VagueError) a vague one without a reason."""
    fit_body(draft.body)
    if not draft.body.strip():
        raise Refused(EMPTY)
    report, because = check(draft), " ".join(because.split())
    if report.verdict is not Verdict.VAGUE:
        return Judged(verdict=report.verdict, findings=report.findings)
    if not because:
        raise VagueError(report)
    return Judged(verdict=report.verdict, findings=report.findings, overridden=because[:REASON_LIMIT])
