"""The front-line button: one tap and one line, counted and quoted to the duty writer; strangers and floods get nowhere."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.desk.cast import Stage, read

from lightship.core.roles import Role
from lightship.desk import logs
from lightship.store.access import throttle
from lightship.store.duty import alerts, front_line
from lightship.store.models import Alert, Attempt, CustomerReport, FrontLineLink, Incident, Staffer

LINKS, DESK = "/p/acme/front-line/links/", "/p/acme/"


@pytest.fixture
def link(client: Client) -> str:
    """Its address, as Alice made it for the night shift."""
    page = client.post(LINKS, {"name": "Night shift"}, follow=True)
    found = re.search(r"/report/[\w-]+/", page.content.decode())
    assert found
    return found[0]


def say(link: str, text: str = "503", customer: str = "", client: Client | None = None, **more: object) -> object:
    return (client or Client()).post(link, {"text": text, "customer": customer, **more})


def test_a_link_is_shown_once(client: Client, link: str) -> None:
    again = client.get(LINKS).content.decode()
    assert link not in again
    assert "Night shift" in again


def test_support_reports_with_a_tap_and_no_account(stage: Stage, link: str) -> None:
    support = Client(enforce_csrf_checks=True)
    form = read(support.get(link))
    assert "What do customers report?" in form.text
    sent = support.post(link, {**form.fields, "components": [stage.webmail.pk], "text": ""}, follow=True)
    assert "Noted" in read(sent).text
    row = CustomerReport.objects.get()
    assert (row.components, row.link and row.link.name, row.by) == ([stage.webmail.pk], "Night shift", None)


def test_what_customers_report_is_public_nowhere(stage: Stage, link: str) -> None:
    before = stage.page.revision
    for number in range(5):
        say(link, f"Sign-in fails ({number})")
    stage.page.refresh_from_db()
    assert stage.page.revision == before
    assert not Incident.objects.exists()


def test_the_agent_reads_how_many_others_reported_it(stage: Stage, link: str) -> None:
    say(link, components=[stage.webmail.pk])
    seen = read(say(link, "Mail is away", components=[stage.webmail.pk], client=(agent := Client())) and agent.get(link)).text
    assert re.search(r"Webmail\s+2", seen)
    assert "2 customers" in read(agent.get(f"{link}?noted={CustomerReport.objects.first().pk}")).text  # type: ignore[union-attr]


def test_three_customers_start_the_writers_clock_counted_and_quoted_beside_both_forms(
    stage: Stage, client: Client, link: str
) -> None:
    for who, text in (("Dave", "Sign-in fails"), ("Erin", "503 on webmail"), ("dave", "Still fails")):
        say(link, text, who, components=[stage.webmail.pk])
    assert not alerts.open_alerts(stage.page).exists()
    say(link, "No mail", "Frank", components=[stage.webmail.pk])
    for address in (DESK, "/p/acme/open/", "/p/acme/first-word/"):
        text = read(client.get(address)).text
        assert "3 customers report" in text
        assert "“Still fails”" in text
        assert "Sign-in fails" not in text, "the newest words of each customer"
        assert "in 10 min" in text or "in 9 min" in text
    assert "The duty writer knows" in read(Client().get(link)).text


def test_an_incident_opened_from_reports_has_their_components_and_closes_the_alert(
    stage: Stage, client: Client, link: str
) -> None:
    for who in ("Dave", "Erin", "Frank"):
        say(link, "503", who, components=[stage.imap.pk])
    found = re.search(r'href="(/p/acme/open/\?c=[^"]+)"', client.get(DESK).content.decode())
    assert found
    form = read(client.get(found[1]))
    assert form.fields["components"] == [stage.imap.pk]
    client.post("/p/acme/open/", {**form.fields, "how": "major_outage", "body": "Mail cannot be fetched.", "go": "post"})
    alert = Alert.objects.get()
    assert alert.incident == Incident.objects.get()
    assert "report" not in read(client.get("/p/acme/first-word/")).text.casefold()


def test_reports_of_what_is_open_stand_beside_its_form_and_offer_no_second_incident(
    stage: Stage, client: Client, link: str
) -> None:
    form = read(client.get("/p/acme/open/?c=" + stage.imap.pk))
    client.post("/p/acme/open/", {**form.fields, "how": "major_outage", "body": "Mail cannot be fetched.", "go": "post"})
    say(link, "Error 12", "Dave", components=[stage.imap.pk])
    beside = read(client.get(f"/p/acme/incidents/{Incident.objects.get().pk}/")).text
    assert "1 customer reports" in beside
    assert "“Error 12”" in beside
    home = read(client.get(DESK)).text
    assert "That is open already" in home
    assert "Open an incident from these" not in home
    say(link, "No login", "Erin", components=[stage.webmail.pk])
    assert "Open an incident from these" in read(client.get(DESK)).text


def test_a_writer_closes_an_alert_with_a_reason(stage: Stage, client: Client) -> None:
    client.post("/p/acme/alerts/start/")
    alert = Alert.objects.get()
    assert (alert.source, alert.by, alert.summary) == ("person", stage.alice, "Alice says that something is wrong")
    refused = client.post(f"/p/acme/alerts/{alert.pk}/close/", {"reason": " "}, follow=True)
    assert "Say why" in read(refused).text
    client.post(f"/p/acme/alerts/{alert.pk}/close/", {"reason": "A test of ours."})
    alert.refresh_from_db()
    assert (alert.reason, alert.closed_by) == ("A test of ours.", stage.alice)


def test_the_button_that_something_is_wrong_starts_one_clock(stage: Stage, client: Client) -> None:
    first = client.post("/p/acme/alerts/start/", follow=True)
    assert "the first word is due by" in read(first).text
    client.post("/p/acme/alerts/start/")
    assert Alert.objects.count() == 1
    assert "Something is wrong: start" not in read(client.get(DESK)).text


def test_a_stranger_learns_nothing_of_a_wrong_or_a_revoked_link(client: Client, link: str) -> None:
    wrong = Client().get("/report/nonsense/")
    client.post(LINKS, {"revoke": FrontLineLink.objects.get().pk})
    for method in ("get", "post"):
        revoked = getattr(Client(), method)(link)
        assert (revoked.status_code, revoked.content) == (404, wrong.content)
    assert "Acme" not in wrong.content.decode()
    assert not CustomerReport.objects.exists()


def test_a_link_opens_nothing_else(link: str) -> None:
    support = Client()
    support.get(link)
    assert support.get(DESK).status_code == 302
    assert support.get("/p/acme/front-line/")["Location"].startswith("/sign-in/")


def test_a_flood_is_told_to_wait_and_loses_no_words(stage: Stage, link: str) -> None:
    codes = [say(link, f"spam {number}").status_code for number in range(70)]  # type: ignore[attr-defined]
    assert codes == [302] * 60 + [429] * 10
    refused = say(link, "My own line")
    page = read(refused)
    assert "Too many reports" in page.text
    assert page.fields["text"] == ["My own line"]
    assert CustomerReport.objects.count() == 60
    assert Alert.objects.count() == 1
    Attempt.objects.update(at=datetime.now(UTC) - throttle.WINDOW - timedelta(seconds=1))
    assert say(link).status_code == 302  # type: ignore[attr-defined]


def test_a_flood_of_one_link_neither_stops_nor_hides_another(stage: Stage, client: Client, link: str) -> None:
    _, token = front_line.make_link(stage.page, "Day shift", None, datetime.now(UTC))
    say(f"/report/{token}/", "No mail since nine", "Dave")
    for number in range(65):
        say(link, f"spam {number}")
    assert say(f"/report/{token}/", "Still none", "Dave").status_code == 302  # type: ignore[attr-defined]
    assert "“Still none”" in read(client.get(DESK)).text


def test_one_address_cannot_flood_by_many_links(stage: Stage) -> None:
    codes = []
    for _ in range(4):
        _, token = front_line.make_link(stage.page, "Team", None, datetime.now(UTC))
        codes += [say(f"/report/{token}/").status_code for _ in range(40)]  # type: ignore[attr-defined]
    assert codes.count(302) == 120
    assert say(f"/report/{token}/", client=Client(REMOTE_ADDR="198.51.100.7")).status_code == 302  # type: ignore[attr-defined]


def test_a_double_tap_is_one_report(link: str) -> None:
    support = Client()
    fields = read(support.get(link)).fields
    for _ in range(2):
        assert support.post(link, {**fields, "text": "503"}).status_code == 302
    assert CustomerReport.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"text": " "}, "Tap what they mean"),
        ({"text": "x" * 256}, "at most 255"),
        ({"text": "x", "customer": "x" * 81}, "at most 80"),
        ({"text": "x", "components": ["nonsense"]}, "nonsense is not one"),
        ({"text": "\x00"}, "Tap what they mean"),
    ],
)
def test_a_form_that_is_not_understood_says_what_to_do(link: str, fields: dict[str, object], message: str) -> None:
    refused = Client().post(link, fields)
    assert refused.status_code == 422
    assert message in read(refused).text
    assert not CustomerReport.objects.exists()


def test_words_of_customers_are_shown_as_words(stage: Stage, client: Client, link: str) -> None:
    say(link, "<script>alert(1)</script>", "<b>Dave</b>")
    for address in (DESK, LINKS):
        assert b"<script>alert" not in client.get(address).content
        assert b"<b>Dave" not in client.get(address).content


def test_the_agent_reads_what_is_open_and_by_when_the_next_update_comes(stage: Stage, link: str) -> None:
    stage.outage()
    text = read(Client().get(link)).text
    assert "Already known" in text
    assert "Signing in fails." in text
    assert "Next update" in text


def test_an_account_of_the_front_line_lands_there_and_reports(stage: Stage) -> None:
    dora = User.objects.create(username="dora")
    Staffer.objects.create(user=dora, role=Role.FRONT_LINE)
    client = stage.signed_in(dora)
    page = client.get("/", follow=True)
    assert page.redirect_chain[-1][0] == "/p/acme/front-line/"
    assert "Settings" not in read(page).text
    client.post("/p/acme/front-line/", {**read(page).fields, "text": "503"})
    assert CustomerReport.objects.get().by == dora
    assert "dora" in read(stage.signed_in().get(DESK)).text


def test_nobody_reads_anothers_confirmation(stage: Stage, link: str) -> None:
    say(link, "503", "Dave")
    row = CustomerReport.objects.get()
    assert "Dave" in read(Client().get(f"{link}?noted={row.pk}")).text
    _, token = front_line.make_link(stage.page, "Day shift", None, datetime.now(UTC))
    assert "Dave" not in read(Client().get(f"/report/{token}/?noted={row.pk}")).text


def test_what_the_writers_part_costs_does_not_grow_with_the_quotes(stage: Stage, client: Client) -> None:
    now = datetime.now(UTC)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get("/p/acme/first-word/")
        return len(queries)

    def reported(number: int) -> None:
        link, _ = front_line.make_link(stage.page, f"Shift {number}", stage.alice, now)
        front_line.report(stage.page, now, text=f"It fails, {number}", link=link)

    asked()
    for number in range(4):
        reported(number)
    few = asked()
    for number in range(4, 24):
        reported(number)
    assert asked() == few


def test_no_log_has_a_link_that_still_works(link: str, caplog: pytest.LogCaptureFixture) -> None:
    logs.hide_links()
    assert Client().post(link, {}).status_code == 422
    assert Client(enforce_csrf_checks=True).post("/sign-in/link/MQ/secret-token/").status_code == 403
    refused = [record.getMessage() for record in caplog.records if record.name in logs.LOGGERS]
    assert [line.partition("/")[2] for line in refused] == ["report/…", "sign-in/link/…"]
    assert link not in caplog.text
    assert "secret-token" not in caplog.text


def test_a_null_character_in_an_address_is_no_error_on_any_database(client: Client, link: str) -> None:
    assert Client().get(f"{link}?noted=%00").status_code == 200
    assert client.post(LINKS, {"revoke": "\0"}).status_code == 200
    assert client.post("/p/acme/duty/", {"do": "decline", "id": "\0"}).status_code == 404
