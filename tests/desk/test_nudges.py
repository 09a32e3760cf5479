"""The link of a nudge opens one form, once, and nothing else of the desk; "I am on it"; and how staff are reached."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.test.utils import override_settings
from django.urls import URLPattern, reverse
from django.utils import timezone
from tests.desk.cast import Stage, config, read

from lightship.config.values import BackEndConfig
from lightship.core.duty.roster import Duty
from lightship.desk.restricted import KEY
from lightship.desk.urls import urlpatterns
from lightship.store.duty import approval as approvals
from lightship.store.duty import links, nudges
from lightship.store.models import Alert, Approval, Contact, Incident, Nudge, Page, Staffer

MAIL = BackEndConfig(name="mail", kind="email", options={"host": "127.0.0.1", "port": 9, "sender": "status@acme.test"})
CHAT = BackEndConfig(name="room", kind="chat", options={"urls": ("json://127.0.0.1:9/",)})
OPEN = frozenset({"healthz", "sign-in", "sign-in-link", "sign-out", "go", "report"})
"""Views that whoever is signed out has too."""
OF_INCIDENT = {"incident", "timeline", "on-it", "published", "compose-update", "incident-kit"}
FORM = OF_INCIDENT | {"hosts-live", "first-word", "compose-open"}
"""Views of an incident's form."""


@pytest.fixture(autouse=True)
def _channels() -> Iterator[None]:
    with override_settings(LIGHTSHIP=replace(config(), channels=(MAIL, CHAT))):
        yield


@pytest.fixture
def incident(stage: Stage) -> Incident:
    return stage.outage()


def sent(stage: Stage, person: User | None = None) -> tuple[Nudge, str]:
    """The nudge that the worker has just sent, and the address in it."""
    now = timezone.now() + timedelta(minutes=6)
    nudges.plan(stage.page, now, lambda page, at: {Duty.WRITER: person or stage.alice})
    nudge = Nudge.objects.latest("at")
    nudge.link_digest = links.digest(links.token(nudge))
    nudge.link_until, nudge.sent_at, nudge.channel = timezone.now() + links.LASTS, timezone.now(), "mail"
    nudge.save()
    return nudge, f"/go/{links.token(nudge)}/"


def spoken(url: str) -> Client:
    """A phone on which the link was opened and the button tapped."""
    phone = Client()
    assert phone.post(url).status_code == 302
    return phone


def test_looking_at_the_link_changes_nothing_however_often(stage: Stage, incident: Incident) -> None:
    nudge, url = sent(stage)
    scanner = Client()
    for _ in range(3):
        assert "Speak as Alice" in read(scanner.get(url)).text
        scanner.head(url)
    assert scanner.get(f"/p/acme/incidents/{incident.pk}/").status_code == 302
    nudge.refresh_from_db()
    assert (nudge.link_used_at, nudge.acknowledged_at) == (None, None)


def test_from_the_link_to_the_posted_update_are_two_taps(stage: Stage, incident: Incident) -> None:
    nudge, url = sent(stage)
    phone = Client()
    form = phone.post(url, follow=True)
    assert form.redirect_chain == [(f"/p/acme/incidents/{incident.pk}/", 302)]
    fields = read(form).fields | {"body": ["A quarter of the mailboxes works again."]}
    answer = phone.post(f"/p/acme/incidents/{incident.pk}/", fields, follow=True)
    assert "A quarter of the mailboxes works again." in read(answer).text
    assert incident.updates.count() == 2
    assert incident.updates.latest("created_at").entries.get().author == stage.alice
    nudge.refresh_from_db()
    assert nudge.acknowledged_by == stage.alice


def test_the_link_works_once_and_offers_the_way_round_afterwards(stage: Stage, incident: Incident) -> None:
    _, url = sent(stage)
    spoken(url)
    for method in ("get", "post"):
        answer = getattr(Client(), method)(url)
        assert answer.status_code == 410
        assert f'href="/sign-in/?next=/p/acme/incidents/{incident.pk}/"' in answer.content.decode()


