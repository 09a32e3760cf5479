"""The result of an importer, its problems and its error."""

import re
import reprlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from lightship.core.model import Component, ComponentStatus, Group, Incident, Kind, Page, StatusChange

ID = re.compile(r"[a-z0-9]{12}")
OLDEST, NEWEST = 1990, 2200  # the years in which a time may lie


class ImporterError(Exception):
    """The source cannot be read at all. The message is for the person who named it."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A loss of the import. `where`: the file, or the id at the source. `lost`: the whole entry was left out."""

    where: str
    what: str
    lost: bool = False

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """The content of a source. `components[].status` is the status at import; only history names the `retired` ones.

    `found` counts the entries at the source, so that found == len(incidents) + the lost ones.
    `revision`, `epoch`: of a Lightship's own state.
    """

    page: Page | None = None
    groups: tuple[Group, ...] = ()
    components: tuple[Component, ...] = ()
    incidents: tuple[Incident, ...] = ()
    status_changes: tuple[StatusChange, ...] = ()
    problems: tuple[Problem, ...] = ()
    entries: int = 0
    revision: int = 0
    epoch: int = 0

    @property
    def counts(self) -> Mapping[str, int]:
        retired = sum(component.retired for component in self.components)
        maintenances = sum(incident.kind is Kind.MAINTENANCE for incident in self.incidents)
        return {
            "components": len(self.components) - retired,
            "retired components": retired,
            "groups": len(self.groups),
            "incidents": len(self.incidents) - maintenances,
            "maintenances": maintenances,
            "updates": sum(len(incident.updates) for incident in self.incidents),
            "found": self.entries,
            "lost": sum(problem.lost for problem in self.problems),
        }


def with_retired(components: Iterable[Component], incidents: Iterable[Incident]) -> tuple[Component, ...]:
    """The components, followed by the retired ones that only incidents name."""
    incidents = tuple(incidents)
    known = {component.id: component for component in components}
    # Newest first: the last record of a retired component is the best one.
    for incident in sorted(incidents, key=lambda incident: incident.updated_at, reverse=True):
        for component in incident.components:
            known.setdefault(component.id, _retired(component, len(known)))
    for update in (update for incident in incidents for update in incident.updates):
        for change in update.changes or ():
            at = update.display_at
            named = Component(id=change.component_id, name=change.name, position=0, created_at=at, updated_at=at)
            known.setdefault(named.id, _retired(named, len(known)))
    return tuple(known.values())


def _retired(component: Component, before: int) -> Component:
    return replace(component, status=ComponentStatus.OPERATIONAL, group_id=None, position=before + 1, retired=True)


def shown(value: Any) -> str:
    """A foreign value for a message, cut short."""
    try:
        return reprlib.repr(value)
    except (ValueError, RecursionError):  # a number of thousands of digits, or a deeply nested value
        return f"a {type(value).__name__} that cannot be shown"
