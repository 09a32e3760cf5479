"""Maintenance begins and ends by itself, once, however many workers look at the clock."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.standing import status_of
from tests.store.desk import CARE, MINUTE, NOW, OK, new_desk

from lightship.core import updates
from lightship.core.model import Status
from lightship.store import journal
from lightship.store.models import Incident
from lightship.store.read import rows

STARTS, ENDS = NOW + timedelta(hours=1), NOW + timedelta(hours=2)


def statuses(incident: Incident) -> list[str]:
    return list(incident.updates.values_list("status", flat=True))


@pytest.mark.parametrize(
    ("now", "expected", "component"),
    [
        (STARTS - MINUTE, [Status.SCHEDULED], OK),
        (STARTS, [Status.SCHEDULED, Status.IN_PROGRESS], CARE),
        (ENDS - MINUTE, [Status.SCHEDULED, Status.IN_PROGRESS], CARE),
        (ENDS, [Status.SCHEDULED, Status.IN_PROGRESS, Status.COMPLETED], OK),
        (ENDS + timedelta(days=3), [Status.SCHEDULED, Status.IN_PROGRESS, Status.COMPLETED], OK),
    ],
    ids=["before", "at its start", "within", "at its end", "long after, with no worker meanwhile"],
)
def test_it_begins_and_ends_at_its_times(now: datetime, expected: list[Status], component: str) -> None:
    desk = new_desk()
    incident = desk.schedules(STARTS, ENDS)
    journal.keep_time(desk.page, now)
    assert statuses(incident) == expected
    assert status_of(desk.webmail.pk) == component
    assert Incident.objects.get().open is (Status.COMPLETED not in expected)


def test_its_updates_hold_from_the_times_announced_and_have_no_text() -> None:
    desk = new_desk()
    incident = desk.schedules(STARTS, ENDS)
    journal.keep_time(desk.page, ENDS + timedelta(minutes=7))
    shown = rows.incident(incident)
    assert [update.display_at for update in shown.updates][1:] == [STARTS, ENDS]
    assert [update.body for update in shown.updates][1:] == ["", ""]


def test_looking_again_does_nothing_more() -> None:
    desk = new_desk()
    desk.schedules(STARTS, ENDS)
    assert len(journal.keep_time(desk.page, STARTS)) == 1
    before = desk.revisions()
    assert journal.keep_time(desk.page, STARTS + MINUTE) == []
    assert desk.revisions() == before


def test_one_that_another_worker_begins_at_this_very_moment_begins_once(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = new_desk()
    incident = desk.schedules(STARTS, ENDS)
    owed, quicker = updates.owed, [desk.page]

    def while_another_writes(*read: Any) -> updates.NewUpdate | None:
        new = owed(*read)
        if quicker:
            journal.keep_time(quicker.pop(), STARTS)
        return new

    # Patched, for nothing else stands between what a worker reads and what it writes.
    monkeypatch.setattr(updates, "owed", while_another_writes)
    journal.keep_time(desk.page, STARTS)
    assert statuses(incident) == [Status.SCHEDULED, Status.IN_PROGRESS]


def test_one_that_is_to_begin_by_hand_is_left_alone() -> None:
    desk = new_desk()
    incident = desk.schedules(STARTS, ENDS, auto_start=False, auto_end=False)
    assert journal.keep_time(desk.page, ENDS) == []
    assert statuses(incident) == [Status.SCHEDULED]


def test_one_that_staff_are_verifying_still_ends_by_itself() -> None:
    desk = new_desk()
    incident = desk.schedules(STARTS, ENDS)
    journal.keep_time(desk.page, STARTS)
    desk.says(incident, "Looking at it.", Status.VERIFYING, STARTS + MINUTE)
    assert len(journal.keep_time(desk.page, ENDS)) == 1
    assert status_of(desk.webmail.pk) is OK


def test_one_that_ends_before_it_starts_is_refused() -> None:
    desk = new_desk()
    before = desk.revisions()
    with pytest.raises(journal.JournalError, match="ends before it starts: set an end after the start"):
        desk.schedules(ENDS, STARTS)
    incident = desk.schedules(STARTS, ENDS)
    with pytest.raises(journal.JournalError, match="ends before it starts"):
        journal.reschedule(incident, STARTS, STARTS, None, NOW)
    assert len(desk.revisions()) == len(before) + 1


def test_one_that_is_moved_begins_at_its_new_time() -> None:
    desk = new_desk()
    incident = desk.schedules(STARTS, ENDS)
    journal.reschedule(incident, STARTS + timedelta(days=1), ENDS + timedelta(days=1), None, NOW)
    assert journal.keep_time(desk.page, STARTS) == []
    assert len(journal.keep_time(desk.page, STARTS + timedelta(days=1))) == 1


def test_an_update_that_was_backdated_does_not_keep_it_from_beginning() -> None:
    desk = new_desk()
    incident = desk.schedules(STARTS, ENDS)
    desk.says(incident, "We told some by mail.", Status.SCHEDULED, NOW + 2 * MINUTE, holds=NOW - MINUTE)
    assert len(journal.keep_time(desk.page, STARTS)) == 1


@pytest.mark.parametrize(
    ("starts", "ends", "status_changes"),
    [(-15, 60, [Status.IN_PROGRESS]), (-90, -30, [Status.IN_PROGRESS, Status.COMPLETED])],
    ids=["begun already", "wholly past"],
)
def test_what_was_planned_too_late_begins_and_ends_once(starts: int, ends: int, status_changes: list[Status]) -> None:
    desk = new_desk()
    incident = desk.schedules(NOW + starts * MINUTE, NOW + ends * MINUTE)
    for minute in range(1, 6):
        journal.keep_time(desk.page, NOW + minute * MINUTE)
    assert [update.status for update in rows.incident(incident).updates] == [Status.SCHEDULED, *status_changes]
