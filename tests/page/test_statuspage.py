"""The API v2: exactly the shapes that clients of Statuspage know."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.page import sample

from lightship import page as paper
from lightship.core.model import ComponentStatus as S
from lightship.core.model import Snapshot, Status

PAGE = ["id", "name", "url", "time_zone", "updated_at"]
COMPONENT = [
    "id",
    "name",
    "status",
    "created_at",
    "updated_at",
    "position",
    "description",
    "showcase",
    "start_date",
    "group_id",
    "page_id",
    "group",
    "only_show_if_degraded",
]
MAINTENANCE = [
    "id",
    "name",
    "status",
    "created_at",
    "updated_at",
    "monitoring_at",
    "resolved_at",
    "impact",
    "shortlink",
    "started_at",
    "page_id",
    "incident_updates",
    "components",
    "scheduled_for",
    "scheduled_until",
]
INCIDENT = [*MAINTENANCE[:-2], "reminder_intervals"]
UPDATE = [
    "id",
    "status",
    "body",
    "incident_id",
    "created_at",
    "updated_at",
    "display_at",
    "affected_components",
    "deliver_notifications",
    "custom_tweet",
    "tweet_id",
]
ALL = {
    "summary": ["page", "components", "incidents", "scheduled_maintenances", "status"],
    "status": ["page", "status"],
    "components": ["page", "components"],
    "incidents": ["page", "incidents"],
    "incidents/unresolved": ["page", "incidents"],
    "scheduled-maintenances": ["page", "scheduled_maintenances"],
    "scheduled-maintenances/upcoming": ["page", "scheduled_maintenances"],
    "scheduled-maintenances/active": ["page", "scheduled_maintenances"],
}
ACTIVE = sample.maintenance(Status.IN_PROGRESS, name="Mains work in Graz", hours=-1)
LATER = sample.maintenance(name="Router firmware in Linz", hours=80)
BUSY = sample.snapshot(3, planned=(LATER, ACTIVE, sample.maintenance()))


def read(snapshot: Snapshot, name: str) -> Any:
    return json.loads(paper.front(snapshot)[f"api/v2/{name}.json"])


@pytest.mark.parametrize("name", ALL)
def test_every_document_has_its_keys_in_order_and_no_other(name: str) -> None:
    document = read(BUSY, name)
    assert list(document) == ALL[name]
    assert list(document["page"]) == PAGE
    for row in document.get("components", []):
        assert list(row) == COMPONENT + (["components"] if row["group"] else [])
    for row in document.get("incidents", []):
        assert list(row) == INCIDENT
        assert row["reminder_intervals"] is None
    for row in document.get("scheduled_maintenances", []):
        assert list(row) == MAINTENANCE
        assert row["impact"] == "maintenance"
    for row in [*document.get("incidents", []), *document.get("scheduled_maintenances", [])]:
        assert all(list(update) == UPDATE for update in row["incident_updates"])
        assert all(list(component) == COMPONENT for component in row["components"])


def test_times_have_milliseconds_and_the_short_link_is_absolute() -> None:
    incident = read(BUSY, "summary")["incidents"][0]
    assert incident["created_at"].endswith(":00.000Z")
    assert incident["shortlink"] == f"https://harbourstatus.example/incidents/{incident['id']}/"


def test_orderings_are_those_of_statuspage() -> None:
    summary = read(BUSY, "summary")
    updated = [incident["updated_at"] for incident in summary["incidents"]]
    assert updated == sorted(updated, reverse=True)
    said = [update["display_at"] for update in summary["incidents"][0]["incident_updates"]]
    assert said == sorted(said, reverse=True)
    names = [row["name"] for row in summary["scheduled_maintenances"]]
    assert names == ["New disks for the databases", "Router firmware in Linz", "Mains work in Graz"]
    assert [row["name"] for row in read(BUSY, "scheduled-maintenances/upcoming")["scheduled_maintenances"]] == names[:2]
    assert [row["name"] for row in read(BUSY, "scheduled-maintenances/active")["scheduled_maintenances"]] == names[2:]


def test_a_group_lists_its_children_who_follow_it_by_position() -> None:
    rows = read(BUSY, "components")["components"]
    assert [row["name"] for row in rows[:3]] == ["Mail", "Webmail", "IMAP and POP"]
    assert rows[0]["components"] == [row["id"] for row in rows[1:7]]
    assert rows[0]["status"] == "major_outage"
    assert {row["group_id"] for row in rows[1:7]} == {rows[0]["id"]}


def test_retired_components_are_named_only_by_their_incidents() -> None:
    retired = replace(sample.component(0), retired=True)
    snapshot = replace(BUSY, components=(retired, *BUSY.components[1:]))
    assert retired.id not in [row["id"] for row in read(snapshot, "components")["components"]]
    webmail = next(row for row in read(snapshot, "summary")["incidents"] if "Webmail" in row["name"])
    assert retired.id in [row["id"] for row in webmail["components"]]
    assert retired.id in paper.front(snapshot)["lightship/state.json"].decode()


def test_components_of_an_open_incident_are_shown_as_they_stand_now() -> None:
    recovered = replace(BUSY, components=tuple(replace(c, status=S.OPERATIONAL) for c in BUSY.components))
    assert {c["status"] for i in read(recovered, "summary")["incidents"] for c in i["components"]} == {"operational"}


def test_an_update_says_null_where_no_component_was_mentioned() -> None:
    webmail = next(row for row in read(BUSY, "summary")["incidents"] if "Webmail" in row["name"])
    assert webmail["incident_updates"][0]["affected_components"] is None
    assert webmail["incident_updates"][-1]["affected_components"][0] == {
        "code": sample.ident("component 0"),
        "name": "Mail - Webmail",
        "old_status": "operational",
        "new_status": "major_outage",
    }


@pytest.mark.parametrize(
    ("states", "indicator", "description"),
    [
        ([S.MAJOR] * 3, "critical", "Major System Outage"),
        ([S.MAJOR, S.OPERATIONAL, S.OPERATIONAL], "major", "Partial System Outage"),
        ([S.PARTIAL] * 3, "major", "Partial System Outage"),
        ([S.PARTIAL, S.UNDER_MAINTENANCE, S.OPERATIONAL], "minor", "Minor Service Outage"),
        ([S.DEGRADED] * 3, "minor", "Degraded System Service"),
        ([S.DEGRADED, S.OPERATIONAL, S.OPERATIONAL], "minor", "Partially Degraded Service"),
        ([S.UNDER_MAINTENANCE, S.OPERATIONAL, S.OPERATIONAL], "maintenance", "Service Under Maintenance"),
        ([S.OPERATIONAL] * 3, "none", "All Systems Operational"),
        ([], "major", "Partial System Outage"),
    ],
)
def test_the_page_status_follows_components_and_only_without_any_the_incidents(
    states: list[S], indicator: str, description: str
) -> None:
    parts = tuple(sample.component(n, status=state) for n, state in enumerate(states))
    gone = sample.component(29, status=S.MAJOR, retired=True)
    status = read(replace(sample.snapshot(1), components=(*parts, gone)), "status")["status"]
    assert status == {"indicator": indicator, "description": description}


def test_fifty_incidents_are_listed_and_all_unresolved_ones() -> None:
    tales = [sample.past_incident(f"Blip {n}", n % 30, S.DEGRADED, 5, n + 1, "A fault.") for n in range(70)]
    snapshot = replace(BUSY, recent=tuple(tales))
    assert len(read(snapshot, "incidents")["incidents"]) == 50
    assert len(read(snapshot, "incidents/unresolved")["incidents"]) == 3


def test_a_leaf_knows_nothing_of_the_page_of_today() -> None:
    incident = BUSY.recent[0]
    document = json.loads(paper.leaf(BUSY.page, incident, ())[f"api/v2/incidents/{incident.id}.json"])
    assert list(document) == ["page", "incident"]
    assert document["page"]["updated_at"] == document["incident"]["updated_at"]
    assert document["incident"]["resolved_at"]
    planned = paper.leaf(BUSY.page, LATER, ())
    assert list(planned) == [f"maintenance/{LATER.id}/index.html", f"api/v2/scheduled-maintenances/{LATER.id}.json"]
    assert list(json.loads(list(planned.values())[1])["scheduled_maintenance"]) == MAINTENANCE


def test_a_leaf_does_not_change_when_the_page_is_touched() -> None:
    touched = replace(BUSY.page, updated_at=BUSY.at + timedelta(days=400), promise_minutes=60)
    for incident in (*BUSY.open, *BUSY.recent):
        assert paper.leaf(BUSY.page, incident, BUSY.hosts) == paper.leaf(touched, incident, BUSY.hosts)
    assert paper.build(BUSY.page, BUSY.hosts) == paper.build(touched, BUSY.hosts)
