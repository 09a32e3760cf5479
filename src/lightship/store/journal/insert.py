"""Make rows from core's values, with the ids and times that these have."""

from collections.abc import Sequence
from dataclasses import replace

from lightship.core import model as core
from lightship.core import wire
from lightship.store import columns
from lightship.store.models import Incident, Page, StatusChange, Update, Wording

FIXED = ("id", "page", "kind", "created_at", "month", "practice")
"""Columns of an incident that never change."""


def updates(page: Page, pairs: Sequence[tuple[core.Incident, core.Update]], *, practice: bool = False) -> None:
    """New updates of incidents that have rows, with all their wordings and status changes. Practice leaves nothing behind."""
    Update.objects.bulk_create(
        [
            Update(
                **columns.values(update, columns.UPDATE),
                incident_id=incident.id,
                status=update.status,
                mentions=update.changes is not None,
            )
            for incident, update in pairs
        ]
    )
    wordings([(update.id, wording) for _, update in pairs for wording in update.wordings])
    StatusChange.objects.bulk_create(
        [
            status_change(
                page,
                core.StatusChange(update.display_at, change),
                update.id,
                ends=update.status in core.ENDED and not practice,
            )
            for _, update in sorted(pairs, key=lambda pair: pair[1].display_at)
            for change in update.changes or ()
        ]
    )


def wordings(pairs: Sequence[tuple[str, core.Wording]]) -> None:
    """New wordings, each with the id of its update."""
    Wording.objects.bulk_create(
        [Wording(update_id=pk, at=new.at, body=new.body, facts=wire.to_json(new.facts)) for pk, new in pairs]
    )


def incident(page: Page, incident: core.Incident) -> Incident:
    return Incident(
        **columns.fitting(incident, columns.INCIDENT),
        page=page,
        kind=incident.kind,
        impact_override=incident.impact_override or "",
        components=[wire.to_json(component) for component in incident.components],
        open=not incident.ended,
        month=incident.month,
    )


def change(row: Incident, after: core.Incident) -> None:
    """Bring an incident's row to what the incident has become."""
    wanted = incident(row.page, after)
    fields = [field.name for field in Incident._meta.fields if field.name not in FIXED]
    for name in fields:
        setattr(row, name, getattr(wanted, name))
    row.save(update_fields=fields)


def status_change(page: Page, new: core.StatusChange, update_id: str | None = None, *, ends: bool = False) -> StatusChange:
    return StatusChange(
        **columns.values(replace(new.change, name=new.change.name[:520]), columns.CHANGE),
        page=page,
        update_id=update_id,
        public_id=new.id,
        at=new.at,
        ends=ends,
    )
