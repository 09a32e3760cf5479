"""Pages, components and groups, and what the desk shows of hosts."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from tests.desk.cast import Stage, read
from tests.desk.test_incident import fill
from tests.standing import status_of

from lightship.core.model import ComponentStatus
from lightship.store.models import Component, Group, Page, Receipt


def names(stage: Stage) -> list[str]:
    return [component.name for component in stage.mail.components.all()]


def test_components_move_up_and_down_without_javascript(stage: Stage, client: Client) -> None:
    client.post("/p/acme/parts/shift/", {"id": stage.imap.pk, "to": "up"})
    assert names(stage) == ["IMAP", "Webmail"]
    client.post("/p/acme/parts/shift/", {"id": stage.imap.pk, "to": "up"})
    assert names(stage) == ["IMAP", "Webmail"]
    client.post("/p/acme/parts/shift/", {"id": stage.imap.pk, "to": "down"})
    assert names(stage) == ["Webmail", "IMAP"]


def test_components_and_groups_are_added_edited_and_retired(stage: Stage, client: Client) -> None:
    client.post("/p/acme/parts/", {"add": "group", "group-name": "Web"})
    web = Group.objects.get(name="Web")
    client.post("/p/acme/parts/", {"add": "component", "component-name": "  Web   servers ", "component-group": web.pk})
    row = Component.objects.get(name="Web servers")
    assert (row.group, row.description) == (web, None)
    path = f"/p/acme/parts/{row.pk}/"
    client.post(path, {"do": "describe", "name": "Web", "description": "Sites", "group": stage.mail.pk})
    row.refresh_from_db()
    assert (row.name, row.description, row.group) == ("Web", "Sites", stage.mail)
    client.post(path, {"do": "retire"})
    row.refresh_from_db()
    assert row.retired
    assert client.get(path).status_code == 404
    client.post(f"/p/acme/groups/{web.pk}/", {"do": "remove"})
    assert not Group.objects.filter(pk=web.pk).exists()


def test_a_component_is_set_without_an_incident(stage: Stage, client: Client) -> None:
    client.post(f"/p/acme/parts/{stage.panel.pk}/", {"do": "set", "status": "degraded_performance"})
    assert status_of(stage.panel.pk) is ComponentStatus.DEGRADED
    assert "Slow" in read(client.get("/p/acme/")).text


def test_a_page_describes_itself(stage: Stage, client: Client) -> None:
    typed = fill(client, "/p/acme/settings/", name="Acme", promise_minutes="45", support_url="https://acme.test/help")
    client.post("/p/acme/settings/", typed)
    stage.page.refresh_from_db()
    assert (stage.page.name, stage.page.promise_minutes) == ("Acme", 45)
    for zone in ("Mars/Olympus", "America", "../UTC", "/etc/passwd"):
        refused = client.post("/p/acme/settings/", fill(client, "/p/acme/settings/", time_zone=zone))
        assert "use a name like Europe/Vienna" in read(refused).text
    assert read(client.get("/p/acme/")).one("promise") == "usual"
    assert "in 45 min" in read(client.get("/p/acme/")).text


def test_an_empty_desk_says_what_to_do_first(database: object) -> None:
    client = Client()
    client.force_login(User.objects.create(username="carol"))
    assert "First, name your page" in read(client.get("/")).text
    client.post("/", {"slug": "acme", "name": "Acme", "time_zone": "Europe/Vienna"})
    assert Page.objects.get().name == "Acme"
    home = read(client.get("/p/acme/")).text
    assert "Add components" in home
    assert "No worker has published this page yet" in home


def receipt(stage: Stage, host: str, verdict: str, ago: int, **more: object) -> None:
    at = datetime.now(UTC) - timedelta(seconds=ago)
    Receipt.objects.create(**{"page": stage.page, "host": host, "at": at, "seen_at": at, "verdict": verdict, **more})


def test_hosts_speak_in_sentences(stage: Stage, client: Client) -> None:
    receipt(stage, "vienna", "proven", 3, revision=stage.page.revision)
    receipt(stage, "bucket", "proven", 900, revision=1)
    receipt(stage, "bucket", "unreachable", 600, reason="Connection refused.")
    receipt(stage, "bucket", "failed", 5, reason="The disk is full.")
    text = " ".join(read(client.get("/p/acme/hosts/live/")).text.split())
    assert f"vienna : serving revision {stage.page.revision}, proven 3 s ago" in text
    assert "bucket : could not be written to since" in text
    assert "The disk is full." in text
    assert "1 of 2 hosts proven" in text
    assert "The worker was last seen" in text


def test_a_host_that_is_behind_says_so(stage: Stage, client: Client) -> None:
    receipt(stage, "vienna", "proven", 3, revision=1)
    assert f"serving revision 1, {stage.page.revision} is on its way" in read(client.get("/p/acme/hosts/live/")).text


def test_a_silent_worker_is_told(stage: Stage, client: Client) -> None:
    receipt(stage, "vienna", "proven", 300, revision=stage.page.revision)
    assert "No sign of a worker" in read(client.get("/p/acme/")).text


def test_history_is_found_by_the_words_of_its_posts(stage: Stage, client: Client) -> None:
    stage.outage()
    assert "Webmail is down" in read(client.get("/p/acme/history/", {"q": "signing in"})).text
    assert "Nothing has these words" in read(client.get("/p/acme/history/", {"q": "teapot"})).text


@pytest.mark.parametrize("path", ["/nowhere/", "/p/none/", "/p/acme/incidents/none/", "/p/acme/updates/none/"])
def test_what_is_not_there_is_told_calmly(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "nothing here" in read(answer).text


def test_supervisors_are_answered(stage: Stage) -> None:
    assert Client().get("/healthz").content == b"ok\n"


def test_setting_what_an_incident_holds_says_what_readers_see(stage: Stage, client: Client) -> None:
    stage.outage()
    path = f"/p/acme/parts/{stage.webmail.pk}/"
    client.post(path, {"do": "set", "status": "degraded_performance"})
    answer = client.post(path, {"do": "set", "status": "operational"}, follow=True)
    assert "Webmail: working. Readers see down, for something open holds it." in read(answer).text
    assert status_of(stage.webmail.pk) is ComponentStatus.MAJOR


def test_groups_and_lone_components_move_in_one_row(stage: Stage, client: Client) -> None:
    """As readers see them: a lone component may stand before a group, between two, or last."""
    client.post("/p/acme/parts/", {"add": "group", "group-name": "Web"}, follow=True)
    web = Group.objects.get(name="Web")

    def shown() -> list[str]:
        text = read(client.get("/p/acme/parts/")).text
        return sorted(["Mail", "Control panel", "Web"], key=lambda name: text.index(f" {name} "))

    assert shown() == ["Mail", "Control panel", "Web"]
    client.post("/p/acme/parts/shift/", {"id": web.pk, "to": "up"})
    assert shown() == ["Mail", "Web", "Control panel"]
    client.post("/p/acme/parts/shift/", {"id": stage.panel.pk, "to": "up"})
    client.post("/p/acme/parts/shift/", {"id": stage.panel.pk, "to": "up"})
    client.post("/p/acme/parts/shift/", {"id": stage.panel.pk, "to": "up"})
    assert shown() == ["Control panel", "Mail", "Web"]
