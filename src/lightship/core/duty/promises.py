"""Promises of a next update: which are due, which are late, and when they change how the page looks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from lightship.core.model import Incident, Snapshot
from lightship.core.status import promised


@dataclass(frozen=True, slots=True)
class Due:
    """A promise to update `incident` by `at`."""

    incident: Incident
    at: datetime

    def late(self, now: datetime) -> bool:
        return now >= self.at


def due(incidents: Iterable[Incident]) -> tuple[Due, ...]:
    """Every open promise, the soonest first."""
    promises = ((incident, promised(incident)) for incident in incidents)
    return tuple(sorted((Due(incident, at) for incident, at in promises if at), key=lambda promise: promise.at))


def phase(snapshot: Snapshot, at: datetime) -> tuple[datetime, int]:
    """What changes on a front page with time alone: the UTC hour, for readers without a script see when it was rendered, and
    how many promises are late. Between two moments of one phase the page need not be rendered again."""
    late = sum(promise.late(at) for promise in due(snapshot.open))
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0), late
