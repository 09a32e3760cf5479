"""Feeds, calendar, badge: read by the programs that people read them with."""

import json
from dataclasses import replace
from datetime import timedelta
from xml.etree import ElementTree

import feedparser
import pytest
from icalendar import Calendar
from tests.page import sample

from lightship import page as paper
from lightship.core.model import ComponentStatus, Status, Wording

BUSY = sample.snapshot(3, planned=(sample.maintenance(), sample.maintenance(Status.IN_PROGRESS, name="Mains work", hours=-1)))
FILES = paper.front(BUSY)
SAID = {update.id for incident in (*BUSY.open, *BUSY.recent) for update in incident.updates}


@pytest.mark.parametrize("name", ["history.atom", "history.rss"])
def test_every_update_reaches_a_feed_reader(name: str) -> None:
    feed = feedparser.parse(FILES[name])
    assert not feed.bozo
    assert {entry.id.split("#u")[1] for entry in feed.entries} == SAID
    times = [entry.published_parsed for entry in feed.entries]
    assert times == sorted(times, reverse=True)
    assert feed.entries[0].link.startswith("https://harbourstatus.example/incidents/")


def test_a_json_feed_is_of_version_one_point_one() -> None:
    feed = json.loads(FILES["feed.json"])
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert {item["id"].split("#u")[1] for item in feed["items"]} == SAID
    assert all(item["content_html"] and item["content_text"] and item["date_published"] for item in feed["items"])


def test_the_anchor_of_an_entry_is_on_its_permanent_page() -> None:
    for incident in BUSY.open:
        html = next(iter(paper.leaf(BUSY.page, incident, ()).values())).decode()
        assert all(f"id=u{update.id}" in html for update in incident.updates)


def test_old_updates_leave_the_feed_but_those_of_open_incidents_stay() -> None:
    old = [sample.past_incident(f"Blip {n}", n % 30, ComponentStatus.DEGRADED, 5, n + 1, "A fault.") for n in range(70)]
    shifted = tuple(
        replace(i, updates=tuple(replace(u, display_at=u.display_at - timedelta(days=900)) for u in i.updates))
        for i in BUSY.open
    )
    feed = json.loads(paper.front(replace(BUSY, open=shifted, recent=tuple(old)))["feed.json"])
    assert len(feed["items"]) == 50 + sum(len(i.updates) for i in shifted)


def test_a_corrected_update_comes_up_again_with_its_new_text() -> None:
    incident = BUSY.open[0]
    last = incident.updates[-1]
    later = last.display_at + timedelta(minutes=3)
    corrected = replace(last, wordings=(*last.wordings, Wording(later, "Five of twelve servers have moved.")))
    changed = replace(incident, updates=(*incident.updates[:-1], corrected))
    entry = feedparser.parse(paper.front(replace(BUSY, open=(changed,)))["history.atom"]).entries[0]
    assert entry.updated > entry.published
    assert "Five of twelve" in entry.content[0].value


def test_feeds_survive_what_xml_forbids() -> None:
    page = replace(BUSY.page, name="A & B <script>\x07", description="\x00 <!-- ")
    wild = replace(BUSY.open[0], name="]]> \x0b & <b>")
    files = paper.front(replace(BUSY, page=page, open=(wild,)))
    for name in ("history.atom", "history.rss", "sitemap.xml", "badge.svg"):
        ElementTree.fromstring(files[name])


def test_maintenance_is_in_the_calendar_with_its_window() -> None:
    events = Calendar.from_ical(FILES["maintenance.ics"].decode()).walk("VEVENT")
    planned = BUSY.open[0] if BUSY.open[0].scheduled_for else sample.maintenance()
    event = next(event for event in events if str(event["uid"]).startswith(planned.id))
    assert len(events) == 2
    assert event.decoded("dtstart") == planned.scheduled_for
    assert event.decoded("dtend") == planned.scheduled_until
    assert str(event["url"]) == f"https://harbourstatus.example/maintenance/{planned.id}/"


@pytest.mark.parametrize(("broken", "word"), [(0, "all working"), (1, "partly down")])
def test_the_badge_says_it_in_a_word(broken: int, word: str) -> None:
    badge = paper.front(sample.snapshot(broken))["badge.svg"].decode()
    assert f"status: {word}" in badge
