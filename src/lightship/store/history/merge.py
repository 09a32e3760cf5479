"""What another desk of this very page said of incidents that are here: theirs and ours become one, and nothing is lost."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from lightship.core import model as core
from lightship.core import wire
from lightship.core.site import merge
from lightship.store.history.ownership import BATCH
from lightship.store.journal import insert
from lightship.store.models import Incident, Page, Update, Wording
from lightship.store.read import rows


def unite(page: Page, theirs: Sequence[core.Incident], renamed: Collection[str]) -> list[core.Incident]:
    """Those that changed here by it. `renamed`: named or moved here since; their name and window stay."""
    changed = []
    for start in range(0, len(theirs), BATCH):
        batch = {each.id: each for each in theirs[start : start + BATCH]}
        for ours in rows.incidents(page.incidents.filter(pk__in=batch)):
            other = batch[ours.id]
            if ours.id in renamed:
                other = replace(other, name=ours.name, scheduled_for=ours.scheduled_for, scheduled_until=ours.scheduled_until)
            one = merge.incident(ours, other)
            if one != ours:
                _write(page, ours, one)
                changed.append(one)
    return changed


def _write(page: Page, ours: core.Incident, one: core.Incident) -> None:
    here = {update.id: update for update in ours.updates}
    insert.updates(page, [(one, update) for update in one.updates if update.id not in here])
    for update in one.updates:
        if update.id in here and update != here[update.id]:
            _reword(here[update.id], update)
    insert.change(Incident.objects.get(pk=ours.id), one)


def _reword(ours: core.Update, one: core.Update) -> None:
    """The wordings that are new here; which one counts is told by their times."""
    new = [text for text in one.wordings if text not in ours.wordings]
    Wording.objects.bulk_create(
        [Wording(update_id=one.id, at=text.at, body=text.body, facts=wire.facts_out(text.facts)) for text in new]
    )
    Update.objects.filter(pk=one.id).update(updated_at=one.updated_at)
