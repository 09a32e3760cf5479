"""The result of an importer, its problems and its error; and the check of what importers give: ids, numbers, times, zones and
texts. An entry that the desk could not store is left out."""

import re
import reprlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, datetime
from enum import Enum
from functools import cache
from itertools import islice
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from lightship.core.model import Component, ComponentStatus, Group, Incident, Page, StatusChange
from lightship.core.rules import time_zones

ID = re.compile(r"[a-z0-9]{12}")
OLDEST, NEWEST = 1990, 2200  # the years in which a time may lie
_IDS = ("id", "component_id", "group_id")
_NEVER_EMPTY = ("updates", "wordings")
_LARGEST = 2**31 - 1
_RANGES = {"position": (0, _LARGEST), "promise_minutes": (1, 24 * 60), "revision": (0, 2**53 - 1), "epoch": (0, 2**53 - 1)}
_SUPPORT_URL = re.compile(r"|(?:(?:https?|ftps?)://|mailto:)\S{1,190}")
# Lone surrogates, which no encoding writes, and NUL, which no database stores.
_BROKEN = re.compile("[\ud800-\udfff\0]")


class ImporterError(Exception):
    """The source cannot be read at all. The message is for the person who named it."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A loss of the import. `where`: the file, or the id at the source. `lost`: the whole entry was left out."""

    where: str
    what: str
    lost: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """The content of a source. `components[].status` is the status at import; only history names the `retired` ones. An
    entry of the source that is not in `incidents` is in `problems` as lost. `revision`, `epoch`: of a Lightship's own state."""

    page: Page | None = None
    groups: tuple[Group, ...] = ()
    components: tuple[Component, ...] = ()
    incidents: tuple[Incident, ...] = ()
    status_changes: tuple[StatusChange, ...] = ()
    problems: tuple[Problem, ...] = ()
    revision: int = 0
    epoch: int = 0


def shown(value: Any) -> str:
    """A foreign value for a message, cut short."""
    try:
        return reprlib.repr(value)
    except (ValueError, RecursionError):  # a number of thousands of digits, or a deeply nested value
        return f"a {type(value).__name__} that cannot be shown"


def faults(value: Any, hint: Any, name: str = "") -> Iterator[str]:
    """Every violation in `value` of `hint` (a type of core, or of one of its fields), nested fields too."""
    origin, inside = _shape(hint)
    if origin is UnionType:
        if value is not None:
            yield from faults(value, inside, name)
    elif origin is tuple:
        if name in _NEVER_EMPTY and not value:
            yield f"it has no {name}"
        for item in value:
            yield from faults(item, inside, name)
    elif isinstance(hint, type) and is_dataclass(hint) and isinstance(value, hint):
        for field, inner in _hints(hint).items():
            yield from faults(getattr(value, field), inner, field)
    elif fault := _plain(value, hint, name):
        yield f"{name} {shown(value)} {fault}"


@cache
def _shape(hint: Any) -> tuple[Any, Any]:
    """`tuple` and its item type, or a union and its type beside None."""
    return get_origin(hint), next(iter(get_args(hint)), None)


@cache
def _hints(form: Any) -> Mapping[str, Any]:
    hints = get_type_hints(form)
    return {field.name: hints[field.name] for field in fields(form)}


def _plain(value: Any, hint: Any, name: str) -> str:
    """The violation, or nothing."""
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
    if name == "time_zone" and value not in time_zones():
        return "is not a time zone: it should be a name like Europe/Vienna"
    if name == "support_url" and not _SUPPORT_URL.fullmatch(value):
        return "is not a URL of at most 200 characters"
    return "has characters that are no text" if _BROKEN.search(value) else ""


def checked(imported: Imported) -> Imported:
    """The same without unsound entries. Broken characters are dropped from texts; entries with other faults are left out and
    named. A Lightship's own state is sound as a whole or an ImporterError: a part of it must not claim its revision.
    """
    sieve = _Sieve([_clean(problem) for problem in imported.problems], whole=bool(imported.revision or imported.epoch))
    for name in ("revision", "epoch"):
        if fault := _plain(getattr(imported, name), int, name):
            raise ImporterError(f"{name} {shown(getattr(imported, name))} {fault}")
    page = next(iter(sieve.sound("page", [imported.page] if imported.page else [], Page)), None)
    groups = sieve.sound("group", imported.groups, Group)
    group_ids = {group.id for group in groups}
    homed = [sieve.homed(component, group_ids) for component in sieve.sound("component", imported.components, Component)]
    incidents = sieve.incidents(imported.incidents)
    components = _with_retired(homed, incidents)
    component_ids = {component.id for component in components}
    status_changes = sieve.sound("status change", imported.status_changes, StatusChange)
    return replace(
        imported,
        page=page,
        groups=tuple(groups),
        components=components,
        incidents=tuple(incidents),
        status_changes=tuple(change for change in status_changes if sieve.knows(change, component_ids)),
        problems=tuple(sieve.problems),
    )


