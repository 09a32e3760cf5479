"""Practice runs the whole chain and changes no byte that anybody outside reads."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from django.core.management import call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.desk.cast import config
from tests.store.desk import DOWN, MINUTE, NOW, OK, SLOW, Desk, new_desk

from lightship.core.model import Facts, Status
from lightship.publishing.rendering import Rendering
from lightship.store import export, journal
from lightship.store.models import Entry, Incident, Page, StatusChange
from lightship.store.read import rows
from lightship.store.read.snapshot import Truth, touched

LATER = NOW + timedelta(days=1)
CANARY = "Zebra-4711"


def practised(desk: Desk, at: object = NOW, **more: object) -> Incident:
    words = f"{CANARY} at {at}"
    new = journal.NewUpdate(
        status=Status.INVESTIGATING, body=words, statuses={desk.webmail.pk: DOWN, desk.panel.pk: DOWN}, promise_usual=True
    )
    opening = journal.NewIncident(name=words, update=new, practice=True, **more)  # type: ignore[arg-type]
    return journal.open_incident(desk.page, opening, None, at)  # type: ignore[arg-type]


def public(desk: Desk) -> dict[str, bytes]:
    """Every file of every host, and the public export."""
    page = Page.objects.get(pk=desk.page.pk)
    truth = Truth(page, "https://acme.test", (), LATER)
    rendering = Rendering(truth)
    files = dict(rendering.front())
    for name, _ in truth.snapshot.months:
        files |= rendering.leaves(name, None)
    exported = dict(export.files(page, config().pages["acme"], LATER))
    return {path: file.body or b"" for path, file in files.items()} | {f"export/{path}": exported[path] for path in exported}


Step = Callable[[Desk, Incident, int], object]
STEPS: dict[str, Step] = {
    "opens": lambda desk, _, n: practised(desk, NOW + n * MINUTE),
    "says": lambda desk, row, n: desk.says(row, f"{CANARY} {n}", Status.IDENTIFIED, NOW + n * MINUTE, {desk.webmail.pk: SLOW}),
    "ends": lambda desk, row, n: desk.says(row, f"{CANARY} over", Status.RESOLVED, NOW + n * MINUTE, {desk.webmail.pk: SLOW}),
    "reviews": lambda desk, row, n: desk.says(row, f"{CANARY} {n}", Status.POSTMORTEM, NOW + n * MINUTE),
    "corrects": lambda desk, row, n: journal.correct(row.updates.all()[0], f"{CANARY}!", Facts(), None, NOW + n * MINUTE),
    "renames": lambda desk, row, n: journal.rename(row, f"{CANARY} {n}", None, NOW + n * MINUTE),
}


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.integers(1, 600)), min_size=1, max_size=6))
def test_no_byte_on_any_host_or_in_the_export_changes_by_practice(steps: list[tuple[str, int]]) -> None:
    call_command("flush", interactive=False, verbosity=0)
    desk = new_desk()
    desk.says(desk.opens(), at=NOW + MINUTE)
    before = public(desk)
    row = practised(desk)
    for name, number in steps:
        with suppress(journal.JournalError):  # an action that is refused must change nothing either
            STEPS[name](desk, row, number)
    assert public(desk) == before
    assert not any(CANARY.encode() in body for body in before.values())


def test_practice_holds_no_component_that_readers_see() -> None:
    desk = new_desk()
    row = practised(desk)
    desk.says(row, f"{CANARY} over", Status.RESOLVED, NOW + MINUTE, {desk.webmail.pk: SLOW})
    practised(desk, NOW + 2 * MINUTE)
    timeline = rows.timeline(desk.page, NOW - MINUTE)
    assert timeline.shown(desk.webmail.pk, LATER) is OK
    assert rows.timeline(desk.page, LATER).shown(desk.webmail.pk, LATER) is OK
    assert rows.timeline(desk.page, NOW - MINUTE, practice=True).shown(desk.webmail.pk, LATER) is DOWN
    assert not StatusChange.objects.filter(ends=True).exists()


def test_an_outage_is_not_changed_by_what_is_practised_beside_it() -> None:
    desk = new_desk()
    real = desk.opens()
    practised(desk, NOW + MINUTE)
    added = desk.says(real, statuses={desk.panel.pk: SLOW}, at=NOW + 2 * MINUTE)
    changes = rows.update(added).changes or ()
    assert [(change.old, change.new) for change in changes] == [(OK, SLOW)]


def test_the_end_of_practice_frees_what_it_held() -> None:
    desk = new_desk()
    row = practised(desk)
    added = desk.says(row, f"{CANARY} over", Status.RESOLVED, NOW + MINUTE)
    assert [(change.old, change.new) for change in rows.update(added).changes or ()] == [(DOWN, OK), (DOWN, OK)]
    row.refresh_from_db()
    assert row.practice
    assert not row.open


def test_practice_takes_no_revision_and_is_in_the_journal_of_the_desk() -> None:
    desk = new_desk()
    revisions = desk.revisions()
    row = practised(desk)
    desk.says(row, f"{CANARY} again")
    assert desk.revisions() == revisions
    assert list(Entry.objects.filter(incident=row).order_by("pk").values_list("action", "revision")) == [
        ("open", None),
        ("update", None),
    ]
    assert touched(desk.page, 0) == {}
    desk.opens()
    assert desk.revisions() == [*revisions, revisions[-1] + 1]
