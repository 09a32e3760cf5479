"""Ninety days of a component as a row of days, what share of them it was up, and the months of a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from lightship.core.model import ComponentStatus, Incident, Snapshot, Turn
from lightship.core.status import severity, worst

DAYS = 90


@dataclass(frozen=True, slots=True)
class Day:
    """One UTC day of a component: the worst status in it, and for how long it was in each status but operational."""

    date: date
    worst: ComponentStatus
    spans: Mapping[ComponentStatus, timedelta]


def first_day(now: datetime) -> date:
    """The first of the 90 days that end today (UTC)."""
    return now.astimezone(UTC).date() - timedelta(days=DAYS - 1)


def window_start(now: datetime) -> datetime:
    return datetime.combine(first_day(now), datetime.min.time(), UTC)


def days(component_id: str, snapshot: Snapshot) -> tuple[Day, ...]:
    """The last 90 UTC days of a component, oldest first; today ends at `snapshot.at`."""
    turns = [t for t in snapshot.turns if t.change.component_id == component_id]
    status = snapshot.before.get(component_id, ComponentStatus.OPERATIONAL)
    start, rows = window_start(snapshot.at), []
    position = 0
    for number in range(DAYS):
        begins = start + timedelta(days=number)
        ends = min(begins + timedelta(days=1), snapshot.at)
        if status is ComponentStatus.OPERATIONAL and (position == len(turns) or turns[position].at >= ends):
            rows.append(Day(begins.date(), status, {}))
            continue
        spans: dict[ComponentStatus, timedelta] = {}
        seen, since = {status}, begins
        while position < len(turns) and turns[position].at < ends:
            turn = turns[position]
            _add(spans, status, turn.at - since)
            status, since = turn.change.new, max(turn.at, since)
            seen.add(status)
            position += 1
        _add(spans, status, ends - since)
        rows.append(Day(begins.date(), worst(s for s in seen if s in spans or s is status), spans))
    return tuple(rows)


def _add(spans: dict[ComponentStatus, timedelta], status: ComponentStatus, span: timedelta) -> None:
    if status is not ComponentStatus.OPERATIONAL and span > timedelta():
        spans[status] = spans.get(status, timedelta()) + span


def uptime(rows: Sequence[Day], *, born: date | None = None) -> float:
    """Share of the time up, 0 to 1: a major outage counts whole, a partial one 30 % (Statuspage's weights); slowness and
    maintenance count as up. Days before `born` are left out."""
    counted = [day for day in rows if born is None or day.date >= born]
    lost = sum((_lost(day) for day in counted), timedelta())
    return 1 - lost / timedelta(days=max(len(counted), 1))


def _lost(day: Day) -> timedelta:
    zero = timedelta()
    return day.spans.get(ComponentStatus.MAJOR, zero) + day.spans.get(ComponentStatus.PARTIAL, zero) * 0.3


def by_start(incidents: Sequence[Incident]) -> tuple[Incident, ...]:
    """Newest first, by creation."""
    return tuple(sorted(incidents, key=lambda incident: (incident.created_at, incident.id), reverse=True))


def gravest(incidents: Sequence[Incident]) -> tuple[Incident, ...]:
    """The order a front page wants: those touching the worst-off components first, then the newest."""
    return tuple(sorted(by_start(incidents), key=lambda i: -max((severity(c.status) for c in i.components), default=0)))


def turns_of(incidents: Sequence[Incident]) -> tuple[Turn, ...]:
    """The changes that updates made, as turns, oldest first."""
    turns = (Turn(u.display_at, change) for i in incidents for u in i.updates for change in u.changes or ())
    return tuple(sorted(turns, key=lambda turn: turn.at))
