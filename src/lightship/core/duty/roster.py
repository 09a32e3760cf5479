"""Who is on duty when: rotations, calendars and overrides as shifts; what they leave open, where they contradict each other.

A rotation's turn lasts until the next one begins, by the clocks of its zone: so turns tile through every clock change, and
windows of several zones too.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import combinations, pairwise

from lightship.core.duty.hours import (
    ALWAYS,
    DAY,
    Hours,
    Span,
    check_days,
    check_zone,
    cut,
    instant,
    merged,
    staffed_spans,
    without,
)
from lightship.core.rules import Refused

AHEAD = timedelta(days=30)
"""How far the roster is examined for gaps."""
LONGEST_TURN = timedelta(days=8)
MEMBERS, WINDOWS = 100, 24
"""The most of a window, and of a rotation."""


class Duty(StrEnum):
    """The writer speaks; the deputy is told when the writer does not; the approver reads before readers do; the lead answers
    for the incident."""

    WRITER = "writer"
    DEPUTY = "deputy"
    APPROVER = "approver"
    LEAD = "lead"


NEEDED = (Duty.WRITER, Duty.DEPUTY)
"""The duties that may never be without a person."""


class Every(StrEnum):
    """When the next member has the turn."""

    DAY = "daily"
    WEEK = "weekly"


@dataclass(frozen=True, slots=True)
class Shift:
    """`person`: the id of the account. UTC; `ends` is no longer part of it."""

    duty: Duty
    person: str
    starts: datetime
    ends: datetime

    @property
    def span(self) -> Span:
        return self.starts, self.ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """From a time of the day by the clocks of `zone`, until the next window begins, or until `until` if that comes first."""

    begins: time
    zone: str
    members: tuple[str, ...]
    until: time | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """Members in turn from the day `start` on: a weekly rotation changes on its weekday. Several windows follow the sun, each
    with members of its own. On days that are not in `days` no window begins. `made`, `ended`: the moments between which it was
    part of the roster."""

    duty: Duty
    every: Every
    start: date
    windows: tuple[Window, ...]
    days: tuple[int, ...] = ALWAYS
    made: datetime | None = None
    ended: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """`calendar`: the shifts of calendars made elsewhere. `overrides`: the newest first. An override goes before a calendar,
    and a calendar before a rotation; of two rotations the one that was made first counts."""

    rotations: tuple[Rotation, ...] = ()
    calendar: tuple[Shift, ...] = ()
    overrides: tuple[Shift, ...] = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """Nobody has these duties."""

    missing: tuple[Duty, ...]
    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two claims at one time. Of `people`, the first holds it. One person twice: as writer and as deputy."""

    duty: Duty
    people: tuple[str, str]
    starts: datetime
    ends: datetime


def check_rotation(rotation: Rotation) -> None:
    """Refused, with what to do, where it could not be worked by."""
    check_days(rotation.days)
    if not 1 <= len(rotation.windows) <= WINDOWS:
        raise Refused(f"A rotation has 1 to {WINDOWS} hand-overs a day.")
    if not 1990 <= rotation.start.year <= 2200:
        raise Refused(f"The year {rotation.start.year} cannot be meant: choose the day on which the first member begins.")
    for window in rotation.windows:
        check_zone(window.zone)
        if not window.members:
            raise Refused(f"Nobody has the turn that begins at {window.begins:%H:%M}: name at least one account.")
        if len(window.members) > MEMBERS:
            raise Refused(f"{len(window.members)} members are too many for one turn; {MEMBERS} are the most.")
    begins = [(window.begins, window.zone) for window in rotation.windows]
    if twice := next((begin for begin in begins if begins.count(begin) > 1), None):
        raise Refused(f"Two turns begin at {twice[0]:%H:%M} in {twice[1]}: put their members into one.")


def expand(rotation: Rotation, since: datetime, until: datetime) -> list[Shift]:
    """Its shifts that touch the time between two moments, whole."""
    days = (since.date() - rotation.start).days - LONGEST_TURN.days
    first = rotation.start + max(days, 0) // 7 * 7 * DAY
    number = (until.date() - first).days + LONGEST_TURN.days
    served = [first + count * DAY for count in range(number)]
    begun = sorted(
        (instant(day, window.begins, window.zone), place, _period(rotation, day), window, day)
        for day in served
        if day.weekday() in rotation.days
        for place, window in enumerate(rotation.windows)
    )
    shifts: list[Shift] = []
    last: tuple[int, int] | None = None
    for (starts, place, period, window, day), (following, *_) in pairwise(begun):
        ends = min(following, _until(window, day) or following)
        if ends <= starts:
            continue
        shift = Shift(rotation.duty, window.members[period % len(window.members)], starts, ends)
        if shifts and last == (period, place) and shifts[-1].ends == starts:
            shifts[-1] = replace(shifts[-1], ends=ends)
        else:
            shifts.append(shift)
        last = period, place
    return [shift for shift in _lived(rotation, shifts) if shift.starts < until and shift.ends > since]


