"""An incident as a page shows it: its current facts, and its updates."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup, escape

from lightship.core.model import Component, ComponentStatus, Facts, Impact, Incident, Kind, Status, Update
from lightship.core.status import began, current_facts, ended_at, impact, promised, worst
from lightship.page import labels, prose, times


@dataclass(frozen=True, slots=True)
class Fact:
    """`mark`: the class by which the script finds a time to count from (since) or towards (due)."""

    label: str
    value: Markup
    mark: str = ""


@dataclass(frozen=True, slots=True)
class StoryUpdate:
    """`edited`: when its wording was corrected. `changes`: the status changes that it made, in words."""

    id: str
    word: str
    when: Markup
    body: Markup
    edited: Markup | None
    changes: str


@dataclass(frozen=True, slots=True)
class Story:
    id: str
    name: str
    href: str
    tone: str
    word: str
    lead: Markup
    facts: tuple[Fact, ...]
    updates: tuple[StoryUpdate, ...]


def story(incident: Incident, components: Iterable[Component], now: datetime | None, href: str = "") -> Story:
    """`components`: those it touches, as they are now. `now` None: for a page that must not depend on when it is rendered."""
    touched, facts = tuple(components), current_facts(incident)
    return Story(
        id=incident.id,
        name=prose.legal(incident.name),
        href=href,
        tone=tone(incident, touched),
        word=labels.STATUS[incident.status],
        lead=prose.line(facts.symptom),
        facts=tuple(_facts(incident, facts, touched, now)),
        updates=tuple(_update(update, now) for update in reversed(incident.updates)),
    )


def tone(incident: Incident, touched: Iterable[Component]) -> str:
    """The colour: by the worst component that it touches now, or else by its impact, milder once a fix is in place."""
    if incident.ended:
        return "ok"
    if incident.kind is Kind.MAINTENANCE:
        return "work"
    status = worst(component.status for component in touched)
    if status not in (ComponentStatus.OPERATIONAL, ComponentStatus.UNDER_MAINTENANCE):
        return labels.TONE[status]
    if incident.status is Status.MONITORING:
        return "slow"
    return {Impact.CRITICAL: "down", Impact.MAJOR: "down", Impact.MINOR: "part"}.get(impact(incident), "slow")


def _facts(incident: Incident, facts: Facts, touched: tuple[Component, ...], now: datetime | None) -> list[Fact]:
    """In the order in which a reader asks: what, since when, what is being done, when is the next update."""
    if incident.kind is Kind.MAINTENANCE:
        start, until = incident.scheduled_for, incident.scheduled_until
        first = [Fact("Window", _window(start, until, now))] if start else []
    else:
        # The script shows the duration in the span.
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
        next_update(incident, now),
        Fact("Back by", estimate),
        Fact("Meanwhile", prose.line(facts.workaround)),
        Fact("Cause", prose.line(facts.cause)),
    ]


def next_update(incident: Incident, now: datetime | None) -> Fact:
    """When the next update is due. Where `now` is known, "late" is shown without the script too; by how much, only the script
    can show."""
    due = promised(incident)
    if due is None:
        return Fact("Next update", escape("" if incident.kind is Kind.MAINTENANCE else "No time promised"))
    late = now is not None and due <= now
    value = Markup("by {}<span>{}</span>").format(times.when(due, now), ", late" if late else "")
    return Fact("Next update", value, "due late" if late else "due")


def _ended(incident: Incident, facts: Facts, now: datetime | None) -> list[Fact]:
    over = facts.ended or ended_at(incident)
    lasted = lasting(incident)
    value = Markup("{}{}").format(times.when(over, now), f", after {lasted}" if lasted else "") if over else Markup("")
    return [Fact("Ended", value), Fact("Cause", prose.line(facts.cause))]


def lasting(incident: Incident) -> str:
    """How long the harm lasted; empty while it goes on, and where the dates contradict each other."""
    over = current_facts(incident).ended or ended_at(incident)
    return times.lasting(over - began(incident)) if over and over > began(incident) else ""


def _window(start: datetime, until: datetime | None, now: datetime | None) -> Markup:
    if until is None:
        return Markup("from {}").format(times.when(start, now))
    return Markup("{} to {}").format(times.when(start, now), times.when(until, start if start.date() == until.date() else now))


def _update(update: Update, now: datetime | None) -> StoryUpdate:
    # An update that repeats the status of a component changed nothing.
    changes = [change for change in update.changes or () if change.old is not change.new]
    return StoryUpdate(
        id=update.id,
        word=labels.STATUS[update.status],
        when=times.when(update.display_at, now),
        body=prose.block(update.body),
        edited=times.when(update.wordings[-1].at, now) if update.edited else None,
        changes="; ".join(f"{prose.legal(change.name)}: {labels.COMPONENT[change.new].lower()}" for change in changes),
    )
