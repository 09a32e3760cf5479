"""A slow, obvious model of what readers see: it looks at each minute, and at each moment at which something was said."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from tests.core.story import OK

from lightship.core.history import DAYS
from lightship.core.model import ComponentStatus, Incident, Status, StatusChange

RANK = ["operational", "under_maintenance", "degraded_performance", "partial_outage", "major_outage"]
RUNS = {"investigating", "identified", "monitoring", "in_progress", "verifying"}
LOST = {"major_outage": 1.0, "partial_outage": 0.3}


def seen(
    component_id: str, incidents: Sequence[Incident], by_hand: Sequence[StatusChange], moment: datetime
) -> ComponentStatus:
    """The worst of three: what is set by hand, what ended incidents left, and what each running one holds. What an import found
    shown elsewhere ("from X to X") is a limit: whatever was stated until then counts for no more than that."""
    own_by_hand = [t for t in by_hand if t.change.component_id == component_id and t.at <= moment]
    limits = [((t.at, t.id), t.change.new) for t in own_by_hand if t.change.old is t.change.new]

    def limited(level: ComponentStatus, at: tuple[datetime, str]) -> ComponentStatus:
        return min([level, *(limit for since, limit in limits if at < since)], key=lambda level: RANK.index(level.value))

    levels = []
    said: list[tuple[tuple[datetime, str], bool, ComponentStatus]] = []
    for incident in incidents:
        level, at = OK, (moment, "")
        for update in incident.updates:
            if update.display_at > moment:
                continue
            own = [change.new for change in update.changes or () if change.component_id == component_id]
            if update.status.value not in RUNS:
                level = OK
                said += [((update.display_at, update.id), False, new) for new in own if update.status is not Status.SCHEDULED]
            elif own:
                level, at = own[-1], (update.display_at, "")
        levels.append(limited(level, at))
    said += [((t.at, t.id), True, t.change.new) for t in own_by_hand if t.change.old is not t.change.new]
    hand, left = OK, OK
    for at, is_by_hand, new in sorted(said, key=lambda row: row[0]):
        hand, left = (limited(new, at), OK) if is_by_hand else (hand, limited(new, at))
    return max([hand, left, *levels], key=lambda level: RANK.index(level.value))


def moments(incidents: Iterable[Incident], by_hand: Iterable[StatusChange], start: datetime, end: datetime) -> list[datetime]:
    every = {update.display_at for incident in incidents for update in incident.updates} | {
        status_change.at for status_change in by_hand
    }
    every |= {start, end} | {start + timedelta(minutes=n) for n in range(int((end - start) / timedelta(minutes=1)))}
    every |= {at.replace(hour=0, minute=0, second=0, microsecond=0) for at in every}
    return sorted(moment for moment in every if start <= moment <= end)


Days = dict[datetime, dict[str, timedelta]]


def days_of(
    component_id: str, incidents: Sequence[Incident], by_hand: Sequence[StatusChange], start: datetime, end: datetime
) -> Days:
    """For how long it was in which status on each day, operational too."""
    days: Days = {}
    times = moments(incidents, by_hand, start, end)
    for one, other in pairwise(times):
        spans = days.setdefault(datetime(one.year, one.month, one.day, tzinfo=UTC), {})
        status = seen(component_id, incidents, by_hand, one).value
        spans[status] = spans.get(status, timedelta()) + (other - one)
    return days


def up(days: Days) -> float:
    """Of ninety days."""
    lost = sum((span * LOST.get(status, 0) for spans in days.values() for status, span in spans.items()), timedelta())
    return 1 - lost / timedelta(days=DAYS)
