"""A history from elsewhere, and which of it may be written to a page: what another page holds stays that page's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from lightship.core import model as core
from lightship.core.site.versions import VersionVector
from lightship.store.models import Component, Group, Incident, Page, Update

BATCH = 500


@dataclass(frozen=True, kw_only=True)
class History:
    """What to take in. `components[].status` is how each stands now. `revision`, `epoch`, `heard` and `updated_at` are set
    where it is a state of this very page: a fresh row goes on with the numbers that it had, and one that said something
    itself meanwhile takes a number above both."""

    groups: Sequence[core.Group] = ()
    components: Sequence[core.Component] = ()
    incidents: Sequence[core.Incident] = ()
    status_changes: Sequence[core.StatusChange] = ()
    revision: int = 0
    epoch: int = 0
    vector: VersionVector = field(default_factory=dict)
    updated_at: datetime | None = None


def ours(page: Page, history: History) -> tuple[History, tuple[str, ...]]:
    """What may be written here, and the names of what may not: an id belongs to one page, and an update to one incident,
    for good. Nothing that is left speaks of a component that another page holds."""
    groups = _strangers(Group.objects.all(), "page_id", {each.id: page.pk for each in history.groups})
    components = _strangers(Component.objects.all(), "page_id", {each.id: page.pk for each in history.components})
    incidents = _strangers(Incident.objects.all(), "page_id", {each.id: page.pk for each in history.incidents})
    homes = {said.id: each.id for each in history.incidents if each.id not in incidents for said in each.updates}
    updates = _strangers(Update.objects.all(), "incident_id", homes)
    kept = [_without(each, components, updates) for each in history.incidents if each.id not in incidents]
    wordless = {each.id for each in kept if not each.updates}
    refused = [f"group {each.id} ({each.name})" for each in history.groups if each.id in groups]
    refused += [f"component {each.id} ({each.name})" for each in history.components if each.id in components]
    refused += [f"incident {each.id} ({each.name})" for each in history.incidents if each.id in incidents | wordless]
    refused += [f"update {said} of incident {homes[said]}" for said in homes if said in updates]
    ours = replace(
        history,
        groups=[each for each in history.groups if each.id not in groups],
        components=[each for each in history.components if each.id not in components],
        incidents=[each for each in kept if each.updates],
        status_changes=[
            status_change for status_change in history.status_changes if status_change.change.component_id not in components
        ],
    )
    return ours, tuple(refused)


def _strangers(found: QuerySet[Any], holder: str, owners: Mapping[str, str]) -> set[str]:
    """Of the ids in `owners`, those that are held here by another than the owner named."""
    ids, held = list(owners), dict[str, str]()
    for start in range(0, len(ids), BATCH):
        held.update(found.filter(pk__in=ids[start : start + BATCH]).values_list("pk", holder))
    return {each for each, owner in held.items() if owner != owners[each]}


def _without(incident: core.Incident, components: set[str], updates: set[str]) -> core.Incident:
    if not components and not updates:
        return incident
    said = [
        replace(each, changes=each.changes and tuple(c for c in each.changes if c.component_id not in components))
        for each in incident.updates
        if each.id not in updates
    ]
    touched = tuple(each for each in incident.components if each.id not in components)
    return replace(incident, updates=tuple(said), components=touched)
