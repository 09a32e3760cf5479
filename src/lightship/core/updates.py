"""The one rule: what an update changes in its incident, its components and the page. Desk, terminal, clock, break-glass and
import insert what these functions return; nothing else decides it (docs/decisions/0027)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property

from lightship.core import wire
from lightship.core.duty import promises
from lightship.core.duty.policy import Policy
from lightship.core.history import BY_HAND, LEFT, RESTATED, Timeline, left
from lightship.core.model import (
    ENDED,
    Change,
    Component,
    ComponentStatus,
    Facts,
    Group,
    Impact,
    Incident,
    Kind,
    Status,
    StatusChange,
    Update,
    Wording,
)
from lightship.core.rules import Refused, after, check, dated, fit_name, goes_on, millisecond
from lightship.core.status import severity, worst

NO_FACTS = Facts()
RUNNING = (Status.IN_PROGRESS, Status.VERIFYING)
ALWAYS = datetime.min.replace(tzinfo=UTC)
_OK = ComponentStatus.OPERATIONAL


@dataclass(frozen=True, kw_only=True)
class NewUpdate:
    """An update to write. `statuses`: component id -> the level at which its incident holds it from then on. An update that
    begins or ends a maintenance, or ends an incident, need not state any. `at`: for backdating; None means now.
    `promise_usual`: the next one is promised for one interval from now (core/duty/promises). `speaker`, `automatic`: see
    Update."""

    status: Status
    body: str
    facts: Facts = NO_FACTS
    statuses: Mapping[str, ComponentStatus] | None = None
    notify: bool = True
    at: datetime | None = None
    promise_usual: bool = False
    speaker: str = ""
    automatic: bool = False


@dataclass(frozen=True, kw_only=True)
class NewIncident:
    """An incident to write: its name and first update. `started_at` None: the time of the first update. `id`: the id that it
    must get, so that a form sent twice opens one incident (the second is an IntegrityError). `practice`: no reader ever reads
    it."""

    name: str
    update: NewUpdate
    started_at: datetime | None = None
    impact: Impact | None = None
    id: str = ""
    practice: bool = False


@dataclass(frozen=True, kw_only=True)
class Window:
    """A maintenance to write: when it begins and ends, its components, and whether the clock begins and ends it."""

    name: str
    body: str
    starts: datetime
    ends: datetime
    components: frozenset[str] = field(default_factory=frozenset)
    auto_start: bool = True
    auto_end: bool = True
    notify: bool = True
    facts: Facts = NO_FACTS


@dataclass(frozen=True, kw_only=True)
class PageNow:
    """What an update is decided on: the page's components and groups, and what holds components over time, read when it is
    first asked for: an update that speaks of no component and ends nothing never asks. `policy`: what promises are held to;
    None where nothing is known of it, as without a desk: then no promise is refused."""

    components: Sequence[Component]
    groups: Sequence[Group]
    read_timeline: Callable[[], Timeline]
    promise_minutes: int = 30
    policy: Policy | None = None

    @cached_property
    def timeline(self) -> Timeline:
        return self.read_timeline()


def opened(page: PageNow, new: NewIncident, id: str, update_id: str, now: datetime) -> Incident:
    """The incident that this opens on the page, or Refused."""
    now, first = millisecond(now), new.update
    at = millisecond(first.at or new.started_at or now)
    started_at = millisecond(new.started_at or at)
    check(Kind.INCIDENT, first.status, first.body, at, now)
    dated(started_at, now)
    bare = Incident(
        id=id,
        name=fit_name(new.name),
        created_at=min(at, now),
        updated_at=now,
        started_at=started_at,
        updates=(),
        impact_override=new.impact,
    )
    goes_on(bare, first.status)
    return _with(page, bare, replace(first, at=at), update_id, now)


def scheduled(page: PageNow, window: Window, id: str, update_id: str, now: datetime) -> Incident:
    """The maintenance that this plans, or Refused. It mentions its components as they are, and holds none before it begins."""
    now = millisecond(now)
    check_window(window.starts, window.ends)
    check(Kind.MAINTENANCE, Status.SCHEDULED, window.body, None, now)
    bare = Incident(
        id=id,
        kind=Kind.MAINTENANCE,
        name=fit_name(window.name),
        created_at=now,
        updated_at=now,
        started_at=now,
        updates=(),
        scheduled_for=millisecond(window.starts),
        scheduled_until=millisecond(window.ends),
        auto_start=window.auto_start,
        auto_end=window.auto_end,
    )
    live = {component.id for component in page.components if not component.retired}
    shown = {key: page.timeline.shown(key, now) for key in window.components & live}
    new = NewUpdate(status=Status.SCHEDULED, body=window.body, facts=window.facts, notify=window.notify, statuses=shown)
    return _with(page, bare, new, update_id, now)


def check_window(starts: datetime, ends: datetime) -> None:
    if ends <= starts:
        raise Refused("The maintenance ends before it starts: set an end after the start.")


def added(page: PageNow, incident: Incident, new: NewUpdate, update_id: str, now: datetime) -> Incident:
    """The incident after one more update, or Refused."""
    now = millisecond(now)
    check(incident.kind, new.status, new.body, new.at, now)
    goes_on(incident, new.status)
    if new.at:
        after(new.at, new.status, incident)
    return _with(page, incident, new, update_id, now)


def owed(incident: Incident, now: datetime) -> NewUpdate | None:
    """The update by which the clock must begin or end a maintenance by now. It is dated when it was due, but after the newest
    update, else that one would remain the current one. Its body is empty: nobody wrote one, and it keeps no promise."""
    starts, ends = incident.scheduled_for, incident.scheduled_until
    if incident.auto_start and incident.status is Status.SCHEDULED and starts and starts <= now:
        status, due = Status.IN_PROGRESS, starts
    elif incident.auto_end and incident.status in RUNNING and ends and ends <= now:
        status, due = Status.COMPLETED, ends
    else:
        return None
    at = max(due, incident.updates[-1].display_at + timedelta(milliseconds=1))
    return NewUpdate(status=status, body="", at=at, automatic=True) if at <= now else None


def set_by_hand(page: PageNow, component_id: str, level: ComponentStatus, id: str, now: datetime) -> StatusChange | None:
    """The status change that sets a component without an incident; None if it is set so already. It holds until the next."""
    holds = page.timeline.holds.get(component_id, ())
    # After the levels set before: of two at one moment, nobody could tell which one is current.
    at = max([now, *(hold.at + timedelta(milliseconds=1) for hold in holds if hold.source in (BY_HAND, LEFT, RESTATED))])
    levels = page.timeline.levels(component_id, at)
    before = worst(levels.get(source, _OK) for source in (BY_HAND, LEFT))
    if level is before:
        return None
    (change,) = _changes(page, {component_id: level}, at)
    # Where an incident shows that level already, the old level is the one set by hand: a change to itself restates.
    return StatusChange(at, change if change.old is not level else replace(change, old=before), id)


def settled(page: PageNow, wanted: Component, id: str, now: datetime) -> StatusChange | None:
    """The status change after which the page shows a component as another tool shows it; None where it does so already."""
    levels, level = page.timeline.levels(wanted.id, now), wanted.status
    shown = worst(levels.values())
    if shown is level:
        return None
    newest = page.timeline.holds[wanted.id][-1].at if levels else ALWAYS
    at = wanted.updated_at if newest < wanted.updated_at <= now else now
    (change,) = _changes(page, {wanted.id: level}, at)
    claimed = worst(level for source, level in levels.items() if source not in (BY_HAND, LEFT))
    return StatusChange(at, replace(change, old=level if severity(claimed) > severity(level) else shown), id)


def _with(page: PageNow, incident: Incident, new: NewUpdate, update_id: str, now: datetime) -> Incident:
    at = millisecond(new.at or now)
    stated = {**_implied(page, incident, new.status, at), **(new.statuses or {})}
    changes = _changes(page, stated, at)
    update = Update(
        id=update_id,
        status=new.status,
        wordings=(Wording(now, new.body, wire.from_json(Facts, wire.to_json(new.facts))),),
        created_at=now,
        updated_at=now,
        display_at=at,
        changes=changes if stated or new.statuses is not None else None,
        notify=new.notify,
        speaker=new.speaker,
        automatic=new.automatic,
    )
    result = replace(incident, updates=in_order((*incident.updates, update)), updated_at=now)
    changed = {change.component_id for change in changes if change.old is not change.new}
    parts = [replace(c, updated_at=now) if c.id in changed else c for c in page.components]
    result = replace(result, components=touched(result, (*parts, *incident.components)))
    # One incident has every component of the page down. It is decided when the update is written, for pages grow.
    down = {c.id for c in result.components if c.status is ComponentStatus.MAJOR}
    if not result.impact_override and down and down >= {c.id for c in page.components if not c.retired}:
        result = replace(result, impact_override=Impact.CRITICAL)
    return _promising(page, result, new, update_id, now)


def _promising(page: PageNow, incident: Incident, new: NewUpdate, update_id: str, now: datetime) -> Incident:
    """With the promise of one interval, where that is asked for; or Refused for one that the page's policy does not allow."""
    if new.promise_usual and not incident.ended:
        due = now + promises.interval(incident, page.promise_minutes, page.policy or Policy())
        changed = [
            replace(update, wordings=(replace(update.wordings[-1], facts=replace(update.facts, next_update=due)),))
            if update.id == update_id
            else update
            for update in incident.updates
        ]
        return replace(incident, updates=tuple(changed))
    if page.policy and new.facts.next_update and not new.automatic and incident.updates[-1].id == update_id:
        promises.check_promise(incident, new.facts.next_update, page.promise_minutes, page.policy, now)
    return incident


