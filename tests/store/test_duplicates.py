"""What is posted twice is there once: a program that sends it again gets the first answer, and a person is shown the first."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from tests.store.desk import DOWN, MINUTE, NOW, SLOW, new_desk

from lightship.core.model import Status
from lightship.store import journal
from lightship.store.models import Incident, Update

SECOND = timedelta(seconds=1)


def test_a_retry_gets_the_answer_that_the_first_one_got() -> None:
    desk = new_desk()
    first, update = desk.opens(), None
    assert desk.opens(at=NOW + 30 * SECOND).pk == first.pk
    update = desk.says(first, statuses={desk.webmail.pk: SLOW})
    before = desk.revisions()
    assert desk.says(first, at=NOW + MINUTE + 30 * SECOND, statuses={desk.webmail.pk: SLOW}).pk == update.pk
    assert (Incident.objects.count(), Update.objects.count(), desk.revisions()) == (1, 2, before)


def test_a_retry_is_answered_even_where_somebody_posted_in_between() -> None:
    desk = new_desk()
    alice, bob = User.objects.create(username="alice"), User.objects.create(username="bob")
    incident = desk.opens()
    read = incident.updates.get().pk
    new = journal.NewUpdate(status=Status.IDENTIFIED, body="Mine.")
    first = journal.update(incident, new, alice, NOW + MINUTE, last_read=read)
    journal.update(incident, journal.NewUpdate(status=Status.IDENTIFIED, body="Bob's."), bob, NOW + MINUTE + SECOND)
    assert journal.update(incident, new, alice, NOW + MINUTE + 2 * SECOND, last_read=read).pk == first.pk


def test_the_same_words_of_another_are_refused_and_name_the_incident() -> None:
    desk = new_desk()
    incident = desk.opens()
    desk.says(incident)
    before = desk.revisions()
    bob = User.objects.create(username="bob")
    new = journal.NewUpdate(status=Status.IDENTIFIED, body="Half is  moved.")
    with pytest.raises(journal.Duplicate, match="The same words were posted here 3 min ago") as refused:
        journal.update(incident, new, bob, NOW + 4 * MINUTE)
    assert refused.value.first == incident
    assert desk.revisions() == before
    assert journal.update(incident, new, bob, NOW + 12 * MINUTE).pk


def test_a_second_incident_of_one_title_is_refused_while_the_first_is_open() -> None:
    desk = new_desk()
    first = desk.opens()
    with pytest.raises(journal.Duplicate, match=f"was opened 60 min ago \\({first.pk}\\)"):
        desk.opens("webmail is  down", at=NOW + 60 * MINUTE)
    desk.resolves(first, NOW + 61 * MINUTE)
    assert desk.opens(at=NOW + 75 * MINUTE).pk != first.pk


def test_what_was_withdrawn_stands_in_nobodys_way() -> None:
    desk = new_desk()
    journal.withdraw(desk.opens(), "A test.", None, NOW + SECOND)
    assert desk.opens(at=NOW + MINUTE).open


def test_the_clock_is_no_retry() -> None:
    desk = new_desk()
    work = desk.schedules(NOW + MINUTE, NOW + 2 * MINUTE)
    (begun,) = journal.keep_time(desk.page, NOW + MINUTE)
    assert [update.status for update in journal.keep_time(desk.page, NOW + 2 * MINUTE)] == ["completed"]
    assert work.updates.count() == 3 and begun.status == "in_progress"


def test_the_same_work_is_planned_once() -> None:
    desk = new_desk()
    first = desk.schedules(NOW + 60 * MINUTE, NOW + 90 * MINUTE)
    assert desk.schedules(NOW + 60 * MINUTE, NOW + 90 * MINUTE).pk == first.pk
    bob = User.objects.create(username="bob")
    window = journal.Window(name="New disks", body=".", starts=NOW + 60 * MINUTE, ends=NOW + 61 * MINUTE)
    with pytest.raises(journal.Duplicate, match="is planned for that time already"):
        journal.schedule(desk.page, window, bob, NOW + MINUTE)
    assert desk.schedules(NOW + 100 * MINUTE, NOW + 120 * MINUTE).pk != first.pk


def test_whoever_asks_first_learns_what_is_open_in_its_components() -> None:
    desk = new_desk()
    first = desk.opens()
    new = journal.NewUpdate(status=Status.INVESTIGATING, body="Mail is late.", statuses={desk.webmail.pk: DOWN})
    late = journal.NewIncident(name="Mail is late", update=new)
    with pytest.raises(journal.OpenAlready, match="“Webmail is down”") as asked:
        journal.open_incident(desk.page, late, None, NOW + MINUTE, separate=False)
    assert list(asked.value.incidents) == [first]
    assert journal.open_incident(desk.page, late, None, NOW + MINUTE).pk != first.pk


def test_something_else_in_another_component_is_not_asked_about() -> None:
    desk = new_desk()
    desk.opens()
    new = journal.NewUpdate(status=Status.INVESTIGATING, body="Slow.", statuses={desk.panel.pk: SLOW})
    panel = journal.NewIncident(name="The panel is slow", update=new)
    assert journal.open_incident(desk.page, panel, None, NOW + MINUTE, separate=False).open
