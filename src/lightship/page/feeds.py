"""Feeds: every update is an entry, so that every update reaches a feed reader."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

from lightship.core.model import Incident, Snapshot, Update
from lightship.core.wire import stamp
from lightship.page import labels, prose, statuspage
from lightship.page.render import render

LEAST = 50


@dataclass(frozen=True, slots=True)
class Entry:
    """One update. `id`: its permanent URL. A corrected update keeps it and has a later `updated`."""

    id: str
    title: str
    html: str
    text: str
    published: datetime
    updated: datetime


def files(snapshot: Snapshot) -> dict[str, bytes]:
    entries = latest(snapshot)
    updated = max((entry.updated for entry in entries), default=snapshot.page.updated_at)
    page = snapshot.page
    shown = {"page": page, "entries": entries, "updated": stamp(updated), "stamp": stamp, "title": labels.titled(page.name)}
    return {
        "history.atom": render("history.atom", **shown),
        "history.rss": render("history.rss", rfc822=_rfc822, built=_rfc822(updated), **shown),
        "feed.json": _json_feed(snapshot, entries),
    }


def latest(snapshot: Snapshot) -> tuple[Entry, ...]:
    """Every update of what is open, and at least the last 50 of all; newest first."""
    updates = [(update, incident) for incident in (*snapshot.open, *snapshot.recent) for update in incident.updates]
    updates.sort(key=lambda pair: (pair[0].display_at, pair[0].id), reverse=True)
    return tuple(
        _entry(update, incident, snapshot) for n, (update, incident) in enumerate(updates) if n < LEAST or not incident.ended
    )


def _entry(update: Update, incident: Incident, snapshot: Snapshot) -> Entry:
    return Entry(
        id=f"{statuspage.link(snapshot.page, incident)}#u{update.id}",
        title=f"{labels.STATUS[update.status]}: {prose.legal(incident.name)}",
        html=str(prose.block(update.body)),
        text=prose.plain(update.body),
        published=update.display_at,
        updated=max(update.display_at, update.wordings[-1].at) if update.edited else update.display_at,
    )


def _rfc822(at: datetime) -> str:
    return format_datetime(at.astimezone(UTC).replace(microsecond=0), usegmt=True)


def _json_feed(snapshot: Snapshot, entries: Sequence[Entry]) -> bytes:
    page = snapshot.page
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": labels.titled(prose.legal(page.name)),
        "home_page_url": f"{page.url}/",
        "feed_url": f"{page.url}/feed.json",
        "language": "en",
        "items": [
            {
                "id": entry.id,
                "url": entry.id,
                "title": entry.title,
                "content_html": entry.html,
                "content_text": entry.text,
                "date_published": stamp(entry.published),
                "date_modified": stamp(entry.updated),
            }
            for entry in entries
        ],
    }
    return json.dumps(feed, ensure_ascii=False, separators=(",", ":")).encode()
