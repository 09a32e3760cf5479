"""What staff say: open, update, correct, resolve, schedule, and set a component without an incident."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import transaction
from django.db.models import Min

from lightship.core import wire
from lightship.core.model import ENDED, INCIDENT_STATUSES, MAINTENANCE_STATUSES, ComponentStatus, Facts, Impact, Kind, Status
from lightship.desk import rows
from lightship.desk.journal.entry import By, JournalError, Overtaken, enter, millisecond
from lightship.desk.models import Component, Incident, Page, Text, Turn, Update, new_id

BODY_LIMIT = 25_000
NO_FACTS = Facts()


@dataclass(frozen=True, kw_only=True)
class Say:
    """One update. `statuses`: component id -> what it is now; None where components are not spoken of.

    `at`: when it held, for backdating; None means now.
    """

    status: Status
    body: str
    facts: Facts = NO_FACTS
    statuses: Mapping[str, ComponentStatus] | None = None
    notify: bool = True
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Opening:
    """A new incident: its name, and its first words. `started_at` None: when the first update holds."""

    name: str
    say: Say
    started_at: datetime | None = None
    impact: Impact | None = None


@dataclass(frozen=True, kw_only=True)
class Window:
    """A maintenance announced: when it begins and ends, which components it takes, and whether the worker turns it over."""

    name: str
    body: str
    starts: datetime
    ends: datetime
    components: frozenset[str] = field(default_factory=frozenset)
    auto_start: bool = True
    auto_end: bool = True
    notify: bool = True
    facts: Facts = NO_FACTS


def open_incident(page: Page, opening: Opening, by: By, now: datetime) -> Incident:
    now, say = millisecond(now), opening.say
    at = millisecond(say.at or opening.started_at or now)
    incident = Incident(
        page=page,
        kind=Kind.INCIDENT,
        name=_name(opening.name),
        created_at=min(at, now),
        updated_at=now,
        started_at=millisecond(opening.started_at or at),
        impact_override=opening.impact or "",
        month=f"{min(at, now):%Y-%m}",
    )
    _check(incident, say, now)
    with transaction.atomic():
        incident.save(force_insert=True)
        enter(page, "open", now, by, incident=incident)
        _say(incident, replace(say, at=at), now)
    return incident


def schedule(page: Page, window: Window, by: By, now: datetime) -> Incident:
    now = millisecond(now)
    _window(window.starts, window.ends)
    incident = Incident(
        page=page,
        kind=Kind.MAINTENANCE,
        name=_name(window.name),
        created_at=now,
        updated_at=now,
        started_at=now,
        scheduled_for=millisecond(window.starts),
        scheduled_until=millisecond(window.ends),
        auto_start=window.auto_start,
        auto_end=window.auto_end,
        month=f"{now:%Y-%m}",
    )
    known = set(page.components.filter(retired=False, pk__in=window.components).values_list("pk", flat=True))
    say = Say(status=Status.SCHEDULED, body=window.body, facts=window.facts, notify=window.notify)
    _check(incident, say, now)
    with transaction.atomic():
        incident.save(force_insert=True)
        enter(page, "schedule", now, by, incident=incident)
        _say(incident, replace(say, statuses={pk: rows.status_of(pk, now) for pk in sorted(known)}), now)
    return incident


def update(incident: Incident, say: Say, by: By, now: datetime, *, seen: str | None = None) -> Update:
    """Add an update. `seen`: the id of the newest update that the author had read; Overtaken if there are newer ones."""
    now = millisecond(now)
    with transaction.atomic():
        enter(incident.page, "update", now, by, incident=incident)
        incident.refresh_from_db()
        _check(incident, say, now)
        if seen is not None:
            _refuse_unread(incident, seen)
        return _say(incident, say, now)


def correct(said: Update, body: str, facts: Facts, by: By, now: datetime) -> Text:
    """Reword an update. The earlier wording is kept, and readers see that it was edited."""
    now, incident = millisecond(now), said.incident
    _body(body)
    with transaction.atomic():
        enter(incident.page, "correct", now, by, incident=incident)
        text = Text.objects.create(update_said=said, at=now, body=body, facts=wire.facts_out(facts))
        Update.objects.filter(pk=said.pk).update(updated_at=now)
        Incident.objects.filter(pk=incident.pk).update(updated_at=now)
    return text


def rename(incident: Incident, name: str, by: By, now: datetime, *, impact: Impact | None = None) -> None:
    """Name it better, or say outright how bad it is (None: as its components show)."""
    now = millisecond(now)
    incident.name, incident.impact_override, incident.updated_at = _name(name), impact or "", now
    with transaction.atomic():
        enter(incident.page, "rename", now, by, incident=incident)
        incident.save(update_fields=["name", "impact_override", "updated_at"])


def reschedule(incident: Incident, starts: datetime, ends: datetime, by: By, now: datetime) -> None:
    """Move the window of a maintenance that has not ended."""
    now = millisecond(now)
    _window(starts, ends)
    with transaction.atomic():
        enter(incident.page, "reschedule", now, by, incident=incident)
        incident.refresh_from_db()
        if not incident.open:
            raise JournalError("This maintenance has ended: plan a new one.")
        incident.scheduled_for, incident.scheduled_until = millisecond(starts), millisecond(ends)
        incident.updated_at = now
        incident.save(update_fields=["scheduled_for", "scheduled_until", "updated_at"])


def _window(starts: datetime, ends: datetime) -> None:
    if ends <= starts:
        raise JournalError("The maintenance ends before it starts: set an end after the start.")


def turn(component: Component, status: ComponentStatus, by: By, now: datetime) -> Turn | None:
    """Set a component without an incident. None if it is so already."""
    now = millisecond(now)
    with transaction.atomic():
        old = rows.status_of(component.pk)
        if old is status:
            return None
        enter(component.page, "turn", now, by, subject=component.pk, name=component.name, month=f"{now:%Y-%m}")
        Component.objects.filter(pk=component.pk).update(updated_at=now)
        return lone_turn(component, old, status, now)


def lone_turn(component: Component, old: ComponentStatus, new: ComponentStatus, at: datetime) -> Turn:
    """The row of a turn made without an incident; its entry is the caller's."""
    name = rows.full_name(component)
    return Turn.objects.create(page=component.page, component=component, public_id=new_id(), at=at, name=name, old=old, new=new)


