"""A component's status over time: from what holds it at a level, and as the ninety days that a front page shows."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby, pairwise

from lightship.core.model import ENDED, Change, ComponentStatus, Incident, Snapshot, Status, StatusChange
from lightship.core.status import is_withdrawn, severity, worst

DAYS = 90
BY_HAND, LEFT, RESTATED = "by hand", "left", "restated"
"""What holds a component besides incidents: a level set by hand, and one that an incident stated when it ended. A status
change without an incident that changes nothing (old is new) restates: from then on nothing holds the component at a worse
level, until it is stated anew. An import writes it, where an incident that never ended claims more than its source shows."""
_OK = ComponentStatus.OPERATIONAL


@dataclass(frozen=True, slots=True)
class Step:
    """What an update says about components, and whether its incident runs from then on."""

    id: str
    at: datetime
    status: Status
    changes: Sequence[Change] = ()

    @property
    def holds(self) -> bool:
        """A maintenance that is only planned holds nothing, and neither does what has ended."""
        return self.status not in ENDED and self.status is not Status.SCHEDULED


@dataclass(frozen=True, slots=True)
class Hold:
    """From `at` on, `source` (an incident's id, BY_HAND or LEFT) holds a component, then called `name`, at a level."""

    at: datetime
    order: str
    source: str
    level: ComponentStatus
    name: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """What holds each component, oldest first. What readers see is the worst of it (docs/decisions/0027)."""

    holds: Mapping[str, Sequence[Hold]]

    @staticmethod
    def of(steps: Mapping[str, Sequence[Step]], by_hand: Iterable[StatusChange] = ()) -> "Timeline":
        """`steps`: by incident, in the order of its updates."""
        holds: dict[str, list[Hold]] = defaultdict(list)
        for status_change in by_hand:
            change = status_change.change
            source = RESTATED if change.old is change.new else BY_HAND
            holds[change.component_id].append(Hold(status_change.at, status_change.id, source, change.new, change.name))
        for incident_id, own in steps.items():
            for component_id, hold in _holds(incident_id, own):
                holds[component_id].append(hold)
        return Timeline({key: sorted(some, key=lambda hold: (hold.at, hold.order)) for key, some in holds.items()})

    def levels(self, component_id: str, at: datetime) -> dict[str, ComponentStatus]:
        """Source -> the level at which it holds the component at that time."""
        levels: dict[str, ComponentStatus] = {}
        for hold in self.holds.get(component_id, ()):
            if hold.at > at:
                break
            _take(levels, hold)
        return levels

    def shown(self, component_id: str, at: datetime) -> ComponentStatus:
        """The status that readers see at that time."""
        return worst(self.levels(component_id, at).values())

    def status_changes(self) -> tuple[StatusChange, ...]:
        """What readers saw, oldest first: one for each moment at which something was stated about a component."""
        status_changes = []
        for component_id, holds in self.holds.items():
            levels: dict[str, ComponentStatus] = {}
            status = _OK
            for at, group in groupby(holds, key=lambda hold: hold.at):
                name, old = "", status
                for hold in group:
                    _take(levels, hold)
                    name = hold.name
                status = worst(levels.values())
                status_changes.append(StatusChange(at, Change(component_id, name, old, status)))
        return tuple(sorted(status_changes, key=lambda change: (change.at, change.change.component_id)))

    def window(self, start: datetime, now: datetime) -> tuple[dict[str, ComponentStatus], tuple[StatusChange, ...]]:
        """Each component's status before `start`, where any was stated, and the status changes from then to `now`."""
        every = [change for change in self.status_changes() if change.at <= now]
        before = {change.change.component_id: change.change.new for change in every if change.at < start}
        return before, tuple(change for change in every if change.at >= start)


def _holds(incident_id: str, steps: Sequence[Step]) -> Iterable[tuple[str, Hold]]:
    """What an incident holds, by component. Its end releases all, stated or not; what it then states stays behind."""
    names: dict[str, str] = {}
    for step in steps:
        if not step.holds:
            yield from ((key, Hold(step.at, "", incident_id, _OK, name)) for key, name in names.items())
            names = {}
        for change in step.changes:
            if step.holds:
                names[change.component_id] = change.name
            ended = step.status in ENDED
            level = change.new if step.holds or ended else _OK
            source, order = (LEFT, step.id) if ended else (incident_id, "")
            yield change.component_id, Hold(step.at, order, source, level, change.name)


def _take(levels: dict[str, ComponentStatus], hold: Hold) -> None:
    if hold.source == RESTATED:
        worse = [source for source, level in levels.items() if severity(level) > severity(hold.level)]
        levels.update(dict.fromkeys(worse, hold.level))
        return
    levels[hold.source] = hold.level
    if hold.source == BY_HAND:
        levels.pop(LEFT, None)


def steps(incidents: Iterable[Incident]) -> dict[str, list[Step]]:
    """Of all that count: what was withdrawn never was."""
    return {incident.id: _steps(incident) for incident in incidents if not is_withdrawn(incident)}


def _steps(incident: Incident) -> list[Step]:
    return [Step(u.id, u.display_at, u.status, u.changes or ()) for u in incident.updates]


def left(incident: Incident) -> dict[str, ComponentStatus]:
    """The level at which the incident's updates leave each component that they mention."""
    levels: dict[str, ComponentStatus] = {}
    for step in _steps(incident):
        if not step.holds:
            levels = dict.fromkeys(levels, _OK)
        levels |= {change.component_id: _OK if step.status is Status.SCHEDULED else change.new for change in step.changes}
    return levels


@dataclass(frozen=True, slots=True)
class Day:
    """One UTC day of a component: the worst status in it, and for how long it was in each status but operational."""

    date: date
    worst: ComponentStatus
    spans: Mapping[ComponentStatus, timedelta]


def window_start(now: datetime) -> datetime:
    """The begin of the 90 days (UTC) of which today is the last."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=DAYS - 1)


def days(component_id: str, snapshot: Snapshot) -> tuple[Day, ...]:
    """The last 90 UTC days of a component, oldest first; today ends at `snapshot.at`."""
    start, now = window_start(snapshot.at), snapshot.at
    own = (change for change in snapshot.status_changes if change.change.component_id == component_id and change.at < now)
    edges = [(start, snapshot.before.get(component_id, _OK)), *((max(change.at, start), change.change.new) for change in own)]
    spans: list[dict[ComponentStatus, timedelta]] = [{} for _ in range(DAYS)]
    for (begins, status), (ends, _) in pairwise([*edges, (now, _OK)]):
        while status is not _OK and begins < ends:
            number = (begins - start).days
            stops = min(ends, start + timedelta(days=number + 1))
            spans[number][status] = spans[number].get(status, timedelta()) + stops - begins
            begins = stops
    # At midnight, today has no span yet, but a status.
    worsts = [*(worst(day) for day in spans[:-1]), worst([*spans[-1], edges[-1][1]])]
    return tuple(
        Day((start + timedelta(days=number)).date(), status, day)
        for number, (status, day) in enumerate(zip(worsts, spans, strict=True))
    )


def uptime(rows: Sequence[Day]) -> float:
    """Share of the time up, 0 to 1: a major outage counts whole, a partial one 30 % (Statuspage's weights); slowness and
    maintenance count as up."""
    zero = timedelta()
    major = sum((day.spans.get(ComponentStatus.MAJOR, zero) for day in rows), zero)
    partial = sum((day.spans.get(ComponentStatus.PARTIAL, zero) * 0.3 for day in rows), zero)
    return 1 - (major + partial) / timedelta(days=max(len(rows), 1))


def by_start(incidents: Sequence[Incident]) -> tuple[Incident, ...]:
    """Newest first, by creation."""
    return tuple(sorted(incidents, key=lambda incident: (incident.created_at, incident.id), reverse=True))


def gravest(incidents: Sequence[Incident]) -> tuple[Incident, ...]:
    """The order of a front page: first by the worst component that each touches, then the newest."""
    return tuple(sorted(by_start(incidents), key=lambda i: -max((severity(c.status) for c in i.components), default=0)))
