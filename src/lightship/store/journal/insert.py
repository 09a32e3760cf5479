"""Core values to rows that were not here before, with the ids and times that they had elsewhere."""

from collections.abc import Sequence

from lightship.core import model as core
from lightship.core import wire
from lightship.store.models import Incident, Page, StatusChange, Update, Wording

FIXED = ("id", "page", "kind", "created_at", "month")
"""What of an incident never changes."""


def updates(page: Page, said: Sequence[tuple[core.Incident, core.Update]]) -> None:
    """New ones of incidents that are here, each with all its wordings and turns."""
    Update.objects.bulk_create(
        [
            Update(
                id=update.id,
                incident_id=incident.id,
                status=update.status,
                created_at=update.created_at,
                updated_at=update.updated_at,
                display_at=update.display_at,
                notify=update.notify,
                mentions=update.changes is not None,
            )
            for incident, update in said
        ]
    )
    Wording.objects.bulk_create(
        [
            Wording(update_id=update.id, at=text.at, body=text.body, facts=wire.facts_out(text.facts))
            for _, update in said
            for text in update.wordings
        ]
    )
    StatusChange.objects.bulk_create(
        [
            status_change(page, core.StatusChange(update.display_at, change), update.id, ends=update.status in core.ENDED)
            for _, update in sorted(said, key=lambda pair: pair[1].display_at)
            for change in update.changes or ()
        ]
    )


def incident(page: Page, each: core.Incident) -> Incident:
    return Incident(
        id=each.id,
        page=page,
        kind=each.kind,
        name=each.name[:255],
        created_at=each.created_at,
        updated_at=each.updated_at,
        started_at=each.started_at,
        impact_override=each.impact_override or "",
        components=[wire.component_out(component) for component in each.components],
        scheduled_for=each.scheduled_for,
        scheduled_until=each.scheduled_until,
        auto_start=each.auto_start,
        auto_end=each.auto_end,
        open=not each.ended,
        month=each.month,
    )


def change(row: Incident, after: core.Incident) -> None:
    """Bring a row that is here to what its incident has become."""
    wanted = incident(row.page, after)
    fields = [field.name for field in Incident._meta.fields if field.name not in FIXED]
    for name in fields:
        setattr(row, name, getattr(wanted, name))
    row.save(update_fields=fields)


def status_change(page: Page, each: core.StatusChange, update_id: str | None = None, *, ends: bool = False) -> StatusChange:
    return StatusChange(
        page=page,
        component_id=each.change.component_id,
        update_id=update_id,
        public_id=each.id,
        at=each.at,
        name=each.change.name[:520],
        old=each.change.old,
        new=each.change.new,
        ends=ends,
    )
