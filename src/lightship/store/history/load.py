"""Take in a whole history from elsewhere: rows with the ids and times they had there. What is here already is left alone, but
for what another desk of this very page said of it: nothing that either side said is lost."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from lightship.config.ids import new_id
from lightship.core import model as core
from lightship.core import updates
from lightship.core.model import ComponentStatus, Kind, month_of
from lightship.core.rules import millisecond
from lightship.core.site.versions import STEP, includes, merged, next_epoch
from lightship.store.history.merge import unite
from lightship.store.history.ownership import BATCH, History, ours
from lightship.store.journal import insert
from lightship.store.journal.entry import By, JournalError, append
from lightship.store.models import Component, Group, Incident, Page, StatusChange, Update
from lightship.store.read import rows


@dataclass(frozen=True)
class Loaded:
    """How many were new, and how many incidents were here already (some of them, `grown`, with updates that were new).
    `refused`: what has an id that another page holds (or an update that another incident holds), by its name."""

    incidents: int
    maintenances: int
    updates: int
    known: int
    grown: int
    refused: tuple[str, ...] = ()


def adopt(page: Page, source: core.Page) -> Page:
    """Give an empty page the identity of the one whose history it takes in: its id, name and words. The new row goes on
    with the numbers of that history (see `load`); its own journal stays."""
    if Page.objects.filter(pk=source.id).exclude(pk=page.pk).exists():
        raise JournalError(f"Another page here, {Page.objects.get(pk=source.id).slug!r}, has this history's identity already.")
    with transaction.atomic():
        for relation in Page._meta.related_objects:
            relation.related_model._default_manager.filter(page=page.pk).update(page=source.id)
        Page.objects.filter(pk=page.pk).update(
            id=source.id,
            name=source.name[:255],
            time_zone=source.time_zone,
            description=source.description,
            support_url=source.support_url,
            promise_minutes=source.promise_minutes,
            created_at=source.created_at,
            updated_at=source.updated_at,
            revision=0,
        )
        return Page.objects.get(pk=source.id)


def load(page: Page, history: History, by: By, now: datetime) -> Loaded:
    now = millisecond(now)
    with transaction.atomic():
        # Before anything is read: who posts, or takes in the same at this moment, waits and then counts on from here.
        Page.objects.select_for_update().get(pk=page.pk)
        page.refresh_from_db()
        fresh, renamed = bool(history.revision) and not page.revision, _renamed_here(page, history)
        if history.revision and not fresh:
            _overtake(page, history)
        if fresh:
            _go_on(page, history)
        entry = append(page, "adopt" if fresh else "import", now, by)
        before = Update.objects.filter(incident__page=page).count()
        history, refused = ours(page, history)
        if history.revision and refused:
            raise JournalError(f"Another page here holds parts of this one, so nothing was written: {', '.join(refused)}")
        _groups(page, history.groups)
        _components(page, history.components)
        here = set(page.incidents.values_list("pk", flat=True)) & {incident.id for incident in history.incidents}
        new = [incident for incident in history.incidents if incident.id not in here]
        for start in range(0, len(new), BATCH):
            Incident.objects.bulk_create([insert.incident(page, each) for each in new[start : start + BATCH]])
            insert.updates(page, [(each, said) for each in new[start : start + BATCH] for said in each.updates])
        known = [incident for incident in history.incidents if incident.id in here]
        grown = unite(page, known, renamed) if history.revision else _grow(page, known)
        status_changes = _turns(page, history.status_changes)
        entry.name = f"{len(new)} incidents"
        entry.save(update_fields=["name"])
        if fresh:
            Page.objects.filter(pk=page.pk).update(updated_at=history.updated_at or page.updated_at)
            page.refresh_from_db()
        else:
            for month in sorted(
                {i.month for i in [*new, *grown]} | {month_of(status_change.at) for status_change in status_changes}
            ):
                append(page, "import month", now, by, month=month)
        if not history.revision:
            _settle(page, history.components, now)
    maintenances = sum(1 for incident in new if incident.kind is Kind.MAINTENANCE)
    after = Update.objects.filter(incident__page=page).count()
    return Loaded(len(new) - maintenances, maintenances, after - before, len(here), len(grown), refused)


def _overtake(page: Page, history: History) -> None:
    """Go on under a number above what this page and the other state have, for it now holds the words of both."""
    version = (history.epoch, history.revision)
    if includes((page.epoch, page.revision), rows.vector(page), version):
        return
    vector = merged([((page.epoch, page.revision), rows.vector(page)), (version, history.vector)])
    page.vector = {str(epoch): revision for epoch, revision in vector.items()}
    page.epoch, page.revision = next_epoch(vector, secrets.randbelow(STEP)), max(page.revision, history.revision)
    page.save(update_fields=["vector", "epoch", "revision"])


def _renamed_here(page: Page, history: History) -> frozenset[str]:
    """The incidents that were named or moved here since the other desk last heard this one: it spoke on with the old name."""
    since = history.vector.get(page.epoch, page.revision)
    entries = page.entries.filter(revision__gt=since, action__in=("rename", "reschedule"))
    return frozenset(entries.order_by().values_list("subject", flat=True))


def _groups(page: Page, groups: Sequence[core.Group]) -> None:
    here = set(page.groups.values_list("pk", flat=True))
    Group.objects.bulk_create(
        [
            Group(
                id=each.id,
                page=page,
                name=each.name[:255],
                description=each.description,
                position=each.position,
                created_at=each.created_at,
                updated_at=each.updated_at,
            )
            for each in groups
            if each.id not in here
        ]
    )


def _components(page: Page, components: Sequence[core.Component]) -> None:
    here, groups = (set(found.values_list("pk", flat=True)) for found in (page.components, page.groups))
    Component.objects.bulk_create(
        [
            Component(
                id=each.id,
                page=page,
                group_id=each.group_id if each.group_id in groups else None,
                name=each.name[:255],
                description=each.description,
                position=each.position,
                showcase=each.showcase,
                start_date=each.start_date,
                only_show_if_degraded=each.only_show_if_degraded,
                retired=each.retired,
                created_at=each.created_at,
                updated_at=each.updated_at,
            )
            for each in components
            if each.id not in here
        ]
    )


def _grow(page: Page, known: Sequence[core.Incident]) -> Sequence[core.Incident]:
    """Add to incidents that are here what was said of them elsewhere since; those that grew. Nothing here is replaced."""
    here = set(Update.objects.filter(incident__page=page).values_list("pk", flat=True))
    more = {each.id: [update for update in each.updates if update.id not in here] for each in known}
    insert.updates(page, [(each, update) for each in known for update in more[each.id]])
    grown = [each for each in known if more[each.id]]
    parts = [rows.component(each, ComponentStatus.OPERATIONAL) for each in page.components.all()]
    theirs = {each.id: each for each in grown}
    here_now = list(page.incidents.filter(pk__in=theirs))
    for row, incident in zip(here_now, rows.incidents(here_now), strict=True):
        touched = updates.touched(replace(incident, components=(*incident.components, *theirs[row.pk].components)), parts)
        after = replace(incident, updated_at=max(row.updated_at, theirs[row.pk].updated_at), components=touched)
        insert.change(row, after)
    return grown


def _turns(page: Page, status_changes: Sequence[core.StatusChange]) -> list[core.StatusChange]:
    """Those that were not here."""
    here = set(page.status_changes.exclude(public_id="").values_list("public_id", flat=True))
    new = [status_change for status_change in status_changes if status_change.id not in here]
    StatusChange.objects.bulk_create([insert.status_change(page, status_change) for status_change in new])
    return new


def _settle(page: Page, components: Sequence[core.Component], now: datetime) -> None:
    """Where the source says that a component stands otherwise than its history tells, add what makes it stand so here."""
    known, around = {row.pk: row for row in page.components.all()}, rows.page_now(page, now)
    for component in components:
        row = known.get(component.id)
        if row and (wanted := updates.settled(around, component, new_id(), now)):
            insert.status_change(page, wanted).save(force_insert=True)
            append(page, "turn", now, None, subject=row.pk, name=row.name, month=month_of(wanted.at))


def _go_on(page: Page, history: History) -> None:
    """Take the numbers of the desk that this history came from, so that the state is byte for byte the same here. What the
    journal tells of this page before that, it tells of another (see snapshot.touched)."""
    own = page.entries.values_list("revision", flat=True).first() or 0
    page.revision, page.epoch = max(own, history.revision - 1), history.epoch
    page.vector = {str(epoch): revision for epoch, revision in history.vector.items()}
    page.save(update_fields=["revision", "epoch", "vector"])
