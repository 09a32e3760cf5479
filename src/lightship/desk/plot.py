"""Where marks lie on a plot of seconds. One scale for all rows, logarithmic: a move takes one second, a restore thirty."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, EDGE, LEAST = 1000, 12, 0.01
"""EDGE: room at either side, for marks that lie at an end."""
TICKS = (0.01, 0.1, 1.0, 10.0, 100.0)


@dataclass(frozen=True, slots=True)
class Marks:
    """How long a step took now (None: it was not done) and before, and its goal: in seconds, or as places from 0 to WIDTH."""

    now: float | None
    before: Sequence[float]
    goal: float


def plot(rows: Sequence[Marks]) -> tuple[list[Marks], list[tuple[int, float, str]]]:
    """The places of each row's marks; and the ticks of the axis: place, the same in percent of the whole width, label."""
    longest = max([10 * LEAST, *(seconds for row in rows for seconds in (row.now or 0, row.goal, *row.before))])

    def at(seconds: float) -> int:
        return round(WIDTH * math.log(max(seconds, LEAST) / LEAST) / math.log(longest / LEAST))

    def percent(place: int) -> float:
        return round(100 * (place + EDGE) / (WIDTH + 2 * EDGE), 2)

    bars = [Marks(None if row.now is None else at(row.now), tuple(map(at, row.before)), at(row.goal)) for row in rows]
    ticks = [(at(tick), percent(at(tick)), f"{tick:g} s") for tick in TICKS if tick <= longest]
    return bars, ticks
