"""By when the next update of an incident is due, as its newest update promised or as the page's policy says."""

from datetime import UTC, datetime, timedelta
from itertools import takewhile

from lightship.core.duty.policy import LONG_OPEN, Policy
from lightship.core.model import ENDED, Impact, Incident, Kind, Snapshot, Status, Update
from lightship.core.rules import Refused
from lightship.core.status import impact, promised

GRACE = timedelta(minutes=1)
"""People write times to the minute."""
PASSED = "This time has passed. Promise one that is still to come."


def interval(incident: Incident, promise_minutes: int, policy: Policy) -> timedelta:
    """How long an incident may go without an update: a critical one no longer than the page's others, and one whose fix is
    watched as long as before, unless the page's owner says otherwise."""
    if incident.status is Status.MONITORING and policy.monitoring:
        return timedelta(minutes=policy.monitoring)
    if impact(incident) is Impact.CRITICAL:
        return timedelta(minutes=min(policy.critical, promise_minutes))
    return timedelta(minutes=promise_minutes)


def last_spoken(incident: Incident) -> Update:
    """The newest update that a person wrote; the first one, if none did."""
    return next((update for update in reversed(incident.updates) if not update.automatic), incident.updates[0])


def deadline(incident: Incident, promise_minutes: int, policy: Policy) -> datetime | None:
    """When the next update is due: the promise, else one interval after the last person spoke, or after a machine opened it
    again since. None for what has ended, and for a maintenance that promises nothing."""
    promise = promised(incident)
    if promise or incident.ended or incident.kind is Kind.MAINTENANCE:
        return promise
    since = max(last_spoken(incident).created_at, _opened_at(incident))
    return since + interval(incident, promise_minutes, policy)


def _opened_at(incident: Incident) -> datetime:
    """Since when readers have had it open without a break."""
    newest_first = takewhile(lambda update: update.status not in ENDED, reversed(incident.updates))
    return min(update.created_at for update in newest_first)


def check_promise(incident: Incident, next_update: datetime, promise_minutes: int, policy: Policy, now: datetime) -> None:
    """Refused: a promise that has passed; and one that is longer than the interval before the incident has been open for two
    hours. `incident`: with the update that promises."""
    longest = interval(incident, promise_minutes, policy)
    if incident.ended:
        return
    if next_update <= now:
        raise Refused(PASSED)
    if incident.kind is Kind.MAINTENANCE or now - incident.started_at >= LONG_OPEN:
        return
    if next_update > now + longest + GRACE:
        minutes = int(longest.total_seconds() // 60)
        raise Refused(f"In the first two hours the next update is due within {minutes} minutes: promise an earlier one.")


def check_correction(
    incident: Incident, update_id: str, next_update: datetime | None, promise_minutes: int, policy: Policy, now: datetime
) -> None:
    """Refused: a correction to another promise, where that is the one that holds, and might not be given now."""
    holds = last_spoken(incident)
    if holds.id == update_id and next_update and next_update != holds.facts.next_update:
        check_promise(incident, next_update, promise_minutes, policy, now)


def phase(snapshot: Snapshot, at: datetime) -> tuple[datetime, int]:
    """What changes on the front with time alone: the UTC hour, for readers without a script see when it was rendered; how many
    promises are late; and, where the front-line kit is published, how many of its texts are old. Between two moments of one
    phase nothing need be rendered again."""
    page = snapshot.page
    due = [deadline(incident, page.promise_minutes, Policy()) if page.kit else promised(incident) for incident in snapshot.open]
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0), sum(moment <= at for moment in due if moment)
