"""How a page spoke: first words, promises, silences and vague posts, derived from what was posted and when.

An update was spoken when it was posted (`created_at`), whatever time it gives itself, and readers had the incident as the
updates posted by then made it. So nothing that is written later makes a silence shorter or a promise kept.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from lightship.core.duty.cards import Card, Case, Post, Promise, Silence
from lightship.core.duty.figures import NONE, Figures
from lightship.core.model import ENDED, Incident, Kind, Update, month_of
from lightship.core.rules import EARLIEST
from lightship.core.status import began

FRESH = timedelta(minutes=30)
"""How old the newest update may be."""
REPORTED_WITHIN = timedelta(days=1)
"""How long before an incident's first update a report of customers may be about it."""
Report = tuple[datetime, frozenset[str]]
"""When customers reported something, and of which components, by their ids; empty: nobody wrote that down."""
VAGUE = "vague"
ALWAYS, FOREVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def card(case: Case, now: datetime) -> Card:
    incident = case.incident
    now = max([now, *(update.created_at for update in incident.updates)])  # another desk's clock may run ahead
    spoken = _Spoken(now)
    for update in sorted(incident.updates, key=lambda update: (update.created_at, update.display_at, update.id)):
        spoken.add(update)
    spoken.finish()
    if incident.kind is Kind.MAINTENANCE:  # of which only promises count
        spoken.posts, spoken.silences, case = [], [], replace(case, alerts=(), support=())
    first = spoken.posts[0].created_at if spoken.posts else None if incident.ended else now
    known_at, known_by = _known(case, first)
    return Card(
        incident=incident,
        practice=case.practice,
        first_at=first,
        known_at=known_at,
        known_by=known_by,
        support_at=min(case.support, default=None),
        spans=tuple(spoken.spans),
        silences=tuple(spoken.silences),
        promises=tuple(spoken.promises),
        posts=tuple(Post(update, case.judgements.get(update.id)) for update in spoken.posts),
    )


def by_person(update: Update) -> bool:
    """Whether a person spoke: neither a machine, nor the clock, which begins and ends maintenances without a word."""
    return not update.automatic and bool(update.wordings[0].body.strip())


def _known(case: Case, first: datetime | None) -> tuple[datetime | None, str]:
    """The earliest sign that something was wrong, if one came before the first post."""
    signs = [*((at, "alert") for at in case.alerts), *((at, "support") for at in case.support), (began(case.incident), "since")]
    if case.incident.kind is Kind.MAINTENANCE or first is None:
        return None, ""
    return min((sign for sign in signs if sign[0] < first), default=(None, ""))


def reported(incident: Incident, reports: Iterable[Report], others: Iterable[Incident]) -> tuple[datetime, ...]:
    """When customers reported what this incident is about, before its first update: what names none of its components is of
    something else, and so is what came a day earlier, or before an incident of `others` that touched them had ended."""
    first = min(update.created_at for update in incident.updates)
    own = {component.id for component in incident.components}
    about = [at for at, of in reports if first - REPORTED_WITHIN < at <= first and (not of or of & own)]
    if not about:
        return ()
    ends = [other.updates[-1].created_at for other in others if other.ended and own & {part.id for part in other.components}]
    before = max((end for end in ends if end < first), default=ALWAYS)
    return tuple(at for at in about if at > before)


