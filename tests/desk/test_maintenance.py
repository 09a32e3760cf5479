"""Planned work: announced, begun, finished, moved."""

from datetime import UTC, datetime

from django.test import Client
from tests.desk.cast import Stage, read
from tests.desk.test_incident import fill
from tests.standing import status_of

from lightship.core.model import ComponentStatus
from lightship.store.models import Incident


def test_work_is_planned_in_the_zone_of_the_page(stage: Stage, client: Client) -> None:
    typed = fill(client, "/p/acme/plan/", name="New disks", body="Away for minutes.", components=[stage.panel.pk])
    client.post("/p/acme/plan/", {**typed, "starts": "2030-01-05T02:00", "ends": "2030-01-05T04:00"})
    row = Incident.objects.get()
    assert row.scheduled_for == datetime(2030, 1, 5, 1, tzinfo=UTC)
    assert [record["id"] for record in row.components] == [stage.panel.pk]
    assert status_of(stage.panel.pk) is ComponentStatus.OPERATIONAL


def test_work_that_ends_before_it_starts_is_refused_in_words(client: Client) -> None:
    typed = fill(client, "/p/acme/plan/", name="New disks", body="Away for minutes.")
    refused = client.post("/p/acme/plan/", {**typed, "starts": "2030-01-05T04:00", "ends": "2030-01-05T02:00"})
    assert "ends before it starts" in read(refused).text
    assert read(refused).one("body") == "Away for minutes."
    assert not Incident.objects.exists()


def test_an_hour_that_the_clock_skips_is_told(client: Client) -> None:
    typed = fill(client, "/p/acme/plan/", name="New disks", body="Away.")
    refused = client.post("/p/acme/plan/", {**typed, "starts": "2030-03-31T02:30", "ends": "2030-03-31T04:00"})
    assert refused.status_code == 422
    assert not Incident.objects.exists()


def test_it_begins_and_ends_in_one_tap_each(stage: Stage, client: Client) -> None:
    row = stage.works()
    path = f"/p/acme/incidents/{row.pk}/"
    client.post(f"{path}turn/", {"to": "begin", "seen": read(client.get(path)).one("seen")})
    assert status_of(stage.panel.pk) is ComponentStatus.UNDER_MAINTENANCE
    client.post(f"{path}turn/", {"to": "finish", "seen": read(client.get(path)).one("seen")})
    assert status_of(stage.panel.pk) is ComponentStatus.OPERATIONAL
    row.refresh_from_db()
    assert not row.open


def test_under_way_takes_its_components_into_maintenance(stage: Stage, client: Client) -> None:
    path = f"/p/acme/incidents/{stage.works().pk}/"
    client.post(path, fill(client, path, status="in_progress", body="We begin."))
    assert status_of(stage.panel.pk) is ComponentStatus.UNDER_MAINTENANCE


def test_it_is_moved_and_the_journal_says_so(stage: Stage, client: Client) -> None:
    row = stage.works()
    path = f"/p/acme/incidents/{row.pk}/move/"
    refused = client.post(path, {"starts": "2030-01-05T04:00", "ends": "2030-01-05T02:00"})
    assert "ends before it starts" in read(refused).text
    client.post(path, {"starts": "2030-01-05T02:00", "ends": "2030-01-05T05:00"})
    row.refresh_from_db()
    assert row.scheduled_until == datetime(2030, 1, 5, 4, tzinfo=UTC)
    assert "Alice moved" in " ".join(read(client.get("/p/acme/journal/")).text.split())