def _with_retired(components: Iterable[Component], incidents: Sequence[Incident]) -> tuple[Component, ...]:
    """The components, followed by the retired ones that only incidents name."""
    # Newest first: the last record of a retired component is the best one.
    newest_first = sorted(incidents, key=lambda incident: incident.updated_at, reverse=True)
    named = [component for incident in newest_first for component in incident.components]
    for update in (update for incident in incidents for update in incident.updates):
        at = update.display_at
        named += [
            Component(id=change.component_id, name=change.name, position=0, created_at=at, updated_at=at)
            for change in update.changes or ()
        ]
    known = {component.id: component for component in components}
    for component in (component for component in named if component.id not in known):
        retired = replace(component, status=ComponentStatus.OPERATIONAL, group_id=None, retired=True)
        known[component.id] = replace(retired, position=len(known) + 1)
    return tuple(known.values())


@dataclass
class _Sieve:
    """`whole`: nothing may be left out, so the first unsound entry refuses all."""

    problems: list[Problem]
    whole: bool

    def sound(self, what: str, rows: Iterable[Any], form: type, *, lost: bool = False) -> list[Any]:
        entries: dict[str, Any] = {}
        for row in rows:
            entry = row if self.whole else _clean(row)
            where = f"{what} {row.id if isinstance(row.id, str) and ID.fullmatch(row.id) else shown(row.id)}"
            reason = "; ".join(islice(faults(entry, form), 3))
            if not reason and entry.id in entries:
                reason = "its id is there twice"
            if reason:
                self.leave_out(where, reason, lost=lost)
                continue
            if entry is not row:
                self.problems.append(Problem(where, "has characters that are no text; they were left out"))
            entries[entry.id] = entry
        return list(entries.values())

    def leave_out(self, where: str, reason: str, *, lost: bool = False) -> None:
        where, reason = _clean(where), _clean(reason)
        if self.whole:
            raise ImporterError(f"this state is not sound, and is taken whole or not at all: {where}: {reason}")
        self.problems.append(Problem(where, f"left out: {reason}", lost=lost))

    def incidents(self, rows: Iterable[Incident]) -> list[Incident]:
        incidents: list[Incident] = []
        update_ids: set[str] = set()
        for incident in self.sound("incident", rows, Incident, lost=True):
            own = [update.id for update in incident.updates]
            if len({*own} - update_ids) < len(own):
                self.leave_out(f"incident {incident.id}", "the id of one of its updates is there twice", lost=True)
                continue
            update_ids.update(own)
            incidents.append(incident)
        return incidents

    def homed(self, component: Component, groups: set[str]) -> Component:
        """The component, outside of any group if its own is missing."""
        if not component.group_id or component.group_id in groups:
            return component
        where, what = f"component {component.id}", f"its group {component.group_id} is not there"
        if self.whole:
            self.leave_out(where, what)
        self.problems.append(Problem(where, f"{what}: it stands outside any"))
        return replace(component, group_id=None)

    def knows(self, status_change: StatusChange, components: set[str]) -> bool:
        component_id = status_change.change.component_id
        if component_id not in components:
            self.leave_out(f"status change {status_change.id}", f"its component {component_id} is not there")
        return component_id in components


def _clean(value: Any) -> Any:
    """The same value, or a copy without broken characters in its texts."""
    if isinstance(value, str):
        return _BROKEN.sub("", value) if _BROKEN.search(value) else value
    if isinstance(value, tuple):
        cleaned = tuple(_clean(item) for item in value)
        return cleaned if any(new is not old for new, old in zip(cleaned, value, strict=True)) else value
    if is_dataclass(value) and not isinstance(value, type):
        pairs = ((field, getattr(value, field)) for field in _hints(type(value)))
        changed = {field: new for field, old in pairs if (new := _clean(old)) is not old}
        return replace(value, **changed) if changed else value
    return value
