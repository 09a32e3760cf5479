"""Ninety days of a component: as a drawing of few bytes, and as one sentence for those who cannot see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from math import floor

from lightship.core.history import Day, days, uptime
from lightship.core.model import Component, ComponentStatus, Snapshot
from lightship.page import labels, times

MOST = 4
_OK = ComponentStatus.OPERATIONAL


@dataclass(frozen=True, slots=True)
class Bar:
    """`share` is shown beside the drawing: the sentence leaves it out. `marks`: class and SVG path of the days before the
    component existed, of its own days, and of each kind of bad day."""

    share: str
    sentence: str
    marks: tuple[tuple[str, str], ...]


def bar(component: Component, snapshot: Snapshot) -> Bar:
    rows = days(component.id, snapshot)
    born = _born(component, snapshot)
    unborn = sum(day.date < born for day in rows[:-1])
    lived = rows[unborn:]
    before = f"; not watched before {times.day(lived[0].date)}" if unborn else ""
    return Bar(percent(uptime(lived)), _sentence(lived) + before, _marks(rows, unborn))


def _born(component: Component, snapshot: Snapshot) -> date:
    """Its stated start, or else its first known day: history may have been imported into a young component."""
    if component.start_date:
        return component.start_date
    changes = (change.at for change in snapshot.status_changes if change.change.component_id == component.id)
    return min(next(changes, component.created_at), component.created_at).date()


def percent(share: float) -> str:
    """Rounded down: 100% means never down."""
    return f"{floor(share * 10000 + 1e-6) / 100:g}%"


def _marks(rows: Sequence[Day], unborn: int) -> tuple[tuple[str, str], ...]:
    """A day is five units of 450, drawn as a dash of a thick line: a run of like days is one stroke of it."""
    strokes = {"new": f"M0,9h{5 * unborn}"} if unborn else {}
    strokes[""] = f"M{5 * unborn},9h{5 * (len(rows) - unborn)}"
    for status, run in groupby(range(unborn, len(rows)), key=lambda n: rows[n].worst):
        numbers = list(run)
        if status is not _OK:
            tone = labels.TONE[status]
            strokes[tone] = strokes.get(tone, "") + f"M{5 * numbers[0]},9h{5 * len(numbers)}"
    return tuple(strokes.items())


def _sentence(rows: Sequence[Day]) -> str:
    runs = [list(run) for status, run in groupby(rows, key=lambda day: day.worst) if status is not _OK]
    newest_first = [_run(run, rows[-1].date) for run in reversed(runs)]
    rest = sum(len(run) for run in runs[: max(len(runs) - MOST, 0)])
    parts = newest_first[:MOST] + ([f"{labels.counted(rest, 'more day')} with trouble"] if rest else [])
    span = f"{len(rows)} days" if len(rows) > 1 else "its first day"
    return f"{span}: {'; '.join(parts)}" if parts else f"{span} without trouble"


def _run(run: Sequence[Day], today: date) -> str:
    status = run[0].worst
    span = sum((day.spans.get(status, timedelta()) for day in run), timedelta())
    first, last = run[0].date, run[-1].date
    named = "today" if last == today else times.day(last)
    if first != last:
        named = f"{times.day(first)} to {named}"
    word = labels.COMPONENT[status].lower()
    return f"{named} {word} {times.lasting(span)}" if span else f"{named} {word}"
