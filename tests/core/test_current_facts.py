"""What is claimed now of an incident: each fact stands until it is said anew, and what is only of the moment does not."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.sample import NOW, facts_in_turn

from lightship.core.model import Facts
from lightship.core.status import began, current_facts

EARLIER = NOW - timedelta(hours=3)

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
    assert current_facts(facts_in_turn(said)) == said
    assert current_facts(facts_in_turn(said, Facts(), Facts())) == said
    assert current_facts(facts_in_turn(said, other, Facts())) == other


@pytest.mark.parametrize(("fact", "value"), [("doing", "We replace it"), ("next_update", NOW)])
def test_what_is_of_the_moment_is_the_newest_updates_alone(fact: str, value: Any) -> None:
    said = Facts(**{fact: value})
    assert current_facts(facts_in_turn(Facts(), said)) == said
    assert current_facts(facts_in_turn(said, Facts())) == Facts()


def test_where_nothing_was_said_nothing_is_claimed() -> None:
    assert current_facts(facts_in_turn(Facts(), Facts())) == Facts()


def test_no_estimate_yet_takes_the_place_of_one_and_one_takes_its_place() -> None:
    guess, none_yet = Facts(estimate=NOW), Facts(no_estimate=True)
    assert current_facts(facts_in_turn(guess, none_yet)) == none_yet
    assert current_facts(facts_in_turn(none_yet, guess, Facts())) == guess


def test_the_harm_began_when_it_was_last_said_to() -> None:
    later = EARLIER + timedelta(hours=1)
    assert began(facts_in_turn(Facts(since=EARLIER), Facts(since=later), Facts())) == later
    assert began(facts_in_turn(Facts(since=EARLIER), Facts(), Facts(since=later))) == later
    assert began(facts_in_turn(Facts(since=EARLIER))) == EARLIER
    assert began(facts_in_turn(Facts())) == NOW
    assert began(replace(facts_in_turn(Facts()), scheduled_for=EARLIER)) == EARLIER
