"""Two desks' words as one: whatever the order, however often, and nothing that either said is lost."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.core import values
from tests.publishing.book import harbour
from tests.sample import an_update

from lightship.core.model import Change, ComponentStatus, Impact, Incident, Status, StatusChange, Update, Wording
from lightship.core.site import merge
from lightship.core.site.merge import Content
from lightship.core.updates import in_order

NOW = datetime(2026, 11, 22, 14, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
BASE = harbour().incident("incident0000")
FEW = st.sampled_from(["incident0000", "incident0001", "incident0002"])
SOON = st.integers(0, 3).map(lambda n: NOW + n * MINUTE)
# Few ids and few moments, so that sides meet in most examples. An update's header is what its id says.
TEXTS = st.builds(Wording, at=SOON, body=st.sampled_from(["a", "b"]))


@st.composite
def updates(draw: st.DrawFn) -> tuple[Update, ...]:
    numbers = draw(st.sets(st.integers(0, 3), min_size=1))
    return in_order([_update(n, draw(st.sets(TEXTS, min_size=1, max_size=2)), draw(SOON)) for n in numbers])


def _update(number: int, wordings: set[Wording], updated: datetime) -> Update:
    at = NOW + number * MINUTE
    change = Change("webmail00000", "x", ComponentStatus.OPERATIONAL, list(ComponentStatus)[number])
    oldest_first = tuple(sorted(wordings, key=lambda wording: (wording.at, wording.body)))
    more: Any = {"id": f"update{number:06d}", "wordings": oldest_first, "updated_at": max(at, updated), "changes": (change,)}
    return an_update("", list(Status)[number], at=at, **more)


INCIDENTS = st.builds(
    lambda own, said, name, updated, impact, parts, ending: replace(
        BASE,
        id=own,
        updates=said,
        name=name,
        updated_at=updated,
        impact_override=impact,
        components=tuple(parts.values()),
        **ending,
    ),
    FEW,
    updates(),
    st.sampled_from(["Mail", "Web"]),
    SOON,
    st.sampled_from([None, Impact.MINOR, Impact.CRITICAL]),
    st.dictionaries(
        st.sampled_from(["webmail00000", "panel0000000"]), st.builds(replace, st.just(BASE.components[0]), updated_at=SOON)
    ).map(lambda found: {own: replace(part, id=own) for own, part in found.items()}),
    st.sampled_from([{}, {"withdrawn": True}, {"merged_into": "incident0001"}, {"merged_into": "incident0002"}]),
)
TURNS = st.builds(
    lambda n, at: StatusChange(
        NOW, Change("webmail00000", "x", ComponentStatus.OPERATIONAL, list(ComponentStatus)[n]), f"turn{n:08d}"
    ),
    st.integers(0, 3),
    SOON,
)
WORDS = st.builds(
    Content,
    page=st.builds(replace, st.just(harbour().page), updated_at=SOON, name=st.sampled_from(["Harbour", "Port"])),
    groups=st.just({}),
    components=st.builds(replace, st.just(BASE.components[0]), updated_at=SOON, description=st.sampled_from(["", "x"])).map(
        lambda part: {part.id: part}
    ),
    incidents=st.lists(INCIDENTS, max_size=3).map(lambda found: {each.id: each for each in found}),
    status_changes=st.lists(TURNS, max_size=3).map(lambda found: {each.id: each for each in found}),
)


@given(WORDS, WORDS)
def test_it_does_not_matter_who_merges_whom(one: Content, other: Content) -> None:
    assert merge.content(one, other) == merge.content(other, one)


@given(WORDS, WORDS, WORDS)
def test_it_does_not_matter_in_which_order_three_are_merged(one: Content, two: Content, three: Content) -> None:
    assert merge.content(merge.content(one, two), three) == merge.content(one, merge.content(two, three))


@given(WORDS, WORDS)
def test_merging_again_changes_nothing(one: Content, other: Content) -> None:
    both = merge.content(one, other)
    assert merge.content(one, one) == one
    assert merge.content(both, one) == merge.content(both, other) == merge.content(both, both) == both


@given(WORDS, WORDS)
def test_nothing_that_either_said_is_lost(one: Content, other: Content) -> None:
    both = merge.content(one, other)
    assert _said(one) | _said(other) == _said(both)
    assert {*one.status_changes, *other.status_changes} == set(both.status_changes)


def _said(words: Content) -> set[tuple[str, str, Wording]]:
    """Every wording of every update of every incident."""
    return {(i.id, u.id, text) for i in words.incidents.values() for u in i.updates for text in u.wordings}


@given(values.INCIDENTS, values.INCIDENTS)
def test_however_odd_two_incidents_are_they_merge_the_same_either_way(one: Incident, other: Incident) -> None:
    other = replace(other, id=one.id)
    assert merge.incident(one, other) == merge.incident(other, one)


def said(incident: Incident, number: int, status: Status, to: ComponentStatus) -> Incident:
    at = NOW + number * MINUTE
    change = Change("webmail00000", "Webmail", ComponentStatus.MAJOR, to)
    update = replace(_update(0, {Wording(at, f"Word {number}.")}, at), id=f"word{number:08d}", status=status, changes=(change,))
    update = replace(update, created_at=at, display_at=at, updated_at=at)
    return replace(incident, updates=(*incident.updates, update), updated_at=at)


def test_the_newest_word_of_either_side_tells_how_it_stands() -> None:
    desk = said(BASE, 1, Status.IDENTIFIED, ComponentStatus.PARTIAL)
    laptop = said(BASE, 2, Status.RESOLVED, ComponentStatus.OPERATIONAL)
    both = merge.incident(desk, laptop)
    assert [update.body for update in both.updates][-2:] == ["Word 1.", "Word 2."]
    assert (both.status, both.components[0].status) == (Status.RESOLVED, ComponentStatus.OPERATIONAL)
    reopened = merge.incident(both, said(BASE, 3, Status.INVESTIGATING, ComponentStatus.MAJOR))
    assert (reopened.status, reopened.components[0].status) == (Status.INVESTIGATING, ComponentStatus.MAJOR)


def test_two_corrections_of_one_update_are_both_kept_and_the_later_one_counts() -> None:
    sides: Sequence[Incident] = [corrected(BASE, "Early.", 1), corrected(BASE, "Late.", 2)]
    update = merge.incident(*sides).updates[0]
    assert [text.body for text in update.wordings] == [BASE.updates[0].body, "Early.", "Late."]
    assert update.updated_at == NOW + 2 * MINUTE


def corrected(incident: Incident, body: str, minute: int) -> Incident:
    at, update = NOW + minute * MINUTE, incident.updates[0]
    update = replace(update, wordings=(*update.wordings, Wording(at, body)), updated_at=at)
    return replace(incident, updates=(update, *incident.updates[1:]), updated_at=at)


def test_a_later_name_stands_and_an_impact_never_falls() -> None:
    old = replace(BASE, name="Mail", impact_override=Impact.CRITICAL)
    new = replace(BASE, name="All mail", updated_at=NOW + MINUTE)
    both = merge.incident(old, new)
    assert (both.name, both.impact_override) == ("All mail", Impact.CRITICAL)
