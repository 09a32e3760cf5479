"""What was gathered from a Statuspage, row by row; whatever cannot be read becomes a problem, and the rest goes on."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from lightship.core.model import (
    INCIDENT_STATUSES,
    MAINTENANCE_STATUSES,
    Impact,
    Incident,
    Kind,
    Page,
    Status,
    Update,
)
from lightship.core.status import ended_at, monitoring_at
from lightship.core.wire import moment, stamp
from lightship.importers import Imported, Problem, id_of, shown, with_retired
from lightship.importers._statuspage_rows import Row, component, group, ident, postmortem, text_of, update, wordless

UNREADABLE = (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError)

# What Rails calls the zones that most pages are in; any other of its names becomes UTC, and is reported.
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
    """What was gathered from a source, still as JSON. `entries` are incidents and maintenances alike."""

    page: Row | None = None
    components: list[Row] = field(default_factory=list)
    groups: list[Row] = field(default_factory=list)
    entries: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    lost: int = 0

    def imported(self) -> Imported:
        reading = _Reading(self.problems)
        page = reading.page(self.page)
        born = page.updated_at if page else None
        homes = reading.homes(self.groups)
        groups = reading.each(self.groups, "group", lambda row: group(row, born))
        plain = [{**row, "group_id": row.get("group_id") or homes.get(_name(row))} for row in self.components]
        components = reading.each(plain, "component", lambda row: component(row, born))
        known = {each.id for each in groups}
        components = [each if each.group_id in known else replace(each, group_id=None) for each in components]
        incidents = reading.incidents(self.entries)
        return Imported(
            page=page,
            groups=tuple(groups),
            components=with_retired(components, incidents),
            incidents=tuple(incidents),
            problems=tuple(reading.problems),
            found=len(self.entries) + self.lost,
        )


class _Reading:
    """Reads row by row, and gathers what went wrong."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)

    def each(self, rows: Iterable[Row], what: str, make: Any) -> list[Any]:
        made: dict[str, Any] = {}
        for row in rows:
            try:
                value = make(row)
                made.setdefault(value.id, value)
            except UNREADABLE as error:
                self.problems.append(Problem(f"{what} {_name(row)}", f"left out: {_why(error)}"))
        return list(made.values())

    def homes(self, groups: Iterable[Row]) -> dict[str, Any]:
        """Component -> the group that lists it, both as the source calls them."""
        found: dict[str, Any] = {}
        for row in groups:
            children = row.get("components") or ()
            if not isinstance(children, list | tuple) or not all(isinstance(child, str) for child in children):
                self.problems.append(Problem(f"group {_name(row)}", "its list of components cannot be read"))
                children = ()
            found |= dict.fromkeys(children, row.get("id"))
        return found

    def page(self, row: Row | None) -> Page | None:
        if row is None:
            return None
        try:
            named = row.get("time_zone") or "UTC"
            zone = _RAILS_ZONES.get(named, named) if isinstance(named, str) else ""
            if zone not in available_timezones():
                self.problems.append(Problem("page", f"time zone {shown(named)} is not known here: taken as UTC"))
                zone = "Etc/UTC"
            updated = moment(row["updated_at"])
            return Page(
                id=ident(row["id"]),
                slug=re.sub(r"[^a-z0-9]+", "-", row["name"].lower()).strip("-") or "status",
                name=row["name"],
                url=str(row.get("url") or "").rstrip("/"),
                time_zone=zone,
                description=text_of(row.get("page_description") or ""),
                support_url=self.link(row.get("support_url")),
                created_at=moment(row["created_at"]) if row.get("created_at") else updated,
                updated_at=updated,
            )
        except UNREADABLE as error:
            self.problems.append(Problem("page", f"left out: {_why(error)}"))
            return None

    def link(self, url: Any) -> str:
        if not url or (isinstance(url, str) and re.fullmatch(r"(https?://|mailto:)\S{1,190}", url)):
            return url or ""
        self.problems.append(Problem("page", f"support_url {shown(url)} is not a URL: left out"))
        return ""

    def incidents(self, rows: Sequence[Row]) -> list[Incident]:
        made: dict[str, Incident] = {}
        said: set[str] = set()
        for number, row in enumerate(rows):
            where = f"incident {_name(row, number)}"
            try:
                incident = self.incident(row, where)
            except UNREADABLE as error:
                self.problems.append(Problem(where, f"left out: {_why(error)}", lost=True))
                continue
            if incident.id in made:
                self.problems.append(Problem(where, "is there twice; the first was taken", lost=True))
                continue
            made[incident.id] = replace(incident, updates=tuple(_own_id(u, incident, said) for u in incident.updates))
        return list(made.values())

    def incident(self, row: Row, where: str) -> Incident:
        planned = bool(row.get("scheduled_for")) or row["status"] in MAINTENANCE_STATUSES or row.get("impact") == "maintenance"
        created = moment(row["created_at"])
        updates = self.updates(row, MAINTENANCE_STATUSES if planned else INCIDENT_STATUSES, where)
        incident = Incident(
            id=ident(row["id"]),
            kind=Kind.MAINTENANCE if planned else Kind.INCIDENT,
            name=text_of(row["name"]),
            created_at=created,
            updated_at=moment(row.get("updated_at") or row["created_at"]),
            started_at=moment(row["started_at"]) if row.get("started_at") else created,
            updates=updates,
            components=tuple(
                self.each([r for r in row.get("components") or () if not r.get("group")], where, _frozen(created))
            ),
            impact_override=self.impact(row, where),
            scheduled_for=moment(row["scheduled_for"]) if row.get("scheduled_for") else None,
            scheduled_until=moment(row["scheduled_until"]) if row.get("scheduled_until") else None,
            auto_start=bool(row.get("scheduled_auto_in_progress")),
            auto_end=bool(row.get("scheduled_auto_completed")),
        )
        self.compare(incident, row, where)
        return incident

    def impact(self, row: Row, where: str) -> Impact | None:
        said = row.get("impact_override") or row.get("impact")
        if said in (None, Impact.MAINTENANCE):
            return None
        if said in list(Impact):
            return Impact(said)
        self.problems.append(Problem(where, f"impact {shown(said)} is unknown: derived from its components"))
        return None

    def updates(self, row: Row, allowed: Sequence[Status], where: str) -> tuple[Update, ...]:
        """Oldest first. An unreadable one is named and the others kept."""
        made: list[Update] = []
        for each in reversed(row.get("incident_updates") or ()):
            try:
                made.append(update(each, allowed))
            except UNREADABLE as error:
                self.problems.append(Problem(where, f"update {_name(each)} left out: {_why(error)}"))
        if (
            row.get("postmortem_body")
            and row.get("postmortem_published_at")
            and not any(u.status == "postmortem" for u in made)
        ):
            made.append(postmortem(row))
        if not made:
            self.problems.append(Problem(where, "has no readable update: its status was kept, without words"))
            made.append(wordless(row, allowed))
        return tuple(sorted(made, key=lambda one: one.display_at))

    def compare(self, incident: Incident, row: Row, where: str) -> None:
        """We derive what the source stores; where the two disagree, say so."""
        derived = {"monitoring_at": monitoring_at(incident), "resolved_at": ended_at(incident)}
        for name, ours in derived.items():
            theirs = moment(row[name]) if row.get(name) else None
            if name in row and _stamp(ours) != _stamp(theirs):
                self.problems.append(Problem(where, f"{name} is {_stamp(theirs)} there, and {_stamp(ours)} by its updates"))
        if incident.status != row["status"]:
            self.problems.append(Problem(where, f"is {row['status']} there, and {incident.status} by its newest update"))


def _frozen(born: datetime) -> Any:
    return lambda row: component(row, born)


def _own_id(one: Update, incident: Incident, said: set[str]) -> Update:
    """Ids of updates are unique among all; a source that repeats one must not make us lose either."""
    if one.id in said:
        one = replace(one, id=id_of("statuspage update", incident.id, one.id))
    said.add(one.id)
    return one


def _stamp(at: datetime | None) -> str:
    return stamp(at) if at else "not set"


def _name(row: Any, number: int | None = None) -> str:
    named = row.get("id") or row.get("name") if isinstance(row, Mapping) else None
    if named and not isinstance(named, str):
        named = shown(named)
    return str(named or (f"number {number + 1}" if number is not None else "without id"))


def _why(error: BaseException) -> str:
    return f"it has no {error.args[0]!r}" if isinstance(error, KeyError) else str(error)
