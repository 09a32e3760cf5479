"""What is claimed now of an incident: each fact stands until it is said anew, and what is only of the moment does not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lightship.core.model import Facts, Incident, Status, Text, Update
from lightship.core.status import began, told

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
EARLIER = NOW - timedelta(hours=3)


def incident(*facts: Facts) -> Incident:
    """With an update a minute for each of them."""
    updates = tuple(
        Update(
            id=f"update{number:06d}",
            status=Status.INVESTIGATING,
            texts=(Text(at, "It fails.", each),),
            created_at=at,
            updated_at=at,
            display_at=at,
        )
        for number, each in enumerate(facts)
        for at in [NOW + timedelta(minutes=number)]
    )
    return Incident(
        id="incident0000",
        name="Webmail is down",
        created_at=NOW,
        updated_at=NOW,
        started_at=NOW,
        updates=updates,
        components=(),
    )


STANDING = [
    ("symptom", "Error 503"),
    ("scope", "Mailboxes in Vienna"),
    ("since", EARLIER),
    ("workaround", "Use IMAP"),
    ("estimate", NOW),
    ("ended", EARLIER),
    ("cause", "A disk"),
]


@pytest.mark.parametrize(("fact", "value"), STANDING)
def test_what_was_said_stands_until_it_is_said_anew(fact: str, value: Any) -> None:
    later: dict[str, Any] = {fact: value * 2 if isinstance(value, str) else value + timedelta(hours=1)}
    said, other = Facts(**{fact: value}), Facts(**later)
    assert told(incident(said)) == said
    assert told(incident(said, Facts(), Facts())) == said
    assert told(incident(said, other, Facts())) == other


@pytest.mark.parametrize(("fact", "value"), [("doing", "We replace it"), ("next_update", NOW)])
def test_what_is_of_the_moment_is_the_newest_updates_alone(fact: str, value: Any) -> None:
    said = Facts(**{fact: value})
    assert told(incident(Facts(), said)) == said
    assert told(incident(said, Facts())) == Facts()


def test_where_nothing_was_said_nothing_is_claimed() -> None:
    assert told(incident(Facts(), Facts())) == Facts()


def test_no_estimate_yet_takes_the_place_of_one_and_one_takes_its_place() -> None:
    guess, none_yet = Facts(estimate=NOW), Facts(no_estimate=True)
    assert told(incident(guess, none_yet)) == none_yet
    assert told(incident(none_yet, guess, Facts())) == guess


def test_the_harm_began_when_it_was_last_said_to() -> None:
    later = EARLIER + timedelta(hours=1)
    assert began(incident(Facts(since=EARLIER), Facts(since=later), Facts())) == later
    assert began(incident(Facts(since=EARLIER), Facts(), Facts(since=later))) == later
    assert began(incident(Facts())) == NOW
    assert began(replace(incident(Facts()), scheduled_for=EARLIER)) == EARLIER
