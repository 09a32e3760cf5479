"""A page's truth in memory: what publish.py asks of a desk, without one. Saying something gives the next revision's book."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from tests.sample import NOW, PAGE, a_component, a_page, an_incident, an_update

from lightship.core.history import Timeline, by_start, steps
from lightship.core.model import (
    Change,
    ComponentStatus,
    Facts,
    HostLink,
    Incident,
    Month,
    Page,
    Snapshot,
    Status,
    Update,
    Wording,
)
from lightship.core.site.versions import Version

NO_FACTS = Facts()
OK, DOWN = ComponentStatus.OPERATIONAL, ComponentStatus.MAJOR
WEBMAIL = a_component("Webmail")


def update(id: str, status: Status, body: str, at: datetime, **more: Any) -> Update:
    changes = (Change(WEBMAIL.id, WEBMAIL.name, OK, DOWN if status is Status.INVESTIGATING else OK),)
    return an_update(body, status, at=at, id=id, **{"changes": changes, **more})


def incident(number: int, at: datetime, *, over: bool = True) -> Incident:
    """One of its month's, with two updates once it is over."""
    end = at + timedelta(hours=1)
    updates = [update(f"first{number:07d}", Status.INVESTIGATING, f"Number {number} fails.", at)]
    updates += [update(f"last{number:08d}", Status.RESOLVED, f"Number {number} works.", end)] if over else []
    return an_incident(f"Incident {number}", *updates, id=f"incident{number:04d}", components=(WEBMAIL,))


@dataclass(frozen=True)
class Book:
    """`touches`: revision -> the month and the incident that its action touched. `asked`: the months that were loaded."""

    incidents: tuple[Incident, ...] = ()
    page: Page = PAGE
    revision: int = 1
    epoch: int = 1
    at: datetime = NOW
    vector: Mapping[int, int] = field(default_factory=dict)
    hosts: tuple[HostLink, ...] = ()
    touches: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list, compare=False)

    @property
    def snapshot(self) -> Snapshot:
        found = by_start(self.incidents)
        months: dict[str, int] = {}
        for each in found:
            months[each.month] = months.get(each.month, 0) + 1
        return a_page(
            page=self.page,
            revision=self.revision,
            epoch=self.epoch,
            at=self.at,
            components=(WEBMAIL,),
            open=[each for each in found if not each.ended],
            recent=tuple(each for each in found if each.ended),
            status_changes=Timeline.of(steps(found)).status_changes(),
            months=tuple(sorted(months.items(), reverse=True)),
            hosts=self.hosts,
            vector=self.vector,
        )

    def touched(self, since: Version) -> dict[str, frozenset[str] | None] | None:
        if since[0] != self.epoch:
            return None
        found: dict[str, frozenset[str] | None] = {}
        for revision, (month, touched) in self.touches.items():
            if revision > since[1]:
                found[month] = (found.get(month) or frozenset()) | {touched}
        return found

    def month(self, name: str) -> Month:
        self.asked.append(name)
        return Month(name, by_start([each for each in self.incidents if each.month == name]))

    def with_incident(self, changed: Incident) -> "Book":
        """The book after an action that made, or changed, this incident."""
        others = tuple(each for each in self.incidents if each.id != changed.id)
        touches = {**self.touches, self.revision + 1: (changed.month, changed.id)}
        return replace(self, incidents=(*others, changed), revision=self.revision + 1, touches=touches, asked=[])

    def said(self, id: str, body: str, facts: Facts = NO_FACTS) -> "Book":
        """Another update of the incident, posted as many seconds past the hour as the revision is high."""
        old = self.incident(id)
        at = self.at + timedelta(seconds=self.revision)
        status = old.status if old.ended else Status.IDENTIFIED
        more = update(f"more{self.revision:08d}", status, body, at, wordings=(Wording(at, body, facts),))
        return self.with_incident(replace(old, updates=(*old.updates, more), updated_at=at))

    def incident(self, id: str) -> Incident:
        return next(each for each in self.incidents if each.id == id)


def harbour(months: int = 3, per_month: int = 2) -> Book:
    """Months with incidents that are over, the newest month NOW's, and in it one more that is open: `incident0000`."""
    first = NOW.replace(day=1, hour=8)
    found = [incident(0, NOW - timedelta(hours=2), over=False)]
    for month in range(months):
        begins = (first - timedelta(days=31 * month - 3)).replace(day=1)
        found += [incident(1 + month * per_month + n, begins + timedelta(days=n, hours=1)) for n in range(per_month)]
    return Book(tuple(found))
