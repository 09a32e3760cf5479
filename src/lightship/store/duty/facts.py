"""What the doctor, which has no database, is told of duty."""

from datetime import datetime

from django.contrib.auth.models import User

from lightship.core.duty import roster as core
from lightship.core.duty.roster import AHEAD, Overlap
from lightship.doctor.duty import DutyFacts
from lightship.store.duty import feeds, roster
from lightship.store.models import Feed, Page


def facts(page: Page, now: datetime) -> DutyFacts:
    until, rows = now + AHEAD, list(page.feeds.filter(ended_at=None).defer("body"))
    shifts = roster.shifts(page, now, until)
    alone = core.alone(shifts, now, until)
    names = dict(User.objects.filter(pk__in=[int(one.people[0]) for one in alone]).values_list("pk", "username"))
    return DutyFacts(
        made=roster.is_made(page),
        gaps=core.gaps(shifts, now, until, roster.policy(page).staffed),
        alone=tuple(Overlap(one.duty, (names[int(one.people[0])],) * 2, one.starts, one.ends) for one in alone),
        calendars=len(rows),
        problems=tuple(problem for row in rows for problem in problems(row)),
    )


def problems(row: Feed) -> list[str]:
    """Of a calendar, in words."""
    unknown = [one.name for one in feeds.persons(row) if not one.account and not one.by_hand]
    lines = [f"{row.name}: {row.error}"] if row.error else []
    return lines + ([f"{row.name} names {', '.join(unknown[:5])}, whom nobody here is"] if unknown else [])
