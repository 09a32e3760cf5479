"""An incident that should not have been one, or not one of its own."""

import pytest
from tests.core.story import DOWN, MAIL, OK, SLOW, WEB, Story, at

from lightship.core import endings, wire
from lightship.core.model import Facts, Impact, Incident, Status
from lightship.core.rules import Refused
from lightship.core.site import merge
from lightship.core.status import current_facts, impact, is_withdrawn, promised
from lightship.core.updates import NewUpdate


def withdrawn(story: Story, name: str, minute: int, reason: str = "It was a test.") -> Story:
    return story.adds(name, endings.withdrawn(story.page(), story.incidents[name], reason, story.id(), at(minute)))


def merged(story: Story, name: str, into: str, minute: int) -> Story:
    other = story.incidents[name]
    story.adds(into, endings.absorbed(story.page(), story.incidents[into], other, story.id(), at(minute)))
    return story.adds(name, endings.merged(story.page(), other, story.incidents[into], story.id(), at(minute)))


def test_what_was_withdrawn_frees_its_components_and_counts_nowhere() -> None:
    story = withdrawn(Story().opens("one", 0, {MAIL: DOWN, WEB: SLOW}), "one", 10)
    incident = story.incidents["one"]
    assert (incident.status, incident.withdrawn, impact(incident)) == (Status.RESOLVED, True, Impact.NONE)
    assert [story.shown(MAIL, minute) for minute in (0, 5, 10)] == [OK, OK, OK], "not even while it was open"
    assert [update.body for update in incident.updates] == [".", "This was posted by mistake, and is withdrawn. It was a test."]


def test_what_another_incident_holds_stays_held_when_one_is_withdrawn() -> None:
    story = Story().opens("one", 0, {MAIL: DOWN}).opens("two", 5, {MAIL: SLOW})
    withdrawn(story, "one", 10)
    assert [story.shown(MAIL, minute) for minute in (0, 5, 10)] == [OK, SLOW, SLOW]


def test_one_that_has_ended_can_be_withdrawn_with_what_it_left_behind() -> None:
    story = Story().opens("one", 0, {MAIL: DOWN}).says("one", 10, Status.RESOLVED, {MAIL: SLOW})
    assert story.shown(MAIL, 10) is SLOW
    assert withdrawn(story, "one", 20).shown(MAIL, 20) is OK


def test_a_reason_is_needed_for_readers_will_ask() -> None:
    with pytest.raises(Refused, match="Say in a sentence why"):
        withdrawn(Story().opens("one", 0), "one", 1, "  ")


def test_a_planned_maintenance_can_be_withdrawn() -> None:
    story = withdrawn(Story().plans("work", 0, {MAIL}), "work", 5)
    assert (story.incidents["work"].status, impact(story.incidents["work"])) == (Status.COMPLETED, Impact.MAINTENANCE)


@pytest.mark.parametrize("ending", ["withdrawn", "merged"])
def test_nothing_can_be_posted_to_it_any_more(ending: str) -> None:
    story = Story().opens("one", 0, {MAIL: DOWN}).opens("two", 1, {WEB: SLOW})
    withdrawn(story, "one", 5) if ending == "withdrawn" else merged(story, "one", "two", 5)
    for status in (Status.IDENTIFIED, Status.RESOLVED, Status.POSTMORTEM):
        with pytest.raises(Refused, match=r"This was (withdrawn: if it is real|merged: post to the one)"):
            story.says("one", 10, status)
    with pytest.raises(Refused, match="This was"):
        withdrawn(story, "one", 10)


def test_of_two_that_are_one_the_other_takes_over_what_it_held() -> None:
    story = merged(Story().opens("one", 0, {MAIL: DOWN}).opens("two", 5, {WEB: SLOW}), "one", "two", 10)
    one, two = story.incidents["one"], story.incidents["two"]
    assert (one.status, one.merged_into, two.status) == (Status.RESOLVED, two.id, Status.INVESTIGATING)
    assert [story.shown(MAIL, minute) for minute in (0, 10)] == [DOWN, DOWN], "an outage does not end because two became one"
    assert (one.updates[-1].changes, one.updates[-1].body) == (None, "This goes on as “two”.")
    assert story.says("two", 20, Status.RESOLVED).shown(MAIL, 20) is OK


def test_the_worst_that_either_holds_is_held() -> None:
    story = merged(Story().opens("one", 0, {MAIL: SLOW}).opens("two", 5, {MAIL: DOWN}), "one", "two", 10)
    assert story.shown(MAIL, 10) is DOWN
    story = merged(Story().opens("one", 0, {MAIL: DOWN}).opens("two", 5, {MAIL: SLOW}), "one", "two", 10)
    assert story.shown(MAIL, 10) is DOWN


def test_the_promise_of_the_one_that_goes_on_stays_and_no_line_of_it_counts_as_spoken() -> None:
    due = Facts(next_update=at(35), doing="Moving mailboxes.")
    story = Story().opens("one", 0)
    story.adds("two", story.opened("two", NewUpdate(status=Status.INVESTIGATING, body=".", facts=due), at(5)))
    two = merged(story, "one", "two", 10).incidents["two"]
    assert (promised(two), current_facts(two).doing, two.updates[-1].automatic) == (at(35), "Moving mailboxes.", True)


@pytest.mark.parametrize(
    ("one", "two", "why"),
    [
        ("one", "one", "into itself"),
        ("one", "over", "has ended"),
        ("work", "one", "window of its own"),
        ("one", "work", "window"),
    ],
)
def test_what_cannot_be_merged_is_refused_with_what_to_do(one: str, two: str, why: str) -> None:
    story = Story().opens("one", 0).opens("over", 0).says("over", 1, Status.RESOLVED).plans("work", 0, {MAIL})
    with pytest.raises(Refused, match=why):
        merged(story, one, two, 5)


def test_what_was_learned_comes_after_the_end() -> None:
    story = Story().opens("one", 0, {MAIL: DOWN})
    with pytest.raises(Refused, match="What was learned comes after the end: post first that it is over"):
        story.says("one", 5, Status.POSTMORTEM)
    story.says("one", 5, Status.RESOLVED).says("one", 6, Status.POSTMORTEM)


def test_it_is_the_same_on_a_host() -> None:
    story = merged(Story().opens("one", 0, {MAIL: DOWN}).opens("two", 5), "one", "two", 10)
    one = withdrawn(story, "two", 15).incidents
    assert all(wire.from_json(Incident, wire.to_json(incident)) == incident for incident in one.values())


def test_of_two_desks_the_one_that_withdrew_is_heard_and_what_goes_on_counts() -> None:
    story = Story().opens("one", 0, {MAIL: DOWN})
    before = story.incidents["one"]
    gone = withdrawn(story, "one", 5).incidents["one"]
    story.incidents["one"] = before
    resolved = story.says("one", 6, Status.RESOLVED).incidents["one"]
    story.incidents["one"] = before
    going = story.says("one", 7, Status.IDENTIFIED).incidents["one"]
    assert is_withdrawn(merge.incident(gone, resolved)) and merge.incident(gone, resolved) == merge.incident(resolved, gone)
    assert not is_withdrawn(merge.incident(gone, going)), "somebody posted to it later: it is real"
