"""Hours of the day in a zone as moments, right through clock changes; and the hours in which a page says that it is staffed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from lightship.core.rules import Refused, time_zones

Span = tuple[datetime, datetime]
"""From the first moment up to, not including, the second. UTC."""
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
ALWAYS = tuple(range(7))
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
LINES = 7
"""Of staffed hours: what readers still take in."""


def instant(day: date, at: time, zone: str) -> datetime:
    """When the clocks of `zone` show it, in UTC. A time that they skip: the moment at which they jump over it. One that they
    show twice: the first. So what is earlier by the clock is never later in truth."""
    clock = ZoneInfo(zone)
    first, second = (datetime.combine(day, at, clock).replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    if first <= second:
        return first
    before, after = second, first
    while after - before > SECOND:
        middle = (before + (after - before) / 2).replace(microsecond=0)
        jumped = middle.astimezone(clock).utcoffset() == after.astimezone(clock).utcoffset()
        before, after = (before, middle) if jumped else (middle, after)
    return after


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Every week on `days` (0 is Monday), from one time of the day until another: of the next day, where that is not later."""

    days: tuple[int, ...] = ALWAYS
    begins: time
    until: time
    zone: str

    def on(self, day: date) -> Span:
        end = day if self.until > self.begins else day + DAY
        return instant(day, self.begins, self.zone), instant(end, self.until, self.zone)

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Hours":
        begins, until = time.fromisoformat(stored["begins"]), time.fromisoformat(stored["until"])
        return cls(days=tuple(stored.get("days", ALWAYS)), begins=begins, until=until, zone=stored["zone"])

    def stored(self) -> dict[str, Any]:
        """As JSON."""
        times = {"begins": f"{self.begins:%H:%M}", "until": f"{self.until:%H:%M}"}
        return {"days": list(self.days), **times, "zone": self.zone}


def check_hours(hours: Sequence[Hours]) -> None:
    if len(hours) > LINES:
        raise Refused(f"These are {len(hours)} lines of staffed hours; {LINES} are the most that readers take in.")
    for line in hours:
        check_days(line.days)
        check_zone(line.zone)


def check_days(days: Sequence[int]) -> None:
    if not days:
        raise Refused("Choose at least one day of the week.")
    if len(set(days)) != len(days) or not set(days) <= set(ALWAYS):
        raise Refused("Days of the week are the numbers 0 (Monday) to 6 (Sunday), each once.")


def check_zone(zone: str) -> None:
    if zone not in time_zones():
        raise Refused(f"There is no time zone {zone!r}: use a name like Europe/Vienna.")


def staffed_spans(hours: Iterable[Hours], since: datetime, until: datetime) -> list[Span]:
    """When it is staffed between two moments."""
    first, number = since.date() - 2 * DAY, (until.date() - since.date()).days + 5
    days = [first + count * DAY for count in range(number)]
    spans = [line.on(day) for line in hours for day in days if day.weekday() in line.days]
    return merged(cut(spans, since, until))


def cut(spans: Iterable[Span], since: datetime, until: datetime) -> list[Span]:
    """What of them lies between two moments."""
    parts = ((max(start, since), min(end, until)) for start, end in spans)
    return [(start, end) for start, end in parts if start < end]


def merged(spans: Iterable[Span]) -> list[Span]:
    """Those that touch or overlap as one; in order."""
    whole: list[Span] = []
    for start, end in sorted(spans):
        if whole and start <= whole[-1][1]:
            whole[-1] = whole[-1][0], max(end, whole[-1][1])
        else:
            whole.append((start, end))
    return whole


def without(spans: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """What of `spans` is outside `taken`."""
    free, gone = list(spans), merged(taken)
    for start, end in gone:
        free = [
            part
            for left, right in free
            for part in ([(left, right)] if end <= left or right <= start else [(left, start), (end, right)])
            if part[0] < part[1]
        ]
    return free


def text_of(hours: Sequence[Hours]) -> str:
    """As readers read it: `Monday to Friday 08:00 to 18:00, Vienna time`."""
    return "; ".join(f"{days_text(line.days)} {_times(line)}, {_place(line.zone)} time" for line in hours)


def _times(line: Hours) -> str:
    return "around the clock" if line.begins == line.until else f"{line.begins:%H:%M} to {line.until:%H:%M}"


def _place(zone: str) -> str:
    return "UTC" if zone in ("UTC", "Etc/UTC") else zone.rsplit("/", 1)[-1].replace("_", " ")


def days_text(days: Sequence[int]) -> str:
    """`Monday to Friday, Sunday`."""
    if len(days) == len(DAYS):
        return "every day"
    runs = []
    for _, run in groupby(enumerate(sorted(days)), key=lambda pair: pair[1] - pair[0]):
        numbers = [day for _, day in run]
        names = [DAYS[numbers[0]], DAYS[numbers[-1]]] if len(numbers) > 1 else [DAYS[numbers[0]]]
        runs.append((" to " if len(numbers) > 2 else " and ").join(names))
    return ", ".join(runs)
