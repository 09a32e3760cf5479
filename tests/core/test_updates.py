"""The one rule: what an update makes of its incident, its components and the page, in every order that stories take."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import permutations

import pytest
from tests.core.story import BORN, CARE, DOWN, MAIL, OK, PARTIAL, SLOW, WEB, Story, at

from lightship.core.model import ComponentStatus, Impact, Incident, Status
from lightship.core.rules import Refused
from lightship.core.updates import NewUpdate, owed, settled

HOUR = timedelta(hours=1)


def outage(story: Story, minute: int) -> None:
    story.opens("outage", minute, {MAIL: DOWN})


def outage_ends(story: Story, minute: int) -> None:
    story.says("outage", minute, Status.RESOLVED)


def work_begins(story: Story, minute: int) -> None:
    story.says("work", minute, Status.IN_PROGRESS)


def work_ends(story: Story, minute: int) -> None:
    story.says("work", minute, Status.COMPLETED)


Deed = Callable[[Story, int], None]
DEEDS: Sequence[Deed] = (outage, outage_ends, work_begins, work_ends)
ORDERS = [
    order
    for order in permutations(DEEDS)
    if order.index(outage) < order.index(outage_ends) and order.index(work_begins) < order.index(work_ends)
]


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: " ".join(action.__name__ for action in order))
def test_an_outage_and_a_maintenance_over_it_in_every_order(order: Sequence[Deed]) -> None:
    story = Story().plans("work", 0, {MAIL})
    running: set[Deed] = set()
    for number, action in enumerate(order, 1):
        action(story, 10 * number)
        running ^= {outage if action in (outage, outage_ends) else work_begins}
        expected = DOWN if outage in running else CARE if work_begins in running else OK
        assert story.shown(MAIL, 10 * number) is expected
    assert story.shown(MAIL, 5) is OK, "a maintenance that is only planned holds nothing"
    assert story.shown(WEB, 25) is OK


@pytest.mark.parametrize("first", ["one", "two"])
def test_two_incidents_on_one_component_end_in_either_order(first: str) -> None:
    story = Story().opens("one", 0, {MAIL: SLOW}).opens("two", 5, {MAIL: DOWN})
    second = {"one": "two", "two": "one"}[first]
    story.says(first, 10, Status.RESOLVED)
    assert story.shown(MAIL, 10) is {"one": DOWN, "two": SLOW}[first]
    assert story.changes(first) is None, "it does not speak of what another incident holds"
    story.says(second, 20, Status.RESOLVED)
    assert story.shown(MAIL, 20) is OK
    (change,) = story.changes(second) or ()
    assert (change.component_id, change.old, change.new) == (MAIL, {"one": SLOW, "two": DOWN}[second], OK)


def test_an_incident_written_down_later_holds_exactly_its_own_minutes() -> None:
    story = Story().opens("open", 100, {MAIL: SLOW})
    story.opens("past", 200, {MAIL: DOWN, WEB: DOWN}, holds=20).says("past", 201, Status.RESOLVED, holds=50)
    assert [(minute, story.shown(MAIL, minute)) for minute in (19, 20, 49, 50, 99, 100, 250)] == [
        (19, OK),
        (20, DOWN),
        (49, DOWN),
        (50, OK),
        (99, OK),
        (100, SLOW),
        (250, SLOW),
    ]
    assert [story.shown(WEB, minute) for minute in (19, 20, 49, 50, 250)] == [OK, DOWN, DOWN, OK, OK]


def test_one_written_down_later_within_another_leaves_the_other_as_it_was() -> None:
    story = Story().opens("open", 0, {MAIL: SLOW})
    story.opens("past", 200, {MAIL: DOWN}, holds=20).says("past", 201, Status.RESOLVED, holds=50)
    assert [story.shown(MAIL, minute) for minute in (0, 19, 20, 49, 50, 250)] == [SLOW, SLOW, DOWN, DOWN, SLOW, SLOW]
    assert story.changes("past") is None


def test_a_maintenance_that_is_verified_by_hand_still_ends_by_itself() -> None:
    story = Story().plans("work", 0, {MAIL}, starts=10, ends=60).clock(10)
    assert story.shown(MAIL, 10) is CARE
    story.says("work", 30, Status.VERIFYING)
    assert (story.shown(MAIL, 30), story.changes("work")) == (CARE, None)
    assert [story.clock(minute).incidents["work"].status for minute in (59, 61)] == [Status.VERIFYING, Status.COMPLETED]
    assert [story.shown(MAIL, minute) for minute in (59, 60, 61)] == [CARE, OK, OK]


@pytest.mark.parametrize(
    ("by_hand", "shown"),
    [
        ({-10: SLOW}, [SLOW, DOWN, DOWN, SLOW, SLOW]),
        ({10: SLOW}, [OK, DOWN, DOWN, SLOW, SLOW]),
        ({10: OK}, [OK, DOWN, DOWN, OK, OK]),
        ({10: DOWN}, [OK, DOWN, DOWN, DOWN, DOWN]),
        ({40: SLOW}, [OK, DOWN, DOWN, OK, SLOW]),
        ({-10: SLOW, 10: OK}, [SLOW, DOWN, DOWN, OK, OK]),
        ({-10: DOWN, 10: SLOW, 40: OK}, [DOWN, DOWN, DOWN, SLOW, OK]),
    ],
    ids=[
        "before",
        "in between",
        "in between, as it is set already",
        "in between, as it is shown already",
        "after",
        "set and mended meanwhile",
        "all three",
    ],
)
def test_a_component_set_by_hand_holds_until_it_is_set_again(
    by_hand: dict[int, ComponentStatus], shown: list[ComponentStatus]
) -> None:
    story = Story()
    for minute, level in by_hand.items():
        story.at(minute, partial(Story.sets, component_id=MAIL, level=level))
    story.at(0, outage).at(30, outage_ends).plays()
    assert [story.shown(MAIL, minute) for minute in (-5, 5, 29, 30, 50)] == shown


def test_what_is_stated_at_an_end_stays_until_it_is_set_by_hand() -> None:
    story = Story().opens("one", 0, {MAIL: DOWN, WEB: DOWN}).says("one", 10, Status.RESOLVED, {MAIL: SLOW})
    assert (story.shown(MAIL, 10), story.shown(WEB, 10)) == (SLOW, OK)
    assert {(change.component_id, change.new) for change in story.changes("one") or ()} == {(MAIL, SLOW), (WEB, OK)}
    story.opens("two", 20, {MAIL: DOWN}).says("two", 30, Status.RESOLVED)
    assert story.shown(MAIL, 30) is SLOW
    story.sets(MAIL, 40, OK)
    assert story.shown(MAIL, 40) is OK


def test_a_later_end_that_says_it_works_mends_what_an_earlier_one_left() -> None:
    """What other tools write: one incident ends at the level of the other, and the other ends at working."""
    story = Story().opens("one", 0, {MAIL: DOWN}).opens("two", 5, {MAIL: SLOW})
    story.says("two", 10, Status.RESOLVED, {MAIL: DOWN}).says("one", 20, Status.RESOLVED, {MAIL: OK})
    assert story.shown(MAIL, 20) is OK
    story.sets(MAIL, 30, SLOW).opens("three", 31, {MAIL: DOWN}).says("three", 32, Status.RESOLVED, {MAIL: OK})
    assert story.shown(MAIL, 32) is SLOW, "but what was set by hand holds"


def test_one_that_is_reopened_starts_with_nothing_held() -> None:
    story = Story().opens("one", 0, {MAIL: DOWN}).says("one", 10, Status.RESOLVED).says("one", 20, Status.INVESTIGATING)
    assert (story.shown(MAIL, 20), story.changes("one")) == (OK, None)
    story.says("one", 30, Status.IDENTIFIED, {MAIL: PARTIAL}).says("one", 40, Status.RESOLVED).says(
        "one", 41, Status.POSTMORTEM
    )
    assert [story.shown(MAIL, minute) for minute in (30, 40)] == [PARTIAL, OK]


def test_a_maintenance_that_is_called_off_changes_nothing() -> None:
    story = Story().plans("work", 0, {MAIL}).says("work", 5, Status.COMPLETED)
    assert (story.shown(MAIL, 5), story.changes("work")) == (OK, None)


def test_one_that_goes_back_to_planned_holds_nothing_until_it_begins_anew() -> None:
    story = Story().plans("work", 0, {MAIL, WEB})
    for minute, status in ((5, Status.IN_PROGRESS), (10, Status.SCHEDULED), (15, Status.VERIFYING)):
        story.says("work", minute, status)
    assert [story.shown(WEB, minute) for minute in (5, 10, 15)] == [CARE, OK, CARE]


def test_a_begin_that_states_a_level_takes_the_others_into_maintenance() -> None:
    story = Story().plans("work", 0, {MAIL, WEB}).says("work", 5, Status.IN_PROGRESS, {WEB: DOWN})
    assert (story.shown(MAIL, 5), story.shown(WEB, 5)) == (CARE, DOWN)


def test_its_records_stand_at_what_its_last_word_left() -> None:
    story = Story().opens("one", 0, {MAIL: DOWN}).opens("two", 1, {MAIL: DOWN})
    assert [part.status for part in story.incidents["one"].components] == [DOWN]
    story.says("one", 10, Status.RESOLVED)
    assert [part.status for part in story.incidents["one"].components] == [OK], "though another holds it"
    assert [part.status for part in Story().plans("work", 0, {MAIL}).incidents["work"].components] == [OK]


def test_every_component_down_by_one_incident_is_critical() -> None:
    story = Story().opens("one", 0, {MAIL: DOWN})
    assert story.incidents["one"].impact_override is None
    story.says("one", 5, Status.IDENTIFIED, {WEB: DOWN})
    assert story.incidents["one"].impact_override is Impact.CRITICAL


@pytest.mark.parametrize(
    ("minute", "flags", "status", "expected"),
    [
        (9, {}, Status.SCHEDULED, None),
        (10, {}, Status.SCHEDULED, (Status.IN_PROGRESS, 10)),
        (70, {}, Status.SCHEDULED, (Status.IN_PROGRESS, 10)),
        (10, {"auto_start": False}, Status.SCHEDULED, None),
        (59, {}, Status.IN_PROGRESS, None),
        (60, {}, Status.IN_PROGRESS, (Status.COMPLETED, 60)),
        (60, {}, Status.VERIFYING, (Status.COMPLETED, 60)),
        (60, {"auto_end": False}, Status.VERIFYING, None),
        (99, {}, Status.COMPLETED, None),
    ],
)
def test_the_clock_owes_an_update(
    minute: int, flags: dict[str, bool], status: Status, expected: tuple[Status, int] | None
) -> None:
    story = Story().plans("work", 0, {MAIL}, starts=10, ends=60, **flags)
    if status is not Status.SCHEDULED:
        story.says("work", 5, status)
    new = owed(story.incidents["work"], at(minute))
    assert (new and (new.status, new.at, new.body, new.statuses)) == (expected and (expected[0], at(expected[1]), "", None))


def test_the_clock_speaks_after_what_was_said_and_not_before_its_time() -> None:
    work = Story().plans("work", 0, {MAIL}, starts=-60, ends=60).incidents["work"]
    assert owed(work, at(0)) is None
    new = owed(work, at(1))
    assert new and new.at == at(0) + timedelta(milliseconds=1)


def test_two_levels_set_at_one_moment_stand_one_after_the_other() -> None:
    story = Story().sets(MAIL, 0, SLOW).sets(MAIL, 0, DOWN).sets(MAIL, 0, OK)
    assert [status_change.at - at(0) for status_change in story.by_hand] == [timedelta(milliseconds=n) for n in range(3)]
    assert story.shown(MAIL, 1) is OK
    assert story.sets(MAIL, 1, OK).by_hand == story.by_hand[:3]


@pytest.mark.parametrize(
    ("by_hand", "wanted", "turned", "after_the_end"),
    [
        (OK, OK, (OK, OK), OK),
        (OK, SLOW, (SLOW, SLOW), OK),
        (PARTIAL, SLOW, (SLOW, SLOW), SLOW),
        (OK, DOWN, None, OK),
        (SLOW, PARTIAL, (PARTIAL, PARTIAL), SLOW),
    ],
)
def test_a_page_from_elsewhere_is_shown_as_it_stands_there(
    by_hand: ComponentStatus,
    wanted: ComponentStatus,
    turned: tuple[ComponentStatus, ComponentStatus] | None,
    after_the_end: ComponentStatus,
) -> None:
    """There an incident was never ended, though its component works."""
    story = Story().sets(MAIL, -5, by_hand).opens("one", 0, {MAIL: DOWN})
    status_change = settled(story.page(), replace(story.components[0], status=wanted, updated_at=at(10)), story.id(), at(60))
    assert (status_change and (status_change.at, status_change.change.old, status_change.change.new)) == (
        turned and (at(10), *turned)
    )
    story.by_hand += [status_change] if status_change else []
    assert [story.shown(MAIL, minute) for minute in (9, 10, 60)] == [DOWN, wanted, wanted]
    story.says("one", 70, Status.RESOLVED)
    assert story.shown(MAIL, 70) is after_the_end


@pytest.mark.parametrize(("updated", "turned"), [(10, 10), (-1, 60), (0, 60), (61, 60)])
def test_what_stands_worse_elsewhere_is_set_by_hand_when_it_changed_there(updated: int, turned: int) -> None:
    story = Story().opens("one", 0, {MAIL: SLOW})
    status_change = settled(story.page(), replace(story.components[0], status=DOWN, updated_at=at(updated)), story.id(), at(60))
    assert status_change and (status_change.at, status_change.change.old, status_change.change.new) == (at(turned), SLOW, DOWN)
    web = replace(story.components[1], status=SLOW)
    status_change = settled(story.page(), web, story.id(), at(60))
    assert status_change and (status_change.at, status_change.change.old, status_change.change.new) == (BORN, OK, SLOW)


def test_what_a_page_does_not_have_cannot_be_spoken_of() -> None:
    with pytest.raises(Refused, match=r"There is no component nothere00000 on this page"):
        Story().opens("one", 0, {"nothere00000": DOWN})
    gone = Story().opens("one", 0, {MAIL: DOWN})
    gone.components = [part for part in gone.components if part.id != MAIL]
    gone.says("one", 5, Status.RESOLVED)
    assert gone.changes("one") is None


def test_the_precision_of_a_post_is_a_millisecond() -> None:
    story = Story()
    late = at(5) + timedelta(microseconds=1999)
    story.adds("one", story.opened("one", NewUpdate(status=Status.INVESTIGATING, body="."), late))
    (update,) = story.incidents["one"].updates
    assert update.created_at == update.display_at == update.wordings[0].at == at(5) + timedelta(milliseconds=1)


def test_records_know_a_component_as_the_page_has_it_now() -> None:
    story = Story().opens("one", 0, {MAIL: DOWN})
    story.components = [replace(part, name="Post") if part.id == MAIL else part for part in story.components]
    story.says("one", 5, Status.IDENTIFIED)
    incident: Incident = story.incidents["one"]
    assert [(part.name, part.updated_at) for part in incident.components] == [("Post", BORN)]
    assert datetime(2030, 1, 1, tzinfo=UTC) - HOUR > BORN


def test_a_status_of_the_other_kind_is_refused_with_the_right_article() -> None:
    story = Story().plans("work", 0, {MAIL}).opens("outage", 1)
    with pytest.raises(Refused, match=r"^A maintenance cannot be “resolved”"):
        story.says("work", 2, Status.RESOLVED)
    with pytest.raises(Refused, match=r"^An incident cannot be “completed”"):
        story.says("outage", 2, Status.COMPLETED)
