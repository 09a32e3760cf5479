"""Promises and their times: what is due, what is late, and when a page must be drawn anew though nobody spoke."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from lightship.core.model import Incident, Snapshot
from lightship.core.status import promised


@dataclass(frozen=True, slots=True)
class Due:
    """A promise that someone speaks about `incident` by `at`."""

    incident: Incident
    at: datetime

    def late(self, now: datetime) -> bool:
        return now >= self.at


def due(incidents: Iterable[Incident]) -> tuple[Due, ...]:
    """Every open promise, the soonest first."""
    promises = ((incident, promised(incident)) for incident in incidents)
    return tuple(sorted((Due(incident, at) for incident, at in promises if at), key=lambda promise: promise.at))


def phase(snapshot: Snapshot, at: datetime) -> tuple[datetime, int]:
    """What of a front page changes with time alone: the UTC hour, for it tells when it was drawn to readers who have no
    script to ask; and how many promises are late. Two moments of one phase need no new drawing."""
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0), sum(
        promise.late(at) for promise in due(snapshot.open)
    )
