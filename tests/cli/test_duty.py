"""The roster at the terminal: made by an apply file, shown, taken and passed on."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from tests.cli.conftest import Terminal

from lightship.core.duty.roster import Duty
from lightship.store.duty import roster
from lightship.store.models import Page, Rotation

ROSTER = """
[page]
time_zone = "Europe/Vienna"

[[page.staffed]]
days = ["monday", "tuesday"]
begins = "08:00"
until = "18:00"

[[page.rotation]]
duty = "writer"
start = {start}
at = "09:00"
members = ["alice", "bob@acme.test"]

[[page.rotation]]
duty = "deputy"
every = "daily"
start = {start}

[[page.rotation.window]]
at = "08:00"
members = ["bob"]

[[page.rotation.window]]
at = "10:00"
zone = "America/New_York"
members = ["alice"]
"""


@pytest.fixture
def staffed(desk: Terminal) -> Terminal:
    """Alice writes this week, and Bob is her deputy in the morning."""
    for name in ("alice", "bob"):
        assert desk("account", name, "--email", f"{name}@acme.test").status == 0
    Path("roster.toml").write_text(ROSTER.format(start=(timezone.now() - timedelta(days=2)).date()))
    return desk


def test_an_apply_file_makes_the_roster_once(staffed: Terminal) -> None:
    first = staffed("apply", "roster.toml")
    assert (first.status, first.err) == (0, "")
    assert first.out.splitlines()[1:] == [
        "published staffed hours: Monday and Tuesday 08:00 to 18:00, Vienna time",
        "made the deputy's rotation",
        "made the writer's rotation",
    ]
    assert staffed("apply", "roster.toml").out == ""
    text = Path("roster.toml").read_text()
    Path("roster.toml").write_text(text.replace('"alice", "bob@acme.test"', '"bob", "alice"'))
    assert staffed("apply", "roster.toml").out == "made the writer's rotation\n"
    assert [row.ended_at is None for row in Rotation.objects.filter(duty="writer")] == [False, True]
    assert roster.on_duty(Page.objects.get(), timezone.now())[Duty.WRITER].username == "bob"


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (
            '"alice", "bob@acme.test"',
            '"zoe"',
            "No account that can write is called zoe: make it with `lightship account NAME`.",
        ),
        ('at = "09:00"\n', "", "page.rotation[0]: at is missing: at and members, or windows that have both"),
        ('at = "09:00"', 'at = "9 o\'clock"', "roster.toml:13: page.rotation[0].at"),
        ('duty = "writer"', 'duty = "king"', "roster.toml:11: page.rotation[0].duty"),
        ('"America/New_York"', '"New York"', "is not a time zone; use a name like Europe/Vienna"),
        ('every = "daily"', 'at = "09:00"', "page.rotation[1].at: either at, or windows; not both"),
        ('days = ["monday", "tuesday"]', "days = []", "page.staffed[0].days"),
        ('"alice", "bob@acme.test"', "", "page.rotation[0].members"),
    ],
)
def test_a_roster_that_cannot_be_is_refused(staffed: Terminal, before: str, after: str, message: str) -> None:
    text = Path("roster.toml").read_text()
    assert before in text
    Path("roster.toml").write_text(text.replace(before, after))
    answer = staffed("apply", "roster.toml")
    assert answer.status == 1
    assert message in answer.err


def test_show_names_who_holds_what_and_when_nobody_does(staffed: Terminal) -> None:
    empty = staffed("duty", "show")
    assert empty.status == 1
    assert "writer   NOBODY" in empty.out
    staffed("apply", "roster.toml")
    shown = staffed("duty", "show", "--days", "30")
    assert shown.status == 0
    assert "writer   alice" in shown.out
    assert "NOBODY" not in shown.out
    facts = json.loads(staffed("duty", "show", "--json").out)
    assert facts["holder"]["writer"] == facts["on_duty"]["writer"] == "alice"
    assert {shift["duty"] for shift in facts["shifts"]} == {"writer", "deputy"}
    assert facts["gaps"] == []


def test_the_clock_is_taken_and_passed_on(staffed: Terminal) -> None:
    staffed("apply", "roster.toml")
    taken = staffed("duty", "take", "--by", "bob")
    assert (taken.status, taken.out) == (0, "bob holds the clock now, after alice.\n")
    assert "writer   bob (by the roster alice)" in staffed("duty", "show").out
    again = staffed("duty", "take", "--by", "bob")
    assert (again.status, again.err) == (1, "lightship: You hold it already.\n")
    passed = staffed("duty", "pass", "alice", "--by", "bob")
    assert passed.out == "alice is asked. Until it is accepted, you hold the clock.\n"
    assert json.loads(staffed("duty", "take", "--by", "alice", "--json").out) == {"holder": "alice", "giver": "bob"}
    nobody = staffed("duty", "pass", "zoe", "--by", "alice")
    assert (nobody.status, nobody.err) == (1, "lightship: there is no account 'zoe'\n")


def test_somebody_without_an_account_is_asked_who_it_is(staffed: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "stranger")
    answer = staffed("duty", "take")
    assert (answer.status, answer.err) == (1, "lightship: say who you are: --by ACCOUNT\n")
    assert User.objects.filter(username="stranger").count() == 0