def keep_time(page: Page, now: datetime) -> list[Update]:
    """Begin and end the maintenances whose time has come. Their updates have no words: nobody wrote any."""
    done = []
    for incident in page.incidents.filter(open=True, kind=Kind.MAINTENANCE):
        status = rows.status_of_incident(incident)
        starts, ends = incident.scheduled_for, incident.scheduled_until
        if incident.auto_start and status is Status.SCHEDULED and starts and starts <= now:
            done.append(_turn_over(incident, Status.IN_PROGRESS, ComponentStatus.UNDER_MAINTENANCE, starts, now))
            status = Status.IN_PROGRESS
        if incident.auto_end and status is Status.IN_PROGRESS and ends and ends <= now:
            done.append(_turn_over(incident, Status.COMPLETED, ComponentStatus.OPERATIONAL, ends, now))
    return [said for said in done if said]


def _turn_over(incident: Incident, status: Status, to: ComponentStatus, at: datetime, now: datetime) -> Update | None:
    statuses = {record["id"]: to for record in incident.components}
    said = _in_order_said(incident)
    try:
        say = Say(status=status, body="", statuses=statuses, at=at)
        return update(incident, say, None, now, seen=said[-1].pk if said else None)
    except Overtaken:  # another worker, or a person, was quicker
        return None


def _say(incident: Incident, say: Say, now: datetime) -> Update:
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


def _check(incident: Incident, say: Say, now: datetime) -> None:
    allowed = MAINTENANCE_STATUSES if incident.kind == Kind.MAINTENANCE else INCIDENT_STATUSES
    if say.status not in allowed:
        raise JournalError(f"An {incident.kind} cannot be “{say.status}”: choose one of {', '.join(allowed)}.")
    if say.at and millisecond(say.at) > now:
        raise JournalError("An update cannot be dated in the future: leave the time empty, or set an earlier one.")
    _body(say.body)


def _in_order_said(incident: Incident) -> list[Update]:
    """Its updates as they were written, whatever time they hold from and however close together."""
    return list(incident.updates.annotate(first=Min("texts__id")).order_by("first"))


def _refuse_unread(incident: Incident, seen: str) -> None:
    said = _in_order_said(incident)
    read = next((number for number, update in enumerate(said, 1) if update.pk == seen), 0)
    if said[read:]:
        raise Overtaken(said[read:])


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise JournalError("Give it a name: one short sentence that a customer understands.")
    if len(name) > 255:
        raise JournalError(f"The name has {len(name)} characters; 255 are the most. Put the rest into the update.")
    return name


def _body(body: str) -> None:
    if len(body) > BODY_LIMIT:
        raise JournalError(f"The update has {len(body):,} characters; {BODY_LIMIT:,} are the most. Link to the rest instead.")
