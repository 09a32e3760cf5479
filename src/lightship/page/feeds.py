"""Feeds: every update is an entry, so that every update reaches a feed reader."""

import json
from email.utils import format_datetime

from lightship.core.model import Incident, Page, Snapshot, Update
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
        "title": f"{labels.STATUS[update.status]}: {prose.legal(incident.name)}",
        "content_html": str(prose.block(update.body)),
        "content_text": prose.plain(update.body),
        "date_published": stamp(update.display_at),
        "date_modified": stamp(max(update.display_at, update.wordings[-1].at) if update.edited else update.display_at),
    }


def _rfc822(at: str) -> str:
    return format_datetime(moment(at).replace(microsecond=0), usegmt=True)
