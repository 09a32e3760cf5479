"""maintenance.ics: planned work for the reader's own calendar (RFC 5545)."""

from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event

from lightship.core.model import Incident, Kind, Snapshot
from lightship.page import labels, prose, statuspage


def file(snapshot: Snapshot) -> dict[str, bytes]:
    calendar = Calendar()
    calendar.add("prodid", "-//Lightship//Status page//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", f"{prose.legal(snapshot.page.name)} maintenance")
    for incident in (*snapshot.open, *snapshot.recent):
        if incident.kind is Kind.MAINTENANCE and incident.scheduled_for:
            calendar.add_component(_event(incident, incident.scheduled_for, snapshot))
    return {"maintenance.ics": bytes(calendar.to_ical())}


def _event(incident: Incident, start: datetime, snapshot: Snapshot) -> Event:
    event = Event()
    event.add("uid", f"{incident.id}@{snapshot.page.id}")
    event.add("dtstamp", _second(incident.updated_at))
    event.add("last-modified", _second(incident.updated_at))
    # Calendars ignore a change whose sequence did not rise.
    event.add("sequence", sum(len(update.wordings) for update in incident.updates) - 1)
    event.add("dtstart", _second(start))
    event.add("dtend", _second(incident.scheduled_until or start + timedelta(hours=1)))
    event.add("summary", f"{prose.legal(snapshot.page.name)}: {prose.legal(incident.name)}")
    event.add("description", f"{labels.STATUS[incident.status]}. {prose.plain(incident.updates[-1].body)}")
    event.add("url", statuspage.link(snapshot.page, incident))
    event.add("transp", "TRANSPARENT")
    return event


def _second(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(microsecond=0)
