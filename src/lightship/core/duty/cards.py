"""What a scorecard is computed from and what it says of one incident, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lightship.core.duty.figures import NONE
from lightship.core.model import Incident, Update


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """How an update was judged when it was posted. `overridden`: why it was posted although vague. `unapproved`: why without
    an approver. `holder`: who held the clock."""

    verdict: str
    overridden: str = ""
    unapproved: str = ""
    holder: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An incident with what is known beside it. `judgements`: by the update's id. `alerts`: when somebody or something said
    that something is wrong. `support`: when support knew, by reports of customers or by the front-line kit."""

    incident: Incident
    judgements: Mapping[str, Judgement] = field(default_factory=dict)
    alerts: tuple[datetime, ...] = ()
    support: tuple[datetime, ...] = ()
    practice: bool = False


@dataclass(frozen=True, slots=True)
class Silence:
    """No person spoke of the open incident between these times. `after_update`: it began with an update of a person; without
    one, nothing that was fresh stood on the page."""

    starts: datetime
    ends: datetime
    after_update: bool


@dataclass(frozen=True, slots=True)
class Promise:
    """`next_at`: when a person spoke next; None: the promise passed, and nobody has spoken yet."""

    due: datetime
    next_at: datetime | None

    @property
    def in_time(self) -> bool:
        return self.next_at is not None and self.next_at <= self.due

    @property
    def settled_at(self) -> datetime:
        return min(self.due, self.next_at or self.due)


@dataclass(frozen=True, slots=True)
class Post:
    update: Update
    judgement: Judgement | None

    @property
    def at(self) -> datetime:
        return self.update.created_at

    @property
    def reasons(self) -> tuple[tuple[str, str], ...]:
        """What its author went past, and why."""
        one = self.judgement
        pairs = (("Posted although vague", one.overridden), ("Posted without approval", one.unapproved)) if one else ()
        return tuple(pair for pair in pairs if pair[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The scorecard of one incident. `spans`: when it was open, as its readers had it; more than one if it was opened again.
    `posts`: of people, while it was open. `first_at`: the first of them, or now while nobody has spoken. `known_at`: since when
    it was known before that, and `known_by` what: alert, support, or since (as stated)."""

    incident: Incident
    practice: bool
    first_at: datetime | None
    known_at: datetime | None
    known_by: str
    support_at: datetime | None
    spans: tuple[tuple[datetime, datetime], ...]
    silences: tuple[Silence, ...]
    promises: tuple[Promise, ...]
    posts: tuple[Post, ...]

    @property
    def began_at(self) -> datetime:
        """When readers first had it."""
        return self.spans[0][0]

    @property
    def last_at(self) -> datetime:
        """When it last ended; now, while it is open."""
        return self.spans[-1][1]

    @property
    def first_word(self) -> timedelta | None:
        return self.first_at - self.known_at if self.first_at and self.known_at else None

    @property
    def support_gap(self) -> timedelta | None:
        """Zero where the public knew first."""
        return max(self.first_at - self.support_at, NONE) if self.first_at and self.support_at else None

    @property
    def holders(self) -> tuple[str, ...]:
        """Who held the clock, in the order in which they took it."""
        return tuple(dict.fromkeys(post.judgement.holder for post in self.posts if post.judgement and post.judgement.holder))

    @property
    def overrides(self) -> tuple[Post, ...]:
        return tuple(post for post in self.posts if post.reasons)

    def touches(self, since: datetime, until: datetime) -> bool:
        """Whether it was open, began or ended in that time."""
        return any(starts < until and ends >= since for starts, ends in self.spans)
