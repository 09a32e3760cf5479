"""The Statuspage API v2: its shapes, its key order, its orderings, and not a key more."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from lightship.core.model import Component, Group, Incident, Kind, Page, Snapshot, Status, Update
from lightship.core.status import Rollup, ended_at, impact, monitoring_at, rollup, standing, worst
from lightship.core.wire import stamp, to_json

Row = dict[str, Any]
MOST = 50
# Members that are named and written as in our own state.json, in the API's order.
_COMPONENT = "id name status created_at updated_at position description showcase start_date group_id"


def files(snapshot: Snapshot) -> dict[str, bytes]:
    """Every file of the API but the permanent ones of single incidents."""
    page, components = _page_row(snapshot.page, snapshot.page.updated_at), _component_rows(snapshot)
    known = [*snapshot.open, *snapshot.recent]
    realtime = [i for i in known if i.kind is Kind.INCIDENT]
    planned = [i for i in known if i.kind is Kind.MAINTENANCE]
    unresolved = _incidents([i for i in realtime if not i.ended], snapshot)
    upcoming = _maintenances([i for i in planned if i.status is Status.SCHEDULED], snapshot)
    active = _maintenances([i for i in planned if i.status in (Status.IN_PROGRESS, Status.VERIFYING)], snapshot)
    latest = sorted(realtime, key=lambda i: i.created_at, reverse=True)[:MOST]
    plans = sorted(planned, key=lambda i: i.scheduled_for or i.created_at, reverse=True)[:MOST]
    status = {"status": asdict(page_status(snapshot))}
    documents: dict[str, Row] = {
        "summary": {"components": components, "incidents": unresolved, "scheduled_maintenances": upcoming + active, **status},
        "status": status,
        "components": {"components": components},
        "incidents": {"incidents": _incidents(latest, snapshot)},
        "incidents/unresolved": {"incidents": unresolved},
        "scheduled-maintenances": {"scheduled_maintenances": [_row(i, snapshot) for i in plans]},
        "scheduled-maintenances/upcoming": {"scheduled_maintenances": upcoming},
        "scheduled-maintenances/active": {"scheduled_maintenances": active},
    }
    return {f"api/v2/{name}.json": _json({"page": page, **document}) for name, document in documents.items()}


def file(page: Page, incident: Incident) -> dict[str, bytes]:
    """The permanent file of one incident or maintenance, from its own record alone: its components as they were at its newest
    update, `page.updated_at` the incident's own."""
    folder, member = "incidents", "incident"
    if incident.kind is Kind.MAINTENANCE:
        folder, member = "scheduled-maintenances", "scheduled_maintenance"
    document = {"page": _page_row(page, incident.updated_at), member: _incident_row(incident, page, incident.components)}
    return {f"api/v2/{folder}/{incident.id}.json": _json(document)}


def _json(document: Row) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def page_status(snapshot: Snapshot) -> Rollup:
    incidents = [incident for incident in snapshot.open if incident.kind is Kind.INCIDENT]
    return rollup([c.status for c in snapshot.live], [impact(incident) for incident in incidents])


def by_position(groups: Sequence[Group], components: Sequence[Component]) -> list[tuple[Group | None, list[Component]]]:
    """Each group with its components, and between them, under None, the neighbours that are in no group."""
    ids = {group.id for group in groups}
    tops: list[Group | Component] = [*groups, *(c for c in components if c.group_id not in ids)]
    rows: list[tuple[Group | None, list[Component]]] = []
    for top in sorted(tops, key=lambda top: top.position):
        if isinstance(top, Group):
            rows.append((top, sorted((c for c in components if c.group_id == top.id), key=lambda c: c.position)))
        elif rows and rows[-1][0] is None:
            rows[-1][1].append(top)
        else:
            rows.append((None, [top]))
    return rows


def _page_row(page: Page, updated_at: datetime) -> Row:
    return {"id": page.id, "name": page.name, "url": page.url, "time_zone": page.time_zone, "updated_at": stamp(updated_at)}


def _component_rows(snapshot: Snapshot) -> list[Row]:
    rows = []
    for group, components in by_position(snapshot.groups, snapshot.live):
        children = [_component_row(component, snapshot.page.id) for component in components]
        rows += [_group_row(group, components, snapshot.page.id), *children] if group else children
    return rows


def _component_row(component: Component, page_id: str) -> Row:
    document = to_json(component)
    return {
        **{member: document[member] for member in _COMPONENT.split()},
        "page_id": page_id,
        "group": False,
        "only_show_if_degraded": component.only_show_if_degraded,
    }


def _group_row(group: Group, components: Sequence[Component], page_id: str) -> Row:
    alike = Component(
        id=group.id,
        name=group.name,
        status=worst(component.status for component in components),
        description=group.description or None,
        position=group.position,
        showcase=False,
        created_at=group.created_at,
        updated_at=group.updated_at,
    )
    return {**_component_row(alike, page_id), "group": True, "components": [component.id for component in components]}


def _incidents(incidents: Iterable[Incident], snapshot: Snapshot) -> list[Row]:
    return [_row(i, snapshot) for i in sorted(incidents, key=lambda i: (i.updated_at, i.id), reverse=True)]


def _maintenances(incidents: Iterable[Incident], snapshot: Snapshot) -> list[Row]:
    return [_row(i, snapshot) for i in sorted(incidents, key=lambda i: (i.scheduled_for or i.created_at, i.id))]


def _row(incident: Incident, snapshot: Snapshot) -> Row:
    return _incident_row(incident, snapshot.page, standing(incident, snapshot.components))


def _incident_row(incident: Incident, page: Page, components: Iterable[Component]) -> Row:
    over, watching = ended_at(incident), monitoring_at(incident)
    row = {
        "id": incident.id,
        "name": incident.name,
        "status": incident.status.value,
        "created_at": stamp(incident.created_at),
        "updated_at": stamp(incident.updated_at),
        "monitoring_at": stamp(watching) if watching else None,
        "resolved_at": stamp(over) if over else None,
        "impact": impact(incident).value,
        "shortlink": link(page, incident),
        "started_at": stamp(incident.started_at),
        "page_id": page.id,
        "incident_updates": [_update_row(update, incident.id) for update in reversed(incident.updates)],
        "components": [_component_row(component, page.id) for component in components],
    }
    if incident.kind is Kind.INCIDENT:
        return {**row, "reminder_intervals": None}
    return {
        **row,
        "scheduled_for": stamp(incident.scheduled_for) if incident.scheduled_for else None,
        "scheduled_until": stamp(incident.scheduled_until) if incident.scheduled_until else None,
    }


def _update_row(update: Update, incident_id: str) -> Row:
    changes = [
        {"code": change.component_id, "name": change.name, "old_status": change.old.value, "new_status": change.new.value}
        for change in update.changes or ()
    ]
    return {
        "id": update.id,
        "status": update.status.value,
        "body": update.body,
        "incident_id": incident_id,
        "created_at": stamp(update.created_at),
        "updated_at": stamp(update.updated_at),
        "display_at": stamp(update.display_at),
        "affected_components": None if update.changes is None else changes,
        "deliver_notifications": update.notify,
        "custom_tweet": None,
        "tweet_id": None,
    }


def folder(incident: Incident) -> str:
    return f"{'incidents' if incident.kind is Kind.INCIDENT else 'maintenance'}/{incident.id}/"


def link(page: Page, incident: Incident) -> str:
    """The permanent URL, under the name that readers know."""
    return f"{page.url}/{folder(incident)}"
