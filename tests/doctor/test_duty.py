"""Is there somebody to speak? What the doctor makes of what the desk tells it."""

from datetime import UTC, datetime

import pytest

from lightship.core.duty.roster import Duty, Gap, Overlap
from lightship.doctor.checks import Verdict
from lightship.doctor.duty import DutyFacts, judge

NINE, TEN = (datetime(2026, 12, 24, hour, 0, tzinfo=UTC) for hour in (9, 10))
BOTH = (Duty.WRITER, Duty.DEPUTY)


@pytest.mark.parametrize(
    ("facts", "check", "verdict", "evidence"),
    [
        (None, "duty.roster", Verdict.UNCHECKED, "the desk's database was not asked"),
        (DutyFacts(), "duty.roster", Verdict.WARN, "no roster was made, so nobody is called"),
        (DutyFacts(made=True), "duty.roster", Verdict.OK, "every minute is filled"),
        (
            DutyFacts(made=True, gaps=(Gap(BOTH, NINE, TEN),)),
            "duty.roster",
            Verdict.FAIL,
            "no writer and no deputy from 2026-12-24 09:00 UTC to 2026-12-24 10:00 UTC",
        ),
        (
            DutyFacts(made=True, gaps=(Gap((Duty.DEPUTY,), NINE, TEN),) * 3),
            "duty.roster",
            Verdict.FAIL,
            "no deputy from 2026-12-24 09:00 UTC to 2026-12-24 10:00 UTC, and 2 more",
        ),
        (
            DutyFacts(made=True, alone=(Overlap(Duty.DEPUTY, ("alice", "alice"), NINE, TEN),)),
            "duty.roster",
            Verdict.WARN,
            "alice is writer and deputy at once from 2026-12-24 09:00 UTC to 2026-12-24 10:00 UTC",
        ),
        (DutyFacts(made=True, calendars=2), "duty.calendars", Verdict.OK, "2 read"),
        (
            DutyFacts(made=True, calendars=1, problems=("PagerDuty: nothing listens there",)),
            "duty.calendars",
            Verdict.WARN,
            "PagerDuty: nothing listens there",
        ),
    ],
)
def test_duty(facts: DutyFacts | None, check: str, verdict: Verdict, evidence: str) -> None:
    (finding,) = [finding for finding in judge("acme", facts) if finding.check.id == check]
    assert (finding.verdict, finding.subject, finding.evidence) == (verdict, "acme", evidence)
