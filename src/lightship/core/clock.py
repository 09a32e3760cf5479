"""Promises: when the next update is due, and whether it is late."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from lightship.core.model import Incident
from lightship.core.status import promised


@dataclass(frozen=True, slots=True)
class Promise:
    """The public time of the next update; `late` is by how much it has been missed, None while there is time."""

    due: datetime
    late: timedelta | None


def promise(incident: Incident, now: datetime) -> Promise | None:
    """None where nothing is promised: no time was given, or it has ended."""
    due = promised(incident)
    if due is None:
        return None
    return Promise(due, now - due if now > due else None)


def soonest(incidents: Iterable[Incident]) -> datetime | None:
    """When a person must next speak, on any of them."""
    return min((due for incident in incidents if (due := promised(incident))), default=None)
