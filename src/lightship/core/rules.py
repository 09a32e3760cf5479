"""What an update may not be, with a desk or without one, and the message with which it is refused."""

from datetime import datetime
from functools import cache
from zoneinfo import available_timezones

from lightship.core.model import ENDED, INCIDENT_STATUSES, MAINTENANCE_STATUSES, Incident, Kind, Status

BODY_LIMIT = 25_000
NAME_LIMIT = 255
EARLIEST = 1990


class Refused(ValueError):
    """An update is refused; the message tells its author why and what to do. Nothing was written."""


@cache
def time_zones() -> tuple[str, ...]:
    """The names a page's time zone may have, sorted. Read once: Python walks the whole folder of zones for each answer, 18 ms.
    Ask this, not ZoneInfo: it opens files, and “America” is a directory there."""
    return tuple(sorted(available_timezones()))


def check(kind: Kind, status: Status, body: str, at: datetime | None, now: datetime) -> None:
    allowed = MAINTENANCE_STATUSES if kind is Kind.MAINTENANCE else INCIDENT_STATUSES
    if status not in allowed:
        raise Refused(
            f"{'A' if kind is Kind.MAINTENANCE else 'An'} {kind} cannot be “{status}”: choose one of {', '.join(allowed)}."
        )
    if at:
        dated(millisecond(at), now)
    fit_body(body)


def goes_on(incident: Incident, status: Status) -> None:
    """Refuse an update of what was withdrawn or merged, and a post-mortem of what has not ended: it would take it from the
    front page while it lasts."""
    ended = bool(incident.updates) and incident.ended
    if ended and (incident.withdrawn or incident.merged_into):
        done = "withdrawn: if it is real, open a new one" if incident.withdrawn else "merged: post to the one that goes on"
        raise Refused(f"This was {done}.")
    if status is Status.POSTMORTEM and not ended:
        raise Refused("What was learned comes after the end: post first that it is over.")


def dated(at: datetime, now: datetime) -> None:
    if at > now:
        raise Refused("An update cannot be dated in the future: leave the time empty, or set an earlier one.")
    if at.year < EARLIEST:
        raise Refused(f"The year {at.year} is too long ago: check the date, or leave the time empty.")


def after(at: datetime, status: Status, incident: Incident) -> None:
    """Refuse an update dated before the incident began, and one that would end it though a newer update says that it goes on.
    Updates of a maintenance may come before its begin."""
    if incident.kind is Kind.INCIDENT and at < incident.started_at:
        raise Refused("This is dated before it began. Leave the time empty, or set a later one.")
    if at < incident.updates[-1].display_at and status in ENDED and not incident.ended:
        raise Refused(
            "This is dated before the newest update, so it would not end anything: readers read that one as what stands now. "
            "Leave the time empty; say in the facts when it ended."
        )


def fit_name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise Refused("Give it a name that a customer understands.")
    if len(name) > NAME_LIMIT:
        raise Refused(f"The name has {len(name)} characters; {NAME_LIMIT} are the most. Put the rest into the text.")
    return name


def fit_body(body: str) -> None:
    if len(body) > BODY_LIMIT:
        raise Refused(f"The update has {len(body):,} characters; {BODY_LIMIT:,} are the most. Link to the rest instead.")


def millisecond(at: datetime) -> datetime:
    """The precision of public times."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
