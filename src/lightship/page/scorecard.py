"""The published scorecard: how a page spoke, month by month and incident by incident, in words and as drawings of few bytes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import floor

from markupsafe import Markup

from lightship.core import durations
from lightship.core.duty.figures import Figures, IncidentFigures, PublicScorecard
from lightship.page import labels, prose, times

CELLS, CELL = 90, 5
"""Of a drawing, which page.css draws as the bars of components: as many dashes of five units."""
FULL = timedelta(hours=2)
SILENCES = ((FULL / 4, "ok"), (FULL / 2, "slow"), (FULL, "part"))
"""How long a silence may be for each tone; a longer one is `down`."""
PROMISES, FIRST_WORD = "Promised updates in time", "First word after"
NAMES = (
    "Incidents",
    PROMISES,
    "Longest silence",
    "Update under 30 min old",
    FIRST_WORD,
    "Support knew before",
    "Vague updates",
    "Posted although vague",
    "Withdrawn, not counted",
)
Facts = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A month in one drawing. `marks`: class and SVG path. `sentence`: the same in words, for those who cannot see it."""

    month: str
    value: str
    sentence: str
    marks: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Plot:
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """An incident in one line."""

    href: str
    name: str
    when: Markup
    text: str


@dataclass(frozen=True, slots=True)
class View:
    headline: str
    plots: tuple[Plot, ...]
    months: tuple[tuple[str, Facts], ...]
    incidents: tuple[Entry, ...]


def view(scorecard: PublicScorecard) -> View:
    months = [(times.month_name(name), sums) for name, sums in scorecard.months]
    return View(
        headline=_headline(months),
        plots=plots(months),
        months=tuple((name, facts(sums)) for name, sums in months),
        incidents=tuple(map(_incident, scorecard.incidents)),
    )


def facts(sums: Figures) -> Facts:
    """What is known of a month or an incident, in words, most telling first."""
    values = (
        f"{sums.incidents:,}",
        _of(sums.in_time, sums.promises),
        length(sums.longest_silence),
        percent(sums.fresh_share),
        _typical(sums.first_words, sums.first_word),
        _typical(sums.support_gaps, sums.support_gap),
        _of(sums.vague, sums.judged),
        f"{sums.overridden:,}" if sums.overridden else "",
        f"{sums.withdrawn:,}" if sums.withdrawn else "",
    )
    return tuple((name, value) for name, value in zip(NAMES, values, strict=True) if value)


def percent(share: float | None) -> str:
    """Rounded down: 100% means all."""
    return "" if share is None else f"{floor(share * 100 + 1e-9)}%"


def length(span: timedelta | None) -> str:
    if span is None:
        return ""
    return times.lasting(span) if span >= timedelta(minutes=1) else "under a minute"


def _of(part: int, whole: int) -> str:
    return f"{part:,} of {whole:,}" if whole else ""


def _typical(known: Sequence[timedelta], median: timedelta | None) -> str:
    if len(known) < 2:
        return length(median)
    return f"{length(median)}, at most {length(known[-1])}"


def _headline(months: Sequence[tuple[str, Figures]]) -> str:
    made, in_time = (sum(getattr(sums, name) for _, sums in months) for name in ("promises", "in_time"))
    if not made:
        return "No update was promised yet"
    return f"{in_time:,} of {labels.counted(made, 'promised update')} came in time"


def plots(months: Sequence[tuple[str, Figures]]) -> tuple[Plot, ...]:
    """Three of the same months; none of what was never measured."""
    drawn = (
        _plot(PROMISES, months, lambda sums: _share(sums.promise_share)),
        _plot("Update under 30 minutes old while something was broken", months, lambda sums: _share(sums.fresh_share)),
        _plot("Longest silence while something was broken", months, lambda sums: _silence(sums.longest_silence)),
    )
    return tuple(plot for plot in drawn if plot.rows)


def _share(share: float | None) -> tuple[str, str, float] | None:
    return None if share is None else (percent(share), share_tone(share), share)


def _silence(span: timedelta | None) -> tuple[str, str, float] | None:
    """Two hours and more fill the drawing: one bad night must not flatten all other months."""
    return (durations.span(span), silence_tone(span), min(span / FULL, 1.0)) if span else None


def share_tone(share: float) -> str:
    return "ok" if share >= 0.9 else "slow" if share >= 0.75 else "part" if share >= 0.5 else "down"


def silence_tone(span: timedelta) -> str:
    return next((tone for most, tone in SILENCES if span <= most), "down")


def _plot(
    title: str, months: Sequence[tuple[str, Figures]], measure: Callable[[Figures], tuple[str, str, float] | None]
) -> Plot:
    measured = [(name, mark) for name, sums in months if (mark := measure(sums))]
    return Plot(
        title, tuple(Row(name, value, f"{name}: {value}", _marks(tone, share)) for name, (value, tone, share) in measured)
    )


def _marks(tone: str, share: float) -> tuple[tuple[str, str], ...]:
    """Something is drawn of what is more than nothing, and something left out of what is less than all."""
    cells = round(share * CELLS) if share in (0, 1) else min(max(round(share * CELLS), 1), CELLS - 1)
    rest = ("new", f"M{CELL * cells},9h{CELL * (CELLS - cells)}")
    return (*(((tone, f"M0,9h{CELL * cells}"),) if cells else ()), *((rest,) if cells < CELLS else ()))


def _incident(line: IncidentFigures) -> Entry:
    if line.figures.withdrawn:
        text = "Withdrawn: it was posted by mistake, and is not counted."
    else:
        text = ". ".join(f"{name}: {value}" for name, value in facts(line.figures) if name != "Incidents")
    return Entry(f"../incidents/{line.id}/index.html", prose.legal(line.name), times.when(line.at), text)
