"""Calendars made elsewhere, from a real server: read, refused, and the last good copy that stays in use."""

import gzip
import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.contrib.auth.models import User
from tests.store.desk import MINUTE, NOW, Desk, new_desk

from lightship.core.duty.roster import Duty
from lightship.core.rules import Refused
from lightship.store.duty import facts, feeds, ical, roster
from lightship.store.models import Feed

HOUR = timedelta(hours=1)


def event(summary: str, starts: str, ends: str, *more: str) -> str:
    lines = (
        "BEGIN:VEVENT",
        f"UID:{summary}{starts}",
        f"DTSTART{starts}",
        f"DTEND{ends}",
        f"SUMMARY:{summary}",
        *more,
        "END:VEVENT",
    )
    return "\r\n".join(lines)


def calendar(*events: str) -> str:
    return "\r\n".join(("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN", *events, "END:VCALENDAR", ""))


WEEKLY = calendar(
    event("On Call - Alice Example - Web", ";TZID=Europe/Vienna:20261116T090000", ";TZID=Europe/Vienna:20261123T090000"),
    event("On Call - Bob Example - Web", ":20261123T080000Z", ":20261130T080000Z"),
)


@dataclass
class Site:
    """A server that answers with `body`, or with `status`, or hangs up."""

    url: str = ""
    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append(self.path)
            self.send_response(site.status)
            for name, value in {"Content-Length": str(len(site.body)), **site.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(site.body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    site.url = f"http://127.0.0.1:{server.server_port}/secret-token/oncall.ics"
    yield site
    server.shutdown()
    server.server_close()


@pytest.fixture
def desk() -> Desk:
    return new_desk()


@pytest.fixture
def cast() -> dict[str, User]:
    return {
        name: User.objects.create(username=name, email=f"{name}@acme.test", first_name=name.title(), last_name="Example")
        for name in ("alice", "bob")
    }


def test_a_feed_names_who_is_on_duty(desk: Desk, cast: dict[str, User], site: Site) -> None:
    site.body = WEEKLY.encode()
    feeds.add(desk.page, "PagerDuty", Duty.WRITER, cast["bob"], NOW, url=site.url)
    assert roster.on_duty(desk.page, NOW) == {Duty.WRITER: cast["alice"]}
    assert roster.on_duty(desk.page, NOW + 18 * HOUR) == {Duty.WRITER: cast["bob"]}
    assert roster.on_duty(desk.page, NOW + 9 * 24 * HOUR) == {}


LARGE = b"BEGIN:VCALENDAR\r\nX:" + b"y" * 10_000_000
EACH_SECOND = event("Alice", ":19700101T000000Z", ":19700101T000001Z", "RRULE:FREQ=SECONDLY")
OFTEN = "RRULE:FREQ=HOURLY;BYMINUTE=0,10,20,30,40,50"
DAILY = "RRULE:FREQ=DAILY"
HARM: dict[str, tuple[dict[str, object], str]] = {
    "10 MB": ({"body": LARGE}, "sends more than 2 MB: export only"),
    "10 MB, packed": (
        {"body": gzip.compress(LARGE), "headers": {"Content-Encoding": "gzip"}},
        "sends more than 2 MB: export only",
    ),
    "a web page": ({"body": b"<!doctype html><title>Sign in</title>"}, "no calendar but a web page"),
    "JSON": ({"body": b'{"error": "no"}'}, "no calendar but “{"),
    "nothing": ({"body": b""}, "no calendar but nothing"),
    "half a calendar": ({"body": WEEKLY.encode()[:200]}, "This calendar is broken"),
    "a broken date": ({"body": WEEKLY.replace("20261123T", "20269999T").encode()}, "This calendar"),
    "bytes": ({"body": bytes(range(256)) * 9}, "no calendar"),
    "gone": ({"status": 404}, "answers with status 404 instead of a calendar. The address may have"),
    "failing": ({"status": 503}, "answers with status 503"),
    "an event each second": ({"body": calendar(EACH_SECOND).encode()}, "repeats every few hours or more often"),
    "an event every ten minutes": (
        {"body": calendar(event("Alice", ":20261101T000000Z", ":20261101T000100Z", OFTEN)).encode()},
        "more often: no shift does. It is “Alice”.",
    ),
    "an event since the year 1": (
        {"body": calendar(event("Alice", ":00010101T000000Z", ":00010101T010000Z", "RRULE:FREQ=DAILY")).encode()},
        "repeats since 1. It is “Alice”: mend its begin.",
    ),
    "a day that never comes": (
        {
            "body": calendar(
                event("Alice", ":20261101T000000Z", ":20261101T000100Z", f"{DAILY};BYMONTH=2;BYMONTHDAY=30")
            ).encode()
        },
        "by a rule that no shift has",
    ),
    "since long ago": (
        {"body": calendar(*(event(f"{n}", ":20000101T000000Z", ":20000101T010000Z", DAILY) for n in range(80))).encode()},
        "repeat since long ago",
    ),
    "too many that repeat": (
        {"body": calendar(*(event(f"{n}", ":20261101T000000Z", ":20261101T000100Z", DAILY) for n in range(201))).encode()},
        "or 200 that repeat",
    ),
    "too many shifts": (
        {"body": calendar(*(event(f"{n}", ":20261101T000000Z", ":20261101T000100Z", DAILY) for n in range(90))).encode()},
        "more than 5,000 shifts",
    ),
}


def test_a_null_character_in_a_calendar_reaches_no_row(desk: Desk, site: Site) -> None:
    site.body = WEEKLY.replace("SUMMARY:", "SUMMARY:\0").encode()
    row = feeds.add(desk.page, "PagerDuty", Duty.WRITER, None, NOW, url=site.url)
    assert row.shifts
    assert "\\u0000" not in json.dumps(row.shifts)


@pytest.mark.parametrize("name", HARM)
def test_what_is_no_calendar_is_refused_and_the_last_good_copy_stays(
    desk: Desk, cast: dict[str, User], site: Site, name: str
) -> None:
    site.body = WEEKLY.encode()
    row = feeds.add(desk.page, "PagerDuty", Duty.WRITER, None, NOW, url=site.url)
    harm, reason = HARM[name]
    for attribute, value in harm.items():
        setattr(site, attribute, value)
    problem = feeds.refresh(row, feeds.reader(), NOW + 10 * MINUTE)
    assert reason in problem
    assert "secret-token" not in problem
    row = Feed.objects.get()
    assert (row.read_at, row.tried_at, row.error) == (NOW, NOW + 10 * MINUTE, problem)
    assert roster.on_duty(desk.page, NOW + 18 * HOUR) == {Duty.WRITER: cast["bob"]}
    assert problem in facts.facts(desk.page, NOW + 10 * MINUTE).problems[0]
    with pytest.raises(Refused, match=re.escape(reason)):
        feeds.add(desk.page, "Another", None, None, NOW, url=site.url)
    assert Feed.objects.count() == 1


def test_a_server_that_is_gone_is_named_without_its_path(desk: Desk, cast: dict[str, User]) -> None:
    with pytest.raises(Refused) as refused:
        feeds.add(desk.page, "x", None, None, NOW, url="http://127.0.0.1:1/secret-token/a.ics")
    assert str(refused.value) == "127.0.0.1 does not answer: nothing listens there"


def test_a_calendar_is_read_again_after_ten_minutes(desk: Desk, cast: dict[str, User], site: Site) -> None:
    site.body = WEEKLY.encode()
    row = feeds.add(desk.page, "PagerDuty", Duty.WRITER, None, NOW, url=site.url)
    assert feeds.due(desk.page, NOW + 9 * MINUTE) == []
    assert feeds.due(desk.page, NOW + 10 * MINUTE) == [row]
    site.body = WEEKLY.replace("Alice", "Bob").encode()
    assert feeds.refresh(row, feeds.reader(), NOW + 10 * MINUTE) == ""
    assert roster.on_duty(desk.page, NOW + 10 * MINUTE) == {Duty.WRITER: cast["bob"]}
    assert feeds.due(desk.page, NOW + 11 * MINUTE) == []


def test_what_is_past_stays_as_it_was(desk: Desk, cast: dict[str, User], site: Site) -> None:
    """Who was on duty last week does not change because a calendar forgets it."""
    site.body = WEEKLY.encode()
    row = feeds.add(desk.page, "PagerDuty", Duty.WRITER, None, NOW, url=site.url)
    site.body = calendar(event("Bob Example", ":20261123T080000Z", ":20261130T080000Z")).encode()
    feeds.refresh(row, feeds.reader(), NOW + 24 * HOUR)
    assert roster.on_duty(desk.page, NOW + MINUTE) == {Duty.WRITER: cast["alice"]}
    assert roster.on_duty(desk.page, NOW + 25 * HOUR) == {Duty.WRITER: cast["bob"]}


def test_an_uploaded_file_is_expanded_further_as_time_goes(desk: Desk, cast: dict[str, User]) -> None:
    daily = calendar(event("Alice Example", ":20261101T000000Z", ":20261102T000000Z", "RRULE:FREQ=DAILY"))
    row = feeds.add(desk.page, "File", None, None, NOW, raw=daily.encode())
    later = NOW + timedelta(days=200)
    assert roster.on_duty(desk.page, later) == {}
    assert feeds.refresh(row, feeds.reader(), later) == ""
    assert roster.on_duty(desk.page, later) == {Duty.WRITER: cast["alice"]}


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        # All day, and without a zone: the page's.
        ([event("a", ";VALUE=DATE:20261123", ";VALUE=DATE:20261124")], [("2026-11-22 23:00", "2026-11-23 23:00")]),
        ([event("a", ":20261123T090000", ":20261123T100000")], [("2026-11-23 08:00", "2026-11-23 09:00")]),
        # A repetition keeps its time of the day through the clock change of 25 October 2026.
        (
            [
                event(
                    "a",
                    ";TZID=Europe/Vienna:20261121T090000",
                    ";TZID=Europe/Vienna:20261122T090000",
                    "RRULE:FREQ=DAILY;COUNT=3",
                )
            ],
            [("2026-11-22 08:00", "2026-11-23 08:00"), ("2026-11-23 08:00", "2026-11-24 08:00")],
        ),
        ([event("a", ":20261123T090000Z", ":20261123T100000Z", "STATUS:CANCELLED")], []),
        ([event("a", ":20261123T090000Z", ":20261123T090000Z")], []),
        ([event("a", ":20250101T090000Z", ":20250101T100000Z")], []),
        ([], []),
    ],
)
def test_events_are_expanded_in_the_right_zone(events: list[str], expected: list[tuple[str, str]]) -> None:
    read = ical.read(calendar(*events).encode(), "Europe/Vienna", NOW, NOW + timedelta(days=62))
    assert [(f"{one.starts:%Y-%m-%d %H:%M}", f"{one.ends:%Y-%m-%d %H:%M}") for one in read] == expected


def test_attendees_are_read_and_a_calendar_is_no_person() -> None:
    google = "ORGANIZER;CN=On call:mailto:abc@group.calendar.google.com"
    alice = "ATTENDEE;CN=Alice:mailto:Alice@Acme.test"
    for more, mails in (
        ((google, alice), ("alice@acme.test",)),
        ((google,), ()),
        (("ORGANIZER:mailto:b@x.test",), ("b@x.test",)),
    ):
        raw = calendar(event("Shift", ":20261123T090000Z", ":20261123T100000Z", *more)).encode()
        assert [one.mails for one in ical.read(raw, "Etc/UTC", NOW, NOW + timedelta(days=9))] == [mails]
