"""What importers hand over, and the words in which they refuse."""

import re
import reprlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from lightship.core.model import Component, ComponentStatus, Group, Incident, Kind, Page, StatusChange

ID = re.compile(r"[a-z0-9]{12}")
OLDEST, NEWEST = 1990, 2200  # the years in which a time may lie


class ImporterError(Exception):
    """The source cannot be read at all. The message is for the person who named it; `permanent`: asking again won't help."""

    def __init__(self, message: str, *, permanent: bool = True) -> None:
        super().__init__(message)
        self.permanent = permanent


@dataclass(frozen=True, slots=True)
class Problem:
    """What did not come over whole. `where`: the file, or the id at the source. `lost`: the whole entry is missing here."""

    where: str
    what: str
    lost: bool = False

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What a source holds. `components[].status` is the truth at import; `retired` ones are named by history alone.

    `found` counts the entries that the source offers, so that found == len(incidents) + the lost ones.
    `revision`, `epoch`: of a Lightship's own state, to go on with.
    """

    page: Page | None = None
    groups: tuple[Group, ...] = ()
    components: tuple[Component, ...] = ()
    incidents: tuple[Incident, ...] = ()
    status_changes: tuple[StatusChange, ...] = ()
    problems: tuple[Problem, ...] = ()
    found: int = 0
    revision: int = 0
    epoch: int = 0

    @property
    def counts(self) -> Mapping[str, int]:
        return {
            "components": sum(1 for component in self.components if not component.retired),
            "retired components": sum(1 for component in self.components if component.retired),
            "groups": len(self.groups),
            "incidents": sum(1 for incident in self.incidents if incident.kind is Kind.INCIDENT),
            "maintenances": sum(1 for incident in self.incidents if incident.kind is Kind.MAINTENANCE),
            "updates": sum(len(incident.updates) for incident in self.incidents),
            "found": self.found,
            "lost": sum(1 for problem in self.problems if problem.lost),
        }


def with_retired(components: Iterable[Component], incidents: Iterable[Incident]) -> tuple[Component, ...]:
    """The components, and behind them as retired each one that only incidents know, so that no name is lost."""
    incidents = tuple(incidents)
    known = {component.id: component for component in components}
    # Newest first: the last record of a component that is gone is the best one.
    for incident in sorted(incidents, key=lambda each: each.updated_at, reverse=True):
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
    """A stranger's value in a message: short, however long or deep it is."""
    try:
        return reprlib.repr(value)
    except (ValueError, RecursionError):  # a number of thousands of digits; what nests a thousand deep
        return f"a {type(value).__name__} that cannot be shown"
