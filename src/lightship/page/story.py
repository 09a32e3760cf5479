"""An incident as a page tells it: what is claimed now, as facts, and what was said when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup, escape

from lightship.core.duty.promises import due
from lightship.core.model import Change, Component, ComponentStatus, Facts, Impact, Incident, Kind, Status, Update
from lightship.core.status import began, current_facts, ended_at, impact, worst
from lightship.page import labels, prose, times


@dataclass(frozen=True, slots=True)
class Fact:
    """`mark` is the class by which the script finds a time to count from (since) or towards (due)."""

    label: str
    value: Markup
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """One update. `edited`: when its text was corrected. `turned`: what it changed, in words."""

    id: str
    word: str
    when: Markup
    body: Markup
    edited: Markup | None
    turned: str


@dataclass(frozen=True, slots=True)
class Story:
    id: str
    name: str
    href: str
    tone: str
    word: str
    lead: Markup
    facts: tuple[Fact, ...]
    said: tuple[Said, ...]


def story(incident: Incident, components: Iterable[Component], now: datetime | None, href: str = "") -> Story:
    """`components`: those it touches, as they stand. `now` None: for a page that must not depend on when it is made."""
    touched, facts = tuple(components), current_facts(incident)
    return Story(
        id=incident.id,
        name=prose.legal(incident.name),
        href=href,
        tone=tone(incident, touched),
        word=labels.STATUS[incident.status],
        lead=prose.line(facts.symptom),
        facts=tuple(facts_of(incident, facts, touched, now)),
        said=tuple(_said(update, now) for update in reversed(incident.updates)),
    )


def tone(incident: Incident, touched: Iterable[Component]) -> str:
    """How loud: by the worst of what it touches as that stands now, or else by its impact, lowered once a fix is in place."""
    if incident.ended:
        return "ok"
    if incident.kind is Kind.MAINTENANCE:
        return "work"
    state = worst(component.status for component in touched)
    if state not in (ComponentStatus.OPERATIONAL, ComponentStatus.UNDER_MAINTENANCE):
        return labels.TONE[state]
    if incident.status is Status.MONITORING:
        return "slow"
    return {Impact.CRITICAL: "down", Impact.MAJOR: "down", Impact.MINOR: "part"}.get(impact(incident), "slow")


def facts_of(incident: Incident, facts: Facts, touched: tuple[Component, ...], now: datetime | None) -> list[Fact]:
    """In the order a reader asks: what, since when, what is being done, when is the next update."""
    if incident.kind is Kind.MAINTENANCE:
        start, until = incident.scheduled_for, incident.scheduled_until
        first = [Fact("Window", window(start, until, now))] if start else []
    else:
        # The script counts in the span how long it lasts.
        since = times.when(began(incident), now)
        first = [Fact("Since", since) if incident.ended else Fact("Since", Markup("{}<span></span>").format(since), "since")]
    scope = prose.line(facts.scope) if facts.scope else escape(labels.listed([prose.legal(c.name) for c in touched], 6))
    rows = [Fact("Affects", scope), *first]
    rows += _ended(incident, facts, now) if incident.ended else _running(incident, facts, now)
    return [row for row in rows if row.value]


def _running(incident: Incident, facts: Facts, now: datetime | None) -> list[Fact]:
    doing = prose.line(facts.doing or labels.DOING[incident.status])
    estimate = times.when(facts.estimate, now) if facts.estimate else escape("No estimate yet" if facts.no_estimate else "")
    return [
        Fact("Doing now", doing),
        _next(incident, now),
        Fact("Back by", estimate),
        Fact("Meanwhile", prose.line(facts.workaround)),
        Fact("Cause", prose.line(facts.cause)),
    ]


def _next(incident: Incident, now: datetime | None) -> Fact:
    if not due([incident]):
        return Fact("Next update", escape("" if incident.kind is Kind.MAINTENANCE else "No time promised"))
    value, mark = pledge(incident, now)
    return Fact("Next update", value, mark)


def pledge(incident: Incident, now: datetime | None) -> tuple[Markup, str]:
    """When the next update is due, and its class. That it is late is said without the script too, where the moment of
    making is known; by how much, only the script can say truly."""
    promise = due([incident])[0]
    late = now is not None and promise.late(now)
    value = Markup("by {}<span>{}</span>").format(times.when(promise.at, now), ", late" if late else "")
    return value, "due late" if late else "due"


def _ended(incident: Incident, facts: Facts, now: datetime | None) -> list[Fact]:
    over = facts.ended or ended_at(incident)
    lasted = lasting(incident)
    value = Markup("{}{}").format(times.when(over, now), f", after {lasted}" if lasted else "") if over else Markup("")
    return [Fact("Ended", value), Fact("Cause", prose.line(facts.cause))]


def lasting(incident: Incident) -> str:
    """How long the harm lasted; empty while it lasts, and where the dates contradict each other."""
    over = current_facts(incident).ended or ended_at(incident)
    return times.lasting(over - began(incident)) if over and over > began(incident) else ""


def window(start: datetime, until: datetime | None, now: datetime | None) -> Markup:
    if until is None:
        return Markup("from {}").format(times.when(start, now))
    return Markup("{} to {}").format(times.when(start, now), times.when(until, start if start.date() == until.date() else now))


def _said(update: Update, now: datetime | None) -> Said:
    return Said(
        id=update.id,
        word=labels.STATUS[update.status],
        when=times.when(update.display_at, now),
        body=prose.block(update.body),
        edited=times.when(update.wordings[-1].at, now) if update.edited else None,
        turned=_turned(update.changes or ()),
    )


def _turned(changes: Iterable[Change]) -> str:
    """Only real turns: an update that repeats the state of a component changed nothing."""
    words = [f"{prose.legal(c.name)}: {labels.COMPONENT[c.new].lower()}" for c in changes if c.old is not c.new]
    return "; ".join(words)
