"""Alerts start once, close with a reason or with an incident; customers' reports make one."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from tests.store.desk import MINUTE, NOW, Desk, new_desk

from lightship.core.rules import Refused
from lightship.store.duty import alerts, front_line
from lightship.store.models import Alert, CustomerReport


@pytest.fixture
def acme(database: Path) -> Iterator[Desk]:
    yield new_desk()


def reports(acme: Desk, count: int, **more: object) -> None:
    for number in range(count):
        at = NOW + number * MINUTE / 10
        front_line.report(acme.page, at, text=f"503 ({number})", components=[acme.webmail.pk], **more)  # type: ignore[arg-type]


def test_a_clock_that_runs_is_not_started_again(acme: Desk) -> None:
    first = alerts.start(acme.page, "person", "Something is wrong", NOW)
    assert alerts.start(acme.page, "person", "Really", NOW + MINUTE) == first
    assert alerts.start(acme.page, "signal", "Latency", NOW + MINUTE) != first
    assert [alert.source for alert in alerts.open_alerts(acme.page)] == ["person", "signal"]


def test_a_practice_alert_is_not_the_real_one(acme: Desk) -> None:
    first = alerts.start(acme.page, "person", "Drill", NOW, practice=True)
    assert alerts.start(acme.page, "person", "Fire", NOW + MINUTE) != first
    acme.opens(at=NOW + 2 * MINUTE)
    assert list(alerts.open_alerts(acme.page)) == [first]


def test_an_incident_answers_the_alerts_before_it(acme: Desk) -> None:
    alerts.start(acme.page, "person", "Something is wrong", NOW)
    incident = acme.opens(at=NOW + MINUTE)
    alert = Alert.objects.get()
    assert (alert.closed_at, alert.incident) == (NOW + MINUTE, incident)


def test_planned_work_answers_no_alert(acme: Desk) -> None:
    alerts.start(acme.page, "person", "Something is wrong", NOW - MINUTE)
    acme.schedules(NOW + 10 * MINUTE, NOW + 20 * MINUTE)
    assert alerts.open_alerts(acme.page).count() == 1


def test_a_writer_closes_it_with_a_reason_and_not_without(acme: Desk) -> None:
    alert = alerts.start(acme.page, "person", "Something is wrong", NOW)
    with pytest.raises(Refused, match="Say why"):
        alerts.close(alert, "  ", None, NOW)
    assert alerts.open_alerts(acme.page).exists()
    alerts.close(alert, "A test of ours.", None, NOW + MINUTE)
    alerts.close(alert, "Somebody else's reason.", None, NOW + 2 * MINUTE)
    alert.refresh_from_db()
    assert (alert.reason, alert.closed_at) == ("A test of ours.", NOW + MINUTE)


def test_three_customers_start_one_alert_that_says_what_they_report(acme: Desk) -> None:
    reports(acme, 2)
    assert not Alert.objects.exists()
    reports(acme, 5)
    alert = Alert.objects.get()
    assert (alert.source, alert.summary) == ("reports", "3 customers report Webmail: “503 (1)”")


def test_the_same_form_twice_is_one_report(acme: Desk) -> None:
    first = front_line.report(acme.page, NOW, text="503", id="abcdefghijkl")
    assert front_line.report(acme.page, NOW + MINUTE, text="503", id="abcdefghijkl") == first
    assert CustomerReport.objects.count() == 1


def test_a_report_of_nothing_is_refused(acme: Desk) -> None:
    with pytest.raises(Refused, match="one line"):
        front_line.report(acme.page, NOW, customer="Dave")


def test_a_flood_of_one_link_starts_one_alert_however_often_it_is_dismissed(acme: Desk) -> None:
    link, _ = front_line.make_link(acme.page, "Night shift", None, NOW)
    for number in range(150):  # more than one link's limit lets in within the hour
        front_line.report(acme.page, NOW + number * MINUTE / 6, text=f"spam {number}", customer=f"c{number}", link=link)
        for alert in alerts.open_alerts(acme.page):
            alerts.close(alert, "Spam.", None, NOW + number * MINUTE / 6)
    assert Alert.objects.count() == 1


def test_a_flood_hides_nobody(acme: Desk) -> None:
    night, _ = front_line.make_link(acme.page, "Night shift", None, NOW)
    day, _ = front_line.make_link(acme.page, "Day shift", None, NOW)
    front_line.report(acme.page, NOW, text="No mail since nine", customer="Dave", link=day)
    reports(acme, 60, link=night)
    recent = front_line.recent(acme.page, NOW + 7 * MINUTE)
    assert "No mail since nine" in [quote.text for quote in recent.quotes]
    assert recent.customers == 61


def test_reports_that_were_dealt_with_are_shown_to_the_writer_no_more(acme: Desk) -> None:
    reports(acme, 3)
    acme.opens(at=NOW + MINUTE)
    assert front_line.recent(acme.page, NOW + 2 * MINUTE).customers == 0
    assert front_line.reported(acme.page, NOW + 2 * MINUTE).customers == 3


def test_reports_of_what_is_open_start_nothing(acme: Desk) -> None:
    acme.opens(at=NOW - MINUTE)
    reports(acme, 6)
    assert not Alert.objects.exists()


def test_a_token_is_good_until_it_is_revoked_and_is_stored_nowhere(acme: Desk) -> None:
    link, token = front_line.make_link(acme.page, "Night shift", None, NOW)
    assert front_line.link_of(token) == link
    assert token not in str(type(link).objects.values().get())
    front_line.revoke(link, NOW)
    assert front_line.link_of(token) is None
    assert front_line.link_of("x" * 43) is front_line.link_of("\udcff") is None


def test_reports_at_the_same_moment_start_one_alert(acme: Desk) -> None:
    def send(number: int) -> None:
        front_line.report(acme.page, NOW, text=f"503 ({number})")
        connection.close()

    threads = [threading.Thread(target=send, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (CustomerReport.objects.count(), Alert.objects.count()) == (8, 1)
