"""How an incident ends that should not have been one, or not one of its own: withdrawn, or merged into another. Nothing that
was posted is taken back: its updates stay to be read (docs/decisions/0040)."""

from dataclasses import replace
from datetime import datetime

from lightship.core.history import left
from lightship.core.model import ComponentStatus, Facts, Incident, Kind, Status
from lightship.core.rules import Refused
from lightship.core.status import current_facts, promised, worst
from lightship.core.updates import NewUpdate, PageNow, added


def withdrawn(page: PageNow, incident: Incident, reason: str, update_id: str, now: datetime) -> Incident:
    """It ends, frees what it held, and counts in no bar and no impact. Readers read the reason."""
    if not reason.strip():
        raise Refused("Say in a sentence why it is withdrawn: readers who saw it will ask.")
    ended = Status.COMPLETED if incident.kind is Kind.MAINTENANCE else Status.RESOLVED
    body = f"This was posted by mistake, and is withdrawn. {reason.strip()}"
    return replace(added(page, incident, NewUpdate(status=ended, body=body), update_id, now), withdrawn=True)


def absorbed(page: PageNow, into: Incident, incident: Incident, update_id: str, now: datetime) -> Incident:
    """`into` after it took over what `incident` holds: no component turns green because two incidents became one. Its promise,
    and what is being done, stay as a person stated them last. What is automatic says what was done, and nothing of the outage:
    it keeps no promise, and makes none."""
    _check(incident, into)
    own, levels = left(into), dict[str, ComponentStatus]()
    if not incident.ended:
        known = {component.id for component in page.components}
        levels = {key: worst([level, own.get(key, level)]) for key, level in left(incident).items() if key in known}
    body = f"“{incident.name}” is part of this, and goes on here."
    facts = Facts(doing=current_facts(into).doing, next_update=promised(into))
    new = NewUpdate(status=into.status, body=body, facts=facts, statuses=levels or None, automatic=True)
    return added(page, into, new, update_id, now)


def merged(page: PageNow, incident: Incident, into: Incident, update_id: str, now: datetime) -> Incident:
    """`incident`, ended: it goes on in `into`, which has absorbed it by now, as `page` shows."""
    _check(incident, into)
    new = NewUpdate(status=Status.RESOLVED, body=f"This goes on as “{into.name}”.", automatic=True)
    return replace(added(page, incident, new, update_id, now), merged_into=into.id)


def _check(incident: Incident, into: Incident) -> None:
    if incident.id == into.id:
        raise Refused("An incident cannot be merged into itself: choose the other one.")
    if Kind.MAINTENANCE in (incident.kind, into.kind):
        raise Refused("A maintenance has a window of its own, so it cannot be merged: withdraw it, or let it end.")
    if into.ended:
        raise Refused(f"“{into.name}” has ended: merge into the one that goes on.")
