"""Where marks lie on a plot of seconds. One scale for all rows, logarithmic: a move takes one second, a restore thirty."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, EDGE, LEAST = 1000, 12, 0.01
"""EDGE: room at either side, for marks that lie at an end."""
TICKS = (0.01, 0.1, 1.0, 10.0, 100.0)


@dataclass(frozen=True, slots=True)
class Past:
    """How long one thing took now (None: it was not done) and before, and how long it may take."""

    now: float | None
    before: Sequence[float]
    goal: float


@dataclass(frozen=True, slots=True)
class Bar:
    """The same in places from 0 to WIDTH."""

    now: int | None
    before: tuple[int, ...]
    goal: int


@dataclass(frozen=True, slots=True)
class Tick:
    """`percent`: of the whole width, for what is written below."""

    at: int
    percent: float
    label: str


@dataclass(frozen=True, slots=True)
class Plot:
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]


def plot(rows: Sequence[Past]) -> Plot:
    longest = max([10 * LEAST, *(value for row in rows for value in (row.now or 0, row.goal, *row.before))])

    def at(seconds: float) -> int:
        return round(WIDTH * math.log(max(seconds, LEAST) / LEAST) / math.log(longest / LEAST))

    bars = [Bar(None if row.now is None else at(row.now), tuple(map(at, row.before)), at(row.goal)) for row in rows]
    ticks = [(at(tick), f"{tick:g} s") for tick in TICKS if tick <= longest]
    return Plot(tuple(bars), tuple(Tick(x, round(100 * (x + EDGE) / (WIDTH + 2 * EDGE), 2), label) for x, label in ticks))
