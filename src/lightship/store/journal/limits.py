"""What the journal refuses on top of core/rules.py: what was written without reading what others wrote meanwhile."""

from django.db.models import Min

from lightship.store.journal.entry import Overtaken
from lightship.store.models import Incident, Update


def in_order_said(incident: Incident) -> list[Update]:
    """Its updates as they were written, whatever time they hold from and however close together."""
    return list(incident.updates.annotate(first=Min("texts__id")).order_by("first"))


def refuse_unread(incident: Incident, seen: str) -> None:
    updates = in_order_said(incident)
    read = next((number for number, update in enumerate(updates, 1) if update.pk == seen), 0)
    if updates[read:]:
        raise Overtaken(updates[read:])
