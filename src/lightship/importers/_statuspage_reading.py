"""The gathered rows of a Statuspage as core values. A row that cannot be read becomes a problem; the others go on."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from lightship.core.model import INCIDENT_STATUSES, MAINTENANCE_STATUSES, Impact, Incident, Kind, Page, Status, Update
from lightship.core.rules import time_zones
from lightship.core.status import ended_at, monitoring_at
from lightship.core.wire import moment, stamp
from lightship.importers import Imported, Problem, id_of, shown
from lightship.importers._statuspage_rows import Row, component, group, ident, postmortem, text_of, update, wordless

UNREADABLE = (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError)

# Rails' names of the zones of most pages. Any other becomes UTC, and a problem.
_RAILS_ZONES = {
    "UTC": "Etc/UTC",
    "London": "Europe/London",
    "Berlin": "Europe/Berlin",
    "Eastern Time (US & Canada)": "America/New_York",
    "Central Time (US & Canada)": "America/Chicago",
    "Mountain Time (US & Canada)": "America/Denver",
    "Pacific Time (US & Canada)": "America/Los_Angeles",
}


@dataclass
class Rows:
    """The content of a source, still as JSON. `entries` are incidents and maintenances alike."""

    page: Row | None = None
    components: list[Row] = field(default_factory=list)
    groups: list[Row] = field(default_factory=list)
    entries: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def imported(self) -> Imported:
        page = self._read("page", self._page, self.page) if self.page is not None else None
        born = page.updated_at if page else None
        homes = self._homes()
        groups = self._read_all("group", lambda row: group(row, born), self.groups)
        rows = [{**row, "group_id": row.get("group_id") or homes.get(_name(row))} for row in self.components]
        components = self._read_all("component", lambda row: component(row, born), rows)
        known = {group.id for group in groups}
        components = [part if part.group_id in known else replace(part, group_id=None) for part in components]
        return Imported(
            page=page,
            groups=tuple(groups),
            components=tuple(components),
            incidents=tuple(self._incidents()),
            problems=tuple(self.problems),
        )

    def _note(self, where: str, what: str, *, lost: bool = False) -> None:
        self.problems.append(Problem(where, what, lost=lost))

    def _read(self, where: str, make: Callable[[Any], Any], row: Any, *, part: str = "", lost: bool = False) -> Any:
        """The value of a row, or None and a problem. `part`: the part of `where` that the row is, if it is not all."""
        try:
            return make(row)
        except UNREADABLE as error:
            reason = f"it has no {error.args[0]!r}" if isinstance(error, KeyError) else str(error)
            self._note(where, f"{part}left out: {reason}", lost=lost)
            return None

    def _read_all(self, what: str, make: Callable[[Any], Any], rows: Iterable[Row]) -> list[Any]:
        by_id: dict[str, Any] = {}
        for row in rows:
            if value := self._read(f"{what} {_name(row)}", make, row):
                by_id.setdefault(value.id, value)
        return list(by_id.values())

    def _homes(self) -> dict[str, Any]:
        """Component -> the group that lists it, both by their ids or names at the source."""
        homes: dict[str, Any] = {}
        for row in self.groups:
            children = row.get("components") or ()
            if not isinstance(children, list | tuple) or not all(isinstance(child, str) for child in children):
                self._note(f"group {_name(row)}", "its list of components cannot be read")
                children = ()
            homes |= dict.fromkeys(children, row.get("id"))
        return homes

    def _page(self, row: Row) -> Page:
        named = row.get("time_zone") or "UTC"
        zone = _RAILS_ZONES.get(named, named) if isinstance(named, str) else ""
        if zone not in time_zones():
            self._note("page", f"time zone {shown(named)} is not known here: taken as UTC")
            zone = "Etc/UTC"
        updated = moment(row["updated_at"])
        return Page(
            id=ident(row["id"]),
            slug=re.sub(r"[^a-z0-9]+", "-", row["name"].lower()).strip("-") or "status",
            name=row["name"],
            url=str(row.get("url") or "").rstrip("/"),
            time_zone=zone,
            description=text_of(row.get("page_description") or ""),
            support_url=self._link(row.get("support_url")),
            created_at=moment(row["created_at"]) if row.get("created_at") else updated,
            updated_at=updated,
        )

    def _link(self, url: Any) -> str:
        if not url or (isinstance(url, str) and re.fullmatch(r"(https?://|mailto:)\S{1,190}", url)):
            return url or ""
        self._note("page", f"support_url {shown(url)} is not a URL: left out")
        return ""

    def _incidents(self) -> list[Incident]:
        incidents: dict[str, Incident] = {}
        update_ids: set[str] = set()
        for number, row in enumerate(self.entries):
            where = f"incident {_name(row, number)}"
            incident = self._read(where, partial(self._incident, where=where), row, lost=True)
            if incident and incident.id in incidents:
                self._note(where, "is there twice; the first was taken", lost=True)
            elif incident:
                updates = tuple(_own_id(update, incident, update_ids) for update in incident.updates)
                incidents[incident.id] = replace(incident, updates=updates)
        return list(incidents.values())

    def _incident(self, row: Row, where: str) -> Incident:
        planned = bool(row.get("scheduled_for")) or row["status"] in MAINTENANCE_STATUSES or row.get("impact") == "maintenance"
        created = moment(row["created_at"])
        updates = self._updates(row, MAINTENANCE_STATUSES if planned else INCIDENT_STATUSES, where)
        affected = [affected for affected in row.get("components") or () if not affected.get("group")]
        incident = Incident(
            id=ident(row["id"]),
            kind=Kind.MAINTENANCE if planned else Kind.INCIDENT,
            name=text_of(row["name"]),
            created_at=created,
            updated_at=moment(row.get("updated_at") or row["created_at"]),
            started_at=moment(row["started_at"]) if row.get("started_at") else created,
            updates=updates,
            components=tuple(self._read_all(where, lambda row: component(row, created), affected)),
            impact_override=self._impact(row, where),
            scheduled_for=moment(row["scheduled_for"]) if row.get("scheduled_for") else None,
            scheduled_until=moment(row["scheduled_until"]) if row.get("scheduled_until") else None,
            auto_start=bool(row.get("scheduled_auto_in_progress")),
            auto_end=bool(row.get("scheduled_auto_completed")),
        )
        self._compare(incident, row, where)
        return incident

    def _impact(self, row: Row, where: str) -> Impact | None:
        impact = row.get("impact_override") or row.get("impact")
        if impact in (None, Impact.MAINTENANCE):
            return None
        if impact in list(Impact):
            return Impact(impact)
        self._note(where, f"impact {shown(impact)} is unknown: derived from its components")
        return None

    def _updates(self, row: Row, allowed: Sequence[Status], where: str) -> tuple[Update, ...]:
        """Oldest first, without the unreadable ones."""
        rows = reversed(row.get("incident_updates") or ())
        read = [self._read(where, lambda row: update(row, allowed), row, part=f"update {_name(row)} ") for row in rows]
        updates = [update for update in read if update]
        published = row.get("postmortem_body") and row.get("postmortem_published_at")
        if published and not any(update.status == "postmortem" for update in updates):
            updates.append(postmortem(row))
        if not updates:
            self._note(where, "has no readable update: its status was kept, without words")
            updates.append(wordless(row, allowed))
        return tuple(sorted(updates, key=lambda update: update.display_at))

    def _compare(self, incident: Incident, row: Row, where: str) -> None:
        """Note where a value that we derive differs from the one stored at the source."""
        derived = {"monitoring_at": monitoring_at(incident), "resolved_at": ended_at(incident)}
        for name, ours in derived.items():
            theirs = moment(row[name]) if row.get(name) else None
            if name in row and _stamp(ours) != _stamp(theirs):
                self._note(where, f"{name} is {_stamp(theirs)} there, and {_stamp(ours)} by its updates")
        if incident.status != row["status"]:
            self._note(where, f"is {row['status']} there, and {incident.status} by its newest update")


def _own_id(update: Update, incident: Incident, others: set[str]) -> Update:
    """The update, with an id of its own: a source that repeats one must not make us lose either."""
    if update.id in others:
        update = replace(update, id=id_of("statuspage update", incident.id, update.id))
    others.add(update.id)
    return update


def _stamp(at: datetime | None) -> str:
    return stamp(at) if at else "not set"


def _name(row: Any, number: int | None = None) -> str:
    named = row.get("id") or row.get("name") if isinstance(row, Mapping) else None
    if named and not isinstance(named, str):
        named = shown(named)
    return str(named or (f"number {number + 1}" if number is not None else "without id"))
