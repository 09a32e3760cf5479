"""Which of a history from elsewhere may be written to a page: what another page holds stays that page's."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from lightship.core import model as core
from lightship.importers import Imported
from lightship.store.models import Component, Group, Incident, Page, Update

BATCH = 500


def owned(page: Page, history: Imported) -> tuple[Imported, tuple[str, ...]]:
    """What may be written here, and the names of what may not: an id belongs to one page, and an update to one incident,
    for good. Nothing that is left names a component of another page."""
    groups, components, incidents = (
        _foreign(model, "page_id", {value.id: page.pk for value in values})
        for model, values in ((Group, history.groups), (Component, history.components), (Incident, history.incidents))
    )
    written = [incident for incident in history.incidents if incident.id not in incidents]
    homes = {update.id: incident.id for incident in written for update in incident.updates}
    updates = _foreign(Update, "incident_id", homes)
    written = [_without(incident, components, updates) for incident in written]
    empty = {incident.id for incident in written if not incident.updates}
    refused = (
        *_named("group", history.groups, groups),
        *_named("component", history.components, components),
        *_named("incident", history.incidents, incidents | empty),
        *(f"update {update_id} of incident {home}" for update_id, home in homes.items() if update_id in updates),
    )
    written_history = replace(
        history,
        groups=tuple(group for group in history.groups if group.id not in groups),
        components=tuple(component for component in history.components if component.id not in components),
        incidents=tuple(incident for incident in written if incident.updates),
        status_changes=tuple(new for new in history.status_changes if new.change.component_id not in components),
    )
    return written_history, refused


def _foreign(model: type[Any], owner: str, owners: Mapping[str, str]) -> set[str]:
    """Of the ids in `owners`, those of rows here whose column `owner` has another value than the one given."""
    ids, rows = list(owners), dict[str, str]()
    for start in range(0, len(ids), BATCH):
        rows.update(model.objects.filter(pk__in=ids[start : start + BATCH]).values_list("pk", owner))
    return {pk for pk, owner_id in rows.items() if owner_id != owners[pk]}


def _named(kind: str, values: Sequence[Any], ids: Collection[str]) -> list[str]:
    return [f"{kind} {value.id} ({value.name})" for value in values if value.id in ids]


def _without(incident: core.Incident, components: set[str], updates: set[str]) -> core.Incident:
    if not components and not updates:
        return incident
    left = tuple(
        replace(update, changes=update.changes and tuple(c for c in update.changes if c.component_id not in components))
        for update in incident.updates
        if update.id not in updates
    )
    touched = tuple(component for component in incident.components if component.id not in components)
    return replace(incident, updates=left, components=touched)
