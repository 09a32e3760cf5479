"""Statuspage: every field comes over, a broken entry keeps out nothing else, and all three ways of reading agree."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.importers.served import serving

from lightship.core.model import Change, ComponentStatus, Impact, Kind, Status
from lightship.core.status import ended_at, impact, monitoring_at
from lightship.importers import Imported, ImporterError, Problem, read

PAGE = {
    "id": "acmepage0001",
    "name": "Acme Cloud",
    "url": "https://status.acme.example",
    "time_zone": "Etc/UTC",
    "updated_at": "2024-05-02T10:00:00.000Z",
}


def component(ident: str, name: str, **more: Any) -> dict[str, Any]:
    return {
        "id": ident,
        "name": name,
        "status": "operational",
        "created_at": "2023-01-01T00:00:00.001Z",
        "updated_at": "2024-01-01T00:00:00.002Z",
        "position": 1,
        "description": None,
        "showcase": True,
        "start_date": "2023-01-01",
        "group_id": None,
        "page_id": PAGE["id"],
        "group": False,
        "only_show_if_degraded": False,
        **more,
    }


def said(ident: str, status: str, at: str, body: str, affected: Any = None, **more: Any) -> dict[str, Any]:
    stamp = f"2024-05-01T{at}:00.123Z"
    return {
        "id": ident,
        "status": status,
        "body": body,
        "created_at": stamp,
        "updated_at": stamp,
        "display_at": stamp,
        "affected_components": affected,
        "deliver_notifications": True,
        **more,
    }


API = component("apicomponent", "API", group_id="coregroup001")
GROUP = component("coregroup001", "Core", group=True, components=["apicomponent"], start_date=None)
WENT_DOWN = {"code": "apicomponent", "name": "Core - API", "old_status": "operational", "new_status": "major_outage"}
CAME_BACK = {"code": "apicomponent", "name": "Core - API", "old_status": "major_outage", "new_status": "operational"}

OUTAGE = {
    "id": "outage000001",
    "name": "API answers slowly",
    "status": "resolved",
    "created_at": "2024-05-01T10:00:00.100Z",
    "updated_at": "2024-05-01T12:00:00.200Z",
    "monitoring_at": "2024-05-01T11:00:00.123Z",
    "resolved_at": "2024-05-01T12:00:00.123Z",
    "impact": "critical",
    "started_at": "2024-05-01T09:59:59.990Z",
    "page_id": PAGE["id"],
    "incident_updates": [
        said("update000003", "resolved", "12:00", "All good again.\r\n", [CAME_BACK], deliver_notifications=False),
        said("update000002", "monitoring", "11:00", "A fix <b>is</b> in.  ", []),
        said("update000001", "investigating", "10:00", "The API is down.", [WENT_DOWN]),
    ],
    "components": [component("apicomponent", "API", updated_at="2024-05-01T12:00:00.777Z", description="Ours")],
}
UPKEEP = {
    **OUTAGE,
    "id": "upkeep000001",
    "name": "New disks",
    "status": "scheduled",
    "impact": "maintenance",
    "monitoring_at": None,
    "resolved_at": None,
    "incident_updates": [said("update000009", "scheduled", "08:00", "We swap disks.")],
    "components": [],
    "scheduled_for": "2024-06-01T22:00:00.000Z",
    "scheduled_until": "2024-06-01T23:00:00.000Z",
}
HISTORY = {"page": PAGE, "components": [GROUP, API], "incidents": [OUTAGE], "scheduled_maintenances": [UPKEEP]}


def lost(imported: Imported) -> int:
    return sum(problem.lost for problem in imported.problems)


def saved(folder: Path, document: Any) -> Imported:
    (folder / "saved.json").write_text(json.dumps(document))
    return read("statuspage", str(folder / "saved.json"))


def ms(hour: int, minute: int, second: int, thousandths: int) -> datetime:
    return datetime(2024, 5, 1, hour, minute, second, thousandths * 1000, UTC)


def test_every_field_comes_over(tmp_path: Path) -> None:
    found = saved(tmp_path, HISTORY)
    assert found.problems == ()
    assert found.page is not None
    assert (found.page.id, found.page.name, found.page.url) == ("acmepage0001", "Acme Cloud", "https://status.acme.example")
    assert [(group.id, group.name) for group in found.groups] == [("coregroup001", "Core")]
    assert [(each.name, each.group_id, each.retired) for each in found.components] == [("API", "coregroup001", False)]
    outage, upkeep = found.incidents
    assert (outage.kind, outage.status, impact(outage)) == (Kind.INCIDENT, Status.RESOLVED, Impact.CRITICAL)
    assert (outage.created_at, outage.updated_at) == (ms(10, 0, 0, 100), ms(12, 0, 0, 200))
    assert outage.started_at == ms(9, 59, 59, 990)
    assert (monitoring_at(outage), ended_at(outage)) == (ms(11, 0, 0, 123), ms(12, 0, 0, 123))
    assert [(u.id, u.status, u.body, u.notify) for u in outage.updates] == [
        ("update000001", Status.INVESTIGATING, "The API is down.", True),
        ("update000002", Status.MONITORING, "A fix <b>is</b> in.  ", True),
        ("update000003", Status.RESOLVED, "All good again.\r\n", False),
    ]
    down = Change("apicomponent", "Core - API", ComponentStatus.OPERATIONAL, ComponentStatus.MAJOR)
    assert (outage.updates[0].changes, outage.updates[1].changes) == ((down,), ())
    assert upkeep.updates[0].changes is None
    assert (outage.components[0].description, outage.components[0].updated_at) == ("Ours", ms(12, 0, 0, 777))
    assert (upkeep.kind, upkeep.status, upkeep.impact_override) == (Kind.MAINTENANCE, Status.SCHEDULED, None)
    assert upkeep.scheduled_for == datetime(2024, 6, 1, 22, tzinfo=UTC)


@pytest.mark.parametrize("shape", [{"page": PAGE, "incidents": [OUTAGE]}, {"page": PAGE, "incident": OUTAGE}, [OUTAGE]])
def test_a_component_that_only_incidents_know_is_kept_as_retired(tmp_path: Path, shape: Any) -> None:
    found = saved(tmp_path, shape)
    assert len(found.incidents) == 1
    assert [(each.name, each.retired, each.group_id) for each in found.components] == [("API", True, None)]


BROKEN: list[tuple[dict[str, Any], str]] = [
    ({"status": "exploded"}, "is exploded there, and resolved by its newest update"),
    ({"created_at": "yesterday"}, "left out: Invalid isoformat string: 'yesterday'"),
    ({"created_at": "2024-05-01T10:00:00"}, "left out: '2024-05-01T10:00:00' has no time zone"),
    ({"name": None}, "left out: None is not text"),
    ({"impact": "huge"}, "impact 'huge' is unknown: derived from its components"),
    ({"incident_updates": None}, "has no readable update: its status was kept, without words"),
    ({"resolved_at": None}, "resolved_at is not set there, and 2024-05-01T12:00:00.123Z by its updates"),
]


@pytest.mark.parametrize(("wrong", "told"), BROKEN, ids=[str(wrong) for wrong, _ in BROKEN])
def test_a_broken_entry_is_named_and_the_rest_comes_in(tmp_path: Path, wrong: dict[str, Any], told: str) -> None:
    found = saved(
        tmp_path, {**HISTORY, "incidents": [{**OUTAGE, **wrong, "id": "broken000001"}, {**OUTAGE, "incident_updates": []}]}
    )
    assert any(each.where == "incident broken000001" and told in each.what for each in found.problems), found.problems
    assert "outage000001" in [incident.id for incident in found.incidents]
    assert len(found.incidents) + lost(found) == 3


def test_a_broken_update_does_not_take_its_incident_along(tmp_path: Path) -> None:
    updates = [*OUTAGE["incident_updates"], said("update000000", "scheduled", "09:00", "Odd.")]
    found = saved(tmp_path, [{**OUTAGE, "incident_updates": updates}])
    assert len(found.incidents[0].updates) == 3
    assert found.problems[0] == Problem(
        "incident outage000001", "update update000000 left out: the status scheduled does not belong to this kind"
    )


def test_rows_that_are_no_objects_and_repeated_ones_are_counted(tmp_path: Path) -> None:
    found = saved(tmp_path, {**HISTORY, "components": [3], "incidents": [OUTAGE, "?", OUTAGE]})
    assert [f"{each.where}: {each.what}" for each in found.problems] == [
        "saved.json: components[0] is not an object",
        "saved.json: incidents[1]: is not an object",
        "incident outage000001: is there twice; the first was taken",
    ]
    assert [component.retired for component in found.components] == [True]
    assert sorted(incident.kind for incident in found.incidents) == ["incident", "maintenance"]
    assert sum(len(incident.updates) for incident in found.incidents) == 4
    assert (len(found.groups), lost(found)) == (0, 2)


def test_ids_of_imitators_always_become_the_same_ids_here(tmp_path: Path) -> None:
    first = saved(tmp_path, [{**OUTAGE, "id": "01HZX-ULID"}]).incidents[0].id
    assert first == saved(tmp_path, [{**OUTAGE, "id": "01HZX-ULID"}]).incidents[0].id
    assert len(first) == 12


def test_updates_that_share_an_id_keep_one_each(tmp_path: Path) -> None:
    found = saved(tmp_path, [OUTAGE, {**OUTAGE, "id": "outage000002"}])
    assert len({update.id for incident in found.incidents for update in incident.updates}) == 6


@pytest.mark.parametrize(
    ("text", "told"), [("{", "is not JSON"), ("{}", "is not Statuspage JSON"), ("3", "is not Statuspage JSON")]
)
def test_a_file_that_is_none_is_refused(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "saved.json").write_text(text)
    with pytest.raises(ImporterError, match=told):
        read("statuspage", str(tmp_path / "saved.json"))


def test_a_missing_file_an_empty_folder_and_an_unknown_kind_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ImporterError, match="No such file"):
        read("statuspage", str(tmp_path / "none.json"))
    with pytest.raises(ImporterError, match=r"has no \.json file"):
        read("statuspage", str(tmp_path))
    with pytest.raises(ImporterError, match="there is no importer 'cachet'"):
        read("cachet", "x")
    with pytest.raises(ImporterError, match="does not take key"):
        read("cstate", "x", key="k")


def test_a_folder_is_read_but_for_its_broken_file(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"page": PAGE, "incident": OUTAGE}))
    (tmp_path / "b.json").write_text('{"page": ')
    (tmp_path / "c.json").write_text(json.dumps(HISTORY))
    found = read("statuspage", str(tmp_path))
    assert (len(found.incidents), lost(found)) == (2, 1)
    assert [(each.where, each.lost) for each in found.problems] == [("b.json", True)]


def public(**more: Any) -> dict[str, Any]:
    return {
        "/api/v2/summary.json": {**HISTORY, "incidents": [], "status": {}},
        "/api/v2/incidents.json": {"page": PAGE, "incidents": [OUTAGE]},
        "/api/v2/scheduled-maintenances.json": {"page": PAGE, "scheduled_maintenances": [UPKEEP]},
        **more,
    }


def test_a_public_page_is_read_with_its_history() -> None:
    old = {**OUTAGE, "id": "oldoutage001"}
    months = {"months": [{"incidents": [{"code": "outage000001"}, {"code": "oldoutage001"}, {"code": "vanished0001"}]}]}
    more = {"/history?page=1": months, "/api/v2/incidents/oldoutage001.json": {"page": PAGE, "incident": old}}
    asked: list[str] = []
    with serving(public(**more), asked) as url:
        found = read("statuspage", f"{url}/")
    assert {incident.id for incident in found.incidents} == {"outage000001", "upkeep000001", "oldoutage001"}
    assert len(found.incidents) + lost(found) == 4
    assert Problem("incident vanished0001", "is in the history, but the page does not give it", lost=True) in found.problems
    assert asked.count("/api/v2/incidents/outage000001.json") == 0


def test_a_page_without_history_is_whole_when_its_lists_are_not_full() -> None:
    with serving(public()) as url:
        found = read("statuspage", url)
    assert (len(found.incidents), found.problems) == (2, ())


def test_what_was_left_behind_without_history_is_told() -> None:
    many = [{**OUTAGE, "id": f"outage{n:06}"} for n in range(50)]
    with serving(public(**{"/api/v2/incidents.json": {"incidents": many}, "/history?page=1": b"<html>"})) as url:
        found = read("statuspage", url)
    assert len(found.incidents) == 51
    assert "older than the newest 50 were left behind" in found.problems[0].what


def test_what_is_no_statuspage_is_refused() -> None:
    with serving({}) as url, pytest.raises(ImporterError, match="is it a Statuspage"):
        read("statuspage", url)


def test_a_server_that_is_not_there_is_named() -> None:
    with serving({}) as url:
        pass
    with pytest.raises(ImporterError, match="does not answer: nothing listens there"):
        read("statuspage", url)


def managed(incidents: list[dict[str, Any]]) -> dict[str, Any]:
    page = {**PAGE, "created_at": "2020-01-01T00:00:00.000Z", "subdomain": "acme", "domain": "status.acme.example"}
    group = {key: GROUP[key] for key in ("id", "name", "position", "created_at", "updated_at")}
    base = "/v1/pages/acmepage0001"
    answers: dict[str, Any] = {
        "/v1/pages": [page, {"id": "otherpage001", "name": "Other"}],
        f"{base}/components?limit=100&per_page=100&page=1": [component("apicomponent", "API")],
        f"{base}/component-groups?limit=100&per_page=100&page=1": [
            {**group, "components": ["apicomponent"], "description": "Heart"}
        ],
    }
    for number in range(len(incidents) // 100 + 1):
        answers[f"{base}/incidents?limit=100&per_page=100&page={number + 1}"] = incidents[number * 100 : number * 100 + 100]
    return answers


def test_a_key_reads_every_page_of_incidents_groups_and_post_mortems() -> None:
    incidents = [
        {**OUTAGE, "id": f"outage{n:06}", "incident_updates": [said(f"upd{n:09}", "resolved", "12:00", "")]} for n in range(230)
    ]
    incidents[0] |= {"postmortem_body": "Why.", "postmortem_published_at": "2024-05-03T00:00:00.000Z", "status": "postmortem"}
    with serving(managed(incidents), key="hush") as url:
        found = read("statuspage", "https://status.acme.example/", key="hush", api=f"{url}/v1")
    assert (len(found.incidents), lost(found)) == (230, 0)
    assert [(group.name, group.description) for group in found.groups] == [("Core", "Heart")]
    assert found.components[0].group_id == "coregroup001"
    assert found.page is not None
    assert found.page.created_at.year == 2020
    learnt = found.incidents[0]
    assert (learnt.status, learnt.updates[-1].body, learnt.ended) == (Status.POSTMORTEM, "Why.", True)


def test_a_wrong_key_and_an_unknown_page_are_refused() -> None:
    with serving(managed([]), key="hush") as url:
        with pytest.raises(ImporterError, match="answers 401: the key is missing, wrong") as caught:
            read("statuspage", "acme", key="wrong", api=f"{url}/v1")
        assert "wrong" not in str(caught.value).replace("missing, wrong", "")
        with pytest.raises(ImporterError, match="no page 'nobody': the key opens acmepage0001"):
            read("statuspage", "nobody", key="hush", api=f"{url}/v1")
