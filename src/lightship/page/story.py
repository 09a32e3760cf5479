"""An incident as a page shows it: its current facts, and its updates."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from lightship.core.duty.promises import last_spoken
from lightship.core.model import Component, ComponentStatus, Facts, Impact, Incident, Kind, Status, Update
from lightship.core.status import began, current_facts, ended_at, impact, promised, worst
from lightship.page import labels, prose, times


@dataclass(frozen=True, slots=True)
class Fact:
    """`mark`: the class by which the script finds a time to count from (since)."""

    label: str
    value: Markup
    mark: str = ""


@dataclass(frozen=True, slots=True)
class StoryUpdate:
    """`by`: who speaks, or that a machine does. `edited`: when its wording was corrected. `changes`: the status changes that it
    made, in words."""

    id: str
    word: str
    when: Markup
    by: str
    body: Markup
    edited: Markup | None
    changes: str


@dataclass(frozen=True, slots=True)
class Story:
    """`lead`: the newest sentence of a person; `by`: who spoke, and when. `promise`: of the next update. `trace`: what became
    of an incident that was withdrawn or merged into another. Each is empty where there is none."""

    id: str
    name: str
    href: str
    tone: str
    word: str
    trace: Markup
    lead: str | Markup
    by: Markup
    promise: Markup
    facts: tuple[Fact, ...]
    updates: tuple[StoryUpdate, ...]


def story(incident: Incident, components: Iterable[Component], now: datetime | None, href: str = "", up: str = "") -> Story:
    """`components`: those it touches, as they are now. `now` None: for a page that must not depend on when it is rendered. `up`
    leads from the page that shows it to the root of the site."""
    touched, facts, newest = tuple(components), current_facts(incident), spoken(incident)
    # Who writes from facts begins with the symptom: it is shown once, whole.
    sentence = newest_sentence(incident)
    lead = prose.line(facts.symptom) if sentence in prose.plain(facts.symptom) else sentence
    return Story(
        id=incident.id,
        name=prose.legal(incident.name),
        href=href,
        tone=tone(incident, touched),
        word=_fate(incident) or labels.STATUS[incident.status],
        trace=trace(incident, up),
        lead=lead,
        by=_by(newest, now) if newest and lead else Markup(""),
        promise=next_update(incident, now),
        facts=tuple(_facts(incident, facts, touched, now, prose.plain(str(lead)))),
        updates=tuple(_update(update, now) for update in reversed(incident.updates)),
    )


def spoken(incident: Incident) -> Update | None:
    """The newest update with words of a person."""
    return next((u for u in reversed(incident.updates) if u.body.strip() and not u.automatic), None)


def newest_sentence(incident: Incident) -> str:
    newest = spoken(incident)
    return prose.sentence(newest.body) if newest else ""


def _by(update: Update, now: datetime | None) -> Markup:
    when = times.when(update.display_at, now)
    return Markup("{}, {}").format(prose.legal(update.speaker), when) if update.speaker else when


def outcome(incident: Incident) -> str:
    """`Resolved after 3 h`."""
    lasted = lasting(incident)
    word = "Completed" if incident.kind is Kind.MAINTENANCE else "Resolved"
    return f"{word} after {lasted}" if lasted else word


def _fate(incident: Incident) -> str:
    return "Merged" if incident.merged_into else "Withdrawn" if incident.withdrawn else ""


def trace(incident: Incident, up: str, name: str = "") -> Markup:
    """What became of it, if it did not simply end. `name`: of the incident that it was merged into, where it is known."""
    if incident.merged_into:
        link = Markup("<a href={}incidents/{}/index.html>{}</a>")
        return Markup("Goes on in: {}").format(link.format(up, incident.merged_into, prose.legal(name) or "the other incident"))
    return Markup("Withdrawn: posted by mistake") if incident.withdrawn else Markup("")


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


def _facts(incident: Incident, facts: Facts, touched: tuple[Component, ...], now: datetime | None, lead: str) -> Iterable[Fact]:
    """In the order in which a reader asks: what, who, since when, what is being done. Only what was stated, and not what the
    lead says already."""
    affected = labels.listed([prose.legal(component.name) for component in touched], 6)
    who = [("Affects", facts.scope or affected), ("How many", facts.numbers), ("Not affected", facts.unaffected)]
    yield from _stated([("Problem", facts.symptom), *who], lead)
    yield from _times(incident, facts, now)
    if not incident.ended:
        workaround = facts.workaround or ("No workaround yet" if facts.no_workaround else "")
        yield from _stated([("Doing now", facts.doing), ("Meanwhile", workaround)], lead)
        if facts.estimate or facts.no_estimate:
            yield Fact("Back by", times.when(facts.estimate, now) if facts.estimate else Markup("No estimate yet"))
    yield from _stated([("Cause", facts.cause), ("Prevention", facts.prevention), ("Data", facts.data_lost)], lead)


def _stated(rows: Iterable[tuple[str, str]], lead: str) -> Iterable[Fact]:
    return [Fact(label, prose.line(text)) for label, text in rows if text and prose.plain(text) not in lead]


def _times(incident: Incident, facts: Facts, now: datetime | None) -> Iterable[Fact]:
    if incident.kind is Kind.MAINTENANCE:
        if incident.scheduled_for:
            yield Fact("Window", _window(incident.scheduled_for, incident.scheduled_until, now))
    else:
        # The script shows the duration in the span.
        since = times.when(began(incident), now)
        yield Fact("Since", since) if incident.ended else Fact("Since", Markup("{}<span></span>").format(since), "since")
    over = facts.ended or ended_at(incident)
    if incident.ended and over:
        lasted = lasting(incident)
        yield Fact("Ended", Markup("{}{}").format(times.when(over, now), f", after {lasted}" if lasted else ""))


def next_update(incident: Incident, now: datetime | None) -> Markup:
    """When the next update is due, or was. Whoever reads it later than it was rendered is told what that means; the script
    counts instead, and knows in `data-last` when a person spoke last."""
    due = promised(incident)
    if due is None:
        return Markup("")
    when, last = times.when(due, now), last_spoken(incident).display_at
    if now is None or due > now:
        text = Markup("due data-last={}>Next update by {}<span>; later than that, it is overdue.</span>")
        return _SPAN.format(text.format(times.machine(last), when))
    text = Markup('"due late" data-last={}>Update was due {}<span>; it is overdue. Last confirmed {}.</span>')
    return _SPAN.format(text.format(times.machine(last), when, times.text(last, now)))


_SPAN = Markup("<span class={}</span>")


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
        by="automatic" if update.automatic else prose.legal(update.speaker),
        body=prose.block(update.body),
        edited=times.when(update.wordings[-1].at, now) if update.edited else None,
        changes="; ".join(f"{prose.legal(change.name)}: {labels.COMPONENT[change.new].lower()}" for change in changes),
    )
