"""Merge a history from elsewhere into incidents that are here. No update of either is lost."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from lightship.core import model as core
from lightship.core import updates
from lightship.core.model import ComponentStatus
from lightship.core.site import merge
from lightship.store import columns
from lightship.store.history.ownership import BATCH
from lightship.store.journal import insert
from lightship.store.models import Incident, Page, Update
from lightship.store.read import rows


def merge_incidents(page: Page, theirs: Sequence[core.Incident], renamed: Collection[str]) -> list[core.Incident]:
    """Incidents of another desk of this page. `renamed`: those named or moved here since keep their name and window. The
    incidents that this changed."""

    def merged(own: core.Incident, their: core.Incident) -> core.Incident:
        ours = columns.values(own, ("name", *columns.WINDOW)) if own.id in renamed else {}
        return merge.incident(own, replace(their, **ours))

    return _join(page, theirs, merged)


def add_updates(page: Page, theirs: Sequence[core.Incident]) -> list[core.Incident]:
    """Incidents of another tool: updates are added, and nothing here is replaced. The incidents that this changed."""
    parts = [rows.component(component, ComponentStatus.OPERATIONAL) for component in page.components.all()]

    def grown(own: core.Incident, their: core.Incident) -> core.Incident:
        known = {update.id for update in own.updates}
        new = [update for update in their.updates if update.id not in known]
        if not new:
            return own
        both = replace(
            own,
            updates=updates.in_order((*own.updates, *new)),
            updated_at=max(own.updated_at, their.updated_at),
            components=(*own.components, *their.components),
        )
        return replace(both, components=updates.touched(both, parts))

    return _join(page, theirs, grown)


def _join(
    page: Page, theirs: Sequence[core.Incident], join: Callable[[core.Incident, core.Incident], core.Incident]
) -> list[core.Incident]:
    changed = []
    for start in range(0, len(theirs), BATCH):
        batch = {incident.id: incident for incident in theirs[start : start + BATCH]}
        for own in rows.incidents(page.incidents.filter(pk__in=batch)):
            merged = join(own, batch[own.id])
            if merged != own:
                _write(page, own, merged)
                changed.append(merged)
    return changed


def _write(page: Page, own: core.Incident, merged: core.Incident) -> None:
    known = {update.id: update for update in own.updates}
    insert.updates(page, [(merged, update) for update in merged.updates if update.id not in known])
    for update in merged.updates:
        if update.id in known and update != known[update.id]:
            # The times of the wordings say which one counts.
            insert.wordings([(update.id, new) for new in update.wordings if new not in known[update.id].wordings])
            Update.objects.filter(pk=update.id).update(updated_at=update.updated_at)
    insert.change(Incident.objects.get(pk=own.id), merged)
