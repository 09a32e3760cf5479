"""Take in a whole history from elsewhere: rows with the ids and times that they have there. Rows that are here stay as they
are, except for what another desk of this very page added to them."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from lightship.config.ids import new_id
from lightship.core import model as core
from lightship.core import updates
from lightship.core.model import Kind, month_of
from lightship.core.rules import millisecond
from lightship.core.site.versions import STEP, Version, VersionVector, includes, merged, next_epoch
from lightship.importers import Imported
from lightship.store import columns
from lightship.store.history.merge import add_updates, merge_incidents
from lightship.store.history.ownership import BATCH, owned
from lightship.store.journal import insert, structure
from lightship.store.journal.entry import By, JournalError, append
from lightship.store.models import Component, Group, Incident, Page, StatusChange, Update
from lightship.store.read import rows


@dataclass(frozen=True)
class Loaded:
    """How many were new, and how many incidents were here already (some of them, `grown`, with new updates). `refused`: names
    of what another page, or an update that another incident, holds."""

    incidents: int
    maintenances: int
    updates: int
    known: int
    grown: int
    refused: tuple[str, ...] = ()


def adopt(page: Page, source: core.Page) -> Page:
    """Give an empty page the identity of the page whose history it takes in: its id, name and descriptions. The new row goes
    on with the numbers of that history (see `load`); its own journal stays."""
    if Page.objects.filter(pk=source.id).exclude(pk=page.pk).exists():
        raise JournalError(f"Another page here, {Page.objects.get(pk=source.id).slug!r}, has this history's identity already.")
    with transaction.atomic():
        for relation in Page._meta.related_objects:
            relation.related_model._default_manager.filter(page=page.pk).update(page=source.id)
        Page.objects.filter(pk=page.pk).update(revision=0, **columns.fitting(source, columns.PAGE))
        return Page.objects.get(pk=source.id)


def take_in(page: Page, history: Imported, now: datetime) -> Loaded:
    """All of it or, with a JournalError, nothing. A page that is still empty takes name and numbers too."""
    with transaction.atomic():
        source = history.page
        if source and not rows.public(page).exists() and not page.components.exists():
            if history.revision:
                page = adopt(page, source)
            else:
                name = source.name.strip()[:255] or page.name
                fields = {"name": name, "time_zone": source.time_zone, "description": source.description}
                structure.describe(page, fields, None, now)
        return load(page, history, None, now)


def load(page: Page, history: Imported, by: By, now: datetime, *, vector: VersionVector | None = None) -> Loaded:
    """Only what the page does not hold yet. `vector`: of the state that the history is, where that is known."""
    now = millisecond(now)
    if history.page is None or history.page.id != page.pk:
        # A page takes the numbers of its own state, never those of another page's.
        incidents = tuple(replace(row, updates=updates.in_given_order(row.updates)) for row in history.incidents)
        history = replace(history, revision=0, epoch=0, incidents=incidents)
    with transaction.atomic():
        # Before anything is read: who posts, or takes in the same at this moment, waits and then counts on from here.
        page.refresh_from_db(from_queryset=Page.objects.select_for_update())
        fresh, renamed = bool(history.revision) and not page.revision, _renamed_here(page, vector or {})
        if history.revision:
            _take_numbers(page, (history.epoch, history.revision), vector or {}, fresh=fresh)
        entry = append(page, "adopt" if fresh else "import", now, by)
        before = Update.objects.filter(incident__page=page).count()
        history, refused = owned(page, history)
        if history.revision and refused:
            raise JournalError(f"Another page here holds parts of this one, so nothing was written: {', '.join(refused)}")
        _insert_parts(page, history)
        here = set(page.incidents.values_list("pk", flat=True)) & {incident.id for incident in history.incidents}
        known = [incident for incident in history.incidents if incident.id in here]
        new = [incident for incident in history.incidents if incident.id not in here]
        for start in range(0, len(new), BATCH):
            batch = new[start : start + BATCH]
            Incident.objects.bulk_create([insert.incident(page, incident) for incident in batch])
            insert.updates(page, [(incident, update) for incident in batch for update in incident.updates])
        changed = merge_incidents(page, known, renamed) if history.revision else add_updates(page, known)
        months = {incident.month for incident in (*new, *changed)} | _insert_status_changes(page, history.status_changes)
        entry.name = f"{len(new)} incidents"
        entry.save(update_fields=["name"])
        if fresh and history.page:
            Page.objects.filter(pk=page.pk).update(updated_at=history.page.updated_at)
            page.refresh_from_db()
        else:
            for month in sorted(months):
                append(page, "import month", now, by, month=month)
        if not history.revision:
            _set_as_shown(page, history.components, now)
    maintenances = sum(1 for incident in new if incident.kind is Kind.MAINTENANCE)
    after = Update.objects.filter(incident__page=page).count()
    return Loaded(len(new) - maintenances, maintenances, after - before, len(here), len(changed), refused)


def _take_numbers(page: Page, version: Version, vector: VersionVector, *, fresh: bool) -> None:
    """A fresh page takes the numbers of the desk that the history came from, so that the state is byte for byte the same here;
    its entries before that are of another page (see snapshot.touched). A page that lacks the other state's updates goes on
    under a number above both, for it then holds the updates of both."""
    epoch, revision = version
    own = (page.epoch, page.revision), rows.vector(page)
    if fresh:
        own_last = page.entries.exclude(revision=None).order_by("-revision").values_list("revision", flat=True).first() or 0
        page.revision, page.epoch = max(own_last, revision - 1), epoch
        page.vector = {str(other): last for other, last in vector.items()}
    elif not includes(*own, version):
        _outrank(page, [own, (version, vector)], secrets.randbelow(STEP))
        page.revision = max(page.revision, revision)
    page.save(update_fields=["revision", "epoch", "vector"])


def take_over(page: Page, states: Sequence[tuple[Version, VersionVector]], draw: int, now: datetime) -> None:
    """Take over from a desk that is gone: hosts refuse it from then on. `states`: of all that this page's rows were made from.
    `draw`: see core.site.versions.next_epoch."""
    with transaction.atomic():
        append(page, "restore", now, None, name=page.name)
        _outrank(page, [*states, *((version, rows.vector(page)) for version, _ in states)], draw)
        page.save(update_fields=["vector", "epoch"])


def _outrank(page: Page, states: Sequence[tuple[Version, VersionVector]], draw: int) -> None:
    """The version vector of all `states`, and an epoch above. The caller saves the page."""
    vector = merged(states)
    page.vector = {str(epoch): revision for epoch, revision in vector.items()}
    page.epoch = next_epoch(vector, draw)


def _renamed_here(page: Page, vector: VersionVector) -> frozenset[str]:
    """The incidents that were named or moved here since the other desk last read this one: its updates have the old name."""
    entries = page.entries.filter(revision__gt=vector.get(page.epoch, page.revision), action__in=("rename", "reschedule"))
    return frozenset(entries.order_by().values_list("subject", flat=True))


def _insert_parts(page: Page, history: Imported) -> None:
    """Groups and components that are not here."""
    components, groups = (set(parts.values_list("pk", flat=True)) for parts in (page.components, page.groups))
    new_groups = [group for group in history.groups if group.id not in groups]
    Group.objects.bulk_create([Group(page=page, **columns.fitting(group, columns.GROUP)) for group in new_groups])
    groups |= {group.id for group in new_groups}
    new = [
        replace(component, group_id=component.group_id if component.group_id in groups else None)
        for component in history.components
        if component.id not in components
    ]
    Component.objects.bulk_create([Component(page=page, **columns.fitting(part, columns.COMPONENT)) for part in new])


def _insert_status_changes(page: Page, status_changes: Sequence[core.StatusChange]) -> set[str]:
    """The months of those that were not here."""
    here = set(page.status_changes.exclude(public_id="").values_list("public_id", flat=True))
    new = [status_change for status_change in status_changes if status_change.id not in here]
    StatusChange.objects.bulk_create([insert.status_change(page, status_change) for status_change in new])
    return {month_of(status_change.at) for status_change in new}


def _set_as_shown(page: Page, components: Sequence[core.Component], now: datetime) -> None:
    """Where the source shows another status of a component than its history gives, set it by hand here."""
    known, page_now = {row.pk: row for row in page.components.all()}, rows.page_now(page, now)
    for component in components:
        row = known.get(component.id)
        if row and (new := updates.settled(page_now, component, new_id(), now)):
            insert.status_change(page, new).save(force_insert=True)
            append(page, "turn", now, None, subject=row.pk, name=row.name, month=month_of(new.at))
