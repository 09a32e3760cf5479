"""The roster in the desk: gaps in red, thirty days, and the clock that goes from one to another."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from tests.desk.cast import Stage, read
from tests.desk.test_incident import fill

from lightship.core.duty.roster import Duty
from lightship.store.duty import roster
from lightship.store.models import Feed, HandOver, Override, Page, Rotation

DUTY = "/p/acme/duty/"


def text(client: Client, path: str = DUTY) -> str:
    return " ".join(read(client.get(path)).text.split())


def rotate(client: Client, duty: str = "writer", members: str = "alice\nbob", **more: str) -> None:
    start = str((timezone.localtime() - timedelta(days=1)).date())
    typed = {"duty": duty, "every": "weekly", "start": start, "w0-members": members, "w0-begins": "09:00", **more}
    answer = client.post(f"{DUTY}rotations/", {**fill(client, f"{DUTY}rotations/"), **typed})
    assert answer.status_code == 302, read(answer).text


@pytest.fixture
def bob(stage: Stage) -> Client:
    return stage.signed_in(stage.bob)


def test_without_a_roster_the_first_view_says_that_nobody_is_called(stage: Stage, client: Client) -> None:
    assert "Nobody is on duty, so nobody is called when an update is late" in text(client, "/p/acme/")
    assert "Somebody is missing" not in text(client)


def test_a_rotation_is_made_changed_and_ended(stage: Stage, client: Client) -> None:
    rotate(client)
    row = Rotation.objects.get()
    assert row.windows == [
        {"begins": "09:00", "zone": "Europe/Vienna", "members": [str(stage.alice.pk), str(stage.bob.pk)], "until": None}
    ]
    assert (row.days, row.made_by) == ([0, 1, 2, 3, 4, 5, 6], stage.alice)
    path = f"{DUTY}rotations/{row.pk}/"
    assert read(client.get(path)).one("w0-members") == "alice\nbob"
    client.post(path, {**fill(client, path), "w0-members": "Bob, alice@acme.test"})
    changed = Rotation.objects.get(ended_at=None)
    assert changed.windows[0]["members"] == [str(stage.bob.pk), str(stage.alice.pk)]
    assert client.get(path).status_code == 404
    client.post(f"{DUTY}rotations/{changed.pk}/", {"do": "end"})
    assert not Rotation.objects.filter(ended_at=None).exists()
    assert "Alice ended a rotation" in text(client)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"w0-members": "alice\nzoe"}, "Nobody here who can write is called zoe. There is alice, bob."),
        ({"w0-members": ""}, "name at least one account"),
        ({"w0-begins": "25:99"}, "Write a time of the day like 09:00."),
        ({"w0-begins": ""}, "Say at what time of the day"),
        ({"w0-zone": "Mars/Olympus"}, "use a name like Europe/Vienna"),
        ({"w0-zone": ""}, "use a name like Europe/Vienna"),
        ({"start": "soon"}, "Enter a valid date"),
        ({"days": []}, "Choose at least one day of the week."),
        ({"w1-members": "bob", "w1-begins": "09:00"}, "put their members into one"),
    ],
)
def test_a_rotation_that_nobody_could_work_by_comes_back(client: Client, wrong: dict[str, object], message: str) -> None:
    path = f"{DUTY}rotations/"
    typed = {**fill(client, path), "duty": "writer", "every": "weekly", "start": "2026-11-02", "w0-members": "alice"}
    answer = client.post(path, {**typed, "w0-begins": "09:00", **wrong})
    assert answer.status_code == 422
    assert message in read(answer).text
    assert not Rotation.objects.exists()


def test_a_gap_is_named_in_red_with_its_minutes(stage: Stage, client: Client) -> None:
    rotate(client)
    assert "Somebody is missing at these times of the next 30 days: No deputy now, until" in text(client)
    assert "(30 days)" in text(client)
    rotate(client, "deputy", "bob\nalice")
    assert "Somebody is missing" not in text(client)
    assert "is writer and deputy at once" not in text(client)


def test_outside_published_hours_nobody_is_missing(stage: Stage, client: Client) -> None:
    rotate(client, "writer", **{"w0-begins": "08:00", "w0-until": "18:00", "every": "daily"})
    rotate(client, "deputy", "bob\nalice", **{"w0-begins": "08:00", "w0-until": "18:00", "every": "daily"})
    assert "No writer and no deputy" in text(client)
    typed = {**fill(client, f"{DUTY}hours/"), "l0-days": ["0", "1", "2", "3", "4"], "l0-begins": "08:00", "l0-until": "18:00"}
    client.post(f"{DUTY}hours/", typed)
    assert Page.objects.get().staffed == "Monday to Friday 08:00 to 18:00, Vienna time"
    assert "Somebody is missing" not in text(client)
    answer = client.post(f"{DUTY}hours/", {**typed, "l1-begins": "10:00"})
    assert "fill in both, or neither" in read(answer).text


def test_one_person_is_flagged_as_writer_and_deputy(stage: Stage, client: Client) -> None:
    rotate(client, "writer", "alice")
    rotate(client, "deputy", "alice")
    assert "Alice is writer and deputy at once" in text(client)
    rotate(client, "writer", "bob")
    assert "Two people are writer" in text(client)
    assert "Alice counts, not Bob" in text(client)


def test_an_override_and_a_swap_are_one_action_each(stage: Stage, client: Client) -> None:
    rotate(client)
    rotate(client, "deputy", "bob\nalice")
    now = timezone.localtime()
    typed = {"duty": "writer", "person": stage.bob.pk, "starts": f"{now:%Y-%m-%dT%H:%M}"}
    client.post(f"{DUTY}override/", {**typed, "ends": f"{now + timedelta(hours=3):%Y-%m-%dT%H:%M}"})
    assert roster.on_duty(stage.page, timezone.now())[Duty.WRITER] == stage.bob
    assert "Bob is writer and deputy at once" in text(client)
    client.post(f"{DUTY}override/{Override.objects.get().pk}/")
    page = client.get(f"{DUTY}swap/").content.decode()
    one, other = (re.findall(rf'<option value="([^"]+)">{who}, writer', page)[0] for who in ("Alice", "Bob"))
    client.post(f"{DUTY}swap/", {"one": one, "other": other})
    assert roster.on_duty(stage.page, timezone.now())[Duty.WRITER] == stage.bob
    assert Override.objects.exclude(swap="").count() == 2


@pytest.mark.parametrize(
    ("starts", "message"),
    [
        ("2027-03-28T02:30", "01:30 CET (00:30 UTC) 03:30 CEST (01:30 UTC)"),
        ("2026-10-25T02:30", "02:30 CEST (00:30 UTC) 02:30 CET (01:30 UTC)"),
        ("", "required"),
    ],
)
def test_an_override_in_an_hour_that_is_skipped_or_comes_twice_asks_again(
    stage: Stage, client: Client, starts: str, message: str
) -> None:
    typed = {"duty": "writer", "person": stage.bob.pk, "starts": starts, "ends": "2027-03-28T09:00"}
    answer = client.post(f"{DUTY}override/", typed)
    assert answer.status_code == 422
    assert message in read(answer).text


def test_one_tap_takes_the_pen_from_the_first_view(stage: Stage, client: Client, bob: Client) -> None:
    rotate(client)
    assert "You hold the clock" in text(client, "/p/acme/")
    assert "Alice holds the clock" in text(bob, "/p/acme/")
    answer = bob.post(DUTY, {"do": "speak", "to": "page"}, follow=True)
    assert "You are the writer now, and hold the clock." in read(answer).text
    assert "Bob holds the clock" in text(client, "/p/acme/")
    assert "By the roster it is Alice" in text(client, "/p/acme/")
    assert (HandOver.objects.get().giver, HandOver.objects.get().taker) == (stage.alice, stage.bob)


def test_the_clock_is_passed_on_and_shown_what_goes_with_it(stage: Stage, client: Client, bob: Client) -> None:
    rotate(client)
    stage.outage()
    client.post(DUTY, {"do": "pass", "person": stage.bob.pk})
    assert "Bob is asked to be writer" in text(client)
    offered = text(bob, "/p/acme/")
    assert "Alice asks you to be writer" in offered
    assert "next update in" in offered
    assert "Mailboxes in Vienna" in offered
    answer = bob.post(DUTY, {"do": "take", "duty": "writer", "to": "page"}, follow=True)
    assert "You hold the clock now." in read(answer).text
    assert roster.holder(stage.page, timezone.now())[Duty.WRITER] == stage.bob


def test_the_card_is_kept_fresh(stage: Stage, client: Client, bob: Client) -> None:
    rotate(client)
    assert "You hold the clock" in text(client, f"{DUTY}now/?to=page")
    bob.post(DUTY, {"do": "speak"})
    assert "Bob holds the clock" in text(client, f"{DUTY}now/?to=page")


def test_a_change_of_the_roster_while_something_is_open_needs_both(stage: Stage, client: Client, bob: Client) -> None:
    rotate(client)
    stage.outage()
    now = timezone.localtime()
    typed = {"duty": "writer", "person": stage.bob.pk, "starts": f"{now:%Y-%m-%dT%H:%M}"}
    client.post(f"{DUTY}override/", {**typed, "ends": f"{now + timedelta(hours=3):%Y-%m-%dT%H:%M}"})
    # The rotation was made after the outage began: it is Alice's from then on.
    assert "Your duty as writer ended" in text(client, "/p/acme/")
    waiting = text(bob, "/p/acme/")
    assert "You are writer since" in waiting
    assert "Signing in fails." in waiting
    assert "Changed by hand: Bob is writer from" in waiting
    answer = bob.post(DUTY, {"do": "take", "duty": "writer"}, follow=True)
    assert "Confirmed. The clock stays with Alice until Alice confirms it too." in read(answer).text
    assert "Alice holds the clock" in text(bob)
    answer = client.post(DUTY, {"do": "give", "duty": "writer"}, follow=True)
    assert "Bob holds the clock now." in read(answer).text
    assert "Bob took over as writer from Alice" in text(client)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"do": "pass"}, "Choose to whom"),
        ({"do": "pass", "person": "x"}, "Choose to whom"),
        ({"do": "give"}, "no change that waits for you"),
        ({"do": "take"}, "Nothing waits for you"),
        ({"do": "speak", "duty": "king"}, "There is no duty"),
        ({}, "Nothing was done"),
    ],
)
def test_a_tap_that_cannot_be_done_says_why(client: Client, typed: dict[str, str], message: str) -> None:
    assert message in read(client.post(DUTY, typed, follow=True)).text


CALENDAR = """BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20260101\r\n\
DTEND;VALUE=DATE:20260102\r\nRRULE:FREQ=DAILY\r\nSUMMARY:On Call - {who}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"""


def upload(client: Client, body: str, **more: str) -> object:
    file = SimpleUploadedFile("oncall.ics", body.encode())
    return client.post(
        f"{DUTY}calendars/", {"name": "PagerDuty", "duty": "writer", "url": "", "file": file, **more}, follow=True
    )


def test_a_calendar_names_people_and_who_is_unknown_is_mapped_by_hand(stage: Stage, client: Client) -> None:
    upload(client, CALENDAR.format(who="Zoe Example"))
    assert "PagerDuty names Zoe Example, whom nobody here is: say who it is." in text(client)
    row = Feed.objects.get()
    assert read(client.get(f"{DUTY}calendars/{row.pk}/")).one("who:Zoe Example") == "?"
    client.post(f"{DUTY}calendars/{row.pk}/", {"who:Zoe Example": "?"})
    assert "whom nobody here is" in text(client)
    client.post(f"{DUTY}calendars/{row.pk}/", {"who:Zoe Example": ""})
    assert "whom nobody here is" not in text(client)
    client.post(f"{DUTY}calendars/{row.pk}/", {"who:Zoe Example": stage.bob.pk})
    assert roster.on_duty(stage.page, timezone.now()) == {Duty.WRITER: stage.bob}
    assert "whom nobody here is" not in text(client)
    client.post(f"{DUTY}calendars/{row.pk}/", {"do": "end"})
    assert roster.on_duty(stage.page, timezone.now()) == {}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("<!doctype html><h1>Sign in</h1>", "This is no calendar but a web page, perhaps to sign in."),
        ("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR", "This calendar is broken"),
        ("", "The submitted file is empty"),
        (CALENDAR.format(who="Alice").replace("DAILY", "SECONDLY"), "more often: no shift does"),
        ("BEGIN:VCALENDAR\r\n" + "X:" + "y" * 3_000_000, "It is larger than 2 MB"),
        ("BEGIN:VCALENDAR\r\n" + "X:" + "y" * 10_000_000, "larger than 4 MB"),
    ],
    ids=["html", "broken", "empty", "secondly", "3 MB", "10 MB"],
)
def test_what_is_no_calendar_is_refused_with_the_reason(client: Client, body: str, message: str) -> None:
    assert message in read(upload(client, body)).text
    assert not Feed.objects.exists()


def test_a_calendar_needs_an_address_or_a_file(client: Client) -> None:
    answer = client.post(f"{DUTY}calendars/", {"name": "x"})
    assert "one of the two" in read(answer).text
    answer = client.post(f"{DUTY}calendars/", {"name": "x", "url": "ftp://x.test/a.ics"})
    assert "begins with https:// or webcal://" in read(answer).text
