"""A page read back from hosts where there is no database: the parts that hosts hold, merged, as rendering asks for them."""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property, reduce

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
    """What one host holds. `lists`: month -> ids of its incidents. `archives`: the months that were read so far."""

    manifest: Manifest
    state: State
    lists: Mapping[str, frozenset[str]]
    archives: Mapping[str, Month] = field(default_factory=dict)

    @property
    def content(self) -> merge.Content:
        """What was read so far. Components have no status in it, for it follows from the rest."""
        months = self.archives.values()
        incidents = (*self.state.open, *(incident for month in months for incident in month.incidents))
        return merge.Content(
            page=self.state.page,
            groups={group.id: group for group in self.state.groups},
            components={c.id: replace(c, status=ComponentStatus.OPERATIONAL) for c in self.state.components},
            incidents={incident.id: incident for incident in incidents},
            status_changes={change.id: change for month in months for change in month.status_changes},
        )


def ids_in(month_list: Collection[str]) -> frozenset[str]:
    """The incidents whose pages are in a month's list."""
    return frozenset(match[1] for path in month_list if (match := _LEAF.fullmatch(path)))


def merged(parts: Sequence[HostPart], incidents: Sequence[Incident]) -> merge.Content:
    """The content of all parts, and `incidents` besides. Archives in which parts differ must have been read."""
    content = reduce(merge.content, [part.content for part in parts])
    return reduce(merge.content, [replace(content, incidents={incident.id: incident}) for incident in incidents], content)


