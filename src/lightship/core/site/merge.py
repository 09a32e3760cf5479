"""The content of two desks merged into one: nothing that either published is lost, and the order of merging does not matter.

Incidents, updates, wordings and status changes are merged by id. Where both desks changed the same field in place (a name, a
window, a description), the later change stands. Every function here is commutative, associative and idempotent.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from lightship.core.history import left
from lightship.core.model import Component, Group, Impact, Incident, Page, StatusChange, Update
from lightship.core.updates import in_order, placed
from lightship.core.wire import canonical, status_change_out, to_json

Value = TypeVar("Value", Page, Group, Component, Incident, Update)
_GRAVITY = (None, Impact.NONE, Impact.MAINTENANCE, Impact.MINOR, Impact.MAJOR, Impact.CRITICAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """All that is published on a page, or a part of it, by id."""

    page: Page
    groups: Mapping[str, Group]
    components: Mapping[str, Component]
    incidents: Mapping[str, Incident]
    status_changes: Mapping[str, StatusChange]


def content(first: Content, second: Content) -> Content:
    status_changes = sorted(
        (*first.status_changes.values(), *second.status_changes.values()),
        key=lambda change: (change.at, canonical(status_change_out(change))),
    )
    return Content(
        page=_later(first.page, second.page),
        groups=_by_id(_later, first.groups.values(), second.groups.values()),
        components=_by_id(_later, first.components.values(), second.components.values()),
        incidents=_by_id(incident, first.incidents.values(), second.incidents.values()),
        status_changes={change.id: change for change in status_changes},
    )


def incident(first: Incident, second: Incident) -> Incident:
    """The incident with the updates of both. Its impact never falls."""
    if first == second:
        return first
    later = max(first, second, key=_changed_in_place)
    later = replace(later, updates=in_order(tuple(_by_id(update, first.updates, second.updates).values())))
    levels, records = left(later), _by_id(_later, first.components, second.components).values()
    return replace(
        later,
        created_at=min(first.created_at, second.created_at),
        # Each at the level at which the updates of both sides leave it.
        components=tuple(sorted((replace(c, status=levels.get(c.id, c.status)) for c in records), key=placed)),
        impact_override=max(first.impact_override, second.impact_override, key=_GRAVITY.index),
        # Once withdrawn or merged it stays so, whatever the other side changed later.
        withdrawn=first.withdrawn or second.withdrawn,
        merged_into=max(first.merged_into, second.merged_into),
    )


def update(first: Update, second: Update) -> Update:
    """Every wording of both, oldest first. All other fields of an update never change."""
    if first == second:
        return first
    wordings = sorted({*first.wordings, *second.wordings}, key=lambda wording: (wording.at, canonical(to_json(wording))))
    bare = [replace(side, wordings=(), updated_at=side.created_at) for side in (first, second)]
    same = max(bare, key=lambda update: canonical(to_json(update)))
    return replace(same, wordings=tuple(wordings), updated_at=max(first.updated_at, second.updated_at))


def _by_id(merge: Callable[[Value, Value], Value], *sides: Iterable[Value]) -> dict[str, Value]:
    """The values of all sides, in the order of their ids."""
    values: dict[str, Value] = {}
    for value in (value for side in sides for value in side):
        values[value.id] = merge(values[value.id], value) if value.id in values else value
    return dict(sorted(values.items()))


def _later(first: Value, second: Value) -> Value:
    """The value that was changed later; of two that were changed at one moment, the same one on every desk."""
    return max(first, second, key=lambda value: (value.updated_at, canonical(to_json(value))))


def _changed_in_place(incident: Incident) -> tuple[datetime, bytes]:
    """When it was changed, and the fields of it that are changed in place."""
    from_both: dict[str, Any] = {
        "updates": (),
        "components": (),
        "impact_override": None,
        "withdrawn": False,
        "merged_into": "",
    }
    fields = replace(incident, **from_both, created_at=incident.updated_at)
    return incident.updated_at, canonical(to_json(fields))
