"""A day ends where the next begins, in UTC, wherever the machine stands."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from tests.sample import a_component, a_page, an_incident

from lightship.core.history import days, gravest, window_start
from lightship.core.model import Change, ComponentStatus, StatusChange

MIDNIGHT = datetime(2024, 5, 1, tzinfo=UTC)
OK, SLOW, DOWN = ComponentStatus.OPERATIONAL, ComponentStatus.DEGRADED, ComponentStatus.MAJOR


@pytest.fixture(params=["UTC", "Asia/Tokyo", "America/Los_Angeles"])
def machine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Its own time zone is that."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", request.param)
        time.tzset()
        yield request.param
    time.tzset()


def test_the_window_is_of_utc_days_on_any_machine(machine: str) -> None:
    late = datetime(2024, 5, 2, 8, tzinfo=timezone(timedelta(hours=9)))
    assert window_start(late) == datetime(2024, 2, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("first", "new", "worst"),
    [(OK, DOWN, [OK, OK, DOWN]), (DOWN, OK, [DOWN, DOWN, OK]), (SLOW, DOWN, [SLOW, SLOW, DOWN])],
)
def test_what_changes_at_midnight_belongs_to_the_new_day_alone(
    first: ComponentStatus, new: ComponentStatus, worst: list[ComponentStatus]
) -> None:
    status_changes = (StatusChange(MIDNIGHT, Change("api", "api", first, new)),)
    page = a_page(at=MIDNIGHT + timedelta(hours=12), status_changes=status_changes, before={"api": first})
    rows = days("api", page)[-3:]
    assert [row.worst for row in rows] == worst
    assert rows[1].spans == ({} if first is OK else {first: timedelta(days=1)})


def test_an_incident_without_components_is_as_grave_as_one_whose_components_work() -> None:
    bare = an_incident("A")
    works = an_incident("B", components=(a_component("API"),))
    assert [incident.id for incident in gravest([bare, works])] == [works.id, bare.id]