def test_of_two_who_tap_at_once_one_comes_in(stage: Stage, incident: Incident) -> None:
    nudge, _ = sent(stage)
    assert [links.use_up(nudge, timezone.now()) for _ in range(2)] == [True, False]


@pytest.mark.parametrize("change", ["old", "closed", "wrong"])
def test_a_link_that_is_old_or_wrong_or_whose_owner_has_left_opens_nothing(
    stage: Stage, incident: Incident, change: str
) -> None:
    _, url = sent(stage)
    if change == "old":
        Nudge.objects.update(link_until=timezone.now())
    elif change == "closed":
        User.objects.filter(pk=stage.alice.pk).update(is_active=False)
    else:
        url = f"/go/{'0' * 64}/"
    phone = Client()
    assert phone.get(url).status_code == 410
    assert phone.post(url).status_code == 410
    assert KEY not in phone.session


def addresses(stage: Stage, incident: Incident) -> list[tuple[str, str]]:
    """Every address of the desk, by its view."""
    samples = {"slug": "acme", "uid": "MQ", "token": "x" * 64, "pk": stage.bob.pk, "kind": "csv"}
    ids = {"component": stage.webmail.pk, "group": stage.mail.pk, "correct": incident.updates.get().pk}
    made = []
    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern)
        names = pattern.pattern.converters
        known = {**samples, "id": ids.get(pattern.name or "", incident.pk)}
        made.append((pattern.name or "", reverse(str(pattern.name), kwargs={name: known[name] for name in names})))
    return made


def test_everything_else_of_the_desk_answers_as_signed_out(stage: Stage, incident: Incident) -> None:
    _, url = sent(stage)
    phone, stranger = spoken(url), Client()
    for name, address in addresses(stage, incident):
        if name in OPEN or name in FORM:
            continue
        for method in ("get", "post"):
            mine, theirs = getattr(phone, method)(address), getattr(stranger, method)(address)
            assert mine.status_code == theirs.status_code, (method, address)
            assert mine.status_code in (302, 403), (method, address)
            assert mine.get("Location") == theirs.get("Location"), (method, address)
    assert phone.get("/sign-in/").status_code == 200, "it asks for a password: nobody is signed in"


def test_the_form_of_another_incident_and_of_another_page_stay_shut(stage: Stage, incident: Incident) -> None:
    _, url = sent(stage)
    other = stage.works()
    phone = spoken(url)
    for name in ("incident", "timeline", "on-it"):
        assert phone.get(reverse(name, args=("acme", other.pk))).status_code == 302
        assert phone.get(reverse(name, args=("beta", incident.pk))).status_code == 302
    assert phone.get(f"/p/acme/incidents/{incident.pk}/said/").status_code == 200
    assert phone.get("/p/acme/hosts/live/").status_code == 200


def test_what_waits_for_an_approval_is_open_to_its_author_and_no_other_is(
    stage: Stage, incident: Incident, monkeypatch: pytest.MonkeyPatch
) -> None:
    Page.objects.update(policy={"approval": True})
    monkeypatch.setattr(approvals, "holder", lambda *_: {Duty.APPROVER: stage.bob})  # patched: the roster is another room's
    url = sent(stage)[1]
    bobs = approvals.ask(incident, {}, stage.bob, stage.alice, timezone.now())
    others = approvals.ask(stage.outage(), {}, stage.alice, stage.bob, timezone.now())
    phone, path = spoken(url), f"/p/acme/incidents/{incident.pk}/"
    fields = read(phone.get(path)).fields | {"body": ["A quarter of the mailboxes works again."]}
    answer = phone.post(path, fields, follow=True)
    assert "It waits for Bob" in read(answer).text
    assert Approval.objects.filter(asked_by=stage.alice, incident=incident).count() == 1
    for row in (bobs, others):
        assert phone.get(f"/p/acme/approvals/{row.pk}/").status_code == 302, "as signed out"