def _period(rotation: Rotation, day: date) -> int:
    """How many times the turn has changed since the start. Of daily ones only the days served count: else seven members who
    work from Monday to Friday would never meet some of them."""
    weeks, rest = divmod((day - rotation.start).days, 7)
    if rotation.every is Every.WEEK:
        return weeks
    begun = sum((rotation.start + count * DAY).weekday() in rotation.days for count in range(rest))
    return weeks * len(rotation.days) + begun


def _until(window: Window, day: date) -> datetime | None:
    if window.until is None:
        return None
    return Hours(begins=window.begins, until=window.until, zone=window.zone).on(day)[1]


def _lived(rotation: Rotation, shifts: Iterable[Shift]) -> Iterator[Shift]:
    """What of them was in force."""
    for shift in shifts:
        starts = max(shift.starts, rotation.made or shift.starts)
        ends = min(shift.ends, rotation.ended or shift.ends)
        if starts < ends:
            yield replace(shift, starts=starts, ends=ends)


def shifts(roster: Roster, since: datetime, until: datetime) -> tuple[Shift, ...]:
    """Who is on duty between two moments: in order, at most one person for a duty at any time."""
    claims = [*roster.overrides, *_claims(roster, since, until)]
    result: list[Shift] = []
    for duty in Duty:
        taken: list[Span] = []
        for claim in (claim for claim in claims if claim.duty is duty):
            free = without([claim.span], taken)
            result += [replace(claim, starts=start, ends=end) for start, end in free]
            taken = merged([*taken, *free])
    return tuple(
        sorted(
            (shift for shift in result if shift.starts < until and shift.ends > since),
            key=lambda shift: (shift.starts, [*Duty].index(shift.duty)),
        )
    )


def _claims(roster: Roster, since: datetime, until: datetime) -> list[Shift]:
    """Before overrides, which may have begun before `since` and end after `until`."""
    since, until = since - LONGEST_TURN, until + LONGEST_TURN
    return [*roster.calendar, *(shift for rotation in roster.rotations for shift in expand(rotation, since, until))]


def on_duty(shifts: Iterable[Shift], at: datetime) -> dict[Duty, str]:
    """The person of each duty at a moment; without those that nobody has."""
    return {shift.duty: shift.person for shift in shifts if shift.starts <= at < shift.ends}


def next_shift(shifts: Iterable[Shift], duty: Duty, at: datetime) -> Shift | None:
    """The first of the duty that begins after a moment."""
    return next((shift for shift in shifts if shift.duty is duty and shift.starts > at), None)


def gaps(shifts: Sequence[Shift], since: datetime, until: datetime, staffed: Sequence[Hours] = ()) -> tuple[Gap, ...]:
    """When nobody is writer, or nobody deputy, in order. `staffed`: the hours that the page publishes; without any, always."""
    wanted = staffed_spans(staffed, since, until) if staffed else [(since, until)]
    missing = {duty: without(wanted, [shift.span for shift in shifts if shift.duty is duty]) for duty in NEEDED}
    edges = sorted({edge for spans in missing.values() for span in spans for edge in span})
    result: list[Gap] = []
    for start, end in pairwise(edges):
        duties = tuple(duty for duty in NEEDED if any(a <= start and end <= b for a, b in missing[duty]))
        if result and result[-1].ends == start and result[-1].missing == duties:
            result[-1] = replace(result[-1], ends=end)
        elif duties:
            result.append(Gap(duties, start, end))
    return tuple(result)


def overlaps(roster: Roster, since: datetime, until: datetime) -> tuple[Overlap, ...]:
    """Where calendars or rotations name two people for one duty. An override is meant to."""
    claims = [claim for claim in _claims(roster, since, until) if claim.starts < until and claim.ends > since]
    pairs = [
        Overlap(one.duty, (one.person, other.person), max(one.starts, other.starts), min(one.ends, other.ends))
        for one, other in combinations(claims, 2)
        if one.duty is other.duty and one.person != other.person and one.starts < other.ends and other.starts < one.ends
    ]
    return tuple(
        sorted(
            (pair for pair in pairs if pair.ends > since and pair.starts < until),
            key=lambda pair: (pair.starts, pair.duty, pair.people),
        )
    )


def alone(shifts: Sequence[Shift], since: datetime, until: datetime) -> tuple[Overlap, ...]:
    """Where the writer is the deputy too: nobody is left who is told when that person does not speak."""
    writers = [shift for shift in shifts if shift.duty is Duty.WRITER]
    deputies = [shift for shift in shifts if shift.duty is Duty.DEPUTY]
    both = [
        (one, start, end)
        for one in writers
        for other in deputies
        if one.person == other.person
        for start, end in cut(cut([one.span], *other.span), since, until)
    ]
    return tuple(Overlap(Duty.DEPUTY, (one.person, one.person), start, end) for one, start, end in both)
