"""Rows to core values: one incident, one component, one page. Whole snapshots are put together in snapshot.py."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from lightship.core import model as core
from lightship.core import wire
from lightship.core.history import Step, Timeline
from lightship.core.model import ComponentStatus, Impact, Kind, Status
from lightship.core.updates import PageNow
from lightship.store.models import Component, Group, Incident, Page, StatusChange, Update, Wording


def page(row: Page, url: str) -> core.Page:
    return core.Page(
        id=row.pk,
        slug=row.slug,
        name=row.name,
        url=url,
        time_zone=row.time_zone,
        description=row.description,
        support_url=row.support_url,
        promise_minutes=row.promise_minutes,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def vector(row: Page) -> dict[int, int]:
    return {int(epoch): revision for epoch, revision in row.vector.items()}


def group(row: Group) -> core.Group:
    return core.Group(
        id=row.pk,
        name=row.name,
        description=row.description,
        position=row.position,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def component(row: Component, status: ComponentStatus) -> core.Component:
    return core.Component(
        id=row.pk,
        name=row.name,
        status=status,
        description=row.description,
        group_id=row.group_id,
        position=row.position,
        showcase=row.showcase,
        start_date=row.start_date,
        only_show_if_degraded=row.only_show_if_degraded,
        retired=row.retired,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def change(row: StatusChange) -> core.Change:
    return core.Change(row.component_id, row.name, ComponentStatus(row.old), ComponentStatus(row.new))


def status_changes(found: QuerySet[StatusChange]) -> tuple[core.StatusChange, ...]:
    """Oldest first. Thousands may be asked for: no row is made an object of Django's."""
    fields = found.order_by("at", "id").values_list("at", "public_id", "component_id", "name", "old", "new")
    return tuple(
        core.StatusChange(at, core.Change(component, name, ComponentStatus(old), ComponentStatus(new)), public_id)
        for at, public_id, component, name, old, new in fields
    )


def update(row: Update) -> core.Update:
    return next(each for each in incident(row.incident).updates if each.id == row.pk)


def _update(row: Update, wordings: Iterable[core.Wording], changes: Iterable[core.Change]) -> core.Update:
    return core.Update(
        id=row.pk,
        status=Status(row.status),
        wordings=tuple(wordings),
        created_at=row.created_at,
        updated_at=row.updated_at,
        display_at=row.display_at,
        changes=tuple(changes) if row.mentions else None,
        notify=row.notify,
    )


def incident(row: Incident) -> core.Incident:
    return incidents([row])[0]


def _incident(row: Incident, updates: Iterable[core.Update]) -> core.Incident:
    return core.Incident(
        id=row.pk,
        kind=Kind(row.kind),
        name=row.name,
        created_at=row.created_at,
        updated_at=row.updated_at,
        started_at=row.started_at,
        updates=tuple(updates),
        components=tuple(wire.component_in(record) for record in row.components),
        impact_override=Impact(row.impact_override) if row.impact_override else None,
        scheduled_for=row.scheduled_for,
        scheduled_until=row.scheduled_until,
        auto_start=row.auto_start,
        auto_end=row.auto_end,
    )


def incidents(found: Iterable[Incident]) -> tuple[core.Incident, ...]:
    """Many at once, in the order given: three queries, and a third of the time that prefetching takes."""
    found = list(found)
    ids = [row.pk for row in found]
    # Updates before their wordings: one that is posted meanwhile is then seen whole, or not at all.
    updates = list(Update.objects.filter(incident__in=ids))
    wordings, said, changes = defaultdict(list), defaultdict(list), _changes(ids)
    written = Wording.objects.filter(update__incident__in=ids).order_by("at", "id")
    for update_id, at, body, facts in written.values_list("update_id", "at", "body", "facts"):
        wordings[update_id].append(core.Wording(at, body, wire.facts_in(facts)))
    for row in updates:
        said[row.incident_id].append(_update(row, wordings[row.pk], changes[row.pk]))
    return tuple(_incident(row, said[row.pk]) for row in found)


def page_now(row: Page, at: datetime) -> PageNow:
    """What an update that holds from `at` is decided on."""
    return PageNow(
        components=tuple(component(each, ComponentStatus.OPERATIONAL) for each in row.components.all()),
        groups=tuple(group(each) for each in row.groups.all()),
        timeline=timeline(row, at),
    )


def timeline(row: Page, since: datetime) -> Timeline:
    """What holds each component of the page since a time: what is open, what was spoken of since (an incident that had ended
    by then holds nothing), and what outlasts both: the newest level set by hand, and the newest stated at an end."""
    steps = _steps([*_ids(row.incidents.filter(open=True)), *_ids(row.incidents.filter(updated_at__gte=since, open=False))])
    lone, restated = Q(page=row, update=None), Q(old=F("new"))
    newest = _newest(row, since, "-public_id", Q(update=None) & ~restated)
    ending = StatusChange.objects.filter(_newest(row, since, "-update_id", Q(ends=True))).select_related("update")
    for status_change in ending:
        said = status_change.update
        if said and said.incident_id not in steps:
            steps[f"{said.pk} {status_change.pk}"] = [
                Step(said.pk, status_change.at, Status(said.status), [change(status_change)])
            ]
    return Timeline.of(steps, status_changes(StatusChange.objects.filter(newest | lone & (Q(at__gte=since) | restated))))


def _ids(incidents: QuerySet[Incident]) -> list[str]:
    return list(incidents.order_by().values_list("pk", flat=True))


def _changes(ids: Sequence[str]) -> dict[str, list[core.Change]]:
    """Of all updates of these incidents."""
    changes = defaultdict(list)
    rows = StatusChange.objects.filter(update__incident__in=ids).order_by("id")
    for update_id, component_id, name, old, new in rows.values_list("update_id", "component_id", "name", "old", "new"):
        changes[update_id].append(core.Change(component_id, name, ComponentStatus(old), ComponentStatus(new)))
    return changes


def _steps(ids: Sequence[str]) -> dict[str, list[Step]]:
    changes = _changes(ids)
    steps: dict[str, list[Step]] = defaultdict(list)
    updates = Update.objects.filter(incident__in=ids).order_by("display_at", "created_at", "id")
    for pk, incident_id, at, status in updates.values_list("pk", "incident_id", "display_at", "status"):
        steps[incident_id].append(Step(pk, at, Status(status), changes[pk]))
    return steps


def _newest(row: Page, since: datetime, tie: str, which: Q) -> Q:
    """The newest of such turns before `since`, of each component."""
    older = StatusChange.objects.filter(which, component=OuterRef("pk"), at__lt=since).order_by("-at", tie)
    return Q(pk__in=[pk for pk in row.components.order_by().values_list(Subquery(older.values("pk")[:1]), flat=True) if pk])
