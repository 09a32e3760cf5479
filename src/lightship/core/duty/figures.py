"""The figures of a scorecard, of one incident or of many, as values: what is public of them, and how they are added up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

NONE = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """docs/reference/scorecard.md defines every one. `withdrawn`: incidents left out of all the others. `first_words`,
    `support_gaps`: of every incident for which they are known, shortest first. `longest_silence` None: nothing was open.
    `promises` made, of which `in_time` were followed by an update in time. `open`: how long incidents were open, together;
    `fresh`: with an update under 30 minutes old. `posts` of people, of which `judged` have a verdict, and `vague` that one."""

    incidents: int = 0
    withdrawn: int = 0
    first_words: tuple[timedelta, ...] = ()
    support_gaps: tuple[timedelta, ...] = ()
    promises: int = 0
    in_time: int = 0
    longest_silence: timedelta | None = None
    open: timedelta = NONE
    fresh: timedelta = NONE
    posts: int = 0
    judged: int = 0
    vague: int = 0
    overridden: int = 0

    @property
    def first_word(self) -> timedelta | None:
        """The median; None where it is known of no incident."""
        return _median(self.first_words)

    @property
    def support_gap(self) -> timedelta | None:
        return _median(self.support_gaps)

    @property
    def promise_share(self) -> float | None:
        return self.in_time / self.promises if self.promises else None

    @property
    def fresh_share(self) -> float | None:
        return self.fresh / self.open if self.open else None

    @property
    def vague_share(self) -> float | None:
        return self.vague / self.judged if self.judged else None


@dataclass(frozen=True, slots=True)
class IncidentFigures:
    """An incident of a public scorecard. `at`: its first post."""

    id: str
    name: str
    at: datetime
    figures: Figures


@dataclass(frozen=True, slots=True)
class PublicScorecard:
    """What a page publishes if its owner wants it: no names of staff and no reasons. Both newest first."""

    months: tuple[tuple[str, Figures], ...]
    incidents: tuple[IncidentFigures, ...]


def _median(lengths: Sequence[timedelta]) -> timedelta | None:
    return timedelta(seconds=median(length.total_seconds() for length in lengths)) if lengths else None
