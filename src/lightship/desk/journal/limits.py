"""What the journal refuses on top of core/limits.py: what only the rows can tell."""

from datetime import UTC, datetime

from django.db.models import Min

from lightship.core.model import Kind, Status
from lightship.core.rules import after
from lightship.desk.journal.entry import Overtaken
from lightship.desk.models import Incident, Update

ALWAYS = datetime.min.replace(tzinfo=UTC)


def refuse_overtaking(incident: Incident, status: Status, at: datetime) -> None:
    newest = incident.updates.last()
    began = incident.started_at if incident.kind == Kind.INCIDENT else ALWAYS
    after(at, status, began, (newest.display_at, Status(newest.status)) if newest else None)


def in_order_said(incident: Incident) -> list[Update]:
    """Its updates as they were written, whatever time they hold from and however close together."""
    return list(incident.updates.annotate(first=Min("texts__id")).order_by("first"))


def refuse_unread(incident: Incident, seen: str) -> None:
    said = in_order_said(incident)
    read = next((number for number, update in enumerate(said, 1) if update.pk == seen), 0)
    if said[read:]:
        raise Overtaken(said[read:])