@dataclass(frozen=True, kw_only=True)
class Union:
    """The page as `publishing.rendering` asks for it. `content`: what is open, and all that is new to any of `parts`; `load`
    reads the rest of a month. `version` and `vector`: those of the page as it will be published."""

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
        own = (incident for incident in self.content.incidents.values() if incident.month == name)
        lone = (change for change in self.content.status_changes.values() if month_of(change.at) == name)
        incidents = {incident.id: incident for incident in (*base.incidents, *own)}
        status_changes = {change.id: change for change in (*base.status_changes, *lone)}
        oldest_first = sorted(status_changes.values(), key=lambda change: change.at)
        return Month(name, by_start(list(incidents.values())), tuple(oldest_first))

    def touched(self, since: Version) -> Mapping[str, frozenset[str] | None] | None:
        """What differs from the part of version `since`, if there is one."""
        part = next((part for part in self.parts if part.manifest.version == since), None)
        if part is None:
            return {} if since == self.version else None
        old = part.content
        return _by_month(
            [incident for incident in self.content.incidents.values() if incident != old.incidents.get(incident.id)],
            [change for change in self.content.status_changes.values() if change != old.status_changes.get(change.id)],
        )

    @cached_property
    def now(self) -> PageNow:
        """What updates are decided on."""
        groups = tuple(sorted(self.content.groups.values(), key=lambda group: (group.position, group.created_at, group.id)))
        lone = [change for name in self._read for change in self.month(name).status_changes]
        timeline = Timeline.of(steps(self._known.values()), [*self._unseen(), *lone])
        components = in_shown_order(self._components(timeline), groups)
        return PageNow(components=components, groups=groups, read_timeline=lambda: timeline)

    @cached_property
    def snapshot(self) -> Snapshot:
        before, status_changes = self.now.timeline.window(window_start(self.at), self.at)
        known = self._known.values()
        dates = [self.content.page.updated_at, *(incident.updated_at for incident in known)]
        return Snapshot(
            page=replace(self.content.page, url=self.url, updated_at=max(dates)),
            revision=self.version[1],
            epoch=self.version[0],
            at=self.at,
            groups=tuple(self.now.groups),
            components=tuple(self.now.components),
            open=by_start([incident for incident in known if not incident.ended]),
            recent=recent(tuple(known), self.at),
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
        incidents, status_changes = self.content.incidents.values(), self.content.status_changes.values()
        months = {name: set(ids) for name, ids in _by_month(incidents, status_changes).items()}
        for part in self.parts:
            for name in part.state.months:
                months.setdefault(name, set()).update(part.lists.get(name, ()))
        return tuple((name, len(months[name])) for name in sorted(months, reverse=True))

    @property
    def _read(self) -> Collection[str]:
        names = {incident.month for incident in self.content.incidents.values()}
        return {*self.read, *(name for name in names if not self._in_archives(name))}

    def _in_archives(self, name: str) -> bool:
        return any(name in part.state.months for part in self.parts)

    @cached_property
    def _known(self) -> dict[str, Incident]:
        read = [incident for name, _ in self.months if name in self._read for incident in self.month(name).incidents]
        return {incident.id: incident for incident in (*read, *self.content.incidents.values())}

    def _unseen(self) -> list[StatusChange]:
        """Levels that outlast months which were not read: those set by hand, and those left behind by an incident. They are
        told by the highest part's state, where it shows a component worse than the months read here explain."""
        top, months = max(self.parts, key=lambda part: part.manifest.version), self.read.values()
        incidents = (*top.state.open, *(incident for month in months for incident in month.incidents))
        read = Timeline.of(steps(incidents), [change for month in months for change in month.status_changes])
        return [
            StatusChange(ALWAYS, Change(c.id, c.name, ComponentStatus.OPERATIONAL, c.status))
            for c in top.state.components
            if severity(c.status) > severity(read.shown(c.id, top.manifest.at))
        ]

    def _components(self, timeline: Timeline) -> list[Component]:
        """Each as readers see it."""
        changed: dict[str, datetime] = {}
        for update in (update for incident in self._known.values() for update in incident.updates):
            for change in update.changes or ():
                if change.old is not change.new:
                    changed[change.component_id] = max(update.created_at, changed.get(change.component_id, update.created_at))
        return [
            replace(c, status=timeline.shown(c.id, self.at), updated_at=max(c.updated_at, changed.get(c.id, c.updated_at)))
            for c in self.content.components.values()
        ]


def _by_month(incidents: Iterable[Incident], status_changes: Iterable[StatusChange]) -> dict[str, frozenset[str]]:
    """Each month in which any of them is kept -> the ids of its incidents."""
    ids: dict[str, set[str]] = defaultdict(set)
    for incident in incidents:
        ids[incident.month].add(incident.id)
    ids.update({month_of(change.at): set() for change in status_changes if month_of(change.at) not in ids})
    return {name: frozenset(own) for name, own in ids.items()}


def lacking(names: Iterable[str], read: Mapping[str, Month], open: Iterable[Incident], now: datetime) -> tuple[str, ...]:
    """The next months to read before a front page can be rendered: those of its 90 days, and as many older ones as have the
    last 50 of each kind."""
    unread = [name for name in sorted(names, reverse=True) if name not in read]
    since = month_of(window_start(now))
    if recent := [name for name in unread if name >= since]:
        return tuple(recent[:BATCH])
    kinds = [incident.kind for incident in (*open, *(incident for month in read.values() for incident in month.incidents))]
    return () if all(kinds.count(kind) >= RECENT for kind in Kind) else tuple(unread[:BATCH])


def recent(incidents: Sequence[Incident], now: datetime) -> tuple[Incident, ...]:
    """Ended incidents on the front page and in the lists, newest first: the last of each kind, and those updated lately."""
    newest = {incident.id for kind in Kind for incident in by_start([i for i in incidents if i.kind is kind])[:RECENT]}
    since = now - timedelta(days=RECENT_DAYS)
    return by_start([i for i in incidents if i.ended and (i.id in newest or i.updated_at >= since)])


def in_shown_order(components: Iterable[Component], groups: Sequence[Group]) -> tuple[Component, ...]:
    """Groups and components outside groups by position, each group's components by theirs."""
    places = {group.id: (group.position, number) for number, group in enumerate(groups, 1)}
    return tuple(sorted(components, key=lambda c: (*places.get(c.group_id or "", (c.position, 0)), *placed(c))))
