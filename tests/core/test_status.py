"""What follows from what was said: the measured rollup table, an impact that never falls, and the dates of an incident."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.sample import an_incident, an_update

from lightship.core.model import Change, Component, ComponentStatus, Facts, Impact, Incident, Kind, Status, Update
from lightship.core.status import (
    Rollup,
    began,
    current_facts,
    ended_at,
    impact,
    is_current,
    monitoring_at,
    promised,
    rollup,
    standing,
    worst,
)

OK, CARE = ComponentStatus.OPERATIONAL, ComponentStatus.UNDER_MAINTENANCE
SLOW, PARTIAL, MAJOR = ComponentStatus.DEGRADED, ComponentStatus.PARTIAL, ComponentStatus.MAJOR
AT = datetime(2024, 5, 1, 10, tzinfo=UTC)

ALL_MAJOR = Rollup("critical", "Major System Outage")
SOME_MAJOR = Rollup("major", "Partial System Outage")
SOME_PARTIAL = Rollup("minor", "Minor Service Outage")
ALL_SLOW = Rollup("minor", "Degraded System Service")
SOME_SLOW = Rollup("minor", "Partially Degraded Service")
CARED_FOR = Rollup("maintenance", "Service Under Maintenance")
GOOD = Rollup("none", "All Systems Operational")


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ([MAJOR], ALL_MAJOR),
        ([MAJOR] * 3, ALL_MAJOR),
        ([MAJOR] * 9 + [OK] * 2, SOME_MAJOR),
        ([MAJOR, PARTIAL], SOME_MAJOR),
        ([MAJOR, CARE], SOME_MAJOR),
        ([PARTIAL], SOME_MAJOR),
        ([PARTIAL] * 4, SOME_MAJOR),
        ([PARTIAL, OK], SOME_PARTIAL),
        ([PARTIAL, SLOW], SOME_PARTIAL),
        ([PARTIAL, CARE], SOME_PARTIAL),
        ([SLOW], ALL_SLOW),
        ([SLOW] * 2, ALL_SLOW),
        ([SLOW, OK], SOME_SLOW),
        ([SLOW, CARE], SOME_SLOW),
        ([CARE], CARED_FOR),
        ([CARE, OK], CARED_FOR),
        ([OK], GOOD),
        ([OK] * 5, GOOD),
        ([], GOOD),
    ],
)
def test_the_rollup_is_statuspages(statuses: Sequence[ComponentStatus], expected: Rollup) -> None:
    assert rollup(statuses) == expected
    assert rollup(list(reversed(statuses))) == expected


def test_an_incident_never_changes_the_rollup_of_components() -> None:
    assert rollup([OK, OK], [Impact.CRITICAL]) == GOOD


@pytest.mark.parametrize(
    ("impacts", "expected"),
    [
        ([], GOOD),
        ([Impact.NONE], GOOD),
        ([Impact.MINOR, Impact.CRITICAL], ALL_MAJOR),
        ([Impact.MAJOR, Impact.MAINTENANCE], SOME_MAJOR),
        ([Impact.MINOR], SOME_PARTIAL),
        ([Impact.MAINTENANCE], CARED_FOR),
    ],
)
def test_a_page_without_components_takes_the_worst_open_impact(impacts: Sequence[Impact], expected: Rollup) -> None:
    assert rollup([], impacts) == expected


def test_the_worst_of_nothing_is_operational() -> None:
    assert worst([]) is OK
    assert worst([CARE, SLOW, OK]) is SLOW


def update(
    minute: int,
    status: Status,
    status_changes: Sequence[ComponentStatus] | None = None,
    facts: Facts = Facts(),  # noqa: B008
) -> Update:
    """`status_changes`: what each of the components a, b … was turned to."""
    at = AT + timedelta(minutes=minute)
    changes = (
        None
        if status_changes is None
        else tuple(Change(f"component{n:03}", "API", OK, new) for n, new in enumerate(status_changes))
    )
    return an_update("Content.", status, at=at, facts=facts, id=f"update{minute:06}", changes=changes)


def incident(*updates: Update, kind: Kind = Kind.INCIDENT, override: Impact | None = None) -> Incident:
    times = {"created_at": AT, "updated_at": AT, "started_at": AT - timedelta(minutes=5)}
    return an_incident("Hm", *updates, kind=kind, impact_override=override, **times)


@pytest.mark.parametrize(
    ("status_changes", "expected"),
    [
        ([None], Impact.NONE),
        ([[]], Impact.NONE),
        ([[OK]], Impact.NONE),
        ([[CARE]], Impact.NONE),
        ([[SLOW]], Impact.MINOR),
        ([[PARTIAL]], Impact.MINOR),
        ([[MAJOR]], Impact.MAJOR),
        ([[SLOW, MAJOR]], Impact.MAJOR),
        ([[SLOW], [MAJOR]], Impact.MAJOR),
        ([[MAJOR], [SLOW], [OK]], Impact.MAJOR),
        ([[SLOW], None, [OK]], Impact.MINOR),
    ],
)
def test_an_impact_rises_and_never_falls(status_changes: Sequence[Sequence[ComponentStatus] | None], expected: Impact) -> None:
    updates = [update(minute, Status.INVESTIGATING, each) for minute, each in enumerate(status_changes)]
    assert impact(incident(*updates)) is expected


@pytest.mark.parametrize("override", list(Impact))
def test_an_override_wins(override: Impact) -> None:
    assert impact(incident(update(0, Status.INVESTIGATING, [MAJOR]), override=override)) is override


def test_a_maintenance_is_always_maintenance() -> None:
    assert impact(incident(update(0, Status.IN_PROGRESS, [MAJOR]), kind=Kind.MAINTENANCE)) is Impact.MAINTENANCE


LOOK, FIX, DONE, LEARNT = Status.INVESTIGATING, Status.MONITORING, Status.RESOLVED, Status.POSTMORTEM


@pytest.mark.parametrize(
    ("statuses", "watched", "over"),
    [
        ([LOOK], None, None),
        ([LOOK, FIX], 1, None),
        ([LOOK, FIX, FIX], 1, None),
        ([LOOK, DONE], None, 1),
        ([LOOK, FIX, DONE], 1, 2),
        ([LOOK, FIX, DONE, LEARNT], 1, 2),
        ([LOOK, DONE, LOOK], None, None),
        ([LOOK, DONE, LOOK, DONE], None, 3),
        ([Status.SCHEDULED, Status.IN_PROGRESS, Status.COMPLETED], None, 2),
        ([LOOK, LEARNT], None, None),
    ],
)
def test_the_dates_of_an_incident_follow_from_its_updates(
    statuses: list[Status], watched: int | None, over: int | None
) -> None:
    one = incident(*(update(minute, status) for minute, status in enumerate(statuses)))
    assert monitoring_at(one) == (None if watched is None else AT + timedelta(minutes=watched))
    assert ended_at(one) == (None if over is None else AT + timedelta(minutes=over))


def test_it_began_when_the_last_word_says_so_else_as_planned_else_as_started() -> None:
    plain = incident(update(0, LOOK))
    assert began(plain) == AT - timedelta(minutes=5)
    assert began(replace(plain, scheduled_for=AT)) == AT
    first, second = AT - timedelta(hours=2), AT - timedelta(hours=1)
    assert began(incident(update(0, LOOK, facts=Facts(since=first)), update(1, LOOK, facts=Facts(since=second)))) == second


def test_a_promise_is_the_newest_updates_and_ends_with_the_incident() -> None:
    soon = Facts(next_update=AT + timedelta(minutes=30))
    assert promised(incident(update(0, LOOK, facts=soon))) == soon.next_update
    assert promised(incident(update(0, LOOK, facts=soon), update(1, LOOK))) is None
    assert promised(incident(update(0, LOOK, facts=soon), update(1, DONE, facts=soon))) is None


@pytest.mark.parametrize(
    ("status", "current"), [(LOOK, True), (Status.SCHEDULED, False), (Status.IN_PROGRESS, True), (DONE, False)]
)
def test_only_what_has_begun_and_not_ended_is_current(status: Status, current: bool) -> None:
    assert is_current(incident(update(0, status))) is current


def test_facts_stand_until_said_anew_but_deeds_and_promises_do_not() -> None:
    later = AT + timedelta(hours=1)
    one = incident(
        update(0, LOOK, facts=Facts(symptom="No mail", doing="Looking", estimate=later, next_update=later, scope="All")),
        update(1, LOOK, facts=Facts(scope="Vienna", no_estimate=True)),
        update(2, LOOK, facts=Facts(workaround="Use the app")),
    )
    assert current_facts(one) == Facts(symptom="No mail", scope="Vienna", workaround="Use the app", no_estimate=True)


def test_a_touched_component_is_shown_as_it_is_now_and_a_gone_one_as_it_was() -> None:
    old = [Component(id=f"component{n:03}", name=f"Old {n}", position=n, created_at=AT, updated_at=AT) for n in (1, 2)]
    now = replace(old[0], name="New 1", status=SLOW)
    assert standing(replace(incident(update(0, LOOK)), components=tuple(old)), [now]) == (now, old[1])
