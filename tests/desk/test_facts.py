"""The forms ask for facts: the text is written from them, judged, and never said of a time that there is not."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from tests.desk.cast import Stage, read
from tests.desk.test_incident import fill

from lightship.core.model import Facts, Status
from lightship.store import journal
from lightship.store.models import Incident, Judgement, Page, Update
from lightship.store.read import rows

SYMPTOM = "signing in fails with error 503"
VAGUE = "We are aware of an issue."


def first_post(client: Client, stage: Stage, **more: object) -> Any:
    return client.post("/p/acme/open/", fill(client, "/p/acme/open/", components=[stage.webmail.pk], **more))


def body() -> str:
    return rows.update(Update.objects.latest("created_at")).body


def test_a_text_left_empty_is_written_from_the_facts(stage: Stage, client: Client) -> None:
    first_post(client, stage, symptom=SYMPTOM, numbers="about 4,000", no_workaround="on")
    facts = rows.update(Update.objects.get()).facts
    assert facts.next_update
    assert body() == (
        "Signing in fails with error 503. Affected: Webmail. How many: about 4,000. There is no workaround yet. "
        f"Next update by {facts.next_update:%H:%M} UTC."
    )
    assert (facts.numbers, facts.no_workaround) == ("about 4,000", True)


def test_a_text_written_by_hand_is_posted_as_it_is(stage: Stage, client: Client) -> None:
    first_post(client, stage, symptom=SYMPTOM, body="Nobody can sign in to webmail.")
    assert body() == "Nobody can sign in to webmail."


def test_a_text_changed_by_hand_names_the_time_that_is_promised(stage: Stage, client: Client) -> None:
    due = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(minutes=11)
    written = f"Nobody can sign in. Next update by {due:%H:%M} UTC."
    first_post(client, stage, symptom=SYMPTOM, body=written, timed=due.isoformat())
    promised = rows.update(Update.objects.get()).facts.next_update
    assert promised
    assert body() == f"Nobody can sign in. Next update by {promised:%H:%M} UTC."
    assert promised - due > timedelta(minutes=17)


def test_an_empty_post_is_refused_in_words(stage: Stage, client: Client) -> None:
    refused = first_post(client, stage)
    assert refused.status_code == 422
    assert "Say in their words what customers see" in read(refused).text
    assert not Incident.objects.exists()


def test_nothing_is_chosen_in_advance_of_how_bad_it_is(stage: Stage, client: Client) -> None:
    assert "how" not in read(client.get("/p/acme/")).fields
    refused = first_post(client, stage, symptom=SYMPTOM, how="")
    assert "Choose one: readers see it" in read(refused).text


def test_a_vague_text_needs_a_reason_and_the_reason_is_written_down(stage: Stage, client: Client) -> None:
    incident = stage.outage()
    path = f"/p/acme/incidents/{incident.pk}/"
    typed = fill(client, path, status="resolved", body="All is well again.", as_is="", because="", scope="", cause="")
    refused = client.post(path, typed)
    shown = read(refused)
    assert refused.status_code == 422
    assert "say why it must go out so" in shown.text
    assert "When did it work again?" in shown.text
    assert shown.one("body") == "All is well again."
    assert client.post(path, {**typed, "because": "Details follow."}).status_code == 422
    assert client.post(path, {**typed, "because": "Details follow.", "as_is": "on"}).status_code == 302
    judgement = Judgement.objects.get(update=incident.updates.last())
    assert (judgement.verdict, judgement.overridden) == ("vague", "Details follow.")
    assert "missing end_time" in [finding["kind"] for finding in judgement.findings]


def test_what_is_definite_needs_no_reason(stage: Stage, client: Client) -> None:
    first_post(client, stage, symptom=SYMPTOM, as_is="on", because="Not needed.")
    assert Judgement.objects.get().overridden == ""


def test_a_preview_shows_a_vague_text_too(stage: Stage, client: Client) -> None:
    path = f"/p/acme/incidents/{stage.outage().pk}/"
    typed = fill(client, path, status="resolved", body=VAGUE, as_is="", because="", scope="", go="preview")
    assert "srcdoc=" in client.post(path, typed).content.decode()
    assert Update.objects.count() == 1


def test_the_text_is_written_while_the_facts_are_typed(stage: Stage, client: Client) -> None:
    typed = fill(client, "/p/acme/open/", components=[stage.webmail.pk], symptom=SYMPTOM, composed="on", body="old")
    answer = json.loads(client.post("/p/acme/open/text/", typed).content)
    assert answer["body"].startswith("Signing in fails with error 503. Affected: Webmail. Next update by ")
    assert not answer["vague"]
    assert 'href="#id_scope"' in answer["findings"]
    assert datetime.fromisoformat(answer["due"]) > datetime.now(UTC)
    incident = stage.outage()
    path = f"/p/acme/incidents/{incident.pk}/"
    answer = json.loads(client.post(f"{path}text/", fill(client, path, doing="moving mailboxes", composed="on")).content)
    assert "What we are doing now: moving mailboxes." in answer["body"]
    assert client.get("/p/acme/open/text/").status_code == 405
    assert Update.objects.count() == 1


def test_the_last_update_stands_beside_the_text_and_each_number_is_asked_about(stage: Stage, client: Client) -> None:
    incident = stage.outage()
    new = journal.NewUpdate(status=Status.IDENTIFIED, body="4,000 mailboxes wait, 12 % are moved.")
    journal.update(incident, new, stage.bob, datetime.now(UTC))
    text = " ".join(read(client.get(f"/p/acme/incidents/{incident.pk}/")).text.split())
    assert "What changed since? 4,000 mailboxes , 12 %" in text


# The night of 25 October 2026 in Vienna has two 02:30, and that of 29 March 2026 none.
NIGHTS = [
    ("2025-10-26T02:30", "comes twice", ["02:30 CEST (00:30 UTC)", "02:30 CET (01:30 UTC)"], "2025-10-26T00:30:00.000Z"),
    ("2026-03-29T02:30", "there is no 02:30", ["01:30 CET (00:30 UTC)", "03:30 CEST (01:30 UTC)"], "2026-03-29T01:30:00.000Z"),
]  # fmt: skip


@pytest.mark.parametrize(("wall", "words", "choices", "meant"), NIGHTS)
def test_a_time_that_comes_twice_or_never_is_refused_with_a_choice(
    stage: Stage, client: Client, wall: str, words: str, choices: list[str], meant: str
) -> None:
    refused = first_post(client, stage, symptom=SYMPTOM, since=wall)
    shown = read(refused)
    assert refused.status_code == 422
    assert words in shown.text
    assert all(choice in shown.text for choice in choices)
    assert shown.one("since") == wall
    assert first_post(client, stage, symptom=SYMPTOM, since=wall, since_which=meant).status_code == 302
    assert Incident.objects.get().started_at == datetime.fromisoformat(meant)
    path = f"/p/acme/incidents/{Incident.objects.get().pk}/"
    assert client.post(path, fill(client, path, body="Half is moved by now.")).status_code == 302
    assert rows.update(Update.objects.latest("created_at")).facts.since == datetime.fromisoformat(meant)


def test_a_promise_longer_than_the_interval_is_refused_in_the_first_two_hours_and_not_later(
    stage: Stage, client: Client
) -> None:
    incident = stage.outage()
    path = f"/p/acme/incidents/{incident.pk}/"
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    typed = fill(client, path, body="Half is moved.", promise_at=later)
    assert "due within 30 minutes: promise an earlier one" in read(client.post(path, typed)).text
    assert "in 2 h" not in read(client.get(path)).text
    Incident.objects.update(started_at=datetime.now(UTC) - timedelta(hours=3))
    assert "in 2 h" in read(client.get(path)).text
    assert client.post(path, fill(client, path, body="Half is moved.", promise="120")).status_code == 302


def test_the_usual_promise_is_shorter_while_everything_is_down(stage: Stage, client: Client) -> None:
    every = [stage.webmail.pk, stage.imap.pk, stage.panel.pk]
    client.post("/p/acme/open/", fill(client, "/p/acme/open/", components=every, symptom=SYMPTOM))
    update = rows.update(Update.objects.get())
    assert update.facts.next_update
    # Minutes count from when the form was read, a moment before it is written.
    assert timedelta(minutes=19, seconds=50) < update.facts.next_update - update.created_at <= timedelta(minutes=20)
    assert update.body.endswith(f"Next update by {update.facts.next_update:%H:%M} UTC.")


def test_practice_is_marked_and_stays_where_staff_are(stage: Stage, client: Client) -> None:
    revision = Page.objects.get().revision
    first_post(client, stage, symptom=SYMPTOM, practice="on")
    incident = Incident.objects.get()
    assert incident.practice
    assert Page.objects.get().revision == revision
    path = f"/p/acme/incidents/{incident.pk}/"
    for view in ("/p/acme/", path, "/p/acme/history/"):
        assert "PRACTICE" in read(client.get(view)).text
    shown = client.post(
        "/p/acme/open/", fill(client, "/p/acme/open/", components=[stage.imap.pk], symptom="x" * 9, go="preview")
    )
    assert SYMPTOM not in shown.content.decode()
    client.post(path, fill(client, path, status="resolved", ended="2026-01-01T10:00", cause="a drill"))
    assert not Incident.objects.get().open


def test_a_correction_keeps_the_facts_that_it_does_not_touch(stage: Stage, client: Client) -> None:
    facts = Facts(numbers="4,000", prevention="a second controller", data_lost="none", no_workaround=True)
    new = journal.NewUpdate(status=Status.RESOLVED, body="Over.", facts=facts)
    update = journal.update(stage.outage(), new, stage.alice, datetime.now(UTC))
    path = f"/p/acme/updates/{update.pk}/"
    client.post(path, fill(client, path, body="Over since noon."))
    assert rows.update(update).facts == facts
    assert rows.update(update).body == "Over since noon."
