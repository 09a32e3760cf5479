"""The one check of what importers give: ids, numbers, times, zones and texts. What the desk could not keep stays out, named."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, datetime
from enum import Enum
from functools import cache
from itertools import islice
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints
from zoneinfo import available_timezones

from lightship.core.model import Component, Group, Incident, Page, StatusChange
from lightship.importers._values import ID, NEWEST, OLDEST, Imported, ImporterError, Problem, shown, with_retired

_IDS = ("id", "component_id", "group_id")
_NEVER_EMPTY = ("updates", "wordings")
_LARGEST = 2**31 - 1
_RANGES = {"position": (0, _LARGEST), "promise_minutes": (1, 24 * 60), "revision": (0, 2**53 - 1), "epoch": (0, 2**53 - 1)}
_SUPPORT_URL = re.compile(r"|(?:(?:https?|ftps?)://|mailto:)\S{1,190}")
# Halves of a character, which no encoding writes, and NUL, which no database keeps.
_BROKEN = re.compile("[\ud800-\udfff\0]")


def faults(value: Any, hint: Any, name: str = "") -> Iterator[str]:
    """What in `value` is not as `hint` (a type of core's, or of a field in one) says, to the last field."""
    origin, inside = _shape(hint)
    if origin is UnionType:
        if value is not None:
            yield from faults(value, inside, name)
    elif origin is tuple:
        if name in _NEVER_EMPTY and not value:
            yield f"it has no {name}"
        for each in value:
            yield from faults(each, inside, name)
    elif isinstance(hint, type) and is_dataclass(hint) and isinstance(value, hint):
        for field, inner in _hints(hint).items():
            yield from faults(getattr(value, field), inner, field)
    elif fault := _plain(value, hint, name):
        yield f"{name} {shown(value)} {fault}"


@cache
def _shape(hint: Any) -> tuple[Any, Any]:
    """`tuple` and what it is of, or a union and the type that is there unless None is."""
    return get_origin(hint), next(iter(get_args(hint)), None)


@cache
def _hints(form: Any) -> Mapping[str, Any]:
    hints = get_type_hints(form)
    return {field.name: hints[field.name] for field in fields(form)}


def _plain(value: Any, hint: Any, name: str) -> str:
    """Why this is no such value; empty if it is."""
    if hint is str:
        return _text(value, name)
    if hint is int:
        least, most = _RANGES.get(name, (0, _LARGEST))
        sound = isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
        return "" if sound else f"is not a number from {least} to {most}"
    if hint is datetime:
        sound = isinstance(value, datetime) and value.tzinfo is not None and OLDEST <= value.year <= NEWEST
        return "" if sound else f"is not a time between {OLDEST} and {NEWEST}"
    if hint is date:
        return "" if isinstance(value, date) else "is not a date"
    if hint is bool or (isinstance(hint, type) and (issubclass(hint, Enum) or is_dataclass(hint))):
        return "" if isinstance(value, hint) else "is not what belongs there"
    raise TypeError(f"{name}: nobody says how a {hint} is checked")


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        return "is not text"
    if name in _IDS and not ID.fullmatch(value):
        return "is not an id: 12 characters a-z and 0-9"
    if name == "time_zone" and value not in available_timezones():
        return "is not a time zone: it should be a name like Europe/Vienna"
    if name == "support_url" and not _SUPPORT_URL.fullmatch(value):
        return "is not a URL of at most 200 characters"
    return "has characters that are no text" if _BROKEN.search(value) else ""


def checked(found: Imported) -> Imported:
    """The same, without what is not sound. Broken characters are dropped from texts; entries that are wrong in another way
    are left out, and named. A Lightship's own state is whole or an ImporterError: half of it must not claim its revision.
    """
    sieve = _Sieve([_clean(problem) for problem in found.problems], whole=bool(found.revision or found.epoch))
    for name in ("revision", "epoch"):
        if fault := _plain(getattr(found, name), int, name):
            raise ImporterError(f"{name} {shown(getattr(found, name))} {fault}")
    page = next(iter(sieve.each("page", [found.page] if found.page else [], Page)), None)
    groups = sieve.each("group", found.groups, Group)
    components = sieve.homed(sieve.each("component", found.components, Component), {group.id for group in groups})
    incidents = sieve.incidents(found.incidents)
    if len(components) < len(found.components):
        components = list(with_retired(components, incidents))
    status_changes = sieve.known(
        sieve.each("turn", found.status_changes, StatusChange), {component.id for component in components}
    )
    return replace(
        found,
        page=page,
        groups=tuple(groups),
        components=tuple(components),
        incidents=tuple(incidents),
        status_changes=tuple(status_changes),
        problems=tuple(sieve.problems),
    )


@dataclass
class _Sieve:
    """`whole`: nothing may stay behind, so the first wrong entry refuses all."""

    problems: list[Problem]
    whole: bool

    def each(self, what: str, rows: Iterable[Any], form: type, *, lost: bool = False) -> list[Any]:
        kept: dict[str, Any] = {}
        for row in rows:
            sound = row if self.whole else _clean(row)
            where = f"{what} {row.id if isinstance(row.id, str) and ID.fullmatch(row.id) else shown(row.id)}"
            wrong = "; ".join(islice(faults(sound, form), 3))
            if not wrong and sound.id in kept:
                wrong = "its id is there twice"
            if wrong:
                self.leave_out(where, wrong, lost=lost)
                continue
            if sound is not row:
                self.problems.append(Problem(where, "has characters that are no text; they were left out"))
            kept[sound.id] = sound
        return list(kept.values())

    def leave_out(self, where: str, wrong: str, *, lost: bool = False) -> None:
        where, wrong = _clean(where), _clean(wrong)
        if self.whole:
            raise ImporterError(f"this state is not sound, and is taken whole or not at all: {where}: {wrong}")
        self.problems.append(Problem(where, f"left out: {wrong}", lost=lost))

    def incidents(self, rows: Iterable[Incident]) -> list[Incident]:
        kept: list[Incident] = []
        said: set[str] = set()
        for incident in self.each("incident", rows, Incident, lost=True):
            own = [update.id for update in incident.updates]
            if len({*own} - said) < len(own):
                self.leave_out(f"incident {incident.id}", "the id of one of its updates is there twice", lost=True)
                continue
            said.update(own)
            kept.append(incident)
        return kept

    def homed(self, components: Iterable[Component], groups: set[str]) -> list[Component]:
        kept: list[Component] = []
        for component in components:
            if component.group_id and component.group_id not in groups:
                where, what = f"component {component.id}", f"its group {component.group_id} is not there"
                if self.whole:
                    self.leave_out(where, what)
                self.problems.append(Problem(where, f"{what}: it stands outside any"))
                component = replace(component, group_id=None)
            kept.append(component)
        return kept

    def known(self, status_changes: Iterable[StatusChange], components: set[str]) -> list[StatusChange]:
        kept: list[StatusChange] = []
        for status_change in status_changes:
            if status_change.change.component_id in components:
                kept.append(status_change)
            else:
                self.leave_out(f"turn {status_change.id}", f"its component {status_change.change.component_id} is not there")
        return kept


def _clean(value: Any) -> Any:
    """The same value, or where its texts have broken characters a copy without them."""
    if isinstance(value, str):
        return _BROKEN.sub("", value) if _BROKEN.search(value) else value
    if isinstance(value, tuple):
        made = tuple(_clean(each) for each in value)
        return made if any(new is not old for new, old in zip(made, value, strict=True)) else value
    if is_dataclass(value) and not isinstance(value, type):
        pairs = ((field, getattr(value, field)) for field in _hints(type(value)))
        changed = {field: new for field, old in pairs if (new := _clean(old)) is not old}
        return replace(value, **changed) if changed else value
    return value