def test_the_session_ends_after_an_hour_and_with_the_password(stage: Stage, incident: Incident) -> None:
    _, url = sent(stage)
    phone, own = spoken(url), f"/p/acme/incidents/{incident.pk}/"
    assert phone.get(own).status_code == 200
    stage.alice.set_password("another one entirely")
    stage.alice.save()
    assert phone.get(own).status_code == 302
    session = phone.session
    session[KEY] = {**session[KEY], "hash": stage.alice.get_session_auth_hash()}
    session.save()
    assert phone.get(own).status_code == 200
    session[KEY] = {**session[KEY], "until": timezone.now().isoformat()}
    session.save()
    assert phone.get(own).status_code == 302


def test_whoever_else_was_signed_in_on_the_phone_is_not_any_more_and_alice_stays(stage: Stage, incident: Incident) -> None:
    _, url = sent(stage)
    bobs = stage.signed_in(stage.bob)
    bobs.post(url)
    assert bobs.get("/p/acme/").status_code == 302
    Nudge.objects.update(link_used_at=None)
    own = stage.signed_in()
    own.post(url)
    assert own.get("/p/acme/").status_code == 200


def test_a_nudge_about_two_incidents_lets_alice_choose(stage: Stage, incident: Incident) -> None:
    second = stage.outage()
    _, url = sent(stage)
    text = read(Client().get(url)).text
    assert text.count("Speak as Alice") == 2
    phone = Client()
    assert phone.post(url, {"to": second.pk})["Location"] == f"/p/acme/incidents/{second.pk}/"
    assert phone.get(f"/p/acme/incidents/{incident.pk}/").status_code == 200


def test_the_first_word_opens_the_empty_form_and_then_what_was_opened_with_it(stage: Stage) -> None:
    Alert.objects.create(page=stage.page, at=timezone.now() - timedelta(minutes=6), source="person", summary="Errors")
    earlier = stage.works()
    _, url = sent(stage)
    phone = spoken(url)
    form = read(phone.get("/p/acme/open/"))
    fields = form.fields | {
        "components": [stage.webmail.pk],
        "how": ["major_outage"],
        "as_is": ["on"],
        "because": ["It is a test."],
        "name": ["Errors"],
        "body": ["It fails."],
    }
    opened = phone.post("/p/acme/open/", fields)
    assert opened.status_code == 302
    assert phone.get(opened["Location"]).status_code == 200
    assert phone.get(f"/p/acme/incidents/{earlier.pk}/").status_code == 302


def test_one_tap_says_i_am_on_it_and_keeps_the_link(stage: Stage, incident: Incident, client: Client) -> None:
    nudge, url = sent(stage)
    assert "I am on it" in read(client.get("/p/acme/")).text
    phone = Client()
    assert "You are on it" in read(phone.post(url, {"do": "acknowledge"})).text
    nudge.refresh_from_db()
    assert (nudge.acknowledged_by, nudge.link_used_at) == (stage.alice, None)
    for address in ("/p/acme/", f"/p/acme/incidents/{incident.pk}/"):
        text = " ".join(read(client.get(address)).text.split())
        assert "Alice is on it" in text
        assert "was nudged" in text


def test_a_nudges_link_shows_no_way_that_it_does_not_open(stage: Stage, incident: Incident, client: Client) -> None:
    _, url = sent(stage)
    address = f"/p/acme/incidents/{incident.pk}/"
    own, restricted = (read(browser.get(address)).text for browser in (client, spoken(url)))
    for name in ("Rename", "Withdraw", "Correct"):
        assert name in own
        assert name not in restricted


def test_a_colleague_takes_it_on_at_the_desk(stage: Stage, incident: Incident, client: Client) -> None:
    sent(stage, stage.bob)
    answer = client.post(f"/p/acme/on-it/{incident.pk}/", follow=True)
    assert "You are on it" in read(answer).text
    assert Nudge.objects.get().acknowledged_by == stage.alice
    again = read(client.post(f"/p/acme/on-it/{incident.pk}/", follow=True)).text
    assert "answered already" in again
    assert client.get(f"/p/acme/on-it/{incident.pk}/").status_code == 405


