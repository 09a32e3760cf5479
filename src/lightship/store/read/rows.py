"""Make core's values from rows. Whole snapshots are put together in snapshot.py."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from lightship.core import model as core
from lightship.core import wire
from lightship.core.duty.policy import Policy
from lightship.core.history import Step, Timeline
from lightship.core.model import ComponentStatus, Impact, Kind, Status
from lightship.core.updates import PageNow
from lightship.store import columns
from lightship.store.models import Component, Group, Incident, Page, StatusChange, Update, Wording


def page(row: Page, url: str) -> core.Page:
    return core.Page(slug=row.slug, url=url, **columns.values(row, columns.PAGE))


def vector(row: Page) -> dict[int, int]:
    return {int(epoch): revision for epoch, revision in row.vector.items()}


def group(row: Group) -> core.Group:
    return core.Group(**columns.values(row, columns.GROUP))


def component(row: Component, status: ComponentStatus) -> core.Component:
    return core.Component(status=status, **columns.values(row, columns.COMPONENT))


def _change(component_id: str, name: str, old: str, new: str) -> core.Change:
    return core.Change(component_id, name, ComponentStatus(old), ComponentStatus(new))


def status_changes(rows: QuerySet[StatusChange]) -> tuple[core.StatusChange, ...]:
    """Oldest first. There may be thousands: no row becomes an object of Django's."""
    changes = rows.order_by("at", "id").values_list("at", "public_id", *columns.CHANGE)
    return tuple(core.StatusChange(at, _change(*change), public_id) for at, public_id, *change in changes)


def update(row: Update) -> core.Update:
    return next(update for update in incident(row.incident).updates if update.id == row.pk)


def incident(row: Incident) -> core.Incident:
    return incidents([row])[0]


def incidents(rows: Iterable[Incident]) -> tuple[core.Incident, ...]:
    """Many at once, in the order given: three queries, and a third of the time that prefetching takes."""
    rows = list(rows)
    ids = [row.pk for row in rows]
    # Updates before their wordings: an update that is posted meanwhile is then read whole, or not at all.
    update_rows = list(Update.objects.filter(incident__in=ids))
    wordings, updates, changes = defaultdict(list), defaultdict(list), _changes(ids)
    wording_rows = Wording.objects.filter(update__incident__in=ids).order_by("at", "id")
    for update_id, at, body, facts in wording_rows.values_list("update_id", "at", "body", "facts"):
        wordings[update_id].append(core.Wording(at, body, wire.from_json(core.Facts, facts)))
    for row in update_rows:
        updates[row.incident_id].append(_update(row, wordings[row.pk], changes[row.pk]))
    return tuple(_incident(row, updates[row.pk]) for row in rows)


def _update(row: Update, wordings: Iterable[core.Wording], changes: Iterable[core.Change]) -> core.Update:
    return core.Update(
        **columns.values(row, columns.UPDATE),
        status=Status(row.status),
        wordings=tuple(wordings),
        changes=tuple(changes) if row.mentions else None,
    )


def _incident(row: Incident, updates: Iterable[core.Update]) -> core.Incident:
    return core.Incident(
        **columns.values(row, columns.INCIDENT),
        kind=Kind(row.kind),
        updates=tuple(updates),
        components=tuple(wire.from_json(core.Component, component) for component in row.components),
        impact_override=Impact(row.impact_override) if row.impact_override else None,
    )


def public(row: Page) -> QuerySet[Incident]:
    """The incidents that readers may ever read: all but those of practice."""
    return row.incidents.filter(practice=False)


def page_now(row: Page, at: datetime, *, practice: bool = False) -> PageNow:
    """What core decides an update on that holds from `at`. `practice`: an update of a practice, which sees the others."""
    return PageNow(
        components=tuple(component(part, ComponentStatus.OPERATIONAL) for part in row.components.all()),
        groups=tuple(group(part) for part in row.groups.all()),
        read_timeline=lambda: timeline(row, at, practice=practice),
        promise_minutes=row.promise_minutes,
        policy=Policy.of(row.policy),
    )


def timeline(row: Page, since: datetime, *, practice: bool = False) -> Timeline:
    """What holds each component of the page since a time: incidents that are open or had an update since (one that had ended
    by then holds nothing), and what outlasts them: the newest level set by hand, and the newest stated at an end. `practice`:
    as if practice were real."""
    incidents = row.incidents.all() if practice else public(row)
    # Two queries, each with an index of its own. What was withdrawn never held anything.
    lists = incidents.filter(open=True), incidents.filter(updated_at__gte=since, open=False, withdrawn=False)
    steps = _steps([pk for some in lists for pk in some.order_by().values_list("pk", flat=True)])
    by_hand, restated = Q(page=row, update=None), Q(old=F("new"))
    of_each = row.components.order_by().values_list(
        _newest(since, "-public_id", Q(update=None) & ~restated),
        _newest(since, "-update_id", Q(ends=True, update__incident__withdrawn=False)),
    )
    newest, at_an_end = ([pk for pk in pks if pk] for pks in zip(*of_each, strict=True)) if of_each else ([], [])
    names = ("pk", "at", "update_id", "update__status", "update__incident_id", *columns.CHANGE)
    ends = StatusChange.objects.filter(pk__in=at_an_end).values_list(*names) if at_an_end else ()
    for pk, at, update_id, status, incident_id, *change in ends:
        if incident_id not in steps:
            steps[f"{update_id} {pk}"] = [Step(update_id, at, Status(status), [_change(*change)])]
    set_by_hand = StatusChange.objects.filter(Q(pk__in=newest) | by_hand & (Q(at__gte=since) | restated))
    return Timeline.of(steps, status_changes(set_by_hand))


def _changes(ids: Sequence[str]) -> dict[str, list[core.Change]]:
    """The changes of all updates of these incidents, by the update's id."""
    changes = defaultdict(list)
    rows = StatusChange.objects.filter(update__incident__in=ids).order_by("id")
    for update_id, *row in rows.values_list("update_id", *columns.CHANGE):
        changes[update_id].append(_change(*row))
    return changes


def _steps(ids: Sequence[str]) -> dict[str, list[Step]]:
    """The updates of these incidents as steps, by the incident's id."""
    changes = _changes(ids)
    steps: dict[str, list[Step]] = defaultdict(list)
    updates = Update.objects.filter(incident__in=ids).order_by("display_at", "created_at", "id")
    for pk, incident_id, at, status in updates.values_list("pk", "incident_id", "display_at", "status"):
        steps[incident_id].append(Step(pk, at, Status(status), changes[pk]))
    return steps


def _newest(since: datetime, tie: str, which: Q) -> Subquery:
    """Of a component, the key of the newest such status change before `since`."""
    older = StatusChange.objects.filter(which, component=OuterRef("pk"), at__lt=since).order_by("-at", tie)
    return Subquery(older.values("pk")[:1])
