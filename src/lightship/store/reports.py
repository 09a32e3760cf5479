"""Examinations and drills as rows, and who asked for one."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction

from lightship.config import Config, PageConfig
from lightship.doctor import Environment, Examination, Known, examine
from lightship.store.duty import chain, contacts
from lightship.store.duty import facts as duty
from lightship.store.models import Page, Report

DOCTOR, DRILL = "doctor", "drill"
ASKED, BEGUN = "doctor asked", "doctor begun"
"""Kinds of the row that asks for an examination, before and after a worker has taken it on."""
ENOUGH = timedelta(minutes=1)
"""Between two examinations, however many ask: each fetches every page of every host, and writes to the zone."""
PATIENCE = timedelta(minutes=5)
"""If an examination takes longer, its worker died: it may be asked for again."""


def newest(page: Page | str, kind: str) -> Report | None:
    """`page`: its row, or its id."""
    return Report.objects.filter(page=page, kind=kind).first()


def known(config: Config, page: Page, now: datetime) -> Known:
    """What the doctor cannot see for itself."""
    last, staff = newest(page, DRILL), chain.expected(page, now)
    unreachable = tuple((user.username, reason) for user in staff if (reason := contacts.unreachable(config, user)))
    known = Known(asked=True, duty=replace(duty.facts(page, now), unreachable=unreachable))
    if last is None:
        return known
    failed = tuple(step["title"] for step in last.facts.get("steps", ()) if step["status"] == "failed")
    return replace(known, drilled=last.at, failed=failed)


def ask(page: Page, by: User, now: datetime) -> bool:
    """Ask the workers for an examination; False where one is under way or was just made."""
    with transaction.atomic():
        Page.objects.select_for_update().get(pk=page.pk)  # two who ask at once are one
        if under_way(page, now) or not due(page, DOCTOR, now, ENOUGH):
            return False
        Report.objects.create(page=page, kind=ASKED, at=now, facts={"by": by.username})
        return True


def under_way(page: Page, now: datetime) -> Report | None:
    """The row that asks for an examination which is not made yet."""
    asked, last = Report.objects.filter(page=page, kind__in=(ASKED, BEGUN)).first(), newest(page, DOCTOR)
    if asked is None or now - asked.at > PATIENCE or (last and last.at >= asked.at):
        return None
    return asked


def take_on(page: Page, now: datetime) -> bool:
    """Whether an examination is asked for, and no other worker was quicker to take it on."""
    asked = under_way(page, now)
    return bool(asked and Report.objects.filter(pk=asked.pk, kind=ASKED).update(kind=BEGUN))


def run(config: Config, page: PageConfig, row: Page, environment: Environment) -> Examination:
    """Examine the page now, and store the report. Takes some seconds."""
    examination = examine(config, page, environment, known(config, row, environment.now()))
    Report.objects.create(page=row, kind=DOCTOR, at=examination.at, facts=examination.facts())
    return examination


def due(page: Page | str, kind: str, now: datetime, every: timedelta) -> bool:
    last = newest(page, kind)
    return last is None or now - last.at >= every