def _implied(page: PageNow, incident: Incident, status: Status, at: datetime) -> dict[str, ComponentStatus]:
    """The levels that an update of this status implies. A maintenance that begins holds the components that it touches. An end
    frees those that the incident held; a component that something else holds does not change, and is not mentioned."""
    before = [update for update in incident.updates if update.display_at <= at]
    known = {component.id for component in page.components}
    if status in RUNNING and not (before and before[-1].status in RUNNING):
        return {c.id: ComponentStatus.UNDER_MAINTENANCE for c in incident.components if c.id in known}
    if status not in ENDED or not before:
        return {}
    freed = {}
    for component_id in left(replace(incident, updates=tuple(before))).keys() & known:
        levels = page.timeline.levels(component_id, at)
        if levels.pop(incident.id, _OK) is not _OK and worst(levels.values()) is _OK:
            freed[component_id] = _OK
    return freed


def _changes(page: PageNow, statuses: Mapping[str, ComponentStatus], at: datetime) -> tuple[Change, ...]:
    known = {component.id: component for component in page.components}
    if unknown := statuses.keys() - known.keys():
        raise Refused(f"There is no component {', '.join(sorted(unknown))} on this page.")
    parts = sorted((known[key] for key in statuses), key=placed)
    return tuple(Change(c.id, full_name(c, page.groups), page.timeline.shown(c.id, at), statuses[c.id]) for c in parts)


