"""Is there somebody to speak at any hour? From what the desk tells: the doctor has no roster of its own."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from lightship.core.duty.roster import Duty, Gap, Overlap
from lightship.doctor.checks import CHECKS, Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyFacts:
    """`made`: whether anybody made a roster. `gaps`, `alone`: of the next 30 days (core/duty/roster.py), `alone` with the
    account's name. `problems`: of calendars, in words. `unreachable`: whoever is on the roster or on the escalation list and
    cannot be reached, and why."""

    made: bool = False
    gaps: tuple[Gap, ...] = ()
    alone: tuple[Overlap, ...] = ()
    calendars: int = 0
    problems: tuple[str, ...] = ()
    unreachable: tuple[tuple[str, str], ...] = ()


def judge(page: str, facts: DutyFacts | None) -> Iterator[Finding]:
    """None: the desk's database was not asked."""
    check = CHECKS["duty.roster"]
    if facts is None:
        for name in ("duty.roster", "duty.reach"):
            yield CHECKS[name].unchecked(page, "the desk's database was not asked")
        return
    if not facts.made:
        yield check.warn(page, "no roster was made, so nobody is called")
    elif facts.gaps:
        yield check.fail(page, _gaps(facts.gaps))
    elif facts.alone:
        one = facts.alone[0]
        yield check.warn(
            page, f"{one.people[0]} is writer and deputy at once from {_minute(one.starts)} to {_minute(one.ends)}"
        )
    else:
        yield check.ok(page, "every minute is filled")
    if facts.calendars:
        problems = "; ".join(facts.problems)
        yield CHECKS["duty.calendars"].warn_unless(not problems, page, f"{facts.calendars} read", problems)
    reachable = CHECKS["duty.reach"]
    for person, reason in facts.unreachable:
        yield reachable.fail(person, reason)
    if not facts.unreachable:
        yield reachable.ok(page, "a channel of lightship.toml reaches each of them")


def _gaps(gaps: tuple[Gap, ...]) -> str:
    first, more = gaps[0], f", and {len(gaps) - 1} more" if len(gaps) > 1 else ""
    missing = " and ".join(f"no {duty}" for duty in Duty if duty in first.missing)
    return f"{missing} from {_minute(first.starts)} to {_minute(first.ends)}{more}"


def _minute(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
