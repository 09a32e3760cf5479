"""The wire: lossless both ways, the same bytes every time, and one plain error for whatever is not its format."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from tests.core.values import ARCHIVES, STATES, TIMES
from tests.sample import a_component

from lightship.core import wire
from lightship.core.model import Component, Facts, Month
from lightship.core.site import state
from lightship.core.site.state import State
from lightship.core.wire import WireError


@settings(max_examples=60, deadline=None)
@given(STATES)
def test_a_state_comes_back_as_it_was(whole: State) -> None:
    body = state.state_out(whole)
    assert state.state_in(body) == whole
    assert state.state_out(state.state_in(body)) == body


@settings(max_examples=60, deadline=None)
@given(ARCHIVES)
def test_an_archive_comes_back_with_what_has_ended(month: Month) -> None:
    body = state.archive_out(month)
    assert state.archive_in(body) == replace(month, incidents=tuple(i for i in month.incidents if i.ended))
    assert state.archive_out(state.archive_in(body)) == body


def test_a_fact_that_was_not_stated_has_no_member() -> None:
    facts = Facts(scope="Vienna", since=datetime(2026, 2, 9, tzinfo=UTC))
    assert wire.to_json(facts) == {"scope": "Vienna", "since": "2026-02-09T00:00:00.000Z"}
    assert wire.to_json(Facts()) == {}
    assert wire.from_json(Facts, {}) == Facts()


def test_what_a_newer_release_adds_is_no_obstacle() -> None:
    component = a_component("Webmail")
    assert wire.from_json(Component, {**wire.to_json(component), "colour": "green"}) == component


def test_what_is_missing_is_not_guessed() -> None:
    raw = wire.to_json(a_component("Webmail"))
    del raw["retired"]
    with pytest.raises(KeyError):
        wire.from_json(Component, raw)


@given(TIMES)
def test_a_moment_comes_back_to_the_millisecond(at: datetime) -> None:
    assert wire.moment(wire.stamp(at)) == at


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime(2026, 2, 9, 17, 8, 38, 299_999, UTC), "2026-02-09T17:08:38.299Z"),
        (datetime(2026, 2, 9, tzinfo=UTC), "2026-02-09T00:00:00.000Z"),
        (datetime(2026, 2, 9, 1, tzinfo=timezone(timedelta(hours=2))), "2026-02-08T23:00:00.000Z"),
    ],
)
def test_a_stamp_is_utc_with_milliseconds(at: datetime, expected: str) -> None:
    assert wire.stamp(at) == expected


@pytest.mark.parametrize("text", ["2026-02-09T17:08:38", "2026-02-09", "soon", ""])
def test_a_moment_needs_a_zone(text: str) -> None:
    with pytest.raises(ValueError):
        wire.moment(text)


def test_canonical_bytes_are_sorted_dense_and_plain_utf8() -> None:
    assert wire.canonical({"b": "Grüße", "a": [1, None]}) == '{"a":[1,null],"b":"Grüße"}'.encode()


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "state.json is not JSON"),
        (b"\xff", "state.json is not JSON"),
        (b"[]", "state.json is not of the format lightship-state/1"),
        (b'{"format":"lightship-state/2"}', "state.json is not of the format lightship-state/1"),
        (b'{"format":"lightship-state/1"}', "state.json cannot be read: KeyError"),
        (json.dumps({"format": state.STATE, "revision": 1, "epoch": 1, "page": 3}).encode(), "state.json cannot be read: "),
        (
            json.dumps({"format": state.STATE, "revision": 1, "epoch": 1, "page": {"colour": 1}}).encode(),
            "state.json cannot be read: ",
        ),
    ],
)
def test_what_is_no_state_is_one_plain_error(body: bytes, why: str) -> None:
    with pytest.raises(WireError, match=why):
        state.state_in(body)
