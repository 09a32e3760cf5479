"""What happens in a day, from a seed: incidents, reports, posts in time and too late, and who says that they are on it."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from tests.story.day_worker import names

ZONE = ZoneInfo("Europe/Vienna")
TICK = timedelta(seconds=30)
INTERVAL = timedelta(minutes=30)
FIRST_WORD = timedelta(minutes=10)
# Minutes from the deadline to the post, and how often: in time, at the last moment, too late.
POSTS = ((-15, 3), (-8, 4), (-5, 3), (-1, 3), (2, 2), (9, 2), (22, 1))


@dataclass(frozen=True, order=True)
class Act:
    """`kind`: report, open, post, resolve, acknowledge. `promise`: the deadline that a post states; None: it states none."""

    at: datetime
    incident: int
    kind: str
    promise: datetime | None = None


@dataclass
class Deadline:
    """One promise, as it should be kept. `since`: when it was made; `ends`: the tick at which it was replaced or over."""

    name: str
    due: datetime
    since: datetime | None
    made: datetime
    ends: datetime
    acknowledged: datetime | None = None

    @property
    def text(self) -> str:
        return f"{self.due.astimezone(ZONE):%H:%M %Z}"

    def steps(self) -> dict[str, datetime]:
        """When each is to be taken; written here anew, and not asked of the clock that is on trial."""
        writer, deputy = self.due - timedelta(minutes=10), self.due - timedelta(minutes=3)
        if self.since and writer <= self.since:
            writer = self.since + (self.due - self.since) / 2
        if deputy <= writer:
            deputy = writer + (self.due - writer) / 2
        late = {"late": self.due + timedelta(minutes=5), "all": self.due + timedelta(minutes=15)}
        return {"writer": writer, "deputy": deputy, **late}


def people(step: str, at: datetime) -> tuple[str, ...]:
    held = names(at)
    return {
        "writer": (held["writer"],),
        "deputy": (held["deputy"],),
        "late": (held["approver"], held["lead"]),
        "all": ("alice", "frank"),
    }[step]


def tick(at: datetime) -> datetime:
    """The first tick at or after that time."""
    past = (at - datetime(2026, 1, 1, tzinfo=UTC)) % TICK
    return at if not past else at - past + TICK


@dataclass
class Day:
    """`acts` in order; `deadlines` as they follow from them."""

    begins: datetime
    incidents: int
    hours: int
    seed: int
    acts: list[Act] = field(default_factory=list)
    deadlines: list[Deadline] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        for number in range(self.incidents):
            self._play(number, self.begins + self.random.random() * timedelta(hours=self.hours))
        self.acts.sort()

    def _play(self, number: int, opens: datetime) -> None:
        opens = opens.replace(second=self.random.randrange(60), microsecond=0)
        if self.random.random() < 0.3:
            self._report(number, opens)
        posts = self.random.randrange(1, 5)
        moments = list(self._posts(opens, posts))
        for (at, promise), (then, _) in pairwise(moments):
            kind = "open" if at == opens else "post"
            self.acts.append(Act(at, number, kind, promise))
            due = promise or at + INTERVAL
            self._deadline(f"Outage {number:03}", due, at, then, number)
        self.acts.append(Act(moments[-1][0], number, "resolve"))

    def _posts(self, opens: datetime, posts: int) -> Iterator[tuple[datetime, datetime | None]]:
        """When each is made, and what it promises; the last one ends it."""
        at, before = opens, set[datetime]()
        for _ in range(posts + 1):
            minutes = self.random.choice((5, 15, 20, 30, 30, 30))
            promise = at.replace(second=0) + timedelta(minutes=minutes) if self.random.random() < 0.9 else None
            while promise in before:  # the same deadline promised again is none that is nudged about anew
                promise += timedelta(minutes=1)
            before |= {promise} if promise else set()
            yield at, promise
            shift = self.random.choices(*zip(*POSTS, strict=True))[0]
            wanted = (promise or at + INTERVAL) + timedelta(minutes=shift, seconds=self.random.randrange(60))
            at = max(wanted, at + timedelta(minutes=1, seconds=self.random.randrange(60)))

    def _report(self, number: int, opens: datetime) -> None:
        at = opens - timedelta(minutes=self.random.choice((2, 6, 9, 13, 18, 28)))
        self.acts.append(Act(at, number, "report"))
        self._deadline(f"Report {number:03}", at + FIRST_WORD, None, opens, number, made=at)

    def _deadline(
        self, name: str, due: datetime, since: datetime | None, ends: datetime, number: int, made: datetime | None = None
    ) -> None:
        self.deadlines.append(Deadline(name, due, since, made or since or due, tick(ends)))
        at = due + timedelta(minutes=self.random.uniform(-9.5, -3.5))
        if since and self.random.random() < 0.5 and since < at < ends:
            self.acts.append(Act(at.replace(microsecond=0), number, "acknowledge"))