def touched(incident: Incident, parts: Sequence[Component]) -> tuple[Component, ...]:
    """The records of the components that the incident touches or mentions, each at the level at which it leaves them. Of
    several `parts` with one id, the first counts."""
    levels = left(incident)
    ids = {component.id for component in incident.components} | levels.keys()
    records = {part.id: part for part in reversed(parts) if part.id in ids}
    return tuple(sorted((replace(c, status=levels.get(c.id, _OK)) for c in records.values()), key=placed))


def in_order(updates: Sequence[Update]) -> tuple[Update, ...]:
    """Oldest first, as readers read them."""
    return tuple(sorted(updates, key=lambda update: (update.display_at, update.created_at, update.id)))


def in_given_order(updates: Sequence[Update]) -> tuple[Update, ...]:
    """Another tool's updates, oldest first, so that `in_order` leaves them so: of two shown at one moment, ids would decide."""
    ordered: list[Update] = []
    for update in updates:
        if ordered and in_order([ordered[-1], update])[0] is update:
            update = replace(update, created_at=ordered[-1].created_at + timedelta(milliseconds=1))
        ordered.append(update)
    return tuple(ordered)


def placed(component: Component) -> tuple[int, datetime, str]:
    return component.position, component.created_at, component.id


def full_name(component: Component, groups: Sequence[Group]) -> str:
    """The name for readers: "Group - Component" in a group, as Statuspage writes it."""
    group = next((group.name for group in groups if group.id == component.group_id), "")
    return f"{group} - {component.name}" if group else component.name
