"""What an apply file says of duty: rotations and staffed hours, with people by the names of their accounts."""

from collections.abc import Iterator, Mapping
from datetime import date, time
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from lightship.config.toml import Document, Fault, KeyPath, table
from lightship.core.duty.roster import Duty, Every
from lightship.core.rules import time_zones


class Weekday(StrEnum):
    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


def zone(text: str) -> str:
    if text not in time_zones():
        raise ValueError("is not a time zone; use a name like Europe/Vienna")
    return text


Zone = Annotated[str, AfterValidator(zone)]
Members = Annotated[tuple[str, ...], Field(min_length=1)]
Days = Annotated[tuple[Weekday, ...], Field(min_length=1)]


@table
class WantedWindow:
    """One team of a rotation that follows the sun. `zone` None: the page's."""

    at: time
    members: Members
    zone: Zone | None = None
    until: time | None = None


@table
class WantedRotation:
    """`at` and `members` where there is one hand-over a day, else `window`."""

    duty: Duty
    every: Every = Every.WEEK
    start: date
    days: Days = tuple(Weekday)
    at: time | None = None
    members: Members | None = None
    zone: Zone | None = None
    until: time | None = None
    window: tuple[WantedWindow, ...] = ()

    @property
    def windows(self) -> tuple[WantedWindow, ...]:
        if self.at is None or self.members is None:
            return self.window
        return (WantedWindow(at=self.at, members=self.members, zone=self.zone, until=self.until),)


@table
class WantedHours:
    begins: time
    until: time
    days: Days = tuple(Weekday)
    zone: Zone | None = None


def contradictions(document: Document, at: KeyPath, page: Mapping[str, Any]) -> Iterator[Fault]:
    rows = page.get("rotation")
    for number, row in enumerate(rows if isinstance(rows, list) else []):
        if not isinstance(row, dict):
            continue
        where, single = (*at, "rotation", number), [key for key in ("at", "members") if key in row]
        if "window" in row and single:
            yield document.fault((*where, single[0]), f"either {' and '.join(single)}, or windows; not both")
        elif "window" not in row and len(single) != 2:
            missing = "members" if single == ["at"] else "at"
            yield document.fault(where, f"{missing} is missing: at and members, or windows that have both")


def numbers(days: tuple[Weekday, ...]) -> tuple[int, ...]:
    """0 is Monday."""
    return tuple(sorted({[*Weekday].index(day) for day in days}))
