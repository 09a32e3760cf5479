"""What readers follow: feeds, in which every update is an entry, so that every update reaches a feed reader; and planned work
for their own calendar, maintenance.ics (RFC 5545)."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from icalendar import Calendar, Event

from lightship.core.model import Incident, Kind, Page, Snapshot, Update
from lightship.core.wire import moment, stamp
from lightship.page import labels, prose, statuspage
from lightship.page.render import render

LEAST = 50


def files(snapshot: Snapshot) -> dict[str, bytes]:
    page, items = snapshot.page, _items(snapshot)
    updated = max((item["date_modified"] for item in items), default=stamp(page.updated_at))
    context = {"page": page, "items": items, "title": labels.titled(page.name), "updated": updated, "rfc822": _rfc822}
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": labels.titled(prose.legal(page.name)),
        "home_page_url": f"{page.url}/",
        "feed_url": f"{page.url}/feed.json",
        "language": "en",
        "items": items,
    }
    return {
        "history.atom": render("history.atom", **context),
        "history.rss": render("history.rss", **context),
        "feed.json": json.dumps(feed, ensure_ascii=False, separators=(",", ":")).encode(),
        "maintenance.ics": _calendar(snapshot),
    }


def _items(snapshot: Snapshot) -> list[dict[str, str]]:
    """Every update of open incidents, and at least the last 50 of all, newest first, as items of JSON Feed."""
    updates = [(update, incident) for incident in (*snapshot.open, *snapshot.recent) for update in incident.updates]
    updates.sort(key=lambda pair: (pair[0].display_at, pair[0].id), reverse=True)
    return [
        _item(update, incident, snapshot.page)
        for number, (update, incident) in enumerate(updates)
        if number < LEAST or not incident.ended
    ]


def _item(update: Update, incident: Incident, page: Page) -> dict[str, str]:
    """A corrected update keeps its `id`, its permanent URL, and is modified later."""
    url = f"{statuspage.link(page, incident)}#u{update.id}"
    return {
        "id": url,
        "url": url,
        "title": f"{labels.STATUS[update.status]}{', automatic' if update.automatic else ''}: {prose.legal(incident.name)}",
        "content_html": str(prose.block(update.body)),
        "content_text": prose.plain(update.body),
        "date_published": stamp(update.display_at),
        "date_modified": stamp(max(update.display_at, update.wordings[-1].at) if update.edited else update.display_at),
    }


def _rfc822(at: str) -> str:
    return format_datetime(moment(at).replace(microsecond=0), usegmt=True)


def _calendar(snapshot: Snapshot) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//Lightship//Status page//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", f"{prose.legal(snapshot.page.name)} maintenance")
    for incident in (*snapshot.open, *snapshot.recent):
        if incident.kind is Kind.MAINTENANCE and incident.scheduled_for:
            calendar.add_component(_event(incident, incident.scheduled_for, snapshot))
    return bytes(calendar.to_ical())


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
