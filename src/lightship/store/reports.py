"""Examinations and drills as the desk keeps them."""

from datetime import datetime
from threading import Lock

from django.db import close_old_connections

from lightship.config import Config, PageConfig
from lightship.doctor import Examination, Known, World, examine
from lightship.store.models import Page, Report

DOCTOR, DRILL = "doctor", "drill"
ENOUGH = 60
"""Seconds for which one examination is enough, however many ask: each fetches every page of every host, and writes to the
zone."""
_one = Lock()


def newest(page: Page, kind: str) -> Report | None:
    return Report.objects.filter(page=page, kind=kind).first()


def known(page: Page) -> Known:
    """What the doctor cannot see for itself."""
    last = newest(page, DRILL)
    if last is None:
        return Known(asked=True)
    failed = tuple(step["title"] for step in last.facts.get("steps", ()) if step["status"] == "failed")
    return Known(drilled=last.at, failed=failed, asked=True)


def again(config: Config, page: PageConfig, row: Page, world: World, now: datetime) -> bool:
    """As `run`, when staff ask for it; False where one is under way, or has just been made."""
    if not _one.acquire(blocking=False):
        return False
    try:
        if not due(row, now, ENOUGH):
            return False
        run(config, page, row, world)
        return True
    finally:
        _one.release()


def run(config: Config, page: PageConfig, row: Page, world: World) -> Examination:
    """Examine the page now, and keep what was found. Takes some seconds."""
    close_old_connections()
    found = examine(config, page, world, known(row))
    Report.objects.create(page=row, kind=DOCTOR, at=found.at, facts=found.facts())
    return found


def due(page: Page, now: datetime, every: float) -> bool:
    last = newest(page, DOCTOR)
    return last is None or (now - last.at).total_seconds() >= every
