"""What was typed is never lost: expired sessions, old tokens, refusals, a busy database."""

from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from tests.desk.cast import PASSWORD, Stage, read
from tests.desk.test_incident import fill

from lightship.store import journal
from lightship.store.models import Incident, Page

WORDS = "Signing in fails with “503”.\nMail is <not> lost."


@pytest.fixture
def typed(stage: Stage) -> dict[str, object]:
    return {
        "status": "investigating",
        "components": [stage.webmail.pk],
        "how": "partial_outage",
        "body": WORDS,
        "promise": "15",
        "go": "post",
    }


def test_an_expired_session_keeps_the_text_through_the_sign_in(stage: Stage, typed: dict[str, object]) -> None:
    stage.alice.set_password(PASSWORD)
    stage.alice.save()
    client = Client()
    asked = client.post("/p/acme/open/", typed)
    assert asked.status_code == 403
    assert "nothing is lost" in read(asked).text
    back = client.post("/sign-in/", {"who": "alice", "password": PASSWORD, "unsent": read(asked).one("unsent")}, follow=True)
    form = read(back)
    assert form.one("body") == WORDS
    assert form.one("how") == "partial_outage"
    assert form.fields["components"] == [stage.webmail.pk]
    assert "nothing was posted" in form.text
    assert not Incident.objects.exists()
    assert read(client.get("/p/acme/open/")).one("body") == ""


def test_a_wrong_password_on_the_way_back_keeps_it_too(stage: Stage, typed: dict[str, object]) -> None:
    asked = Client().post("/p/acme/open/", typed)
    refused = Client().post("/sign-in/", {"who": "alice", "password": "wrong", "unsent": read(asked).one("unsent")})
    assert read(refused).one("unsent") == read(asked).one("unsent")


def test_nobody_can_forge_what_was_kept(stage: Stage) -> None:
    stage.alice.set_password(PASSWORD)
    stage.alice.save()
    forged = Client().post("/sign-in/", {"who": "alice", "password": PASSWORD, "unsent": "eyJwYXRoIjoiLyJ9:x:y"})
    assert forged["Location"] == "/"


def test_an_old_token_shows_the_form_again_with_the_text(stage: Stage, typed: dict[str, object]) -> None:
    client = stage.signed_in(enforce_csrf_checks=True)
    shown = client.post("/p/acme/open/", typed, follow=True)
    assert read(shown).one("body") == WORDS
    assert not Incident.objects.exists()
    again = {**typed, "csrfmiddlewaretoken": read(shown).one("csrfmiddlewaretoken")}
    assert client.post("/p/acme/open/", again).status_code == 302
    assert Incident.objects.get().name == "Webmail is partly down"


def test_an_old_token_and_no_session_lead_through_the_sign_in(stage: Stage, typed: dict[str, object]) -> None:
    asked = Client(enforce_csrf_checks=True).post("/p/acme/open/", typed)
    assert read(asked).one("unsent")


def test_an_old_sign_in_form_asks_again(stage: Stage) -> None:
    stale = Client(enforce_csrf_checks=True).post("/sign-in/", {"who": "alice", "password": PASSWORD})
    assert read(stale).one("who") == "alice"
    assert PASSWORD not in stale.content.decode()
    assert "open for too long" in read(stale).text


@pytest.mark.parametrize(
    "more",
    [
        {"HTTP_ORIGIN": "https://evil.test"},
        {"secure": True},
        {"secure": True, "HTTP_REFERER": "nothing"},
        {"secure": True, "HTTP_REFERER": "http://testserver/"},
        {"secure": True, "HTTP_REFERER": "https://evil.test/"},
    ],
)
def test_a_form_from_another_site_is_not_kept(stage: Stage, typed: dict[str, object], more: dict[str, Any]) -> None:
    client = stage.signed_in(enforce_csrf_checks=True)
    answer = client.post("/p/acme/open/", typed, **more)
    assert answer.status_code == 403
    assert read(client.get("/p/acme/open/")).one("body") == ""


def test_what_alice_typed_is_not_put_into_bobs_form(stage: Stage, typed: dict[str, object]) -> None:
    for user in (stage.alice, stage.bob):
        user.set_password(PASSWORD)
        user.save()
    browser = Client()
    browser.post("/sign-in/", {"who": "alice", "password": PASSWORD})
    browser.cookies.pop("sessionid")
    unsent = read(browser.post("/p/acme/open/", typed)).one("unsent")
    assert browser.post("/sign-in/", {"who": "bob", "password": PASSWORD, "unsent": unsent})["Location"] == "/"
    assert read(browser.get("/p/acme/open/")).one("body") == ""


def test_a_form_without_the_needful_comes_back_filled(client: Client, typed: dict[str, object]) -> None:
    refused = client.post("/p/acme/open/", {**typed, "components": []})
    assert refused.status_code == 422
    assert "Tick what is affected" in read(refused).text
    assert read(refused).one("body") == WORDS


def test_a_megabyte_is_refused_in_words_and_kept(client: Client, typed: dict[str, object]) -> None:
    long = "a" * 1_000_000
    refused = client.post("/p/acme/open/", {**typed, "body": long})
    assert "1,000,000 characters; 25,000 are the most" in read(refused).text
    assert read(refused).one("body") == long


def test_a_busy_database_keeps_the_text(client: Client, typed: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object, **__: object) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(journal, "open_incident", busy)  # patched: a real lock would take its 20 seconds
    refused = client.post("/p/acme/open/", typed)
    assert "try again in a moment" in read(refused).text
    assert "locked" not in read(refused).text
    assert read(refused).one("body") == WORDS


def test_five_megabytes_are_read_to_their_end_and_refused_calmly(client: Client, typed: dict[str, object]) -> None:
    answer = client.post("/p/acme/open/", {**typed, "body": "a" * 5_000_000})
    assert answer.status_code == 413
    assert "too much for the desk" in read(answer).text
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert answer.wsgi_request.META["wsgi.input"].read() == b""
    assert not Incident.objects.exists()


def test_a_watched_part_says_that_one_is_signed_out(stage: Stage) -> None:
    answer = Client().get("/p/acme/live/", HTTP_HX_REQUEST="true")
    assert answer.status_code == 200
    assert "signed out" in read(answer).text


def test_a_page_name_with_html_in_it_is_text_everywhere(stage: Stage, client: Client) -> None:
    Page.objects.update(name="<script>alert(1)</script>")
    for path in ("/p/acme/", "/p/acme/settings/", "/p/acme/open/", "/p/acme/parts/"):
        html = client.get(path).content.decode()
        assert "<script>alert" not in html
        assert "&lt;script&gt;alert(1)" in html


@pytest.mark.parametrize(
    ("path", "typed", "draft"),
    [
        ("/p/acme/settings/", {"name": "Acme"}, "settings:acme"),
        ("/p/acme/parts/{part}/", {"do": "describe", "description": "Mail in a browser."}, "part:{part}"),
        ("/p/acme/incidents/{incident}/name/", {"name": "No webmail"}, "rename:{incident}"),
    ],
)
def test_the_draft_of_a_form_that_was_saved_is_gone(
    stage: Stage, client: Client, path: str, typed: dict[str, str], draft: str
) -> None:
    """Else the browser brings it back, and says that it was never posted."""
    ids = {"part": stage.webmail.pk, "incident": stage.outage().pk}
    address = path.format(**ids)
    answer = client.post(address, fill(client, address, **typed), follow=True)
    assert f'data-done="{draft.format(**ids)}"' in answer.content.decode()
