"""An incident as the desk shows it: its updates, who wrote each, and the statuses that each changed."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from lightship.core.model import Incident, Kind, Snapshot, Status, Update
from lightship.core.status import began, promised
from lightship.desk import labels
from lightship.desk.asked import asked
from lightship.store import models
from lightship.store.read import rows


def summary(incident: Incident, now: datetime) -> dict[str, Any]:
    due = promised(incident)
    return {
        "incident": incident,
        "word": labels.STATUS[incident.status],
        "since": began(incident),
        "due": due,
        "late": bool(due and due <= now),
    }


def practised(page: models.Page) -> list[dict[str, Any]]:
    """What is practised just now: of no snapshot, for that is what readers get."""
    now = timezone.now()
    return [summary(incident, now) for incident in rows.incidents(page.incidents.filter(open=True, practice=True))]


def timeline(row: models.Incident, incident: Incident, snapshot: Snapshot | None) -> dict[str, Any]:
    """What the incident's view shows, and its timeline, which needs no snapshot."""
    authors = _authors(row)
    levels = {component.id: component.status for component in snapshot.live} if snapshot else {}
    return {
        **summary(incident, timezone.now()),
        "duty": asked(row.page).get(row.pk),
        "planned": incident.kind is Kind.MAINTENANCE,
        "waits": incident.status is Status.SCHEDULED,
        "runs": incident.status in (Status.IN_PROGRESS, Status.VERIFYING),
        "updates": [_line(update, authors) for update in reversed(incident.updates)],
        "touched": [
            labels.badge(c.name, c.status if row.practice else levels.get(c.id, c.status)) for c in incident.components
        ],
    }


def _authors(row: models.Incident) -> dict[str | None, str]:
    """Who wrote which update, by its id, as the journal has it."""
    entries = models.Entry.objects.filter(update__incident=row).select_related("author")
    return {entry.update_id: labels.person(entry.author) for entry in entries}


def _line(update: Update, authors: dict[str | None, str]) -> dict[str, Any]:
    return {
        "id": update.id,
        "word": labels.STATUS[update.status],
        "author": authors.get(update.id, ""),
        "at": update.display_at,
        "body": update.body,
        "changes": [labels.badge(c.name, c.new) for c in update.changes or () if c.old is not c.new],
        "edited": update.wordings[-1].at if update.edited else None,
        "earlier": [(wording.at, wording.body) for wording in reversed(update.wordings[:-1])],
        "doing": update.facts.doing,
    }


def update_line(row: models.Update) -> dict[str, Any]:
    return _line(rows.update(row), _authors(row.incident))
