"""A small desk to keep a journal at: one page, two components, and short ways to post updates about them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from lightship.core.model import ComponentStatus, Facts, Status
from lightship.store import journal
from lightship.store.journal import structure
from lightship.store.models import Component, Entry, Incident, Page, Update

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
OK, SLOW, DOWN = ComponentStatus.OPERATIONAL, ComponentStatus.DEGRADED, ComponentStatus.MAJOR
CARE = ComponentStatus.UNDER_MAINTENANCE
NO_FACTS = Facts()


@dataclass
class Desk:
    page: Page
    webmail: Component
    panel: Component

    def opens(self, name: str = "Webmail is down", at: datetime = NOW, **more: object) -> Incident:
        new = journal.NewUpdate(status=Status.INVESTIGATING, body="Sign-in fails.", statuses={self.webmail.pk: DOWN})
        return journal.open_incident(self.page, journal.NewIncident(name=name, update=new, **more), None, at)  # type: ignore[arg-type]

    def says(
        self,
        incident: Incident,
        body: str = "Half is moved.",
        status: Status = Status.IDENTIFIED,
        at: datetime = NOW + MINUTE,
        statuses: Mapping[str, ComponentStatus] | None = None,
        **more: object,
    ) -> Update:
        holds = more.pop("holds", None)
        new = journal.NewUpdate(status=status, body=body, statuses=statuses, at=holds)  # type: ignore[arg-type]
        return journal.update(incident, new, None, at, **more)  # type: ignore[arg-type]

    def resolves(self, incident: Incident, at: datetime = NOW + 2 * MINUTE) -> Update:
        return self.says(incident, "It works.", Status.RESOLVED, at, {self.webmail.pk: OK})

    def schedules(self, starts: datetime, ends: datetime, **more: object) -> Incident:
        window = journal.Window(
            name="New disks",
            body="It restarts once.",
            starts=starts,
            ends=ends,
            components=frozenset([self.webmail.pk]),
            **more,  # type: ignore[arg-type]
        )
        return journal.schedule(self.page, window, None, NOW)

    def revisions(self) -> list[int]:
        entries = Entry.objects.filter(page=self.page).order_by("revision")
        return [revision for revision in entries.values_list("revision", flat=True) if revision is not None]


def new_desk(slug: str = "acme") -> Desk:
    page = structure.create_page(slug, "Acme Hosting", None, NOW - timedelta(days=100))
    born = NOW - timedelta(days=99)
    parts = [structure.create_component(page, name, None, born) for name in ("Webmail", "Control panel")]
    return Desk(page, *parts)
