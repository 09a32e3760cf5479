"""Merge what another desk of this page wrote into incidents that are here. Nothing of either is lost."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from lightship.core import model as core
from lightship.core.site import merge
from lightship.store import columns
from lightship.store.history.ownership import BATCH
from lightship.store.journal import insert
from lightship.store.models import Incident, Page, Update
from lightship.store.read import rows


def merge_incidents(page: Page, theirs: Sequence[core.Incident], renamed: Collection[str]) -> list[core.Incident]:
    """The incidents that this changed here. `renamed`: those named or moved here since keep their name and window."""
    changed = []
    for start in range(0, len(theirs), BATCH):
        batch = {incident.id: incident for incident in theirs[start : start + BATCH]}
        for own in rows.incidents(page.incidents.filter(pk__in=batch)):
            their = batch[own.id]
            if own.id in renamed:
                their = replace(their, **columns.values(own, ("name", *columns.WINDOW)))
            merged = merge.incident(own, their)
            if merged != own:
                _write(page, own, merged)
                changed.append(merged)
    return changed


def _write(page: Page, own: core.Incident, merged: core.Incident) -> None:
    known = {update.id: update for update in own.updates}
    insert.updates(page, [(merged, update) for update in merged.updates if update.id not in known])
    for update in merged.updates:
        if update.id in known and update != known[update.id]:
            # Which wording counts is told by their times.
            insert.wordings([(update.id, new) for new in update.wordings if new not in known[update.id].wordings])
            Update.objects.filter(pk=update.id).update(updated_at=update.updated_at)
    insert.change(Incident.objects.get(pk=own.id), merged)
