"""When the next update is due, attacked: clock changes, machines that speak, dates that lie, ends that are none."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.test_scorecard import at, incident, post

from lightship.core.duty.policy import Policy
from lightship.core.duty.promises import check_promise, deadline, interval, last_spoken
from lightship.core.model import Impact, Incident, Kind, Status
from lightship.core.rules import Refused

VIENNA = ZoneInfo("Europe/Vienna")
MINUTE = timedelta(minutes=1)
CRITICAL = Impact.CRITICAL
LOOKING, WATCHING, RESOLVED = Status.INVESTIGATING, Status.MONITORING, Status.RESOLVED


@pytest.mark.parametrize(
    ("status", "impact", "promise_minutes", "policy", "minutes"),
    [
        (LOOKING, None, 30, Policy(), 30),
        (LOOKING, CRITICAL, 30, Policy(), 20),
        (LOOKING, CRITICAL, 15, Policy(), 15),
        (LOOKING, CRITICAL, 30, Policy(critical=10), 10),
        (WATCHING, None, 30, Policy(), 30),
        (WATCHING, None, 30, Policy(monitoring=60), 60),
        (WATCHING, CRITICAL, 30, Policy(), 20),
        (WATCHING, CRITICAL, 30, Policy(monitoring=60), 60),
        (Status.IDENTIFIED, None, 45, Policy(monitoring=60), 45),
    ],
)
def test_an_interval_is_longer_while_a_fix_is_watched_only_where_the_owner_says_so(
    status: Status, impact: Impact | None, promise_minutes: int, policy: Policy, minutes: int
) -> None:
    broken = incident(post(0, status), impact_override=impact)
    assert interval(broken, promise_minutes, policy) == minutes * MINUTE
    assert deadline(broken, promise_minutes, policy) == at(minutes)


# Posts, and the minute at which the next update is due; None: none is.
DUE: dict[str, tuple[Incident, float | None]] = {
    "a promise goes before the interval": (incident(post(0, promise=55)), 55),
    "a machine's line moves nothing": (incident(post(0, promise=25), post(20, automatic=True, promise=90)), 25),
    "nor does it without a promise": (incident(post(0), post(20, automatic=True)), 30),
    "a machine opened it": (incident(post(0, automatic=True)), 30),
    "and a person spoke since": (incident(post(0, automatic=True), post(8)), 38),
    "over": (incident(post(0, promise=25), post(10, RESOLVED)), None),
    "over, as a machine says": (incident(post(0, promise=25), post(10, RESOLVED, automatic=True)), None),
    "reviewed": (incident(post(0), post(10, RESOLVED), post(900, Status.POSTMORTEM)), None),
    "opened again": (incident(post(0, promise=25), post(10, RESOLVED), post(40)), 70),
    "opened again by a machine": (incident(post(0, promise=25), post(10, RESOLVED), post(40, automatic=True)), 70),
    "dated back": (incident(post(60, dated=0)), 90),
    "the promise of an older one is no longer one": (incident(post(0, promise=25), post(5)), 35),
    "planned work that promises nothing": (incident(post(0, Status.SCHEDULED), kind=Kind.MAINTENANCE), None),
    "planned work that does": (incident(post(0, Status.SCHEDULED, promise=600), kind=Kind.MAINTENANCE), 600),
    "the clock began it": (
        incident(
            post(0, Status.SCHEDULED, promise=600),
            post(500, Status.IN_PROGRESS, body="", automatic=True),
            kind=Kind.MAINTENANCE,
        ),
        600,
    ),
}


@pytest.mark.parametrize(("broken", "due"), DUE.values(), ids=DUE)
def test_when_the_next_update_is_due(broken: Incident, due: float | None) -> None:
    assert deadline(broken, 30, Policy()) == (None if due is None else at(due))


@pytest.mark.parametrize(
    ("spoken", "due"),
    [
        (datetime(2026, 10, 25, 0, 45, tzinfo=UTC), "02:15 CET"),  # from 02:45 CEST: the hour comes twice
        (datetime(2026, 10, 25, 0, 20, tzinfo=UTC), "02:50 CEST"),
        (datetime(2027, 3, 28, 0, 45, tzinfo=UTC), "03:15 CEST"),  # from 01:45 CET: the hour is skipped
    ],
)
def test_half_an_hour_is_half_an_hour_when_clocks_change(spoken: datetime, due: str) -> None:
    posted = replace(post(0), created_at=spoken, display_at=spoken, updated_at=spoken)
    found = deadline(incident(posted), 30, Policy())
    assert found == spoken + 30 * MINUTE
    assert f"{found.astimezone(VIENNA):%H:%M %Z}" == due


def test_the_two_hours_before_a_longer_promise_are_real_hours_in_the_night_that_has_three() -> None:
    opened = datetime(2026, 10, 24, 23, 30, tzinfo=UTC)  # 01:30 CEST; two hours later it is 02:30 CET
    posted = replace(post(0), created_at=opened, display_at=opened, updated_at=opened)
    broken, now = incident(posted), opened + timedelta(minutes=119)
    with pytest.raises(Refused, match="within 30 minutes"):
        check_promise(broken, now + 32 * MINUTE, 30, Policy(), now)
    check_promise(broken, now + 30 * MINUTE, 30, Policy(), now)
    check_promise(broken, now + timedelta(hours=4), 30, Policy(), opened + timedelta(hours=2))


def test_a_critical_incident_is_refused_the_promise_that_others_may_make() -> None:
    broken = incident(post(0), impact_override=CRITICAL)
    with pytest.raises(Refused, match="within 20 minutes"):
        check_promise(broken, at(25), 30, Policy(), at(1))


@given(st.lists(st.tuples(st.integers(0, 200), st.booleans(), st.none() | st.integers(1, 60)), min_size=1, max_size=6))
def test_no_line_of_a_machine_ever_moves_a_deadline(rows: list[tuple[int, bool, int | None]]) -> None:
    posts = [
        replace(post(minute, automatic=auto, promise=None if ahead is None else minute + ahead), id=f"u{number}")
        for number, (minute, auto, ahead) in enumerate(rows)
    ]
    people = [one for one in posts if not one.automatic]
    if people:
        with_machines, without = incident(*posts), incident(*people)
        assert deadline(with_machines, 30, Policy()) == deadline(without, 30, Policy())
        assert last_spoken(with_machines) == last_spoken(without)