class _Spoken:
    """What readers had, post after post. `_quiet`: since when nobody speaks of the open incident, and whether an update of a
    person began that."""

    def __init__(self, now: datetime) -> None:
        self.spans: list[tuple[datetime, datetime]] = []
        self.silences: list[Silence] = []
        self.promises: list[Promise] = []
        self.posts: list[Update] = []
        self._now = now
        self._newest: Update | None = None
        self._opened: datetime | None = None
        self._quiet: tuple[datetime, bool] | None = None
        self._promising: Update | None = None

    def add(self, update: Update) -> None:
        at, person, before = update.created_at, by_person(update), self._newest
        self._newest = max(filter(None, (before, update)), key=lambda one: (one.display_at, one.created_at, one.id))
        ended = self._newest.status in ENDED
        if person:
            self._settle(at)
        if self._opened is not None or not ended or before is None:
            self.posts += [update] if person else []
            self._span(at, ended=ended, person=person)
        if ended and not person:
            self._settle(at, spoke=False)
        elif person and not ended and self._newest is update:
            self._promising = update

    def finish(self) -> None:
        if self._opened is not None:
            self._hush(self._now, again=None)
            self.spans.append((self._opened, self._now))
        self._settle(self._now, spoke=False)

    def _span(self, at: datetime, *, ended: bool, person: bool) -> None:
        if self._opened is None:
            self._opened, self._quiet = at, (at, person)
        elif person or ended:
            self._hush(at, again=(at, person))
        if ended:
            self.spans.append((self._opened, at))
            self._opened = self._quiet = None

    def _hush(self, at: datetime, again: tuple[datetime, bool] | None) -> None:
        if self._quiet:
            self.silences.append(Silence(self._quiet[0], at, self._quiet[1]))
        self._quiet = again

    def _settle(self, at: datetime, *, spoke: bool = True) -> None:
        """What became of the promise that stood until now. It counts as broken only once it has passed."""
        update, self._promising = self._promising, None
        due = _due(update, at) if update else None
        if due and (spoke or due < at):
            self.promises.append(Promise(due, at if spoke else None))


def _due(update: Update, until: datetime) -> datetime | None:
    """When the update promised the next one. A correction moves a promise while it stands, not after it has passed; and what
    had passed when it was spoken was promised to nobody."""
    due: datetime | None = None
    for wording in update.wordings:
        promise = wording.facts.next_update
        if promise and promise > max(wording.at, update.created_at) and wording.at <= (due or until):
            due = promise
    return due


def figures(cards: Iterable[Card], since: datetime = ALWAYS, until: datetime = FOREVER) -> Figures:
    """Added up over `since <= t < until`: a silence counts whole where it ended, a promise where it was kept or passed, a
    first word where it was spoken, and open minutes where they were. Practice never counts, and what is withdrawn is only
    numbered."""
    real = [card for card in cards if not card.practice and card.touches(since, until)]
    counted = [card for card in real if not card.incident.withdrawn]
    incidents = [card for card in counted if card.incident.kind is Kind.INCIDENT]
    firsts = [card for card in incidents if card.first_at and since <= card.first_at < until]
    promises = [p for card in counted for p in card.promises if since <= p.settled_at < until]
    silences = [silence for card in incidents for silence in card.silences]
    posts = [post.judgement for card in incidents for post in card.posts if since <= post.at < until]
    judged = [judgement for judgement in posts if judgement]
    return Figures(
        incidents=len(incidents),
        withdrawn=len(real) - len(counted),
        first_words=tuple(sorted(card.first_word for card in firsts if card.first_word is not None)),
        support_gaps=tuple(sorted(card.support_gap for card in firsts if card.support_gap is not None)),
        promises=len(promises),
        in_time=sum(promise.in_time for promise in promises),
        longest_silence=max((s.ends - s.starts for s in silences if since <= s.ends < until), default=None),
        open=sum((_within(*span, since, until) for card in incidents for span in card.spans), NONE),
        fresh=sum((_fresh(silence, since, until) for silence in silences), NONE),
        posts=len(posts),
        judged=len(judged),
        vague=sum(judgement.verdict == VAGUE for judgement in judged),
        overridden=sum(bool(judgement.overridden) for judgement in judged),
    )


def _within(starts: datetime, ends: datetime, since: datetime, until: datetime) -> timedelta:
    return max(min(ends, until) - max(starts, since), NONE)


def _fresh(silence: Silence, since: datetime, until: datetime) -> timedelta:
    if not silence.after_update:
        return NONE
    return _within(silence.starts, min(silence.ends, silence.starts + FRESH), since, until)


def bounds(month: str) -> tuple[datetime, datetime]:
    """When a month (`YYYY-MM`, UTC) begins, and the next one. ValueError for what is no month."""
    try:
        first = datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)
    except ValueError:
        first = ALWAYS
    if month_of(first) != month or not EARLIEST <= first.year < FOREVER.year:
        raise ValueError(f"{month!r} is no month: write it as 2026-11")
    return first, (first + timedelta(days=32)).replace(day=1)
