"""The Statuspage API v2: its shapes, its key order, its orderings, and not a key more."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from lightship.core.model import Component, Group, Incident, Kind, Page, Snapshot, Status, Update
from lightship.core.status import ended_at, impact, monitoring_at, rollup, standing, worst
from lightship.core.wire import stamp

Row = dict[str, Any]
MOST = 50


def files(snapshot: Snapshot) -> dict[str, bytes]:
    """Every file of the API but the permanent ones of single incidents."""
    page, components = page_row(snapshot.page, snapshot.page.updated_at), component_rows(snapshot)
    known = [*snapshot.open, *snapshot.recent]
    realtime = [i for i in known if i.kind is Kind.INCIDENT]
    planned = [i for i in known if i.kind is Kind.MAINTENANCE]
    unresolved = _incidents([i for i in realtime if not i.ended], snapshot)
    upcoming = _maintenances([i for i in planned if i.status is Status.SCHEDULED], snapshot)
    active = _maintenances([i for i in planned if i.status in (Status.IN_PROGRESS, Status.VERIFYING)], snapshot)
    latest = sorted(realtime, key=lambda i: i.created_at, reverse=True)[:MOST]
    plans = sorted(planned, key=lambda i: i.scheduled_for or i.created_at, reverse=True)[:MOST]
    status = _status(snapshot, [i for i in realtime if not i.ended])
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
    """The permanent file of one incident or maintenance, from its own record alone: its components as they stood when it
    was last spoken of, `page.updated_at` the incident's own."""
    row = incident_row(incident, page, incident.components)
    head = page_row(page, incident.updated_at)
    if incident.kind is Kind.INCIDENT:
        return {f"api/v2/incidents/{incident.id}.json": _json({"page": head, "incident": row})}
    return {f"api/v2/scheduled-maintenances/{incident.id}.json": _json({"page": head, "scheduled_maintenance": row})}


def _json(document: Row) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _status(snapshot: Snapshot, open: Sequence[Incident]) -> Row:
    live = [component.status for component in snapshot.components if not component.retired]
    result = rollup(live, [impact(incident) for incident in open])
    return {"status": {"indicator": result.indicator, "description": result.description}}


def page_row(page: Page, updated_at: datetime) -> Row:
    return {"id": page.id, "name": page.name, "url": page.url, "time_zone": page.time_zone, "updated_at": stamp(updated_at)}


def component_rows(snapshot: Snapshot) -> list[Row]:
    """By position: groups and ungrouped components, each group followed by its own."""
    live = [component for component in snapshot.components if not component.retired]
    groups = {group.id for group in snapshot.groups}
    tops: list[Group | Component] = [*snapshot.groups, *(c for c in live if c.group_id not in groups)]
    rows = []
    for top in sorted(tops, key=lambda top: top.position):
        if isinstance(top, Component):
            rows.append(component_row(top, snapshot.page.id))
        else:
            children = sorted((c for c in live if c.group_id == top.id), key=lambda c: c.position)
            rows.append(group_row(top, children, snapshot.page.id))
            rows += [component_row(child, snapshot.page.id) for child in children]
    return rows


def component_row(component: Component, page_id: str) -> Row:
    return {
        "id": component.id,
        "name": component.name,
        "status": component.status.value,
        "created_at": stamp(component.created_at),
        "updated_at": stamp(component.updated_at),
        "position": component.position,
        "description": component.description,
        "showcase": component.showcase,
        "start_date": component.start_date.isoformat() if component.start_date else None,
        "group_id": component.group_id,
        "page_id": page_id,
        "group": False,
        "only_show_if_degraded": component.only_show_if_degraded,
    }


def group_row(group: Group, children: Sequence[Component], page_id: str) -> Row:
    return {
        "id": group.id,
        "name": group.name,
        "status": worst(child.status for child in children).value,
        "created_at": stamp(group.created_at),
        "updated_at": stamp(group.updated_at),
        "position": group.position,
        "description": group.description or None,
        "showcase": False,
        "start_date": None,
        "group_id": None,
        "page_id": page_id,
        "group": True,
        "only_show_if_degraded": False,
        "components": [child.id for child in children],
    }


def _incidents(incidents: Iterable[Incident], snapshot: Snapshot) -> list[Row]:
    return [_row(i, snapshot) for i in sorted(incidents, key=lambda i: (i.updated_at, i.id), reverse=True)]


def _maintenances(incidents: Iterable[Incident], snapshot: Snapshot) -> list[Row]:
    return [_row(i, snapshot) for i in sorted(incidents, key=lambda i: (i.scheduled_for or i.created_at, i.id))]


def _row(incident: Incident, snapshot: Snapshot) -> Row:
    return incident_row(incident, snapshot.page, standing(incident, snapshot.components))


def incident_row(incident: Incident, page: Page, components: Iterable[Component]) -> Row:
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
        "components": [component_row(component, page.id) for component in components],
    }
    if incident.kind is Kind.INCIDENT:
        return {**row, "reminder_intervals": None}
    return {
        **row,
        "scheduled_for": stamp(incident.scheduled_for) if incident.scheduled_for else None,
        "scheduled_until": stamp(incident.scheduled_until) if incident.scheduled_until else None,
    }


def _update_row(update: Update, incident_id: str) -> Row:
    changes = update.changes
    return {
        "id": update.id,
        "status": update.status.value,
        "body": update.body,
        "incident_id": incident_id,
        "created_at": stamp(update.created_at),
        "updated_at": stamp(update.updated_at),
        "display_at": stamp(update.display_at),
        "affected_components": None
        if changes is None
        else [{"code": c.component_id, "name": c.name, "old_status": c.old.value, "new_status": c.new.value} for c in changes],
        "deliver_notifications": update.notify,
        "custom_tweet": None,
        "tweet_id": None,
    }


def folder(incident: Incident) -> str:
    return f"{'incidents' if incident.kind is Kind.INCIDENT else 'maintenance'}/{incident.id}/"


def link(page: Page, incident: Incident) -> str:
    """The permanent address, under the name that readers know."""
    return f"{page.url}/{folder(incident)}"
