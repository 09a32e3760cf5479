"""What two desks said, as one: nothing that either said is lost, and the order of merging does not matter.

Incidents, updates, wordings and turns are united by id. Where both changed one thing in place (a name, a window, a
description), the later one's stands. Every function here is commutative, associative and idempotent.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any, TypeVar

from lightship.core import wire
from lightship.core.history import left
from lightship.core.model import Component, Group, Impact, Incident, Page, StatusChange, Update, Wording
from lightship.core.updates import in_order, placed

T = TypeVar("T", Page, Group, Component, Incident)
_GRAVITY = (None, Impact.NONE, Impact.MAINTENANCE, Impact.MINOR, Impact.MAJOR, Impact.CRITICAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What was said on a page, or a part of it: by id."""

    page: Page
    groups: Mapping[str, Group]
    components: Mapping[str, Component]
    incidents: Mapping[str, Incident]
    status_changes: Mapping[str, StatusChange]


def content(one: Content, other: Content) -> Content:
    return Content(
        page=_later(one.page, other.page, wire.to_json),
        groups=_united(one.groups, other.groups, lambda a, b: _later(a, b, wire.to_json)),
        components=_united(one.components, other.components, lambda a, b: _later(a, b, wire.to_json)),
        incidents=_united(one.incidents, other.incidents, incident),
        status_changes={
            status_change.id: status_change
            for status_change in sorted((*one.status_changes.values(), *other.status_changes.values()), key=_turn_key)
        },
    )


def incident(one: Incident, other: Incident) -> Incident:
    """Its updates are those of both. Impact never falls."""
    if one == other:
        return one
    latest = _later(one, other, _said_in_place)
    latest = replace(latest, updates=in_order(tuple(_by_id(update, one.updates, other.updates).values())))
    return replace(
        latest,
        created_at=min(one.created_at, other.created_at),
        components=_records(latest, one.components, other.components),
        impact_override=max(one.impact_override, other.impact_override, key=_GRAVITY.index),
    )


def update(one: Update, other: Update) -> Update:
    """Every wording of both, oldest first; what else an update is never changes."""
    if one == other:
        return one
    wordings = sorted({*one.wordings, *other.wordings}, key=_text_key)
    same = max(one, other, key=lambda each: _key(wire.to_json(replace(each, wordings=(), updated_at=each.created_at))))
    return replace(same, wordings=tuple(wordings), updated_at=max(one.updated_at, other.updated_at))


def _records(merged: Incident, *sides: Sequence[Component]) -> tuple[Component, ...]:
    """The touched components as both knew them, each at the level at which the updates of both leave it."""
    levels = left(merged)
    known = _by_id(lambda a, b: _later(a, b, wire.to_json), *sides)
    return tuple(sorted((replace(c, status=levels.get(c.id, c.status)) for c in known.values()), key=placed))


def _united(one: Mapping[str, T], other: Mapping[str, T], merged: Callable[[T, T], T]) -> dict[str, T]:
    both = {**one, **other}
    return {each: merged(one[each], other[each]) if each in one and each in other else both[each] for each in sorted(both)}


def _by_id(merged: Callable[[Any, Any], Any], *sides: Iterable[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in (each for side in sides for each in side):
        found[each.id] = merged(found[each.id], each) if each.id in found else each
    return found


def _later(one: T, other: T, out: Callable[[T], wire.Json]) -> T:
    """The one changed later; of two changed at one moment, the same one for everybody."""
    return max(one, other, key=lambda each: (each.updated_at, _key(out(each))))


def _said_in_place(each: Incident) -> wire.Json:
    """What of an incident is changed in place."""
    whole = wire.to_json(replace(each, updates=(), components=(), impact_override=None, created_at=each.updated_at))
    return {**whole, "updates": []}


def _key(raw: wire.Json) -> bytes:
    return wire.canonical(raw)


def _text_key(text: Wording) -> tuple[Any, bytes]:
    return text.at, _key(wire.to_json(text))


def _turn_key(status_change: StatusChange) -> tuple[Any, bytes]:
    return status_change.at, _key(wire.status_change_out(status_change))


def merged(every: Sequence[Content]) -> Content:
    return reduce(content, every)
