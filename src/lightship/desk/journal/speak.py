"""What staff say: open, update, correct, resolve, schedule, and set a component without an incident."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from lightship.core import wire
from lightship.core.model import (
    ENDED,
    ComponentStatus,
    Facts,
    Impact,
    Kind,
    month_of,
)
from lightship.core.rules import check, dated, fit_body, fit_name, millisecond
from lightship.core.updates import Opening, Say
from lightship.desk import rows
from lightship.desk.journal.entry import By, JournalError, enter
from lightship.desk.journal.limits import refuse_overtaking, refuse_unread
from lightship.desk.models import Component, Incident, Page, Text, Turn, Update, new_id


def open_incident(page: Page, opening: Opening, by: By, now: datetime) -> Incident:
    now, say = millisecond(now), opening.say
    at = millisecond(say.at or opening.started_at or now)
    incident = Incident(
        id=opening.id or new_id(),
        page=page,
        kind=Kind.INCIDENT,
        name=fit_name(opening.name),
        created_at=min(at, now),
        updated_at=now,
        started_at=millisecond(opening.started_at or at),
        impact_override=opening.impact or "",
        month=month_of(min(at, now)),
    )
    check(Kind.INCIDENT, say.status, say.body, at, now)
    dated(incident.started_at, now)
    with transaction.atomic():
        incident.save(force_insert=True)
        enter(page, "open", now, by, incident=incident)
        write(incident, replace(say, at=at), now)
    return incident


def update(incident: Incident, say: Say, by: By, now: datetime, *, seen: str | None = None) -> Update:
    """Add an update. `seen`: the id of the newest update that the author had read; Overtaken if there are newer ones."""
    now = millisecond(now)
    with transaction.atomic():
        enter(incident.page, "update", now, by, incident=incident)
        incident.refresh_from_db()
        check(Kind(incident.kind), say.status, say.body, say.at, now)
        if seen is not None:
            refuse_unread(incident, seen)
        if say.at:
            refuse_overtaking(incident, say.status, say.at)
        return write(incident, say, now)


def correct(said: Update, body: str, facts: Facts, by: By, now: datetime) -> Text:
    """Reword an update. The earlier wording is kept, and readers see that it was edited."""
    now, incident = millisecond(now), said.incident
    fit_body(body)
    with transaction.atomic():
        enter(incident.page, "correct", now, by, incident=incident)
        text = Text.objects.create(update_said=said, at=now, body=body, facts=wire.facts_out(facts))
        Update.objects.filter(pk=said.pk).update(updated_at=now)
        Incident.objects.filter(pk=incident.pk).update(updated_at=now)
    return text


def rename(incident: Incident, name: str, by: By, now: datetime, *, impact: Impact | None = None) -> None:
    """Name it better, or say outright how bad it is (None: as its components show)."""
    now = millisecond(now)
    incident.name, incident.impact_override, incident.updated_at = fit_name(name), impact or "", now
    with transaction.atomic():
        enter(incident.page, "rename", now, by, incident=incident)
        incident.save(update_fields=["name", "impact_override", "updated_at"])


def turn(component: Component, status: ComponentStatus, by: By, now: datetime) -> Turn | None:
    """Set a component without an incident. None if it is so already."""
    now = millisecond(now)
    with transaction.atomic():
        old = rows.status_of(component.pk)
        if old is status:
            return None
        enter(component.page, "turn", now, by, subject=component.pk, name=component.name, month=month_of(now))
        Component.objects.filter(pk=component.pk).update(updated_at=now)
        return lone_turn(component, old, status, now)


def lone_turn(component: Component, old: ComponentStatus, new: ComponentStatus, at: datetime) -> Turn:
    """The row of a turn made without an incident; its entry is the caller's."""
    name = rows.full_name(component)
    return Turn.objects.create(page=component.page, component=component, public_id=new_id(), at=at, name=name, old=old, new=new)


def write(incident: Incident, say: Say, now: datetime) -> Update:
    at = millisecond(say.at or now)
    said = Update.objects.create(
        incident=incident,
        status=say.status,
        created_at=now,
        updated_at=now,
        display_at=at,
        notify=say.notify,
        mentions=say.statuses is not None,
    )
    Text.objects.create(update_said=said, at=now, body=say.body, facts=wire.facts_out(say.facts))
    touched = _turns(incident, said, say.statuses or {}, at)
    Component.objects.filter(pk__in=touched).update(updated_at=now)
    incident.open = rows.status_of_incident(incident) not in ENDED
    incident.updated_at = now
    incident.components = rows.records(incident, (say.statuses or {}).keys())
    if _all_down(incident):
        incident.impact_override = Impact.CRITICAL
    incident.save(update_fields=["open", "updated_at", "components", "impact_override"])
    return said


def _turns(incident: Incident, said: Update, statuses: Mapping[str, ComponentStatus], at: datetime) -> list[str]:
    """Write the update's changes, those that re-state a status too; the ids of components that changed."""
    components = {c.pk: c for c in incident.page.components.filter(pk__in=statuses).select_related("group")}
    unknown = set(statuses) - set(components)
    if unknown:
        raise JournalError(f"There is no component {', '.join(sorted(unknown))} on this page.")
    turns = [
        Turn(
            page=incident.page,
            component=component,
            update_said=said,
            at=at,
            name=rows.full_name(component),
            old=rows.status_of(pk, at),
            new=statuses[pk],
        )
        for pk, component in components.items()
    ]
    Turn.objects.bulk_create(turns)
    return [t.component_id for t in turns if t.old != t.new]


def _all_down(incident: Incident) -> bool:
    """This incident has every component of the page down. Only now can that be known: pages grow."""
    down = {record["id"] for record in incident.components if record["status"] == ComponentStatus.MAJOR}
    every = set(incident.page.components.filter(retired=False).values_list("pk", flat=True))
    return bool(down) and down >= every and not incident.impact_override
