"""Saying that something is broken, how it goes on, and that it is over."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from tests.desk.cast import Stage, read
from tests.standing import status_of

from lightship.core.model import ComponentStatus, Facts, Status
from lightship.core.status import promised
from lightship.store import journal
from lightship.store.journal import structure
from lightship.store.models import Entry, Incident, Update
from lightship.store.read import rows


def fill(client: Client, path: str, **more: object) -> dict[str, object]:
    """The form at `path` as a browser without JavaScript sends it, with some fields typed over. Of what is broken "down" is
    chosen, for nothing is chosen in advance; and a text that is vague has a reason, for few tests are about that."""
    fields: dict[str, object] = dict(read(client.get(path)).fields)
    chosen = {"how": "major_outage"} if "once" in fields else {}
    chosen |= {"as_is": "on", "because": "It is a test."} if "because" in fields else {}
    return {**{name: value for name, value in fields.items() if name != "go"}, "go": "post", **chosen, **more}


def test_from_signed_in_to_the_first_public_word_in_a_tick_a_text_and_a_tap(stage: Stage, client: Client) -> None:
    home = client.get("/", follow=True)
    form = read(home)
    untouched = {name: value for name, value in form.fields.items() if name not in ("components", "symptom")}
    typed = {**untouched, "components": [stage.webmail.pk], "how": "major_outage", "symptom": "signing in fails", "go": "post"}
    posted = client.post("/p/acme/open/", typed, follow=True)
    incident = Incident.objects.get()
    assert incident.name == "Webmail is down"
    assert status_of(stage.webmail.pk) is ComponentStatus.MAJOR
    promised = rows.incident(incident).updates[0].facts.next_update
    assert promised and timedelta(minutes=29) < promised - datetime.now(UTC) <= timedelta(minutes=30)
    assert "no worker is running (none was ever seen): start one" in read(posted).text


def test_two_taps_on_post_open_one_incident(stage: Stage, client: Client) -> None:
    typed = fill(client, "/p/acme/", components=[stage.webmail.pk], body="Down.")
    first = client.post("/p/acme/open/", typed)
    assert client.post("/p/acme/open/", typed)["Location"] == first["Location"]
    assert Incident.objects.get().pk == typed["once"][0]  # type: ignore[index]


def test_three_taps_at_once_open_one_incident(stage: Stage, client: Client) -> None:
    typed = fill(client, "/p/acme/", components=[stage.webmail.pk], body="Down.")

    def tap(_: int) -> str:
        try:
            return str(beside(client).post("/p/acme/open/", typed)["Location"])
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as taps:
        assert len(set(taps.map(tap, range(3)))) == 1
    assert Incident.objects.count() == 1


def beside(client: Client) -> Client:
    """Another connection of the same browser."""
    again = Client()
    again.cookies = client.cookies
    return again


@pytest.mark.parametrize("once", ["", "x", "../../../../"])
def test_a_form_without_a_proper_mark_sent_twice_opens_one_incident_all_the_same(
    stage: Stage, client: Client, once: str
) -> None:
    typed = fill(client, "/p/acme/", components=[stage.webmail.pk], body="Down.", once=once)
    client.post("/p/acme/open/", typed)
    assert "already" in read(client.post("/p/acme/open/", typed, follow=True)).text
    assert Incident.objects.count() == 1


def test_other_words_from_a_form_brought_back_are_neither_lost_nor_posted_unasked(stage: Stage, client: Client) -> None:
    typed = fill(client, "/p/acme/", components=[stage.webmail.pk], body="Down.")
    client.post("/p/acme/open/", typed)
    again = read(client.post("/p/acme/open/", {**typed, "body": "IMAP too."}))
    assert "has opened “Webmail is down” already" in again.text
    assert again.one("body") == "IMAP too."
    more = {**typed, "body": "IMAP too.", "once": again.one("once"), "name": "IMAP is down", "separate": "on"}
    client.post("/p/acme/open/", more)
    assert Incident.objects.count() == 2


def test_the_mark_of_another_pages_incident_leads_nowhere_else(stage: Stage, client: Client) -> None:
    typed = fill(client, "/p/acme/", components=[stage.webmail.pk], body="Down.")
    other = structure.create_page("other", "Other", None, datetime.now(UTC))
    say = journal.NewUpdate(status=Status.INVESTIGATING, body="Down.")
    taken = journal.NewIncident(id=str(typed["once"][0]), name="x", update=say)  # type: ignore[index]
    journal.open_incident(other, taken, None, datetime.now(UTC))
    client.post("/p/acme/open/", typed)
    assert stage.page.incidents.get().pk != taken.id


def test_times_are_read_in_the_zone_of_the_page(stage: Stage, client: Client) -> None:
    typed = fill(client, "/p/acme/open/", components=[stage.webmail.pk], body="Down.", since="2026-07-01T03:15")
    client.post("/p/acme/open/", typed)
    assert Incident.objects.get().started_at == datetime(2026, 7, 1, 1, 15, tzinfo=UTC)
    assert "Vienna time" in read(client.get("/p/acme/open/")).text


def test_a_title_and_how_grave_it_is_can_be_given(stage: Stage, client: Client) -> None:
    typed = fill(client, "/p/acme/open/", name="Mail is late", impact="critical", body="Queues are long.")
    client.post("/p/acme/open/", typed)
    incident = Incident.objects.get()
    assert (incident.name, incident.impact_override) == ("Mail is late", "critical")
    due = promised(rows.incident(incident))
    assert due
    assert round((due - incident.created_at) / timedelta(minutes=1)) == 20, (
        "the interval of a critical one, from the first word on"
    )
    client.post(f"/p/acme/incidents/{incident.pk}/name/", {"name": "Mail comes late", "impact": ""})
    incident.refresh_from_db()
    assert (incident.name, incident.impact_override) == ("Mail comes late", "")


def test_a_promise_in_the_past_is_refused(stage: Stage, client: Client) -> None:
    typed = fill(client, "/p/acme/open/", components=[stage.webmail.pk], body="Down.", promise_at="2026-01-01T00:00")
    assert "This time has passed" in read(client.post("/p/acme/open/", typed)).text


def test_a_post_dated_ahead_is_refused_in_words(stage: Stage, client: Client) -> None:
    typed = fill(client, "/p/acme/open/", components=[stage.webmail.pk], body="Down.")
    path = f"/p/acme/incidents/{stage.outage().pk}/"
    update = fill(client, path, body="More.")
    for to, form in (("/p/acme/open/", typed), (path, update)):
        for name in {"at", "since", "ended"} & set(form):
            text = read(client.post(to, {**form, name: "2099-01-01T00:00"})).text
            assert ("cannot be dated in the future" if name == "at" else "This is still to come") in text
    assert Update.objects.count() == 1


@pytest.mark.parametrize("year", ["0001", "0205", "1989", "2201", "9999"])
@pytest.mark.parametrize("name", ["at", "since", "promise_at", "estimate"])
def test_a_year_that_cannot_be_meant_is_told(stage: Stage, client: Client, name: str, year: str) -> None:
    typed = fill(client, "/p/acme/open/", components=[stage.webmail.pk], body="Down.", **{name: f"{year}-01-01T00:00"})
    refused = client.post("/p/acme/open/", typed)
    assert f"The year {int(year)} cannot be meant" in read(refused).text
    assert not Incident.objects.exists()


def test_what_still_holds_is_filled_in_and_what_is_done_is_asked_anew(stage: Stage, client: Client) -> None:
    incident = stage.outage()
    form = read(client.get(f"/p/acme/incidents/{incident.pk}/"))
    assert form.one("scope") == "Mailboxes in Vienna"
    assert form.one("doing") == ""
    assert form.one(f"c-{stage.webmail.pk}") == "major_outage"


def test_the_symptom_is_asked_for_and_stands_until_it_is_said_anew(stage: Stage, client: Client) -> None:
    typed = fill(client, "/p/acme/", components=[stage.webmail.pk], body="Down.", symptom="Sign-in fails with 503.")
    client.post("/p/acme/open/", typed)
    path = f"/p/acme/incidents/{Incident.objects.get().pk}/"
    assert "What do customers see?" in read(client.get(path)).text
    client.post(path, fill(client, path, body="Still."))
    correct = f"/p/acme/updates/{Update.objects.last().pk}/"  # type: ignore[union-attr]
    client.post(correct, fill(client, correct, body="Still so."))
    updates = rows.incident(Incident.objects.get()).updates
    assert [text.facts.symptom for update in updates for text in update.wordings] == ["Sign-in fails with 503."] * 3


def test_an_update_does_not_take_over_what_another_incident_holds(stage: Stage, client: Client) -> None:
    stage.outage()
    slow = {stage.webmail.pk: ComponentStatus.DEGRADED}
    first = journal.NewUpdate(status=Status.INVESTIGATING, body="Slow.", statuses=slow)
    row = journal.open_incident(stage.page, journal.NewIncident(name="Slow", update=first), None, datetime.now(UTC))
    path = f"/p/acme/incidents/{row.pk}/"
    assert read(client.get(path)).one(f"c-{stage.webmail.pk}") == "degraded_performance"
    client.post(path, fill(client, path, body="Still."))
    changes = rows.incident(row).updates[-1].changes or ()
    assert [(change.old, change.new) for change in changes] == [(ComponentStatus.MAJOR, ComponentStatus.DEGRADED)]


def test_it_is_over_sets_its_components_working(stage: Stage, client: Client) -> None:
    path = f"/p/acme/incidents/{stage.outage().pk}/"
    client.post(path, fill(client, path, status="resolved", body="It works again."))
    assert status_of(stage.webmail.pk) is ComponentStatus.OPERATIONAL
    assert not Incident.objects.get().open
    assert rows.incident(Incident.objects.get()).updates[-1].facts.next_update is None


def test_a_component_stays_down_while_another_incident_holds_it(stage: Stage, client: Client) -> None:
    first, _second = stage.outage(), stage.outage()
    path = f"/p/acme/incidents/{first.pk}/"
    client.post(path, fill(client, path, status="resolved", body="This one is over."))
    assert status_of(stage.webmail.pk) is ComponentStatus.MAJOR


def test_over_but_not_everything_works(stage: Stage, client: Client) -> None:
    path = f"/p/acme/incidents/{stage.outage().pk}/"
    typed = fill(client, path, status="resolved", body="Nearly.")
    typed = {**typed, f"c-{stage.webmail.pk}": "degraded_performance"}
    del typed["all_working"]
    client.post(path, typed)
    assert status_of(stage.webmail.pk) is ComponentStatus.DEGRADED


def test_what_we_learned_leaves_components_alone(stage: Stage, client: Client) -> None:
    path = f"/p/acme/incidents/{stage.outage().pk}/"
    client.post(path, fill(client, path, status="resolved", body="Over."))
    client.post(path, fill(client, path, status="postmortem", body="A controller failed."))
    assert rows.update(Update.objects.get(status="postmortem")).changes is None


def test_another_component_joins(stage: Stage, client: Client) -> None:
    path = f"/p/acme/incidents/{stage.outage().pk}/"
    client.post(path, fill(client, path, body="IMAP too.", **{f"c-{stage.imap.pk}": "partial_outage"}))
    assert status_of(stage.imap.pk) is ComponentStatus.PARTIAL


def test_whoever_is_overtaken_reads_the_others_words_and_keeps_their_own(stage: Stage, client: Client) -> None:
    incident = stage.outage()
    path = f"/p/acme/incidents/{incident.pk}/"
    mine = fill(client, path, body="My words.")
    new = journal.NewUpdate(status=Status.IDENTIFIED, body="Bob's **words**.")
    journal.update(incident, new, stage.bob, datetime.now(UTC) - timedelta(seconds=40))
    met = client.post(path, mine)
    form = read(met)
    assert met.status_code == 409
    assert "Bob posted" in form.text and "Post mine as well" in form.text
    assert "<strong>words</strong>" in met.content.decode()
    assert form.one("body") == "My words."
    assert Update.objects.count() == 2
    assert client.post(path, {**mine, "seen": form.one("seen")}).status_code == 302
    assert Update.objects.count() == 3


def test_a_preview_shows_the_page_and_posts_nothing(stage: Stage, client: Client) -> None:
    typed = fill(client, "/p/acme/", components=[stage.webmail.pk], body="Signing in fails.", go="preview")
    revision = stage.page.entries.count()
    shown = client.post("/p/acme/open/", typed)
    html = shown.content.decode()
    assert "Signing in fails." in html and "Webmail is down" in html and "srcdoc=" in html
    assert "<script>" not in html.partition("srcdoc=")[2].partition("</iframe>")[0].replace("&lt;", "<")
    assert "sha256-" in shown["Content-Security-Policy"]
    assert not Incident.objects.exists()
    assert stage.page.entries.count() == revision
    fields = {name: value for name, value in read(shown).fields.items() if name != "csrfmiddlewaretoken"}
    assert read(client.post("/p/acme/open/", {**fields, "go": "edit"})).one("body") == "Signing in fails."
    assert not Incident.objects.exists()
    client.post("/p/acme/open/", {**fields, "go": "post"})
    assert Incident.objects.get().name == "Webmail is down"


@pytest.mark.parametrize("kind", ["update", "plan", "correct"])
def test_every_kind_of_post_can_be_previewed(stage: Stage, client: Client, kind: str) -> None:
    incident = stage.outage()
    update = incident.updates.get()
    path = {"update": f"/p/acme/incidents/{incident.pk}/", "plan": "/p/acme/plan/", "correct": f"/p/acme/updates/{update.pk}/"}[
        kind
    ]
    typed = fill(client, path, body="Words to come.", name="New disks", go="preview")
    entries = Entry.objects.count()
    assert "Words to come." in client.post(path, typed).content.decode()
    assert Entry.objects.count() == entries


def test_a_correction_is_a_revision_and_the_first_wording_stays(stage: Stage, client: Client) -> None:
    incident = stage.outage()
    row = incident.updates.get()
    path = f"/p/acme/updates/{row.pk}/"
    shown = client.post(path, fill(client, path, body="Signing in fails for some."), follow=True)
    update = rows.update(Update.objects.get())
    assert [text.body for text in update.wordings] == ["Signing in fails.", "Signing in fails for some."]
    assert update.facts.scope == "Mailboxes in Vienna"
    assert "Signing in fails." in read(shown).text and "Corrected" in read(shown).text


def test_a_word_is_corrected_though_the_promise_beside_it_has_passed(stage: Stage, client: Client) -> None:
    at = datetime.now(UTC) - timedelta(minutes=25)
    say = journal.NewUpdate(status=Status.INVESTIGATING, body="Down.", facts=Facts(next_update=at + timedelta(minutes=20)))
    incident = journal.open_incident(stage.page, journal.NewIncident(name="Down", update=say), stage.alice, at)
    row, before = incident.updates.get(), promised(rows.incident(incident))
    path = f"/p/acme/updates/{row.pk}/"
    assert client.post(path, fill(client, path, body="Signing in fails.")).status_code == 302
    assert (rows.update(row).body, promised(rows.incident(incident))) == ("Signing in fails.", before)
    answer = client.post(
        path,
        fill(client, path, next_update=f"{(at + timedelta(minutes=21)).astimezone(ZoneInfo('Europe/Vienna')):%Y-%m-%dT%H:%M}"),
    )
    assert "This time has passed" in read(answer).text


def test_markdown_is_shown_sanitised(stage: Stage, client: Client) -> None:
    path = f"/p/acme/incidents/{stage.outage().pk}/"
    client.post(path, fill(client, path, body="**Bold** <img src=x onerror=alert(1)> [x](javascript:alert(1))"))
    html = client.get(path).content.decode()
    assert "<strong>Bold</strong>" in html
    assert "<img" not in html and 'href="javascript' not in html


def test_the_said_part_has_what_others_posted(stage: Stage, client: Client) -> None:
    incident = stage.outage()
    journal.update(incident, journal.NewUpdate(status=Status.IDENTIFIED, body="A disk."), stage.bob, datetime.now(UTC))
    part = client.get(f"/p/acme/incidents/{incident.pk}/said/")
    assert "A disk." in read(part).text and "Bob" in read(part).text
    assert "<form" not in part.content.decode()


def test_what_is_due_first_is_named_first(stage: Stage, client: Client) -> None:
    stage.outage()
    later = stage.outage(started_at=datetime.now(UTC) - timedelta(hours=1))
    path = f"/p/acme/incidents/{later.pk}/"
    client.post(path, fill(client, path, body="Soon.", promise="15", name="x"))
    client.post(f"{path}name/", {"name": "IMAP is slow", "impact": ""})
    text = " ".join(read(client.get("/p/acme/")).text.split())
    assert "Two things are open" in text
    assert "Due first, in 14 min : " in text
