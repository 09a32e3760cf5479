"""What follows from what was said: an incident's impact and dates, a page's rollup, the rank of a status."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from lightship.core.model import Component, ComponentStatus, Facts, Impact, Incident, Kind, Status

_SEVERITY = list(ComponentStatus)


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


def rollup(statuses: Sequence[ComponentStatus], open_impacts: Sequence[Impact] = ()) -> Rollup:
    """The page's status, from component status alone (statuspage-v2.md section 5, measured); with no component at all,
    from the worst impact of the open incidents."""
    kinds = set(statuses)
    if not kinds:
        return _ROLLUP_BY_IMPACT[max(open_impacts, key=_IMPACT.index, default=Impact.NONE)]
    only = kinds.pop() if len(kinds) == 1 else None
    kinds = set(statuses)
    if only is ComponentStatus.MAJOR:
        return Rollup("critical", "Major System Outage")
    if ComponentStatus.MAJOR in kinds or only is ComponentStatus.PARTIAL:
        return Rollup("major", "Partial System Outage")
    if ComponentStatus.PARTIAL in kinds:
        return Rollup("minor", "Minor Service Outage")
    if only is ComponentStatus.DEGRADED:
        return Rollup("minor", "Degraded System Service")
    if ComponentStatus.DEGRADED in kinds:
        return Rollup("minor", "Partially Degraded Service")
    if ComponentStatus.UNDER_MAINTENANCE in kinds:
        return Rollup("maintenance", "Service Under Maintenance")
    return Rollup("none", "All Systems Operational")


_IMPACT = [Impact.NONE, Impact.MAINTENANCE, Impact.MINOR, Impact.MAJOR, Impact.CRITICAL]
_ROLLUP_BY_IMPACT = {
    Impact.NONE: Rollup("none", "All Systems Operational"),
    Impact.MAINTENANCE: Rollup("maintenance", "Service Under Maintenance"),
    Impact.MINOR: Rollup("minor", "Minor Service Outage"),
    Impact.MAJOR: Rollup("major", "Partial System Outage"),
    Impact.CRITICAL: Rollup("critical", "Major System Outage"),
}


def impact(incident: Incident) -> Impact:
    """How bad it ever was; it never falls (statuspage-v2.md section 6). `CRITICAL`, every component of the page down at
    once, only whoever knows the page can tell: the journal then writes it as the override."""
    if incident.impact_override:
        return incident.impact_override
    if incident.kind is Kind.MAINTENANCE:
        return Impact.MAINTENANCE
    peak = worst(change.new for update in incident.updates for change in update.changes or ())
    if peak is ComponentStatus.MAJOR:
        return Impact.MAJOR
    return Impact.MINOR if severity(peak) >= severity(ComponentStatus.DEGRADED) else Impact.NONE


def monitoring_at(incident: Incident) -> datetime | None:
    """When a fix was first said to be in place (measured: the first such update counts, not the last)."""
    return next((u.display_at for u in incident.updates if u.status is Status.MONITORING), None)


def ended_at(incident: Incident) -> datetime | None:
    """When it was said to be over; None while it is open."""
    over = {Status.RESOLVED, Status.COMPLETED}
    return next((u.display_at for u in reversed(incident.updates) if u.status in over), None) if incident.ended else None


def began(incident: Incident) -> datetime:
    """When the harm began: the last stated `since`, or the start of the maintenance, or when the incident started."""
    stated = [update.facts.since for update in incident.updates if update.facts.since]
    return stated[-1] if stated else incident.scheduled_for or incident.started_at


def promised(incident: Incident) -> datetime | None:
    """When the next update is due, as its newest update promised; nothing is promised once it has ended."""
    return None if incident.ended else incident.updates[-1].facts.next_update


def is_current(incident: Incident) -> bool:
    """It touches readers now: an open incident, or a maintenance that has begun."""
    return not incident.ended and incident.status is not Status.SCHEDULED


def standing(incident: Incident, components: Iterable[Component]) -> tuple[Component, ...]:
    """Those of `components` that the incident touches, as they are now; where one is gone, as the incident knew it."""
    known = {component.id: component for component in components}
    return tuple(known.get(component.id, component) for component in incident.components)


def current_facts(incident: Incident) -> Facts:
    """What is claimed now. Symptom, scope, since, workaround and cause stand until said anew, and so does an estimate
    until another, or "none yet", takes its place; what is being done and the promise are the newest update's alone."""
    last = incident.updates[-1].facts
    every = [update.facts for update in reversed(incident.updates)]
    guess = next((facts for facts in every if facts.estimate or facts.no_estimate), Facts())
    return Facts(
        symptom=next((facts.symptom for facts in every if facts.symptom), ""),
        scope=next((facts.scope for facts in every if facts.scope), ""),
        since=next((facts.since for facts in every if facts.since), None),
        doing=last.doing,
        workaround=next((facts.workaround for facts in every if facts.workaround), ""),
        estimate=guess.estimate,
        no_estimate=guess.no_estimate,
        next_update=last.next_update,
        ended=next((facts.ended for facts in every if facts.ended), None),
        cause=next((facts.cause for facts in every if facts.cause), ""),
    )
