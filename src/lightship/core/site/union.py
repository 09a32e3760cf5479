"""A page's truth from what hosts hold, where no database does: parts of one page joined, and what press.py asks of them."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property

from lightship.core.history import Timeline, by_start, steps, window_start
from lightship.core.model import (
    Change,
    Component,
    ComponentStatus,
    Group,
    HostLink,
    Incident,
    Kind,
    Month,
    Snapshot,
    StatusChange,
    month_of,
)
from lightship.core.site import merge
from lightship.core.site.manifest import Manifest
from lightship.core.site.state import State
from lightship.core.site.versions import Version
from lightship.core.status import severity
from lightship.core.updates import ALWAYS, PageNow, placed

RECENT = 50
RECENT_DAYS = 14
BATCH = 12
_LEAF = re.compile(r"(?:incidents|maintenance)/([a-z0-9]{12})/index\.html")

Load = Callable[[str], Month]


@dataclass(frozen=True, kw_only=True)
class HostPart:
    """What one host holds: `lists` are the ids of each month's incidents, `archives` the months that were read so far."""

    manifest: Manifest
    state: State
    lists: Mapping[str, frozenset[str]]
    archives: Mapping[str, Month] = field(default_factory=dict)

    @property
    def content(self) -> merge.Content:
        """As far as they were read. A component's status follows from them, and is none of them."""
        read = self.archives.values()
        incidents = (*self.state.open, *(incident for month in read for incident in month.incidents))
        return merge.Content(
            page=self.state.page,
            groups={group.id: group for group in self.state.groups},
            components={c.id: replace(c, status=ComponentStatus.OPERATIONAL) for c in self.state.components},
            incidents={incident.id: incident for incident in incidents},
            status_changes={status_change.id: status_change for month in read for status_change in month.status_changes},
        )


def ids_in(shelf: Collection[str]) -> frozenset[str]:
    """The incidents whose pages are in a month's list."""
    return frozenset(found[1] for path in shelf if (found := _LEAF.fullmatch(path)))


def merged(parts: Sequence[HostPart], said: Sequence[Incident]) -> merge.Content:
    """The words of all parts, and what was said besides. Each part's archives must be read where they differ."""
    one = merge.merged([part.content for part in parts])
    more = merge.merged([replace(one, incidents={each.id: each}) for each in said]) if said else one
    return merge.content(one, more)


