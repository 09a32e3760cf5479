"""Rows to core values: one incident, one component, one page. Whole snapshots are put together in snapshot.py."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import QuerySet

from lightship.core import model as core
from lightship.core import wire
from lightship.core.model import ComponentStatus, Impact, Kind, Status
from lightship.desk.models import Component, Group, Incident, Page, Text, Turn, Update


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


def heard(row: Page) -> dict[int, int]:
    return {int(epoch): revision for epoch, revision in row.heard.items()}


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


def change(row: Turn) -> core.Change:
    return core.Change(row.component_id, row.name, ComponentStatus(row.old), ComponentStatus(row.new))


def turns(found: QuerySet[Turn]) -> tuple[core.Turn, ...]:
    """Oldest first. Thousands may be asked for: no row is made an object of Django's."""
    fields = found.order_by("at", "id").values_list("at", "public_id", "component_id", "name", "old", "new")
    return tuple(
        core.Turn(at, core.Change(component, name, ComponentStatus(old), ComponentStatus(new)), public_id)
        for at, public_id, component, name, old, new in fields
    )


def text(row: Text) -> core.Text:
    return core.Text(row.at, row.body, wire.facts_in(row.facts))


def update(row: Update) -> core.Update:
    """Needs `texts` and `turns` prefetched where many are read."""
    changes = (change(each) for each in sorted(row.turns.all(), key=lambda turn: turn.pk))
    return _update(row, (text(each) for each in row.texts.all()), changes)


def _update(row: Update, texts: Iterable[core.Text], changes: Iterable[core.Change]) -> core.Update:
    return core.Update(
        id=row.pk,
        status=Status(row.status),
        texts=tuple(texts),
        created_at=row.created_at,
        updated_at=row.updated_at,
        display_at=row.display_at,
        changes=tuple(changes) if row.mentions else None,
        notify=row.notify,
    )


def incident(row: Incident) -> core.Incident:
    """Needs `updates__texts` and `updates__turns` prefetched where many are read."""
    return _incident(row, (update(each) for each in row.updates.all()))


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
    # Updates before their texts: one that is posted meanwhile is then seen whole, or not at all.
    updates = list(Update.objects.filter(incident__in=ids))
    texts, changes, said = defaultdict(list), defaultdict(list), defaultdict(list)
    wordings = Text.objects.filter(update_said__incident__in=ids).order_by("at", "id")
    for update_id, at, body, facts in wordings.values_list("update_said_id", "at", "body", "facts"):
        texts[update_id].append(core.Text(at, body, wire.facts_in(facts)))
    turned = Turn.objects.filter(update_said__incident__in=ids).order_by("id")
    for update_id, component_id, name, old, new in turned.values_list("update_said_id", "component_id", "name", "old", "new"):
        changes[update_id].append(core.Change(component_id, name, ComponentStatus(old), ComponentStatus(new)))
    for row in updates:
        said[row.incident_id].append(_update(row, texts[row.pk], changes[row.pk]))
    return tuple(_incident(row, said[row.pk]) for row in found)


PARTS = ("updates__texts", "updates__turns")


def full_name(row: Component) -> str:
    """What readers call it: "Group - Component" in a group, as Statuspage writes it."""
    return f"{row.group.name} - {row.name}" if row.group else row.name


def status_of(component_id: str, at: datetime | None = None) -> ComponentStatus:
    """What the journal says the component is (or was at `at`): the newest turn's word."""
    turns = Turn.objects.filter(component_id=component_id)
    if at:
        turns = turns.filter(at__lte=at)
    new = turns.order_by("-at", "-id").values_list("new", flat=True).first()
    return ComponentStatus(new) if new else ComponentStatus.OPERATIONAL


def status_of_incident(row: Incident) -> Status:
    newest = row.updates.order_by("-display_at", "-created_at", "-id").values_list("status", flat=True).first()
    return Status(newest) if newest else Status.INVESTIGATING


def records(row: Incident, more: Iterable[str]) -> list[wire.Json]:
    """The records of the components that the incident touches, and `more`, each with the status it left them in."""
    ids = {record["id"] for record in row.components} | set(more)
    turns = Turn.objects.filter(update_said__incident=row).order_by("at", "id")
    left = dict(turns.values_list("component_id", "new"))
    found = Component.objects.filter(pk__in=ids).order_by("position", "created_at", "id")
    return [wire.component_out(component(each, ComponentStatus(left.get(each.pk, "operational")))) for each in found]


def in_order(rows: Sequence[Component], groups: Sequence[Group]) -> tuple[Component, ...]:
    """As the page shows them: those outside groups and groups by position, each group's components by theirs."""
    placed = {each.pk: (each.position, number) for number, each in enumerate(groups, 1)}
    return tuple(sorted(rows, key=lambda c: (*placed.get(c.group_id or "", (c.position, 0)), c.position, c.created_at, c.pk)))
