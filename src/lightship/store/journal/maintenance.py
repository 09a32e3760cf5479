"""Planned work, once it is announced: moved by hand, begun and ended by the clock."""

from datetime import datetime

from django.db import transaction

from lightship.core.model import Kind
from lightship.core.rules import millisecond
from lightship.core.updates import check_window, owed
from lightship.store.journal.entry import By, JournalError, Overtaken, enter
from lightship.store.journal.limits import in_order_said
from lightship.store.journal.speak import update
from lightship.store.models import Incident, Page, Update
from lightship.store.read import rows


def reschedule(incident: Incident, starts: datetime, ends: datetime, by: By, now: datetime) -> None:
    """Move the window of a maintenance that has not ended."""
    now = millisecond(now)
    check_window(starts, ends)
    with transaction.atomic():
        enter(incident.page, "reschedule", now, by, incident=incident)
        incident.refresh_from_db()
        if not incident.open:
            raise JournalError("This maintenance has ended: plan a new one.")
        incident.scheduled_for, incident.scheduled_until = millisecond(starts), millisecond(ends)
        incident.updated_at = now
        incident.save(update_fields=["scheduled_for", "scheduled_until", "updated_at"])


def keep_time(page: Page, now: datetime) -> list[Update]:
    """Begin and end the maintenances whose time has come."""
    done = []
    for row in page.incidents.filter(open=True, kind=Kind.MAINTENANCE):
        while new := owed(rows.incident(row), now):
            try:
                done.append(update(row, new, None, now, seen=in_order_said(row)[-1].pk))
            except Overtaken:  # another worker, or a person, was quicker
                break
    return done
