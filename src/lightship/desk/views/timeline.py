"""An incident as the desk tells it: what was said, by whom, and what it turned."""

from typing import Any

from django.utils import timezone

from lightship.core.duty.promises import due
from lightship.core.model import ComponentStatus, Kind, Snapshot, Status
from lightship.core.model import Incident as CoreIncident
from lightship.core.model import Update as CoreUpdate
from lightship.core.status import began
from lightship.desk import labels
from lightship.desk.forms.speak import live
from lightship.store.models import Entry, Incident, Update
from lightship.store.read import rows


def told(row: Incident, whole: CoreIncident, snapshot: Snapshot | None) -> dict[str, Any]:
    """The incident as its view and its timeline show it."""
    authors = _authors(row)
    now_is = {c.id: c.status for c in live(snapshot)} if snapshot else {}
    return {
        "incident": whole,
        "planned": whole.kind is Kind.MAINTENANCE,
        "word": labels.STATUS[whole.status],
        "waits": whole.status is Status.SCHEDULED,
        "runs": whole.status in (Status.IN_PROGRESS, Status.VERIFYING),
        "said": [_line(update, authors) for update in reversed(whole.updates)],
        "touched": [_part(c.name, now_is.get(c.id, c.status)) for c in whole.components],
        "since": began(whole),
        "late": any(promise.late(timezone.now()) for promise in due([whole])),
        "due": None if whole.ended else whole.updates[-1].facts.next_update,
    }


def _part(name: str, status: ComponentStatus) -> dict[str, str]:
    return {"name": name, "word": labels.COMPONENT[status], "tone": labels.tone(status)}


def _authors(row: Incident) -> dict[Any, str]:
    """Who wrote which update, as the journal has it."""
    entries = Entry.objects.filter(update__incident=row).select_related("author")
    return {e.update_id: (e.author.get_full_name() or e.author.username) if e.author else "Lightship" for e in entries}


def _line(update: CoreUpdate, authors: dict[Any, str]) -> dict[str, Any]:
    turned = [(c.name, labels.COMPONENT[c.new], labels.tone(c.new)) for c in update.changes or () if c.old is not c.new]
    facts = update.facts
    return {
        "id": update.id,
        "word": labels.STATUS[update.status],
        "who": authors.get(update.id, ""),
        "at": update.display_at,
        "body": update.body,
        "turned": turned,
        "edited": update.wordings[-1].at if update.edited else None,
        "earlier": [(text.at, text.body) for text in reversed(update.wordings[:-1])],
        "doing": facts.doing,
        "next_update": facts.next_update,
    }


def said_line(row: Update) -> dict[str, Any]:
    return _line(rows.update(row), _authors(row.incident))
