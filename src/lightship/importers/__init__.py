"""Where they come from: other systems' histories as core values. One file a source, found by its name; no database.

A source is a file with `read(source, **options) -> Imported`, its options keyword-only strings. What cannot be read is
named in `problems` and the rest comes in; only a source that cannot be read at all is an ImporterError.
"""

import hashlib
import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from lightship.core.model import Component, ComponentStatus, Group, Incident, Kind, Page, Turn

ID = re.compile(r"[a-z0-9]{12}")
_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"


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
    turns: tuple[Turn, ...] = ()
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


def kinds() -> tuple[str, ...]:
    """Every source there is."""
    names = (module.name for module in pkgutil.iter_modules(__path__))
    return tuple(sorted(name for name in names if not name.startswith("_") and name != "apply"))


def read(kind: str, source: str, **options: str) -> Imported:
    """The history at `source`. ImporterError for a kind that there is not, and where nothing can be read at all."""
    if kind not in kinds():
        raise ImporterError(f"there is no importer {kind!r}; there is {', '.join(kinds())}")
    function: Callable[..., Imported] = importlib.import_module(f"{__name__}.{kind}").read
    known = [name for name, each in inspect.signature(function).parameters.items() if each.kind is each.KEYWORD_ONLY]
    if strange := sorted(options.keys() - set(known)):
        raise ImporterError(f"import {kind} does not take {', '.join(strange)}; it takes {', '.join(known) or 'no option'}")
    return function(source, **options)


def id_of(*parts: str) -> str:
    """An id made from what names the thing at its source, so that importing again finds the same thing."""
    number = int.from_bytes(hashlib.sha256("\0".join(parts).encode()).digest(), "big")
    letters = []
    for _ in range(12):
        number, letter = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[letter])
    return "".join(letters)


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
