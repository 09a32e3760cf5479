"""A time as a wall clock shows it, where a zone moves its clocks: that night some times come twice, and some never."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def instants(wall: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    """The times (UTC, earlier first) that a time without a zone may mean there: one; or two, where the clocks go back and show
    it twice, or go forward and never show it (then it is read by the clock before the change, and by the one after)."""
    return tuple(sorted({wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}))


def exists(wall: datetime, zone: ZoneInfo) -> bool:
    """Whether a clock there ever shows it."""
    return any(at.astimezone(zone).replace(tzinfo=None) == wall for at in instants(wall, zone))
