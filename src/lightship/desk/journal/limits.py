"""What the journal refuses, and in which words."""

from datetime import datetime

from django.db.models import Min

from lightship.core.model import ENDED, INCIDENT_STATUSES, MAINTENANCE_STATUSES, Kind, Status
from lightship.desk.journal.entry import JournalError, Overtaken, millisecond
from lightship.desk.models import Incident, Update

BODY_LIMIT = 25_000
EARLIEST = 1990


def check(incident: Incident, status: Status, body: str, at: datetime | None, now: datetime) -> None:
    allowed = MAINTENANCE_STATUSES if incident.kind == Kind.MAINTENANCE else INCIDENT_STATUSES
    if status not in allowed:
        raise JournalError(f"An {incident.kind} cannot be “{status}”: choose one of {', '.join(allowed)}.")
    if at:
        dated(millisecond(at), now)
    fit_body(body)


def dated(at: datetime, now: datetime) -> None:
    if at > now:
        raise JournalError("An update cannot be dated in the future: leave the time empty, or set an earlier one.")
    if at.year < EARLIEST:
        raise JournalError(f"The year {at.year} is too long ago: check the date, or leave the time empty.")


def refuse_overtaking(incident: Incident, status: Status, at: datetime) -> None:
    """What is dated before the newest update does not stand now: so it cannot say that all is over."""
    if incident.kind == Kind.INCIDENT and at < incident.started_at:
        raise JournalError("This is dated before it began. Leave the time empty, or set a later one.")
    newest = incident.updates.last()
    if newest and at < newest.display_at and status in ENDED and newest.status not in ENDED:
        raise JournalError(
            "This is dated before the newest update, so it would not end anything: readers read that one as what stands now. "
            "Leave the time empty; say in the facts when it ended."
        )


def in_order_said(incident: Incident) -> list[Update]:
    """Its updates as they were written, whatever time they hold from and however close together."""
    return list(incident.updates.annotate(first=Min("texts__id")).order_by("first"))


def refuse_unread(incident: Incident, seen: str) -> None:
    said = in_order_said(incident)
    read = next((number for number, update in enumerate(said, 1) if update.pk == seen), 0)
    if said[read:]:
        raise Overtaken(said[read:])


def fit_name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise JournalError("Give it a name that a customer understands.")
    if len(name) > 255:
        raise JournalError(f"The name has {len(name)} characters; 255 are the most. Put the rest into the text.")
    return name


def fit_body(body: str) -> None:
    if len(body) > BODY_LIMIT:
        raise JournalError(f"The update has {len(body):,} characters; {BODY_LIMIT:,} are the most. Link to the rest instead.")
