"""Two staffers change the same thing: nobody undoes unread what a colleague saved. And what no reader can see is not kept."""

from typing import Any

import pytest
from django.test import Client
from tests.desk.cast import Stage, read
from tests.desk.test_incident import fill

from lightship.store.models import Component, Entry, Incident, Page, Wording

# A form: where it is; what Bob saves, and what Alice saves from a form that she opened before.
FORMS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "settings": ({"description": "Bob's sentence."}, {"description": "Alice's sentence."}),
    "part": ({"description": "Bob's sentence."}, {"description": "Alice's sentence."}),
    "group": ({"name": "Bob's sentence."}, {"name": "Alice's sentence."}),
    "rename": ({"name": "Bob's sentence."}, {"name": "Alice's sentence."}),
    "correct": ({"body": "Bob's sentence."}, {"body": "Alice's sentence."}),
    "move": ({"ends": "2030-01-05T22:10"}, {"ends": "2030-01-05T23:20"}),
}
TOLD = {"move": "2030-01-05 22:10"}


@pytest.fixture(params=FORMS)
def at(request: pytest.FixtureRequest, stage: Stage) -> tuple[str, str]:
    """The form's name and address."""
    outage = stage.outage()
    return request.param, {
        "settings": "/p/acme/settings/",
        "part": f"/p/acme/parts/{stage.webmail.pk}/",
        "group": f"/p/acme/groups/{stage.mail.pk}/",
        "rename": f"/p/acme/incidents/{outage.pk}/name/",
        "correct": f"/p/acme/updates/{outage.updates.get().pk}/",
        "move": f"/p/acme/incidents/{stage.works().pk}/move/",
    }[request.param]


def opened(client: Client, kind: str, path: str) -> dict[str, Any]:
    typed = fill(client, path)
    return {**typed, "do": "describe"} if kind == "part" else {k: v for k, v in typed.items() if k != "do"}


def test_what_a_colleague_saved_is_read_before_mine_is_saved(stage: Stage, client: Client, at: tuple[str, str]) -> None:
    kind, path = at
    bobs, mine = FORMS[kind]
    form = opened(client, kind, path)
    bob = stage.signed_in(stage.bob)
    assert bob.post(path, {**opened(bob, kind, path), **bobs}).status_code == 302
    entries = Entry.objects.count()
    met = client.post(path, {**form, **mine})
    shown, (name, words) = read(met), *mine.items()
    assert "A colleague saved something else meanwhile" in shown.text
    assert TOLD.get(kind, "Bob's sentence.") in shown.text
    assert "Save mine as well" in shown.text
    assert shown.one(name) == words
    assert Entry.objects.count() == entries
    assert client.post(path, {**form, **mine, "was": shown.one("was")}).status_code == 302
    assert Entry.objects.count() == entries + 1


def test_posts_made_meanwhile_are_in_nobodys_way(stage: Stage, client: Client, at: tuple[str, str]) -> None:
    kind, path = at
    form = opened(client, kind, path)
    incident = Incident.objects.get(kind="incident")
    address = f"/p/acme/incidents/{incident.pk}/"
    client.post(address, fill(client, address, body="More.", **{f"c-{stage.webmail.pk}": "partial_outage"}))
    assert client.post(path, {**form, **FORMS[kind][1]}).status_code == 302


def test_characters_that_nobody_sees_are_taken_out(stage: Stage, client: Client) -> None:
    unseen = "A\x00\x01B\x0b\x0c\x1f C\tD"
    client.post("/p/acme/settings/", fill(client, "/p/acme/settings/", name=unseen, description=unseen))
    page = Page.objects.get()
    assert (page.name, page.description) == ("AB C D", "AB C\tD")
    path = f"/p/acme/parts/{stage.imap.pk}/"
    client.post(path, {**fill(client, path, name=unseen, description=unseen), "do": "describe"})
    assert Component.objects.get(pk=stage.imap.pk).description == "AB C\tD"
    typed = fill(client, "/p/acme/open/", name=unseen, body=unseen, scope=unseen)
    client.post("/p/acme/open/", typed)
    text = Wording.objects.get()
    assert (text.update.incident.name, text.body, text.facts["scope"]) == ("AB C D", "AB C\tD", "AB C\tD")
    assert client.get("/p/acme/history/", {"q": unseen}).status_code == 200


def test_a_browser_takes_no_text_that_the_desk_could_not_read(client: Client) -> None:
    html = client.get("/p/acme/open/").content.decode()
    assert html.count("<textarea") == html.count('maxlength="100000"')