def test_whoever_could_not_be_reached_is_shown(stage: Stage, incident: Incident, client: Client) -> None:
    sent(stage, stage.bob)
    Nudge.objects.update(sent_at=None, error="mail: no such mailbox")
    assert "bob could not be reached" in " ".join(read(client.get("/p/acme/")).text.lower().split())


def test_alice_lists_how_she_is_reached_and_in_which_order(stage: Stage, client: Client) -> None:
    assert "alice@acme.test" in read(client.get("/reached/")).text
    for channel, address in (("mail", "alice@elsewhere.test"), ("room", "ntfys://ntfy.example.com/s3cret-topic")):
        assert client.post("/reached/", {"do": "add", "channel": channel, "address": address}).status_code == 302
    text = read(client.get("/reached/")).text
    assert "s3cret" not in text
    second = Contact.objects.get(channel="room")
    client.post("/reached/", {"do": "first", "contact": second.pk})
    assert list(Contact.objects.values_list("channel", flat=True)) == ["room", "mail"]
    client.post("/reached/", {"do": "remove", "contact": second.pk})
    assert Contact.objects.get().channel == "mail"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"channel": "mail", "address": "alice"}, "is no address of mail: write one"),
        ({"channel": "mail", "address": ""}, "This field is required"),
        ({"channel": "room", "address": "alice"}, "is no address as apprise writes them: write one"),
        ({"channel": "pager", "address": "alice"}, "Select a valid choice"),
        ({"channel": "mail", "address": "one@acme.test"}, "in your list already"),
    ],
)
def test_an_address_that_cannot_be_meant_is_refused_with_what_to_write(
    stage: Stage, client: Client, fields: dict[str, str], reason: str
) -> None:
    Contact.objects.create(user=stage.alice, channel="mail", address="one@acme.test")
    answer = client.post("/reached/", {"do": "add", **fields})
    assert answer.status_code == 422
    assert reason in read(answer).text
    assert Contact.objects.count() == 1


def test_nobody_changes_the_contacts_of_another(stage: Stage, client: Client) -> None:
    bobs = Contact.objects.create(user=stage.bob, channel="mail", address="bob@elsewhere.test", position=3)
    for action in ("remove", "first"):
        for number in (str(bobs.pk), "x", "9" * 40, ""):
            client.post("/reached/", {"do": action, "contact": number})
    bobs.refresh_from_db()
    assert bobs.position == 3


def test_whoever_is_unreachable_is_named_to_everybody(stage: Stage, client: Client) -> None:
    User.objects.filter(pk=stage.bob.pk).update(email="")
    text = " ".join(read(client.get("/reached/")).text.split())
    assert "Bob no contact, and no mail address that a channel of kind email could use Unreachable" in text


def test_a_nudge_to_try_it_is_sent_by_a_worker_and_can_be_answered(stage: Stage, client: Client) -> None:
    for _ in range(2):
        client.post("/reached/", {"do": "test"})
    nudge = Nudge.objects.get()
    assert (nudge.person, nudge.practice, nudge.path) == (stage.alice, True, "")
    assert "waits for a worker" in read(client.get("/reached/")).text
    Nudge.objects.update(
        link_digest=links.digest(links.token(nudge)), link_until=timezone.now() + links.LASTS, sent_at=timezone.now()
    )
    phone, url = Client(), f"/go/{links.token(nudge)}/"
    assert "Speak" not in read(phone.get(url)).text
    assert phone.post(url).status_code == 410, "it opens no form"
    assert "it reached you" in read(phone.post(url, {"do": "acknowledge"})).text
    assert "you answered it" in read(client.get("/reached/")).text


def test_the_name_that_readers_may_read_is_alices_own_to_choose(stage: Stage, client: Client) -> None:
    client.post("/reached/", {"do": "name", "public_name": "Alice", "public_title": "operations"})
    staffer = Staffer.objects.get(user=stage.alice)
    assert (staffer.public_name, staffer.public_title, staffer.role) == ("Alice", "operations", "writer")
    assert 'value="operations"' in client.get("/reached/").content.decode()
