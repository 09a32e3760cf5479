"""A page in memory on which stories are played by the one rule, minute by minute."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from lightship.core import updates
from lightship.core.history import Timeline, steps
from lightship.core.model import Change, Component, ComponentStatus, Incident, Status, StatusChange
from lightship.core.updates import NewIncident, NewUpdate, PageNow, Window

OK, CARE = ComponentStatus.OPERATIONAL, ComponentStatus.UNDER_MAINTENANCE
SLOW, PARTIAL, DOWN = ComponentStatus.DEGRADED, ComponentStatus.PARTIAL, ComponentStatus.MAJOR
MAIL, WEB = "mail00000000", "web000000000"
NOW = datetime(2026, 11, 22, 14, tzinfo=UTC)
BORN = NOW - timedelta(days=100)


def at(minute: int) -> datetime:
    return NOW + timedelta(minutes=minute)


def parts() -> list[Component]:
    names = ((MAIL, "Mail"), (WEB, "Web"))
    return [Component(id=key, name=name, position=n, created_at=BORN, updated_at=BORN) for n, (key, name) in enumerate(names)]


@dataclass
class Story:
    """Every action is refused as it would be on any page, and gives the story back, so that it reads on."""

    incidents: dict[str, Incident] = field(default_factory=dict)
    by_hand: list[StatusChange] = field(default_factory=list)
    components: list[Component] = field(default_factory=parts)
    later: list[tuple[int, Callable[..., object]]] = field(default_factory=list)
    number: int = 0

    def opens(
        self, name: str, minute: int, levels: Mapping[str, ComponentStatus] | None = None, *, holds: int | None = None
    ) -> "Story":
        existing = None if holds is None else at(holds)
        new = NewUpdate(status=Status.INVESTIGATING, body=".", statuses=levels, at=existing)
        return self.adds(name, self.opened(name, new, at(minute)))

    def opened(self, name: str, new: NewUpdate, now: datetime) -> Incident:
        return updates.opened(self.page(), NewIncident(name=name, update=new), self.id(), self.id(), now)

    def says(
        self,
        name: str,
        minute: int,
        status: Status,
        levels: Mapping[str, ComponentStatus] | None = None,
        *,
        holds: int | None = None,
    ) -> "Story":
        new = NewUpdate(status=status, body=".", statuses=levels, at=None if holds is None else at(holds))
        return self.adds(name, updates.added(self.page(), self.incidents[name], new, self.id(), at(minute)))

    def plans(
        self, name: str, minute: int, components: Collection[str], *, starts: int = 1000, ends: int = 2000, **more: Any
    ) -> "Story":
        window = Window(name=name, body=".", starts=at(starts), ends=at(ends), components=frozenset(components), **more)
        return self.adds(name, updates.scheduled(self.page(), window, self.id(), self.id(), at(minute)))

    def clock(self, minute: int) -> "Story":
        for name, incident in list(self.incidents.items()):
            while new := updates.owed(incident, at(minute)):
                incident = updates.added(self.page(), incident, new, self.id(), at(minute))
                self.adds(name, incident)
        return self

    def sets(self, component_id: str, minute: int, level: ComponentStatus) -> "Story":
        status_change = updates.set_by_hand(self.page(), component_id, level, self.id(), at(minute))
        self.by_hand += [status_change] if status_change else []
        return self

    def at(self, minute: int, action: Callable[..., object]) -> "Story":
        self.later.append((minute, action))
        return self

    def plays(self) -> "Story":
        for minute, action in sorted(self.later, key=lambda pair: pair[0]):
            action(self, minute=minute)
        return self

    def adds(self, name: str, incident: Incident) -> "Story":
        self.incidents[name] = incident
        return self

    def page(self) -> PageNow:
        return PageNow(components=self.components, groups=(), read_timeline=self.timeline)

    def timeline(self) -> Timeline:
        return Timeline.of(steps(self.incidents.values()), self.by_hand)

    def shown(self, component_id: str, minute: int) -> ComponentStatus:
        return self.timeline().shown(component_id, at(minute))

    def changes(self, name: str) -> tuple[Change, ...] | None:
        """Of the update that was written last."""
        return max(self.incidents[name].updates, key=lambda update: update.id).changes

    def id(self) -> str:
        """In the order of writing."""
        self.number += 1
        return f"id{self.number:010d}"
