"""Withdrawn and merged: the rows, the pages, and the way through export and another desk."""

import json
from datetime import timedelta

import pytest
from tests.desk.cast import config
from tests.standing import status_of
from tests.store.desk import DOWN, MINUTE, NOW, OK, SLOW, Desk, new_desk

from lightship.core.model import ComponentStatus, Facts, Impact, Incident, Status
from lightship.core.status import impact, promised
from lightship.importers import Imported
from lightship.store import journal
from lightship.store.export import files
from lightship.store.history.load import load
from lightship.store.models import Entry, Page
from lightship.store.models import Incident as Row
from lightship.store.read import rows, snapshot


def bars(desk: Desk, at: int) -> list[ComponentStatus]:
    shot = snapshot.take(desk.page, "https://acme.test", (), NOW + at * MINUTE)
    return [change.change.new for change in shot.status_changes]


def test_what_was_withdrawn_is_read_and_counted_nowhere() -> None:
    desk = new_desk()
    incident = desk.opens()
    journal.withdraw(incident, "A test.", None, NOW + MINUTE)
    shot = snapshot.take(desk.page, "https://acme.test", (), NOW + 2 * MINUTE)
    (value,) = shot.recent
    assert (value.withdrawn, impact(value), shot.open, bars(desk, 2)) == (True, Impact.NONE, (), [])
    assert status_of(desk.webmail.pk, NOW) is OK
    assert (Entry.objects.first().action, Entry.objects.first().incident) == ("withdraw", incident)  # type: ignore[union-attr]


def test_a_level_that_it_left_behind_long_ago_goes_with_it() -> None:
    desk, long_ago = new_desk(), NOW - timedelta(days=95)
    incident = desk.opens(at=long_ago)
    desk.says(incident, "Nearly.", Status.RESOLVED, long_ago + MINUTE, {desk.webmail.pk: SLOW})
    assert status_of(desk.webmail.pk, NOW) is SLOW
    journal.withdraw(incident, "A test.", None, NOW)
    assert status_of(desk.webmail.pk, NOW + MINUTE) is OK


def test_two_that_are_one_go_on_as_one() -> None:
    desk = new_desk()
    first = desk.opens()
    new = journal.NewUpdate(status=Status.INVESTIGATING, body="Slow.", statuses={desk.panel.pk: SLOW})
    second = journal.open_incident(desk.page, journal.NewIncident(name="The panel is slow", update=new), None, NOW + MINUTE)
    journal.merge(first, second, None, NOW + 2 * MINUTE)
    first.refresh_from_db()
    assert (first.open, first.merged_into, status_of(desk.webmail.pk, NOW + 3 * MINUTE)) == (False, second.pk, DOWN)
    assert [update.automatic for update in rows.incident(second).updates] == [False, True]
    touched = {entry.incident_id for entry in Entry.objects.order_by("-revision")[:2]}
    assert touched == {first.pk, second.pk}, "the pages of both are drawn anew"
    with pytest.raises(journal.JournalError, match="This was merged"):
        desk.says(first, at=NOW + 3 * MINUTE)
    desk.says(second, "Over.", Status.RESOLVED, NOW + 4 * MINUTE)
    assert status_of(desk.webmail.pk, NOW + 5 * MINUTE) is OK


def test_what_is_refused_changes_nothing() -> None:
    desk = new_desk()
    incident, before = desk.opens(), desk.revisions()
    with pytest.raises(journal.JournalError, match="Say in a sentence why"):
        journal.withdraw(incident, " ", None, NOW + MINUTE)
    with pytest.raises(journal.JournalError, match="into itself"):
        journal.merge(incident, incident, None, NOW + MINUTE)
    assert (desk.revisions(), incident.updates.count()) == (before, 1)


def test_a_promise_that_is_late_does_not_stand_in_the_way_of_a_merge_and_stays_late() -> None:
    desk = new_desk()
    first, due = desk.opens(), NOW + 20 * MINUTE
    new = journal.NewUpdate(status=Status.INVESTIGATING, body="Slow.", facts=Facts(next_update=due))
    second = journal.open_incident(desk.page, journal.NewIncident(name="The panel is slow", update=new), None, NOW)
    journal.merge(first, second, None, due + MINUTE)
    assert promised(rows.incident(second)) == due


def test_incidents_of_two_pages_are_not_merged() -> None:
    desk, other = new_desk(), new_desk("beta")
    first, second = desk.opens(), other.opens()
    desk.resolves(first)
    with pytest.raises(journal.JournalError, match="two pages"):
        journal.merge(first, second, None, NOW + 3 * MINUTE)


def test_of_two_that_hold_one_component_the_other_holds_on_when_one_is_withdrawn() -> None:
    desk = new_desk()
    first, second = desk.opens(), desk.opens("Mail is slow", NOW + MINUTE)
    desk.says(second, "Slow.", at=NOW + 2 * MINUTE, statuses={desk.webmail.pk: SLOW})
    journal.withdraw(first, "A test.", None, NOW + 3 * MINUTE)
    assert status_of(desk.webmail.pk, NOW + 4 * MINUTE) is SLOW
    journal.withdraw(second, "A test.", None, NOW + 5 * MINUTE)
    assert status_of(desk.webmail.pk, NOW + 6 * MINUTE) is OK


def test_it_goes_through_an_export_into_another_database_and_back() -> None:
    desk = new_desk()
    first = desk.opens()
    second = desk.opens("Mail is late", NOW + MINUTE)
    journal.merge(first, second, None, NOW + 2 * MINUTE)
    journal.withdraw(second, "Both were a test.", None, NOW + 3 * MINUTE)
    exported = dict(files(desk.page, config().pages["acme"], NOW + 4 * MINUTE))
    months = [json.loads(body) for path, body in exported.items() if path.startswith("lightship/archive/")]
    written = {raw["id"]: raw for month in months for raw in month["incidents"]}
    assert (written[first.pk]["merged_into"], written[second.pk]["withdrawn"]) == (second.pk, True)
    assert "withdrawn" not in written[first.pk]
    values: list[Incident] = list(rows.incidents(Row.objects.all()))
    page = Page.objects.get()
    Row.objects.all().delete()
    load(page, Imported(page=rows.page(page, ""), incidents=tuple(values)), None, NOW + 5 * MINUTE)
    assert list(rows.incidents(Row.objects.all())) == values
    assert status_of(desk.webmail.pk, NOW + 6 * MINUTE) is OK
