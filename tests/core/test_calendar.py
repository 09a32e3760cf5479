"""Whom a calendar means: PagerDuty, Opsgenie and Google write it in different places."""

from datetime import UTC, datetime

import pytest

from lightship.core.duty.calendar import Account, Event, duty_of, names_of, person_of
from lightship.core.duty.roster import Duty

NOW = datetime(2026, 11, 23, tzinfo=UTC)
CAST = (
    Account("1", "alice", "alice@acme.test", "Alice Example"),
    Account("2", "bob", "bob@acme.test", "Bob Example"),
    Account("3", "bob2", "shared@acme.test", "Robert"),
    Account("4", "carol", "shared@acme.test", "Carol"),
)


@pytest.mark.parametrize(
    ("summary", "mails", "person"),
    [
        ("On Call - Alice Example - Web primary", (), "1"),
        ("Alice Example - Primary", (), "1"),
        ("Primary: bob", (), "2"),
        ("(Web_rotation) bob@acme.test", (), "2"),
        ("alice@acme.test", (), "1"),
        ("Bob Example is on call", (), "2"),
        ("On-call: Bob Example", (), "2"),
        ("On call for Bob Example", (), "2"),
        ("Carol on call (secondary)", (), "4"),
        ("Shift", ("ALICE@acme.test",), "1"),
        ("Bob Example", ("alice@acme.test",), "1"),  # an address is surer than a name
        ("Alice Example", ("nobody@other.test",), "1"),
        ("Zoe - Primary", (), ""),
        ("Shift", ("shared@acme.test",), ""),  # two of us have it: neither
        ("on call", (), ""),
        ("", (), ""),
    ],
)
def test_a_person_is_known_by_mail_account_or_name(summary: str, mails: tuple[str, ...], person: str) -> None:
    assert person_of(names_of(Event(summary, mails, NOW, NOW)), CAST, {}) == person


def test_what_was_mapped_by_hand_goes_before_all() -> None:
    names = names_of(Event("On Call - Zoe - Web", (), NOW, NOW))
    assert names == ("Zoe", "Web")
    assert person_of(names, CAST, {"Zoe": "2"}) == "2"
    assert person_of(("alice",), CAST, {"alice": ""}) == ""


@pytest.mark.parametrize(
    ("summary", "own", "duty"),
    [
        ("Alice - Primary", None, Duty.WRITER),
        ("Alice - Secondary", None, Duty.DEPUTY),
        ("Alice (backup)", None, Duty.DEPUTY),
        ("Incident commander: Carol", None, Duty.LEAD),
        ("Approver Carol", None, Duty.APPROVER),
        ("Alice", None, Duty.WRITER),
        ("Alice - Primary", Duty.DEPUTY, Duty.DEPUTY),
    ],
)
def test_the_duty_is_the_calendars_or_what_its_words_say(summary: str, own: Duty | None, duty: Duty) -> None:
    assert duty_of(summary, own) is duty
