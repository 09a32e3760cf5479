"""What the front page shows, in which order and in which words. The template only shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from markupsafe import Markup

from lightship.core.history import by_start, gravest
from lightship.core.model import Component, ComponentStatus, Incident, Kind, Snapshot, Status
from lightship.core.status import began, current_facts, ended_at, is_current, standing, worst
from lightship.page import labels, prose, statuspage, times
from lightship.page.bars import Bar, bar
from lightship.page.story import Story, newest_sentence, next_update, outcome, story, tone, trace

FULL = 10
ROWS = 20
FEW = 3
SHOWN_DAYS = timedelta(days=14)
OPEN_UP_TO = 48
_OK = ComponentStatus.OPERATIONAL


@dataclass(frozen=True, slots=True)
class Part:
    """A component as a row."""

    name: str
    description: str
    tone: str
    word: str
    bar: Bar


@dataclass(frozen=True, slots=True)
class Section:
    """A group, or components without one (`name` empty). `summary`: its status while it is folded."""

    name: str
    tone: str
    summary: str
    open: bool
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """An incident in one line."""

    href: str
    name: str
    word: str | Markup
    when: Markup
    text: str


@dataclass(frozen=True, slots=True)
class Front:
    """Open incidents are shown in full (`stories`), then in rows (`also`), and the others are folded (`rest`). `briefs`: the
    stories in short, under a headline that names none of them; empty when there is only one."""

    headline: str
    tone: str
    calm: str
    stories: tuple[Story, ...]
    briefs: tuple[tuple[Story, Markup], ...]
    also: tuple[Row, ...]
    rest: tuple[Row, ...]
    sections: tuple[Section, ...]
    planned: tuple[Story, ...]
    past: tuple[Row, ...]


def front(snapshot: Snapshot) -> Front:
    current = [i for i in snapshot.open if is_current(i)]
    incidents = gravest([i for i in current if i.kind is Kind.INCIDENT])
    working = by_start([i for i in current if i.kind is Kind.MAINTENANCE])
    shown = [*incidents, *working]
    tones = {i.id: tone(i, standing(i, snapshot.components)) for i in shown}
    stories = tuple(_story(i, snapshot) for i in shown[:FULL])
    briefs = [_brief(i, snapshot, few=len(shown) <= FEW) for i in shown[:FULL]]
    rows = tuple(row(i, labels.STATUS[i.status], times.when(i.updates[-1].display_at, snapshot.at)) for i in shown[FULL:])
    live = snapshot.live
    loud = next((t for t in ("down", "part", "slow", "work") if t in tones.values()), None)
    planned = sorted((i for i in snapshot.open if i.status is Status.SCHEDULED), key=lambda i: i.scheduled_for or i.created_at)
    return Front(
        headline=_headline(incidents, working, tones, live),
        tone=loud or labels.TONE[worst(component.status for component in live)],
        calm=_calm(snapshot) if not shown else "",
        stories=stories,
        briefs=tuple(zip(stories, briefs, strict=True)) if len(shown) > 1 else (),
        also=rows[:ROWS],
        rest=rows[ROWS:],
        sections=_sections(snapshot),
        planned=tuple(_story(i, snapshot) for i in planned),
        past=_past(snapshot),
    )


def _headline(
    incidents: Sequence[Incident], working: Sequence[Incident], tones: dict[str, str], live: Sequence[Component]
) -> str:
    """One sentence that answers: is something broken, and what."""
    if len(incidents) == 1:
        return prose.legal(incidents[0].name)
    if incidents:
        watched = sum(i.status is Status.MONITORING and tones[i.id] == "slow" for i in incidents)
        broken = sum(tones[i.id] in ("down", "part") for i in incidents)
        return labels.several(broken, watched, len(incidents) - broken - watched)
    amiss = [c for c in live if c.status not in (_OK, ComponentStatus.UNDER_MAINTENANCE)]
    if len(amiss) == 1:
        # No verb: a name may be of one thing or of many.
        return f"{prose.legal(amiss[0].name)}: {labels.COMPONENT[amiss[0].status].lower()}"
    if amiss:
        return f"{labels.sentence(labels.number(len(amiss)))} parts are not working as they should"
    if working:
        return f"Planned work: {prose.legal(working[0].name)}" if len(working) == 1 else "Planned work is under way"
    if any(c.status is not _OK for c in live):
        return "Maintenance is under way"
    return "Everything is working" if live else "No incident is open"


def _calm(snapshot: Snapshot) -> str:
    real = [i for i in snapshot.recent if i.kind is Kind.INCIDENT and not i.withdrawn]
    ends = [at for at in map(ended_at, real) if at]
    days = (snapshot.at - max(ends)).days if ends else 0
    return f"No incident for {labels.counted(days, 'day')}." if days > 1 else ""


def _story(incident: Incident, snapshot: Snapshot) -> Story:
    href = f"{statuspage.folder(incident)}index.html"
    return story(incident, standing(incident, snapshot.components), snapshot.at, href)


def _brief(incident: Incident, snapshot: Snapshot, *, few: bool) -> Markup:
    """In one line: since when, what a person says is being done, and the next update."""
    text = Markup("Since {}.").format(times.when(began(incident), snapshot.at))
    if few and (doing := prose.line(current_facts(incident).doing) or newest_sentence(incident)):
        text += Markup(" {}{}").format(doing, "" if doing.endswith((".", "!", "?", "…")) else ".")
    if promise := next_update(incident, snapshot.at):
        text += Markup(" {}").format(promise)
    return text


def row(incident: Incident, word: str | Markup, when: Markup, text: str = "", up: str = "") -> Row:
    """`up` leads from the page that shows the row to the root of the site."""
    return Row(f"{up}{statuspage.folder(incident)}index.html", prose.legal(incident.name), word, when, text)


def _past(snapshot: Snapshot) -> tuple[Row, ...]:
    names = {incident.id: incident.name for incident in (*snapshot.open, *snapshot.recent)}
    ended = [(ended_at(incident) or incident.updated_at, incident) for incident in snapshot.recent]
    ended = [(at, incident) for at, incident in ended if at >= snapshot.at - SHOWN_DAYS]
    return tuple(
        row(
            incident,
            trace(incident, "", names.get(incident.merged_into, "")) or outcome(incident),
            times.when(at, snapshot.at),
            prose.opening(current_facts(incident).cause or incident.updates[-1].body),
        )
        for at, incident in sorted(ended, key=lambda pair: pair[0], reverse=True)
    )


def _sections(snapshot: Snapshot) -> tuple[Section, ...]:
    """In the order of the API. Neighbours without a group share a section."""
    visible = [c for c in snapshot.live if not (c.only_show_if_degraded and c.status is _OK)]
    few = len(visible) <= OPEN_UP_TO
    return tuple(
        _section(prose.legal(group.name) if group else "", components, snapshot, few=few)
        for group, components in statuspage.by_position(snapshot.groups, visible)
        if components
    )


def _section(name: str, components: Sequence[Component], snapshot: Snapshot, *, few: bool) -> Section:
    status, total = worst(component.status for component in components), len(components)
    amiss = sum(component.status is not _OK for component in components)
    word = labels.COMPONENT[status]
    return Section(
        name=name,
        tone=labels.TONE[status],
        summary=word if amiss in (0, total) else f"{amiss} of {total}: {word}",
        open=few or bool(amiss) or not name,
        parts=tuple(
            Part(
                name=prose.legal(component.name),
                description=prose.legal(component.description or ""),
                tone=labels.TONE[component.status],
                word=labels.COMPONENT[component.status],
                bar=bar(component, snapshot),
            )
            for component in components
        ),
    )