@dataclass(frozen=True, kw_only=True)
class Union:
    """A truth as press.py wants it. `words`: what is open, and all that is new to any of `parts`; what else a month holds
    comes by `load`. `rank` and `heard` are those of the page as it will be published."""

    content: merge.Content
    parts: Sequence[HostPart]
    version: Version
    vector: Mapping[int, int]
    at: datetime
    url: str
    hosts: tuple[HostLink, ...]
    load: Load
    read: Mapping[str, Month] = field(default_factory=dict)
    pulse_seconds: int = 300
    service_worker: bool = True

    def month(self, name: str) -> Month:
        base = self.read.get(name) or (self.load(name) if self._in_archives(name) else Month(name, ()))
        own = {each.id: each for each in self.content.incidents.values() if each.month == name}
        lone = {
            status_change.id: status_change
            for status_change in self.content.status_changes.values()
            if month_of(status_change.at) == name
        }
        incidents = {**{each.id: each for each in base.incidents}, **own}
        status_changes = {**{status_change.id: status_change for status_change in base.status_changes}, **lone}
        return Month(
            name,
            by_start(list(incidents.values())),
            tuple(sorted(status_changes.values(), key=lambda status_change: status_change.at)),
        )

    def touched(self, since: Version) -> Mapping[str, frozenset[str] | None] | None:
        """By what one of the parts was, if that is what lies there."""
        part = next((part for part in self.parts if part.manifest.version == since), None)
        if part is None:
            return {} if since == self.version else None
        old = part.content
        found: dict[str, set[str]] = {}
        for incident in self.content.incidents.values():
            if incident != old.incidents.get(incident.id):
                found.setdefault(incident.month, set()).add(incident.id)
        for status_change in self.content.status_changes.values():
            if status_change != old.status_changes.get(status_change.id):
                found.setdefault(month_of(status_change.at), set())
        return {name: frozenset(ids) for name, ids in found.items()}

    @cached_property
    def now(self) -> PageNow:
        """What an update here is decided on."""
        groups = tuple(sorted(self.content.groups.values(), key=lambda group: (group.position, group.created_at, group.id)))
        lone = [status_change for name in self._read for status_change in self.month(name).status_changes]
        timeline = Timeline.of(steps(self._known.values()), [*self._unseen(), *lone])
        return PageNow(components=in_shown_order(self._components(timeline), groups), groups=groups, timeline=timeline)

    @cached_property
    def snapshot(self) -> Snapshot:
        before, status_changes = self.now.timeline.window(window_start(self.at), self.at)
        known = self._known
        return Snapshot(
            page=replace(self.content.page, url=self.url, updated_at=self._spoken(known.values())),
            revision=self.version[1],
            epoch=self.version[0],
            at=self.at,
            groups=tuple(self.now.groups),
            components=tuple(self.now.components),
            open=by_start([each for each in known.values() if not each.ended]),
            recent=recent(tuple(known.values()), self.at),
            status_changes=status_changes,
            before=before,
            months=self.months,
            hosts=self.hosts,
            pulse_seconds=self.pulse_seconds,
            service_worker=self.service_worker,
            vector=self.vector,
        )

    @cached_property
    def months(self) -> tuple[tuple[str, int], ...]:
        """Each month and how many incidents it holds, newest first: by the hosts' lists, so that none need be read."""
        ids: dict[str, set[str]] = {}
        for part in self.parts:
            for name in part.state.months:
                ids.setdefault(name, set()).update(part.lists.get(name, ()))
        for incident in self.content.incidents.values():
            ids.setdefault(incident.month, set()).add(incident.id)
        for status_change in self.content.status_changes.values():
            ids.setdefault(month_of(status_change.at), set())
        return tuple((name, len(ids[name])) for name in sorted(ids, reverse=True))

    @property
    def _read(self) -> Collection[str]:
        return {*self.read, *(each.month for each in self.content.incidents.values() if not self._in_archives(each.month))}

    def _in_archives(self, name: str) -> bool:
        return any(name in part.state.months for part in self.parts)

    @cached_property
    def _known(self) -> dict[str, Incident]:
        incidents = [each for name, _ in self.months if name in self._read for each in self.month(name).incidents]
        return {each.id: each for each in (*incidents, *self.content.incidents.values())}

    def _unseen(self) -> list[StatusChange]:
        """What holds a component worse than the months read here tell, by the highest part's state: a level that was set by
        hand, or left behind by an incident, in a month that was not read."""
        top = max(self.parts, key=lambda part: part.manifest.version)
        incidents = (*top.state.open, *(each for month in self.read.values() for each in month.incidents))
        read = Timeline.of(
            steps(incidents), [status_change for month in self.read.values() for status_change in month.status_changes]
        )
        return [
            StatusChange(ALWAYS, Change(c.id, c.name, ComponentStatus.OPERATIONAL, c.status))
            for c in top.state.components
            if severity(c.status) > severity(read.shown(c.id, top.manifest.at))
        ]

    def _components(self, timeline: Timeline) -> list[Component]:
        """Each as readers see it."""
        turned: dict[str, datetime] = {}
        for update in (update for incident in self._known.values() for update in incident.updates):
            for change in update.changes or ():
                if change.old is not change.new:
                    turned[change.component_id] = max(update.created_at, turned.get(change.component_id, update.created_at))
        return [
            replace(c, status=timeline.shown(c.id, self.at), updated_at=max(c.updated_at, turned.get(c.id, c.updated_at)))
            for c in self.content.components.values()
        ]

    def _spoken(self, known: Iterable[Incident]) -> datetime:
        return max([self.content.page.updated_at, *(incident.updated_at for incident in known)])


def lacking(names: Iterable[str], read: Mapping[str, Month], standing: Iterable[Incident], now: datetime) -> tuple[str, ...]:
    """The next months that a front page cannot be drawn without: those of the 90 days that it shows, and as many more as
    have the last 50 of each kind. `standing`: what is open."""
    names = sorted(names, reverse=True)
    since = month_of(window_start(now))
    recent = [name for name in names if name >= since and name not in read]
    if recent:
        return tuple(recent[:BATCH])
    kinds = [each.kind for each in (*standing, *(each for month in read.values() for each in month.incidents))]
    if all(kinds.count(kind) >= RECENT for kind in Kind):
        return ()
    return tuple([name for name in names if name not in read][:BATCH])


def recent(known: Sequence[Incident], now: datetime) -> tuple[Incident, ...]:
    """Ended ones that the front page and the lists show, newest first: the last of each kind, and those spoken of lately."""
    newest = {each.id for kind in Kind for each in by_start([i for i in known if i.kind is kind])[:RECENT]}
    since = now - timedelta(days=RECENT_DAYS)
    return by_start([each for each in known if each.ended and (each.id in newest or each.updated_at >= since)])


def in_shown_order(components: Iterable[Component], groups: Sequence[Group]) -> tuple[Component, ...]:
    """Those outside groups and groups by position, each group's components by theirs."""
    rows = {group.id: (group.position, number) for number, group in enumerate(groups, 1)}
    return tuple(sorted(components, key=lambda c: (*rows.get(c.group_id or "", (c.position, 0)), *placed(c))))
