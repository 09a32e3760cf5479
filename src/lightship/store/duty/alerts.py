"""Alerts: from one on the clock of the first word runs, until an incident is opened after it or a writer closes it."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet

from lightship.core.rules import Refused
from lightship.store.models import Alert, Incident, Page

SUMMARY = 255


def start(page: Page, source: str, summary: str, now: datetime, by: User | None = None, practice: bool = False) -> Alert:
    """Start the clock of the first word. What is open from that source already goes on: nobody can restart its clock, and a
    flood makes no second one."""
    with transaction.atomic():
        Page.objects.select_for_update().get(pk=page.pk)  # of two that start at once, one does
        same = Alert.objects.filter(page=page, closed_at=None, source=source, practice=practice).first()
        return same or Alert.objects.create(
            page=page, at=now, source=source, summary=" ".join(summary.split())[:SUMMARY], by=by, practice=practice
        )


def close(alert: Alert, reason: str, by: User | None, now: datetime) -> None:
    """Without an incident. Refused without a reason: it is what the next on duty reads."""
    reason = " ".join(reason.split())
    if not reason:
        raise Refused("Say why no incident is opened: the next on duty reads it.")
    Alert.objects.filter(pk=alert.pk, closed_at=None).update(closed_at=now, closed_by=by, reason=reason[:SUMMARY])
    alert.refresh_from_db()


def open_alerts(page: Page) -> QuerySet[Alert]:
    """The oldest first: its first word is due first."""
    return Alert.objects.filter(page=page, closed_at=None)


def answer(incident: Incident, by: User | None, now: datetime) -> None:
    """The first word is spoken: the open alerts before it are closed. Call it in the transaction that opens the incident."""
    before = open_alerts(incident.page).filter(at__lte=now, practice=incident.practice)
    before.update(closed_at=now, closed_by=by, incident=incident)
