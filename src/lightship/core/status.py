"""What follows from updates: an incident's impact, dates, promise and current facts, and a page's rollup."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from lightship.core.model import Component, ComponentStatus, Facts, Impact, Incident, Kind, Status, Update

_SEVERITY = list(ComponentStatus)
_LASTING = ("symptom", "scope", "numbers", "unaffected", "since", "ended", "cause", "prevention", "data_lost")


def severity(status: ComponentStatus) -> int:
    """0 for operational, rising: maintenance, degraded, partial, major."""
    return _SEVERITY.index(status)


def worst(statuses: Iterable[ComponentStatus]) -> ComponentStatus:
    """The worst of them; operational when there are none."""
    return max(statuses, key=severity, default=ComponentStatus.OPERATIONAL)


@dataclass(frozen=True, slots=True)
class Rollup:
    """Statuspage's page status: `indicator` none, minor, major, critical or maintenance, and its fixed description."""

    indicator: str
    description: str


_BY_IMPACT = {
    Impact.NONE: Rollup("none", "All Systems Operational"),
    Impact.MAINTENANCE: Rollup("maintenance", "Service Under Maintenance"),
    Impact.MINOR: Rollup("minor", "Minor Service Outage"),
    Impact.MAJOR: Rollup("major", "Partial System Outage"),
    Impact.CRITICAL: Rollup("critical", "Major System Outage"),
}
# By the worst status: where all components have it, and where only some have.
_BY_WORST = {
    ComponentStatus.OPERATIONAL: (_BY_IMPACT[Impact.NONE], _BY_IMPACT[Impact.NONE]),
    ComponentStatus.UNDER_MAINTENANCE: (_BY_IMPACT[Impact.MAINTENANCE], _BY_IMPACT[Impact.MAINTENANCE]),
    ComponentStatus.DEGRADED: (Rollup("minor", "Degraded System Service"), Rollup("minor", "Partially Degraded Service")),
    ComponentStatus.PARTIAL: (_BY_IMPACT[Impact.MAJOR], _BY_IMPACT[Impact.MINOR]),
    ComponentStatus.MAJOR: (_BY_IMPACT[Impact.CRITICAL], _BY_IMPACT[Impact.MAJOR]),
}


def rollup(statuses: Sequence[ComponentStatus], open_impacts: Sequence[Impact] = ()) -> Rollup:
    """The page's status, from component status alone (statuspage-v2.md section 5, measured); with no component at all,
    from the worst impact of the open incidents."""
    if not statuses:
        return _BY_IMPACT[max(open_impacts, key=list(_BY_IMPACT).index, default=Impact.NONE)]
    everywhere, somewhere = _BY_WORST[worst(statuses)]
    return everywhere if len(set(statuses)) == 1 else somewhere


def is_withdrawn(incident: Incident) -> bool:
    """Whether it counts as never having been. One that another desk posted to after it was withdrawn goes on, and counts."""
    return incident.withdrawn and incident.ended


def impact(incident: Incident) -> Impact:
    """The worst that the incident ever was (statuspage-v2.md section 6). `CRITICAL`, every component of the page down at once,
    cannot be known from the incident alone: `updates.py` then writes it as the override."""
    if is_withdrawn(incident) and incident.kind is Kind.INCIDENT:
        return Impact.NONE
    if incident.impact_override:
        return incident.impact_override
    if incident.kind is Kind.MAINTENANCE:
        return Impact.MAINTENANCE
    peak = worst(change.new for update in incident.updates for change in update.changes or ())
    if peak is ComponentStatus.MAJOR:
        return Impact.MAJOR
    return Impact.MINOR if severity(peak) >= severity(ComponentStatus.DEGRADED) else Impact.NONE


def monitoring_at(incident: Incident) -> datetime | None:
    """Time of the first update that a fix is in place (measured: the first such update counts, not the last)."""
    return next((u.display_at for u in incident.updates if u.status is Status.MONITORING), None)


def ended_at(incident: Incident) -> datetime | None:
    """Time of the update that ended it; None while it is open."""
    over = {Status.RESOLVED, Status.COMPLETED}
    return next((u.display_at for u in reversed(incident.updates) if u.status in over), None) if incident.ended else None


def began(incident: Incident) -> datetime:
    """When the harm began: the last stated `since`, or the start of the maintenance or of the incident."""
    stated = [update.facts.since for update in incident.updates if update.facts.since]
    return stated[-1] if stated else incident.scheduled_for or incident.started_at


def promised(incident: Incident) -> datetime | None:
    """When the next update is due, as the newest update of a person promises (an automatic one keeps no promise); None once it
    has ended."""
    return None if incident.ended else _newest_of_a_person(incident).facts.next_update


def is_current(incident: Incident) -> bool:
    """Whether it affects readers now: an open incident, or a maintenance that has begun."""
    return not incident.ended and incident.status is not Status.SCHEDULED


def standing(incident: Incident, components: Iterable[Component]) -> tuple[Component, ...]:
    """Those of `components` that the incident touches, as they are now; those that are gone, as the incident has them."""
    known = {component.id: component for component in components}
    return tuple(known.get(component.id, component) for component in incident.components)


def current_facts(incident: Incident) -> Facts:
    """The facts that hold now. Most hold until stated anew, and an estimate or a workaround until another, or "none yet",
    replaces it. What is being done and the promise are those of the newest update of a person alone."""
    newest_first = [update.facts for update in reversed(incident.updates)]
    lasting: dict[str, Any] = {}
    for name in _LASTING:
        stated = (getattr(facts, name) for facts in newest_first)
        lasting[name] = next(filter(None, stated), getattr(Facts(), name))
    for name in ("estimate", "workaround"):
        either = (name, f"no_{name}")
        newest = next((facts for facts in newest_first if any(getattr(facts, part) for part in either)), Facts())
        lasting |= {part: getattr(newest, part) for part in either}
    return replace(_newest_of_a_person(incident).facts, **lasting)


def _newest_of_a_person(incident: Incident) -> Update:
    """The newest update that no machine wrote; the newest one, if all are."""
    return next((update for update in reversed(incident.updates) if not update.automatic), incident.updates[-1])
