"""How a person's update is judged before it is posted: a vague one needs a reason, and the reason is written down."""

from collections.abc import Callable
from dataclasses import dataclass

from lightship.core import clarity
from lightship.core.clarity import Draft, Finding, Report, Verdict
from lightship.core.rules import Refused

REASON_LIMIT = 255


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
    """Refused: an empty text, and (VagueError) a vague one without a reason."""
    if not draft.body.strip():
        raise Refused("There is nothing to post yet: say what customers see, or write the text.")
    report, because = check(draft), " ".join(because.split())
    if report.verdict is not Verdict.VAGUE:
        return Judged(verdict=report.verdict, findings=report.findings)
    if not because:
        raise VagueError(report)
    return Judged(verdict=report.verdict, findings=report.findings, overridden=because[:REASON_LIMIT])


def _by_fields(draft: Draft) -> Report:
    """Until core/clarity reads texts: judges by what the fields state."""
    facts = draft.facts
    stated = (draft.components, facts.symptom, facts.scope or facts.numbers, facts.since, facts.ended, facts.next_update)
    score = sum(map(bool, (*stated, facts.estimate, facts.cause))) + 2 * bool(facts.doing) + 2 * bool(facts.workaround)
    asked = {"symptom": "What do customers see?", "scope": "Who is affected?", "doing": "What is being done now?"}
    lacking = [name for name in asked if not getattr(facts, name)]
    findings = tuple(Finding(f"missing {name}", f"It does not say {name}.", asked[name], name) for name in lacking)
    verdict = Verdict.VAGUE if score < 2 else Verdict.DEFINITIVE if score > 5 else Verdict.ACCEPTABLE
    return Report(verdict=verdict, findings=findings)


# SEAM: becomes `from lightship.core.clarity import check`, and `_by_fields` goes, once that is there.
check: Callable[[Draft], Report] = getattr(clarity, "check", _by_fields)
