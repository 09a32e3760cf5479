"""What support copies from the desk: of an incident and of everything open, with the internal sheet; old texts are refused."""

from datetime import UTC, datetime, timedelta

from django.test import Client
from tests.desk.cast import Stage, read
from tests.desk.test_incident import fill

from lightship import page as paper
from lightship.core.model import Facts, Status
from lightship.store import journal
from lightship.store.models import Incident, Page
from lightship.store.read import snapshot

SAID = "We know about this problem."


def test_the_kit_of_an_incident_is_one_link_away_and_can_be_selected_without_a_script(stage: Stage, client: Client) -> None:
    row = stage.outage()
    page = client.get(f"/p/acme/incidents/{row.pk}/").content.decode()
    assert f'href="/p/acme/incidents/{row.pk}/kit/"' in page
    html = client.get(f"/p/acme/incidents/{row.pk}/kit/").content.decode()
    assert html.count("<textarea") == html.count("readonly") == 5
    assert f"{SAID} Webmail is down. Who is affected: Mailboxes in Vienna." in html
    assert "WHAT WE DO NOT KNOW YET" in html
    assert html.count("hidden data-copy=") == 5


def test_everything_open_is_on_one_page(stage: Stage, client: Client) -> None:
    assert "No incident is open" in read(client.get("/p/acme/kit/")).text
    stage.outage()
    stage.outage()
    stage.works()
    assert client.get("/p/acme/kit/").content.decode().count("<section class=") == 2


def test_after_the_promise_there_is_nothing_to_copy(stage: Stage, client: Client) -> None:
    row = stage.outage()
    at = datetime.now(UTC) - timedelta(minutes=2)
    late = journal.NewUpdate(status=Status.INVESTIGATING, body="Still.", facts=Facts(next_update=at + timedelta(minutes=1)))
    journal.update(row, late, stage.alice, at)
    html = client.get(f"/p/acme/incidents/{row.pk}/kit/").content.decode()
    assert "Do not read it out. Ask the duty writer." in html
    assert SAID not in html
    assert "data-copy" not in html


def test_of_what_has_ended_nothing_is_said(stage: Stage, client: Client) -> None:
    row = stage.outage()
    journal.update(row, journal.NewUpdate(status=Status.RESOLVED, body="It works."), stage.alice, datetime.now(UTC))
    path = f"/p/acme/incidents/{row.pk}/"
    assert "It has ended" in read(client.get(f"{path}kit/")).text
    assert "What support may say" not in read(client.get(path)).text
    assert client.get(f"/p/acme/incidents/{stage.works().pk}/kit/").status_code == 404


def test_a_practice_says_that_it_is_one(stage: Stage, client: Client) -> None:
    row = stage.outage()
    Incident.objects.filter(pk=row.pk).update(practice=True)
    assert "Practice: say none of this" in read(client.get(f"/p/acme/incidents/{row.pk}/kit/")).text


def test_the_pages_own_intervals_count(stage: Stage, client: Client) -> None:
    row, now = stage.outage(), datetime.now(UTC)
    for minutes, old in ((45, False), (1, True)):
        Page.objects.filter(pk=stage.page.pk).update(promise_minutes=45, policy={"monitoring": minutes})
        new = journal.NewUpdate(status=Status.MONITORING, body=f"A fix is in: {minutes}.")
        journal.update(row, new, stage.alice, now - timedelta(minutes=2))
        html = client.get(f"/p/acme/incidents/{row.pk}/kit/").content.decode()
        assert ("Do not read it out" in html) is old


def test_the_owner_publishes_it_in_the_settings(stage: Stage, client: Client) -> None:
    assert not stage.page.kit
    client.post("/p/acme/settings/", fill(client, "/p/acme/settings/", kit="on"))
    stage.page.refresh_from_db()
    assert stage.page.kit
    assert "kit/phone.txt" in _published(stage)


def _published(stage: Stage) -> list[str]:
    return list(paper.front(snapshot.take(stage.page, "https://acme.test", (), datetime.now(UTC))))
