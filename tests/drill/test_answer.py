"""A drill nudges whoever holds the pen, and says how long the answer took, or why none came."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from tests.store.desk import new_desk

from lightship.core.duty.roster import Duty
from lightship.drill import duty as room
from lightship.drill.canary import DrillError, NotRehearsed
from lightship.drill.duty import answer
from lightship.store.duty import roster
from lightship.store.models import Nudge


def now() -> datetime:
    return datetime.now(UTC)


def drilled(patience: float = 5.0) -> tuple[float, str]:
    return answer("acme", patience, now, lambda title: None)


@pytest.fixture
def alice(database: object, monkeypatch: pytest.MonkeyPatch) -> User:
    new_desk()
    alice = User.objects.create(username="alice", email="alice@acme.test")
    # The roster is another room's; what a drill asks of it is who holds the pen.
    monkeypatch.setattr(roster, "holder", lambda page, at: {Duty.WRITER: alice})
    return alice


def meanwhile(**columns: Callable[[], Any]) -> Thread:
    """What a worker and Alice do once the nudge is there."""

    def act() -> None:
        while not Nudge.objects.exists():
            pass
        Nudge.objects.update(**{name: value() for name, value in columns.items()})
        connection.close()

    thread = Thread(target=act)
    thread.start()
    return thread


def test_the_answer_is_timed_and_named(alice: User) -> None:
    thread = meanwhile(sent_at=now, acknowledged_at=lambda: now() + timedelta(seconds=42), channel=lambda: "mail")
    seconds, summary = drilled()
    thread.join()
    assert 42 <= seconds < 52
    assert summary == "alice, nudged by mail"
    nudge = Nudge.objects.get()
    assert (nudge.practice, nudge.path) == (True, "")


def test_without_an_answer_it_fails_and_says_by_which_way_she_was_nudged(alice: User) -> None:
    thread = meanwhile(sent_at=now, channel=lambda: "mail")
    with pytest.raises(DrillError, match="alice was nudged by mail, and did not answer within 0 s"):
        drilled(patience=0.4)
    thread.join()


@pytest.mark.parametrize(("error", "reason"), [("", "is one running"), ("mail: no such mailbox", "no such mailbox")])
def test_if_nothing_went_out_it_says_why(alice: User, monkeypatch: pytest.MonkeyPatch, error: str, reason: str) -> None:
    monkeypatch.setattr(room, "UNSENT", 0.3)
    thread = meanwhile(error=lambda: error)
    with pytest.raises(DrillError, match=reason):
        drilled()
    thread.join()


def test_without_anybody_on_duty_or_without_a_wish_to_nudge_it_is_not_rehearsed(database: object) -> None:
    with pytest.raises(NotRehearsed, match="does not know the page"):
        drilled()
    new_desk()
    with pytest.raises(NotRehearsed, match="nobody is on duty"):
        drilled()
    with pytest.raises(NotRehearsed, match="--answer 0"):
        drilled(patience=0)
