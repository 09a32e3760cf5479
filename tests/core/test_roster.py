"""Who is on duty when: every minute has at most one person for a duty, and turns tile right through clock changes."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lightship.core.duty.hours import Hours, instant, staffed_spans, text_of
from lightship.core.duty.roster import (
    Duty,
    Every,
    Roster,
    Rotation,
    Shift,
    Window,
    alone,
    check_rotation,
    expand,
    gaps,
    next_shift,
    on_duty,
    overlaps,
    shifts,
)
from lightship.core.rules import Refused

VIENNA, NEW_YORK, SYDNEY = "Europe/Vienna", "America/New_York", "Australia/Sydney"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)  # a Monday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def rotation(
    *members: str, duty: Duty = Duty.WRITER, every: Every = Every.WEEK, at: str = "09:00", zone: str = VIENNA, **more: object
) -> Rotation:
    window = Window(begins=time.fromisoformat(at), zone=zone, members=members)
    values = {"duty": duty, "every": every, "start": date(2026, 11, 2), "windows": (window,), **more}
    return Rotation(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("day", "at", "zone", "expected"),
    [
        ("2026-11-23", "09:00", VIENNA, "2026-11-23 08:00"),
        # 02:00 to 03:00 is skipped: the moment at which the clock jumps, whatever was meant between.
        ("2026-03-29", "02:00", VIENNA, "2026-03-29 01:00"),
        ("2026-03-29", "02:30", VIENNA, "2026-03-29 01:00"),
        ("2026-03-29", "03:00", VIENNA, "2026-03-29 01:00"),
        ("2026-03-29", "03:15", VIENNA, "2026-03-29 01:15"),
        # 02:00 to 03:00 comes twice: the first time.
        ("2026-10-25", "02:30", VIENNA, "2026-10-25 00:30"),
        ("2026-10-25", "03:00", VIENNA, "2026-10-25 02:00"),
        ("2026-03-08", "02:30", NEW_YORK, "2026-03-08 07:00"),
        ("2026-11-01", "01:30", NEW_YORK, "2026-11-01 05:30"),
        ("2026-10-04", "02:15", "Australia/Lord_Howe", "2026-10-03 15:30"),  # a jump of half an hour
        ("2011-12-30", "12:00", "Pacific/Apia", "2011-12-30 10:00"),  # a whole day is skipped
    ],
)
def test_a_time_of_the_day_is_one_moment_whatever_the_clocks_do(day: str, at: str, zone: str, expected: str) -> None:
    assert instant(date.fromisoformat(day), time.fromisoformat(at), zone) == utc(expected)


@given(
    st.dates(date(2025, 1, 1), date(2028, 12, 31)),
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    st.sampled_from([VIENNA, NEW_YORK, SYDNEY, "Australia/Lord_Howe", "Africa/Casablanca"]),
)
@settings(max_examples=300, deadline=None)
def test_what_is_earlier_by_the_clock_is_never_later_in_truth(day: date, one: time, other: time, zone: str) -> None:
    first, second = sorted([one, other])
    assert instant(day, first, zone) <= instant(day, second, zone) <= instant(day + DAY, first, zone)


def test_a_weekly_rotation_hands_over_on_the_weekday_on_which_it_began() -> None:
    weekly = expand(rotation("alice", "bob"), NOW, NOW + 14 * DAY)
    assert [(shift.person, shift.starts, shift.ends) for shift in weekly] == [
        ("bob", utc("2026-11-23 08:00"), utc("2026-11-30 08:00")),
        ("alice", utc("2026-11-30 08:00"), utc("2026-12-07 08:00")),
        ("bob", utc("2026-12-07 08:00"), utc("2026-12-14 08:00")),
    ]


def test_nobody_is_on_duty_before_a_rotation_starts() -> None:
    later = rotation("alice", start=date(2026, 11, 25))
    assert shifts(Roster(rotations=(later,)), NOW, NOW + DAY) == ()
    assert expand(later, NOW, NOW + 3 * DAY)[0].starts == utc("2026-11-25 08:00")


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 3, 28), 23.5), (date(2026, 3, 29), 23.5), (date(2026, 10, 24), 24), (date(2026, 10, 25), 25)],
)
def test_a_daily_turn_is_as_long_as_its_day(day: date, hours: float) -> None:
    """Hand-over at 02:30: skipped on 29 March 2026, twice on 25 October 2026."""
    daily = expand(rotation("alice", "bob", every=Every.DAY, at="02:30", start=day), utc(f"{day} 12:00"), utc(f"{day} 13:00"))
    assert [(shift.ends - shift.starts) / HOUR for shift in daily] == [hours]


def test_daily_turns_count_only_the_days_that_are_served() -> None:
    """From Monday to Friday, five members: each always on the same day; seven members: each on every day in turn."""
    weekdays = rotation("a", "b", "c", every=Every.DAY, days=(0, 1, 2, 3, 4))
    people = [(shift.person, shift.starts.weekday()) for shift in expand(weekdays, NOW, NOW + 9 * DAY)]
    # Fifteen working days since 2 November: the first is a's again. Friday's turn lasts until Monday's begins.
    assert people == [("a", 0), ("b", 1), ("c", 2), ("a", 3), ("b", 4), ("c", 0), ("a", 1), ("b", 2)]


def test_a_rotation_follows_the_sun_through_weeks_in_which_the_clocks_disagree() -> None:
    """New York changes its clocks three weeks before Vienna: turns lengthen and shorten, and nobody is missing."""
    sun = Rotation(
        duty=Duty.WRITER,
        every=Every.WEEK,
        start=date(2026, 3, 2),
        windows=(
            Window(begins=time(8), zone=VIENNA, members=("alice", "anna")),
            Window(begins=time(10), zone=NEW_YORK, members=("bob",)),
            Window(begins=time(9), zone=SYDNEY, members=("carol",)),
        ),
    )
    march = expand(sun, utc("2026-03-02 07:00"), utc("2026-04-20 00:00"))
    assert all(one.ends == other.starts for one, other in pairwise(march))
    assert {shift.person: (shift.ends - shift.starts) / HOUR for shift in march[:3]} == {"alice": 8, "bob": 7, "carol": 9}
    between = [shift for shift in march if shift.starts.date() == date(2026, 3, 10)]
    assert {shift.person: (shift.ends - shift.starts) / HOUR for shift in between} == {"anna": 7, "bob": 8, "carol": 9}


members = st.lists(st.sampled_from(["alice", "bob", "carol", "dave"]), min_size=1, max_size=4)
windows = st.builds(
    lambda begins, zone, people: Window(begins=begins, zone=zone, members=tuple(people)),
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    st.sampled_from([VIENNA, NEW_YORK, SYDNEY, "Etc/UTC"]),
    members,
)
rotations = st.builds(
    lambda every, start, chosen: Rotation(duty=Duty.WRITER, every=every, start=start, windows=tuple(chosen)),
    st.sampled_from(Every),
    st.dates(date(2026, 2, 20), date(2026, 4, 10)) | st.dates(date(2026, 9, 25), date(2026, 11, 5)),
    st.lists(windows, min_size=1, max_size=3, unique_by=lambda window: (window.begins, window.zone)),
)


@given(rotations)
@settings(max_examples=120, deadline=None)
def test_shifts_tile_without_a_gap_across_clock_changes(chosen: Rotation) -> None:
    since = datetime(chosen.start.year, chosen.start.month, chosen.start.day, tzinfo=UTC) + 2 * DAY
    until = since + 7 * 4 * DAY  # every member of a weekly rotation of four once
    tiled = shifts(Roster(rotations=(chosen,)), since, until)
    assert tiled[0].starts <= since < until <= tiled[-1].ends
    assert all(one.ends == other.starts for one, other in pairwise(tiled))
    assert gaps(tiled, since, until) and {gap.missing for gap in gaps(tiled, since, until)} == {(Duty.DEPUTY,)}


spans = st.tuples(st.integers(0, 20 * 24), st.integers(1, 72)).map(
    lambda pair: (utc("2026-03-20 00:00") + pair[0] * HOUR, utc("2026-03-20 00:00") + (pair[0] + pair[1]) * HOUR)
)
loose = st.lists(
    st.builds(
        lambda duty, person, span: Shift(duty, person, *span),
        st.sampled_from([Duty.WRITER, Duty.DEPUTY]),
        st.sampled_from(["alice", "bob"]),
        spans,
    ),
    max_size=5,
).map(tuple)


@given(st.lists(rotations, max_size=2).map(tuple), loose, loose)
@settings(max_examples=120, deadline=None)
def test_every_minute_has_at_most_one_person_for_a_duty(
    turning: tuple[Rotation, ...], calendar: tuple[Shift, ...], overrides: tuple[Shift, ...]
) -> None:
    since, until = utc("2026-03-25 00:00"), utc("2026-04-04 00:00")
    roster = Roster(rotations=turning, calendar=calendar, overrides=overrides)
    tiled = shifts(roster, since, until)
    for duty in Duty:
        own = [shift for shift in tiled if shift.duty is duty]
        assert all(one.ends <= other.starts for one, other in pairwise(own))
    for number in range(0, 10 * 24 * 60, 7):
        at = since + number * timedelta(minutes=1)
        named = {shift.person for shift in tiled if shift.duty is Duty.WRITER and shift.starts <= at < shift.ends}
        override = next((one.person for one in overrides if one.duty is Duty.WRITER and one.starts <= at < one.ends), None)
        assert len(named) <= 1
        assert override is None or named == {override}
        missing = {duty for gap in gaps(tiled, since, until) if gap.starts <= at < gap.ends for duty in gap.missing}
        assert (Duty.WRITER in missing) == (not named)


def test_an_override_goes_before_a_calendar_and_a_calendar_before_a_rotation() -> None:
    roster = Roster(
        rotations=(rotation("alice"), rotation("dave")),
        calendar=(Shift(Duty.WRITER, "bob", NOW, NOW + 4 * HOUR),),
        overrides=(
            Shift(Duty.WRITER, "carol", NOW + HOUR, NOW + 2 * HOUR),
            Shift(Duty.WRITER, "dave", NOW, NOW + 3 * HOUR),
        ),
    )
    named = shifts(roster, NOW - HOUR, NOW + 6 * HOUR)
    assert [shift.person for shift in named] == ["alice", "dave", "carol", "dave", "bob", "alice"]
    assert on_duty(named, NOW + HOUR) == {Duty.WRITER: "carol"}
    following = next_shift(named, Duty.WRITER, NOW + HOUR)
    assert following and (following.person, following.starts) == ("dave", NOW + 2 * HOUR)
    assert next_shift(named, Duty.DEPUTY, NOW) is None


def test_a_rotation_counts_from_when_it_was_made_until_it_ended() -> None:
    roster = Roster(rotations=(rotation("alice", ended=NOW), rotation("bob", made=NOW)))
    named = shifts(roster, NOW - HOUR, NOW + HOUR)
    assert [(shift.person, shift.ends == NOW) for shift in named] == [("alice", True), ("bob", False)]
    assert overlaps(roster, NOW - HOUR, NOW + HOUR) == ()


def test_two_claims_to_one_duty_are_named_with_who_holds_it() -> None:
    calendar = (Shift(Duty.WRITER, "bob", NOW + HOUR, NOW + 2 * HOUR), Shift(Duty.DEPUTY, "bob", NOW, NOW + DAY))
    roster = Roster(rotations=(rotation("alice"),), calendar=calendar)
    (overlap,) = overlaps(roster, NOW, NOW + DAY)
    assert (overlap.duty, overlap.people, overlap.starts) == (Duty.WRITER, ("bob", "alice"), NOW + HOUR)
    assert on_duty(shifts(roster, NOW, NOW + DAY), overlap.starts)[Duty.WRITER] == "bob"


def test_a_gap_names_its_minutes_and_who_is_missing() -> None:
    covered = (
        Shift(Duty.WRITER, "alice", NOW, NOW + 3 * HOUR),
        Shift(Duty.DEPUTY, "bob", NOW + HOUR, NOW + 4 * HOUR),
    )
    named = [(gap.missing, gap.starts, gap.ends) for gap in gaps(covered, NOW, NOW + 5 * HOUR)]
    assert named == [
        ((Duty.DEPUTY,), NOW, NOW + HOUR),
        ((Duty.WRITER,), NOW + 3 * HOUR, NOW + 4 * HOUR),
        ((Duty.WRITER, Duty.DEPUTY), NOW + 4 * HOUR, NOW + 5 * HOUR),
    ]


OFFICE = Hours(days=(0, 1, 2, 3, 4), begins=time(8), until=time(18), zone=VIENNA)
NIGHT = Hours(days=(4,), begins=time(22), until=time(2, 30), zone=VIENNA)


def test_outside_published_hours_nobody_is_missing() -> None:
    monday = Shift(Duty.WRITER, "alice", utc("2026-11-23 07:00"), utc("2026-11-23 16:30"))
    found = gaps([monday, Shift(Duty.DEPUTY, "bob", NOW - DAY, NOW + 9 * DAY)], utc("2026-11-23 00:00"), NOW + DAY, [OFFICE])
    assert [(gap.starts, gap.ends) for gap in found] == [
        (utc("2026-11-23 16:30"), utc("2026-11-23 17:00")),
        (utc("2026-11-24 07:00"), utc("2026-11-24 12:00")),
    ]


def test_hours_may_cross_midnight_and_a_clock_change() -> None:
    spans = staffed_spans([NIGHT, OFFICE], utc("2026-10-23 12:00"), utc("2026-10-26 08:00"))
    assert spans == [
        (utc("2026-10-23 12:00"), utc("2026-10-23 16:00")),
        (utc("2026-10-23 20:00"), utc("2026-10-24 00:30")),
        (utc("2026-10-26 07:00"), utc("2026-10-26 08:00")),
    ]


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        ([OFFICE], "Monday to Friday 08:00 to 18:00, Vienna time"),
        ([NIGHT], "Friday 22:00 to 02:30, Vienna time"),
        ([Hours(begins=time(0), until=time(0), zone="Etc/UTC")], "every day around the clock, UTC time"),
        (
            [Hours(days=(0, 1, 3, 4, 5), begins=time(7), until=time(9), zone=NEW_YORK)],
            "Monday and Tuesday, Thursday to Saturday 07:00 to 09:00, New York time",
        ),
        ([], ""),
    ],
)
def test_staffed_hours_read_as_a_sentence(hours: list[Hours], expected: str) -> None:
    assert text_of(hours) == expected


def test_one_person_as_writer_and_deputy_is_flagged() -> None:
    both = (Shift(Duty.WRITER, "alice", NOW, NOW + 3 * HOUR), Shift(Duty.DEPUTY, "alice", NOW + HOUR, NOW + 4 * HOUR))
    (overlap,) = alone(both, NOW, NOW + DAY)
    assert (overlap.people, overlap.starts, overlap.ends) == (("alice", "alice"), NOW + HOUR, NOW + 3 * HOUR)
    assert alone((both[0], Shift(Duty.DEPUTY, "bob", NOW, NOW + DAY)), NOW, NOW + DAY) == ()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (rotation(), "name at least one account"),
        (rotation("alice", days=()), "Choose at least one day"),
        (rotation("alice", days=(1, 1)), "each once"),
        (rotation("alice", zone="Wien"), "use a name like Europe/Vienna"),
        (rotation("alice", windows=()), "has 1 to 24 hand-overs"),
        (rotation("alice", start=date(202, 11, 2)), "The year 202 cannot be meant"),
        (rotation(*["alice"] * 101), "100 are the most"),
        (rotation("alice", windows=(Window(begins=time(9), zone=VIENNA, members=("a",)),) * 2), "put their members into one"),
    ],
)
def test_a_rotation_that_nobody_could_work_by_is_refused(wrong: Rotation, message: str) -> None:
    with pytest.raises(Refused, match=message):
        check_rotation(wrong)


def test_the_longest_rotation_is_expanded_in_a_blink() -> None:
    """As fast ten years after it began as on its first day: it is looked at from the week that is asked for."""
    old = rotation("alice", "bob", start=date(2016, 11, 7))
    (shift, *_) = expand(old, NOW, NOW + DAY)
    assert (shift.starts, shift.starts.astimezone(ZoneInfo(VIENNA)).hour) == (utc("2026-11-23 08:00"), 9)
