"""What was posted already is noticed, and what only looks like it is not."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.sample import NOW, a_component, an_incident, an_update

from lightship.core.duplicates import is_retry, overlapping, same_title, same_words
from lightship.core.model import Change, ComponentStatus, Facts, Status, Wording
from lightship.core.updates import NewUpdate

MINUTE = timedelta(minutes=1)
DOWN, OK = ComponentStatus.MAJOR, ComponentStatus.OPERATIONAL
WEBMAIL = a_component("Webmail")
FIRST = an_update(
    "Sign-in fails.",
    facts=Facts(scope="Vienna", next_update=NOW + 30 * MINUTE),
    changes=(Change(WEBMAIL.id, "Webmail", OK, DOWN),),
)
OUTAGE = an_incident("Webmail is down", FIRST, components=(WEBMAIL,))
OVER = an_incident("Webmail is down", FIRST, an_update("Over.", Status.RESOLVED, at=NOW + MINUTE))
AGAIN = NewUpdate(
    status=Status.INVESTIGATING,
    body="Sign-in fails.",
    facts=Facts(scope="Vienna", next_update=NOW + 31 * MINUTE),
    statuses={WEBMAIL.id: DOWN},
)


@pytest.mark.parametrize(
    ("body", "minutes", "same"),
    [
        ("Sign-in fails.", 1, True),
        ("  Sign-in\n fails. ", 9, True),
        ("Sign-in fails.", 11, False),
        ("Sign-in fails still.", 1, False),
        ("", 1, False),
    ],
)
def test_the_same_words_within_minutes(body: str, minutes: int, same: bool) -> None:
    assert (same_words(OUTAGE, body, NOW + minutes * MINUTE) is not None) is same


def test_words_that_a_correction_replaced_are_still_the_same_words() -> None:
    corrected = replace(FIRST, wordings=(*FIRST.wordings, Wording(NOW, "Signing in fails.")))
    incident = an_incident("Webmail is down", corrected)
    assert same_words(incident, "Sign-in fails.", NOW) and same_words(incident, "Signing in fails.", NOW)


@pytest.mark.parametrize(
    ("incident", "minutes", "same"),
    [
        (OUTAGE, 300, True),
        (replace(OUTAGE, name="WEBMAIL  is down"), 300, True),
        (replace(OUTAGE, name="Webmail is slow"), 0, False),
        (OVER, 5, True),
        (OVER, 11, False),
        (replace(OVER, withdrawn=True), 5, False),
        (replace(OVER, merged_into="another00000"), 5, False),
    ],
)
def test_one_of_the_same_title_is_open_or_was_opened_just_now(incident: object, minutes: int, same: bool) -> None:
    assert (same_title([incident], "Webmail is down", NOW + minutes * MINUTE) is not None) is same  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("new", "minutes", "retry"),
    [
        (AGAIN, 1, True),
        (replace(AGAIN, statuses=None), 1, True),
        (AGAIN, 3, False),
        (replace(AGAIN, body="Else."), 1, False),
        (replace(AGAIN, status=Status.IDENTIFIED), 1, False),
        (replace(AGAIN, statuses={WEBMAIL.id: OK}), 1, False),
        (replace(AGAIN, statuses={WEBMAIL.id: DOWN, "imap00000000": DOWN}), 1, False),
        (replace(AGAIN, facts=replace(AGAIN.facts, scope="Graz")), 1, False),
        (replace(AGAIN, facts=replace(AGAIN.facts, next_update=NOW + 60 * MINUTE)), 1, False),
        (replace(AGAIN, facts=replace(AGAIN.facts, next_update=None)), 1, False),
    ],
)
def test_a_retry_is_the_same_in_all_that_readers_read(new: NewUpdate, minutes: int, retry: bool) -> None:
    assert is_retry(FIRST, new, NOW + minutes * MINUTE) is retry


def test_what_touches_a_component_overlaps() -> None:
    assert overlapping([OUTAGE], {WEBMAIL.id}) == (OUTAGE,)
    assert overlapping([OUTAGE], {"imap00000000"}) == ()
