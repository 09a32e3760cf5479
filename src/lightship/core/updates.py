"""What people say, as values: an update, a new incident; and what a page is after it, where no database writes it down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from lightship.core import wire
from lightship.core.model import (
    Change,
    Component,
    ComponentStatus,
    Facts,
    Group,
    Impact,
    Incident,
    Kind,
    Snapshot,
    Status,
    Text,
    Update,
)
from lightship.core.rules import Refused, after, check, dated, fit_name, millisecond

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
    """A new incident: its name, and its first words. `started_at` None: when the first update holds.

    `id`: the one it must get, so that a form sent twice opens one incident (the second is an IntegrityError).
    """

    name: str
    say: Say
    started_at: datetime | None = None
    impact: Impact | None = None
    id: str = ""


def opened(page: Snapshot, opening: Opening, update_id: str, now: datetime) -> Incident:
    """The incident that this opens on the page. Refused where the journal of a desk would refuse it too."""
    now, say = millisecond(now), opening.say
    at = millisecond(say.at or opening.started_at or now)
    started_at = millisecond(opening.started_at or at)
    check(Kind.INCIDENT, say.status, say.body, at, now)
    dated(started_at, now)
    bare = Incident(
        id=opening.id,
        name=fit_name(opening.name),
        created_at=min(at, now),
        updated_at=now,
        started_at=started_at,
        updates=(),
        impact_override=opening.impact,
    )
    return _with(page, bare, replace(say, at=at), update_id, now)


def added(page: Snapshot, incident: Incident, say: Say, update_id: str, now: datetime) -> Incident:
    """The incident after one more update. Refused as in `opened`."""
    now = millisecond(now)
    check(incident.kind, say.status, say.body, say.at, now)
    if say.at:
        began = incident.started_at if incident.kind is Kind.INCIDENT else datetime.min.replace(tzinfo=now.tzinfo)
        newest = incident.updates[-1]
        after(say.at, say.status, began, (newest.display_at, newest.status))
    return _with(page, incident, say, update_id, now)


def _with(page: Snapshot, incident: Incident, say: Say, update_id: str, now: datetime) -> Incident:
    at = millisecond(say.at or now)
    changes = _changes(page, say.statuses or {}, at)
    update = Update(
        id=update_id,
        status=say.status,
        texts=(Text(now, say.body, wire.facts_in(wire.facts_out(say.facts))),),
        created_at=now,
        updated_at=now,
        display_at=at,
        changes=None if say.statuses is None else changes,
        notify=say.notify,
    )
    spoken = replace(incident, updates=in_order((*incident.updates, update)), updated_at=now)
    turned = {change.component_id for change in changes if change.old is not change.new}
    parts = [replace(c, updated_at=now) if c.id in turned else c for c in page.components]
    spoken = replace(spoken, components=left(spoken, (*parts, *incident.components), {c.component_id for c in changes}))
    if not spoken.impact_override and all_down(spoken.components, page.components):
        return replace(spoken, impact_override=Impact.CRITICAL)
    return spoken


def _changes(page: Snapshot, statuses: Mapping[str, ComponentStatus], at: datetime) -> tuple[Change, ...]:
    known = {component.id: component for component in page.components}
    if unknown := statuses.keys() - known.keys():
        raise Refused(f"There is no component {', '.join(sorted(unknown))} on this page.")
    found = sorted((known[each] for each in statuses), key=placed)
    return tuple(Change(c.id, full_name(c, page.groups), stood(page, c.id, at), statuses[c.id]) for c in found)


def stood(page: Snapshot, component_id: str, at: datetime) -> ComponentStatus:
    """What the component was at a time: the word of the newest turn then."""
    told = [turn.change.new for turn in page.turns if turn.change.component_id == component_id and turn.at <= at]
    return told[-1] if told else page.before.get(component_id, ComponentStatus.OPERATIONAL)


def left(incident: Incident, parts: Sequence[Component], more: set[str]) -> tuple[Component, ...]:
    """The records of the components that the incident touches, and `more`, each in the status that it left them in. Of
    `parts`, the first of an id counts."""
    ids = {component.id for component in incident.components} | more
    told = {c.component_id: c.new for update in incident.updates for c in update.changes or ()}
    found = {part.id: part for part in reversed(parts) if part.id in ids}
    return tuple(sorted((replace(c, status=told.get(c.id, ComponentStatus.OPERATIONAL)) for c in found.values()), key=placed))


def all_down(touched: Sequence[Component], every: Sequence[Component]) -> bool:
    """Every component of the page is down by what one incident touches. Only when it is said can that be known: pages grow."""
    down = {component.id for component in touched if component.status is ComponentStatus.MAJOR}
    return bool(down) and down >= {component.id for component in every if not component.retired}


def in_order(updates: Sequence[Update]) -> tuple[Update, ...]:
    """As readers read them, oldest first."""
    return tuple(sorted(updates, key=lambda update: (update.display_at, update.created_at, update.id)))


def placed(component: Component) -> tuple[int, datetime, str]:
    return component.position, component.created_at, component.id


def full_name(component: Component, groups: Sequence[Group]) -> str:
    """What readers call it: "Group - Component" in a group, as Statuspage writes it."""
    group = next((group.name for group in groups if group.id == component.group_id), "")
    return f"{group} - {component.name}" if group else component.name
