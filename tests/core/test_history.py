"""Ninety days of a component, what share of them it was up, and the order of incidents."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from tests.sample import a_component, a_page, an_incident, an_update

from lightship.core.history import DAYS, Timeline, by_start, days, gravest, steps, uptime, window_start
from lightship.core.model import (
    Change,
    ComponentStatus,
    Incident,
    Snapshot,
    StatusChange,
)

OK, CARE = ComponentStatus.OPERATIONAL, ComponentStatus.UNDER_MAINTENANCE
SLOW, PARTIAL, MAJOR = ComponentStatus.DEGRADED, ComponentStatus.PARTIAL, ComponentStatus.MAJOR
NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
TODAY = datetime(2024, 5, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def status_change(at: datetime, new: ComponentStatus, component: str = "api") -> StatusChange:
    return StatusChange(at, Change(component, component, OK, new))


def snapshot(*status_changes: StatusChange, before: ComponentStatus | None = None) -> Snapshot:
    return a_page(at=NOW, status_changes=status_changes, before={"api": before} if before else {})


def test_the_window_is_ninety_days_with_today() -> None:
    rows = days("api", snapshot())
    assert (len(rows), rows[0].date, rows[-1].date) == (DAYS, date(2024, 2, 2), date(2024, 5, 1))
    assert window_start(NOW) == datetime(2024, 2, 2, tzinfo=UTC)
    assert {(row.worst, len(row.spans)) for row in rows} == {(OK, 0)}
    assert uptime(rows) == 1


@pytest.mark.parametrize(
    ("status_changes", "day", "worst", "spans"),
    [
        ([status_change(TODAY + HOUR, MAJOR), status_change(TODAY + 3 * HOUR, OK)], 0, MAJOR, {MAJOR: 2 * HOUR}),
        ([status_change(TODAY + HOUR, SLOW), status_change(TODAY + 2 * HOUR, MAJOR)], 0, MAJOR, {SLOW: HOUR, MAJOR: 10 * HOUR}),
        (
            [status_change(TODAY + HOUR, SLOW), status_change(TODAY + 2 * HOUR, OK), status_change(TODAY + 5 * HOUR, SLOW)],
            0,
            SLOW,
            {SLOW: 8 * HOUR},
        ),
        ([status_change(TODAY - HOUR, PARTIAL), status_change(TODAY + HOUR, OK)], 0, PARTIAL, {PARTIAL: HOUR}),
        ([status_change(TODAY - HOUR, PARTIAL), status_change(TODAY + HOUR, OK)], 1, PARTIAL, {PARTIAL: HOUR}),
        ([status_change(TODAY - 3 * DAY, MAJOR), status_change(TODAY - DAY, OK)], 2, MAJOR, {MAJOR: DAY}),
        ([status_change(TODAY - 3 * DAY, MAJOR), status_change(TODAY - DAY, OK)], 1, OK, {}),
        ([status_change(TODAY, MAJOR), status_change(TODAY, OK)], 0, OK, {}),
        ([status_change(NOW + HOUR, MAJOR)], 0, OK, {}),
        ([status_change(NOW - HOUR, MAJOR, "web")], 0, OK, {}),
    ],
)
def test_a_day_knows_its_worst_and_for_how_long(
    status_changes: list[StatusChange], day: int, worst: ComponentStatus, spans: dict[ComponentStatus, timedelta]
) -> None:
    """`day`: how many before today."""
    row = days("api", snapshot(*status_changes))[-1 - day]
    assert (row.worst, dict(row.spans)) == (worst, spans)


def test_what_stood_before_the_window_goes_on_in_it() -> None:
    rows = days("api", snapshot(status_change(window_start(NOW) + 6 * HOUR, OK), before=MAJOR))
    assert (rows[0].worst, rows[0].spans) == (MAJOR, {MAJOR: 6 * HOUR})
    assert rows[1].worst is OK


@pytest.mark.parametrize(("status", "lost"), [(MAJOR, 1.0), (PARTIAL, 0.3), (SLOW, 0.0), (CARE, 0.0)])
def test_uptime_counts_a_partial_outage_for_three_tenths(status: ComponentStatus, lost: float) -> None:
    rows = days("api", snapshot(status_change(TODAY - 10 * DAY, status), status_change(TODAY - DAY, OK)))
    assert uptime(rows) == pytest.approx(1 - 9 * lost / 90)


def test_uptime_counts_the_days_that_it_is_given() -> None:
    rows = days("api", snapshot(status_change(TODAY - 80 * DAY, MAJOR), status_change(TODAY - DAY, OK)))
    assert uptime(rows[-2:]) == 1
    assert uptime(rows[-3:]) == pytest.approx(2 / 3)
    assert uptime(()) == 1


def incident(
    number: int, created: datetime, status: ComponentStatus = OK, turned: tuple[ComponentStatus, ...] = ()
) -> Incident:
    levels = enumerate(turned or (status,))
    updates = [
        an_update(f"{number} {n}", at=created, display_at=created + n * HOUR, changes=(Change("api", "API", OK, new),))
        for n, new in levels
    ]
    touched = a_component("API", at=created, id="api", status=status)
    return an_incident("Hm", *updates, id=f"incident{number:04}", components=(touched,))


def test_incidents_are_newest_first_or_gravest_first() -> None:
    old, new, grave = incident(1, NOW - DAY, SLOW), incident(2, NOW, SLOW), incident(3, NOW - 2 * DAY, MAJOR)
    bare = replace(incident(4, NOW + HOUR), components=())
    assert by_start([old, grave, new, bare]) == (bare, new, old, grave)
    assert gravest([old, grave, new, bare]) == (grave, new, old, bare)


def test_turns_of_several_incidents_are_what_readers_saw_in_the_order_of_time() -> None:
    first = incident(1, NOW, turned=(SLOW, OK))
    second = incident(2, NOW + timedelta(minutes=30), turned=(MAJOR,))
    silent = replace(first, updates=(replace(first.updates[0], changes=None),))
    bare = replace(silent, id="incident0003")
    assert [t.change.new for t in Timeline.of(steps([second, first, bare])).status_changes()] == [SLOW, MAJOR, MAJOR]
