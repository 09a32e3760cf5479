"""Whatever is done, in whatever order: what the journal keeps as an index is what can be derived, and a page
state that goes on from the one before it is the same as one read from nothing."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from django.core.management import call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.store.desk import DOWN, MINUTE, NOW, OK, SLOW, Desk, new_desk

from lightship.core.model import Facts, Status
from lightship.store import journal
from lightship.store.models import Incident
from lightship.store.read import rows
from lightship.store.read.snapshot import Truth

LATER = NOW + timedelta(days=40)
Action = Callable[[Desk, int], object]


def _some(desk: Desk, number: int) -> Incident | None:
    incidents = list(Incident.objects.select_related("page").order_by("created_at", "pk"))
    return incidents[number % len(incidents)] if incidents else None


def opens(desk: Desk, number: int) -> object:
    return desk.opens(f"Number {number}", NOW + number * MINUTE)


def says(desk: Desk, number: int) -> object:
    incident = _some(desk, number)
    status = [Status.IDENTIFIED, Status.RESOLVED, Status.POSTMORTEM, Status.INVESTIGATING][number % 4]
    planned = [Status.SCHEDULED, Status.IN_PROGRESS, Status.COMPLETED, Status.VERIFYING][number % 4]
    status = planned if incident and incident.kind == "maintenance" else status
    back = NOW - number * MINUTE if number % 3 == 0 else None
    levels = {desk.panel.pk: (OK, SLOW, DOWN)[number % 3]}
    return incident and desk.says(incident, f"Update {number}", status, LATER, levels, holds=back)


def corrects(desk: Desk, number: int) -> object:
    incident = _some(desk, number)
    return incident and journal.correct(incident.updates.all()[0], f"Better {number}", Facts(), None, LATER)


def renames(desk: Desk, number: int) -> object:
    incident = _some(desk, number)
    if incident:
        journal.rename(incident, f"Name {number}", None, LATER)
    return None


def status_changes(desk: Desk, number: int) -> object:
    return journal.set_status(desk.webmail, (OK, SLOW, DOWN)[number % 3], None, NOW + number * MINUTE)


def schedules(desk: Desk, number: int) -> object:
    return desk.schedules(NOW + number * MINUTE, NOW + (number + 30) * MINUTE)


def keeps_time(desk: Desk, number: int) -> object:
    return journal.keep_time(desk.page, NOW + 2 * number * MINUTE)


ACTIONS: tuple[Action, ...] = (opens, says, corrects, renames, status_changes, schedules, keeps_time)


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 60)), max_size=12))
def test_what_is_kept_is_what_is_derived(actions: list[tuple[Action, int]]) -> None:
    call_command("flush", interactive=False, verbosity=0)
    desk = new_desk()
    state = Truth(desk.page, "https://acme.test", (), LATER)
    for action, number in actions:
        with suppress(journal.JournalError):  # an action that is refused must change nothing either
            action(desk, number)
        for row in Incident.objects.all():
            assert rows.incident(row).ended is not row.open
        state = Truth(desk.page, "https://acme.test", (), LATER, before=state)
        for name, _ in state.snapshot.months[:1]:
            state.month(name)
    fresh = Truth(desk.page, "https://acme.test", (), LATER)
    assert state.snapshot == fresh.snapshot
    assert [state.month(name) for name, _ in fresh.snapshot.months] == [fresh.month(name) for name, _ in fresh.snapshot.months]
    assert desk.revisions() == list(range(1, fresh.snapshot.revision + 1))
