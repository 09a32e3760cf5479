"""Who is to be nudged now, about which deadlines: the writer before one, and ever more people the longer nobody speaks.

Whether a nudge is due is asked of what was nudged already, never of when it was last asked: a clock that stood still for an
hour makes up for it once, each person getting one message and not one for each step that passed."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


class Step(StrEnum):
    """In their order. LATE: approver and lead. ALL: the whole escalation list."""

    WRITER = "writer"
    DEPUTY = "deputy"
    LATE = "late"
    ALL = "all"


STEPS = tuple(Step)
OFFSETS: Mapping[Step, timedelta] = {
    Step.WRITER: timedelta(minutes=-10),
    Step.DEPUTY: timedelta(minutes=-3),
    Step.LATE: timedelta(minutes=5),
    Step.ALL: timedelta(minutes=15),
}
TOGETHER = timedelta(minutes=5)
"""Deadlines so close together make one nudge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One deadline. `subject`: the id of an incident, or of an alert, whose `first_word` is awaited. `since`: when somebody
    spoke last; None: nobody has spoken."""

    subject: str
    name: str
    due: datetime
    since: datetime | None = None
    first_word: bool = False
    practice: bool = False

    def at(self, step: Step) -> datetime:
        """When the step is taken. A deadline that was promised so shortly before that its writer would be nudged before having
        spoken is nudged half-way."""
        writer = self.due + OFFSETS[Step.WRITER]
        if self.since and writer <= self.since < self.due:
            writer = self.since + (self.due - self.since) / 2
        if step is Step.WRITER:
            return writer
        at = self.due + OFFSETS[step]
        return writer + (self.due - writer) / 2 if step is Step.DEPUTY and at <= writer else at


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Who holds which duty now; empty: nobody. `everyone`: the escalation list."""

    writer: str = ""
    deputy: str = ""
    approver: str = ""
    lead: str = ""
    everyone: tuple[str, ...] = ()

    def own(self, step: Step) -> tuple[str, ...]:
        people = {
            Step.WRITER: (self.writer,),
            Step.DEPUTY: (self.deputy,),
            Step.LATE: (self.approver, self.lead),
            Step.ALL: self.everyone,
        }[step]
        return tuple(dict.fromkeys(filter(None, people)))

    def people(self, step: Step, without: Collection[str] = ()) -> tuple[str, ...]:
        """Whom the step nudges: where it has nobody who can be reached, those of the next step that has."""
        for later in STEPS[STEPS.index(step) :]:
            if reached := tuple(person for person in self.own(later) if person not in without):
                return reached
        return ()

    def holds(self, person: str) -> bool:
        return any(person in self.own(step) for step in STEPS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A nudge that was made. `subjects`: each with the deadline that it spoke of. `failed`: it could not be delivered.
    `acknowledged_by`: who said "I am on it"; empty: nobody."""

    person: str
    step: Step
    subjects: Mapping[str, datetime]
    failed: bool = False
    acknowledged_by: str = ""

    def about(self, clock: Clock) -> bool:
        return self.subjects.get(clock.subject) == clock.due


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A nudge to one person. `at`: when it was due. `clocks`: the soonest first."""

    person: str
    step: Step
    at: datetime
    clocks: tuple[Clock, ...]

    @property
    def first(self) -> Clock:
        return self.clocks[0]


@dataclass(slots=True)
class _Bundle:
    """What one person is nudged about at one step. `ripe`: of which the step has come; `soon`: of which it comes shortly."""

    ripe: list[tuple[datetime, Clock]] = field(default_factory=list)
    soon: list[Clock] = field(default_factory=list)


def due(clocks: Iterable[Clock], chain: Chain, sent: Sequence[Sent], now: datetime) -> list[Due]:
    """The nudges to make now, in the order in which they were due. An acknowledgement by somebody on duty spares the deputy,
    and nobody else: whether the promise is kept is another question."""
    bundles: dict[tuple[str, Step, bool, bool], _Bundle] = {}
    for clock in clocks:
        about = [nudge for nudge in sent if nudge.about(clock)]
        for person, steps in _missing(clock, chain, about, now).items():
            come = [step for step in steps if clock.at(step) <= now]
            bundle = bundles.setdefault((person, (come or steps[:1])[-1], clock.first_word, clock.practice), _Bundle())
            if come:
                bundle.ripe.append((clock.at(come[0]), clock))
            else:
                bundle.soon.append(clock)
    made = [_made(person, step, bundle) for (person, step, *_), bundle in bundles.items() if bundle.ripe]
    return sorted(made, key=lambda nudge: (nudge.at, STEPS.index(nudge.step), nudge.person))


def _missing(clock: Clock, chain: Chain, about: Sequence[Sent], now: datetime) -> dict[str, list[Step]]:
    """By person, the steps that have come, or come within TOGETHER, and that no nudge to that person covers."""
    failed = {nudge.person for nudge in about if nudge.failed}
    spared = any(chain.holds(nudge.acknowledged_by) for nudge in about if nudge.acknowledged_by)
    missing: dict[str, list[Step]] = {}
    for number, step in enumerate(STEPS):
        # Ahead of its time a step goes along with others only after the step before it.
        early = TOGETHER if number == 0 or clock.at(STEPS[number - 1]) <= now else timedelta()
        if clock.at(step) > now + early or (step is Step.DEPUTY and spared):
            continue
        for person in chain.people(step, failed):
            if all(STEPS.index(nudge.step) < number for nudge in about if nudge.person == person):
                missing.setdefault(person, []).append(step)
    return missing


def _made(person: str, step: Step, bundle: _Bundle) -> Due:
    clocks = [clock for _, clock in bundle.ripe] + bundle.soon
    clocks.sort(key=lambda clock: (clock.due, clock.subject))
    return Due(person=person, step=step, at=min(at for at, _ in bundle.ripe), clocks=tuple(clocks))


def unreached(clocks: Iterable[Clock], chain: Chain, sent: Sequence[Sent], now: datetime) -> Iterator[Clock]:
    """Deadlines of which a step has come and nobody at all can be reached any more."""
    for clock in clocks:
        failed = {nudge.person for nudge in sent if nudge.about(clock) and nudge.failed}
        if clock.at(Step.WRITER) <= now and not chain.people(Step.WRITER, failed):
            yield clock
