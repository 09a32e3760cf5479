"""What the worker does for the roster: it reads calendars, and tells both sides of a change that waits."""

import asyncio
from datetime import timedelta

from django.contrib.auth.models import User
from django.utils import timezone
from tests.django_settings import CONFIG
from tests.store.desk import new_desk
from tests.worker.test_keeping import PAGE

from lightship.config import Config
from lightship.core.duty.roster import Duty, Shift
from lightship.store.duty import changes, feeds
from lightship.store.models import Feed, Nudge
from lightship.worker.jobs import duty_feeds, hand_overs

HERE = Config(path=CONFIG.path, base=CONFIG.base, desk_or_none=CONFIG.desk, pages={"acme": PAGE})
EMPTY = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nEND:VCALENDAR\r\n"


def test_a_calendar_that_cannot_be_read_is_told_and_does_not_stop_the_others() -> None:
    desk, now = new_desk(), timezone.now()
    gone, file = (feeds.add(desk.page, name, None, None, now, raw=EMPTY) for name in ("gone", "file"))
    before = now - timedelta(minutes=11)
    Feed.objects.filter(pk=gone.pk).update(url="http://127.0.0.1:1/a.ics")
    Feed.objects.update(tried_at=before)
    asyncio.run(duty_feeds.run(HERE))
    gone.refresh_from_db()
    file.refresh_from_db()
    assert (gone.error, file.error) == ("127.0.0.1 does not answer: nothing listens there", "")
    assert gone.tried_at and file.tried_at and min(gone.tried_at, file.tried_at) > before


def test_both_sides_of_a_change_are_told_once() -> None:
    desk, now = new_desk(), timezone.now()
    alice, bob = (User.objects.create(username=name) for name in ("alice", "bob"))
    for person, begins in ((alice, -60), (bob, -5)):
        starts = now + timedelta(minutes=begins)
        changes.override(desk.page, Shift(Duty.WRITER, str(person.pk), starts, now + timedelta(hours=1)), None, starts)
    desk.opens(at=now - timedelta(minutes=30))
    for _ in range(2):
        asyncio.run(hand_overs.run(HERE))
    assert sorted(nudge.person.username for nudge in Nudge.objects.all()) == ["alice", "bob"]
