"""The front page, decided: what stands on it, in which order and in which words. The template only shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from markupsafe import Markup

from lightship.core.duty.promises import due
from lightship.core.history import by_start, gravest
from lightship.core.model import Component, ComponentStatus, Group, Incident, Kind, Snapshot, Status
from lightship.core.status import began, current_facts, ended_at, is_current, standing, worst
from lightship.page import labels, prose, statuspage, times
from lightship.page.bars import Bar, bar
from lightship.page.story import Story, lasting, pledge, story, tone

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
    """A group, or the components without one (`name` empty). `summary` speaks for it while it is folded."""

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
    tone: str
    word: str
    when: Markup
    text: str


@dataclass(frozen=True, slots=True)
class Brief:
    """One of several open incidents, under the headline: what, since when, what is done, and when more is said."""

    id: str
    name: str
    tone: str
    text: Markup


@dataclass(frozen=True, slots=True)
class Front:
    """`briefs` stand for the stories under a headline that names none of them; empty when there is but one story. What is
    open is told in full, then in rows (`also`), and what is left is folded away (`rest`)."""

    headline: str
    tone: str
    calm: str
    briefs: tuple[Brief, ...]
    stories: tuple[Story, ...]
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
    rows = tuple(_open_row(i, tones[i.id], snapshot) for i in shown[FULL:])
    live = [component for component in snapshot.components if not component.retired]
    loud = next((t for t in ("down", "part", "slow", "work") if t in tones.values()), None)
    planned = sorted((i for i in snapshot.open if i.status is Status.SCHEDULED), key=lambda i: i.scheduled_for or i.created_at)
    return Front(
        headline=headline(incidents, working, tones, live),
        tone=loud or labels.TONE[worst(component.status for component in live)],
        calm=_calm(snapshot) if not shown else "",
        briefs=tuple(_brief(i, tones[i.id], snapshot, few=len(shown) <= FEW) for i in shown[:FULL] if len(shown) > 1),
        stories=tuple(_story(i, snapshot) for i in shown[:FULL]),
        also=rows[:ROWS],
        rest=rows[ROWS:],
        sections=sections(snapshot, live),
        planned=tuple(_story(i, snapshot) for i in planned),
        past=tuple(_past_row(i, snapshot) for i in _past(snapshot)),
    )


def headline(
    incidents: Sequence[Incident], working: Sequence[Incident], tones: dict[str, str], live: Sequence[Component]
) -> str:
    """One sentence that answers: is it broken, and what."""
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
    ended = [i for i in snapshot.recent if i.kind is Kind.INCIDENT and ended_at(i)]
    if not ended:
        return ""
    days = (snapshot.at - max(ended_at(i) or i.updated_at for i in ended)).days
    return f"No incident for {labels.counted(days, 'day')}." if days > 1 else ""


def _story(incident: Incident, snapshot: Snapshot) -> Story:
    href = f"{statuspage.folder(incident)}index.html"
    return story(incident, standing(incident, snapshot.components), snapshot.at, href)


def _brief(incident: Incident, tone: str, snapshot: Snapshot, *, few: bool) -> Brief:
    text = Markup("Since {}.").format(times.when(began(incident), snapshot.at))
    if few:
        doing = prose.line(current_facts(incident).doing or labels.DOING[incident.status])
        text += Markup(" {}{}").format(doing, "" if doing.endswith(".") else ".")
    if due([incident]):
        value, mark = pledge(incident, snapshot.at)
        text += Markup(' Next update <span class="{}">{}</span>.').format(mark, value)
    return Brief(incident.id, prose.legal(incident.name), tone, text)


def _open_row(incident: Incident, tone: str, snapshot: Snapshot) -> Row:
    href, word = f"{statuspage.folder(incident)}index.html", labels.STATUS[incident.status]
    when = times.when(incident.updates[-1].display_at, snapshot.at)
    return Row(href, prose.legal(incident.name), tone, word, when, "")


def _past(snapshot: Snapshot) -> list[Incident]:
    since = snapshot.at - SHOWN_DAYS
    ended = [i for i in snapshot.recent if (ended_at(i) or i.updated_at) >= since]
    return sorted(ended, key=lambda i: ended_at(i) or i.updated_at, reverse=True)


def _past_row(incident: Incident, snapshot: Snapshot) -> Row:
    lasted, facts = lasting(incident), current_facts(incident)
    word = labels.ending(incident) + (f" after {lasted}" if lasted else "")
    when = times.when(ended_at(incident) or incident.updated_at, snapshot.at)
    said = prose.opening(facts.cause or incident.updates[-1].body)
    return Row(f"{statuspage.folder(incident)}index.html", prose.legal(incident.name), "ok", word, when, said)


def sections(snapshot: Snapshot, live: Sequence[Component]) -> tuple[Section, ...]:
    """As the API orders them: by position, a group's own under it. Neighbours without a group share a section."""
    visible = [c for c in live if not (c.only_show_if_degraded and c.status is _OK)]
    groups = {group.id for group in snapshot.groups}
    loose = [c for c in visible if c.group_id not in groups]
    tops: list[Group | Component] = sorted([*snapshot.groups, *loose], key=lambda top: top.position)
    found: list[tuple[str, list[Component]]] = []
    for top in tops:
        if isinstance(top, Group):
            members = sorted((c for c in visible if c.group_id == top.id), key=lambda c: c.position)
            found.append((prose.legal(top.name), members))
        elif found and not found[-1][0]:
            found[-1][1].append(top)
        else:
            found.append(("", [top]))
    few = len(visible) <= OPEN_UP_TO
    return tuple(_section(name, members, snapshot, few=few) for name, members in found if members)


def _section(name: str, members: Sequence[Component], snapshot: Snapshot, *, few: bool) -> Section:
    state = worst(component.status for component in members)
    amiss = sum(component.status is not _OK for component in members)
    summary = labels.COMPONENT[state] if amiss in (0, len(members)) else f"{amiss} of {len(members)}: {labels.COMPONENT[state]}"
    return Section(
        name, labels.TONE[state], summary, few or bool(amiss) or not name, tuple(_part(c, snapshot) for c in members)
    )


def _part(component: Component, snapshot: Snapshot) -> Part:
    return Part(
        name=prose.legal(component.name),
        description=prose.legal(component.description or ""),
        tone=labels.TONE[component.status],
        word=labels.COMPONENT[component.status],
        bar=bar(component, snapshot),
    )
