"""Planned work: announced, moved, begun and ended."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.db import transaction

from lightship.core.model import ComponentStatus, Facts, Kind, Status, month_of
from lightship.core.rules import check, fit_name, millisecond
from lightship.core.updates import NO_FACTS, Say
from lightship.desk import rows
from lightship.desk.journal.entry import By, JournalError, Overtaken, enter
from lightship.desk.journal.limits import in_order_said
from lightship.desk.journal.speak import update, write
from lightship.desk.models import Incident, Page, Update


@dataclass(frozen=True, kw_only=True)
class Window:
    """A maintenance announced: when it begins and ends, which components it takes, and whether the worker turns it over."""

    name: str
    body: str
    starts: datetime
    ends: datetime
    components: frozenset[str] = field(default_factory=frozenset)
    auto_start: bool = True
    auto_end: bool = True
    notify: bool = True
    facts: Facts = NO_FACTS


def schedule(page: Page, window: Window, by: By, now: datetime) -> Incident:
    now = millisecond(now)
    _window(window.starts, window.ends)
    incident = Incident(
        page=page,
        kind=Kind.MAINTENANCE,
        name=fit_name(window.name),
        created_at=now,
        updated_at=now,
        started_at=now,
        scheduled_for=millisecond(window.starts),
        scheduled_until=millisecond(window.ends),
        auto_start=window.auto_start,
        auto_end=window.auto_end,
        month=month_of(now),
    )
    known = set(page.components.filter(retired=False, pk__in=window.components).values_list("pk", flat=True))
    say = Say(status=Status.SCHEDULED, body=window.body, facts=window.facts, notify=window.notify)
    check(Kind.MAINTENANCE, say.status, say.body, say.at, now)
    with transaction.atomic():
        incident.save(force_insert=True)
        enter(page, "schedule", now, by, incident=incident)
        write(incident, replace(say, statuses={pk: rows.status_of(pk, now) for pk in sorted(known)}), now)
    return incident


def reschedule(incident: Incident, starts: datetime, ends: datetime, by: By, now: datetime) -> None:
    """Move the window of a maintenance that has not ended."""
    now = millisecond(now)
    _window(starts, ends)
    with transaction.atomic():
        enter(incident.page, "reschedule", now, by, incident=incident)
        incident.refresh_from_db()
        if not incident.open:
            raise JournalError("This maintenance has ended: plan a new one.")
        incident.scheduled_for, incident.scheduled_until = millisecond(starts), millisecond(ends)
        incident.updated_at = now
        incident.save(update_fields=["scheduled_for", "scheduled_until", "updated_at"])


def _window(starts: datetime, ends: datetime) -> None:
    if ends <= starts:
        raise JournalError("The maintenance ends before it starts: set an end after the start.")


def keep_time(page: Page, now: datetime) -> list[Update]:
    """Begin and end the maintenances whose time has come. Their updates have no words: nobody wrote any."""
    done = []
    for incident in page.incidents.filter(open=True, kind=Kind.MAINTENANCE):
        status = rows.status_of_incident(incident)
        starts, ends = incident.scheduled_for, incident.scheduled_until
        if incident.auto_start and status is Status.SCHEDULED and starts and starts <= now:
            done.append(_turn_over(incident, Status.IN_PROGRESS, ComponentStatus.UNDER_MAINTENANCE, starts, now))
            status = Status.IN_PROGRESS
        if incident.auto_end and status is Status.IN_PROGRESS and ends and ends <= now:
            done.append(_turn_over(incident, Status.COMPLETED, ComponentStatus.OPERATIONAL, ends, now))
    return [said for said in done if said]


def _turn_over(incident: Incident, status: Status, to: ComponentStatus, at: datetime, now: datetime) -> Update | None:
    """Dated when it was due, but after what was said already: else that would go on being what stands now, and
    the next look would turn it over once more."""
    said = in_order_said(incident)
    at = max(at, *(update.display_at + timedelta(milliseconds=1) for update in said))
    if at > now:
        return None
    say = Say(status=status, body="", statuses={record["id"]: to for record in incident.components}, at=at)
    try:
        return update(incident, say, None, now, seen=said[-1].pk)
    except Overtaken:  # another worker, or a person, was quicker
        return None
