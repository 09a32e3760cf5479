"""Messages to staff: made when the clock or a colleague asks for one, and sent once, by whatever way reaches the person."""

import hashlib
import logging
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from time import monotonic
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.db import transaction

from lightship.channels import tell_staff
from lightship.config import Config
from lightship.core.duty import nudges, wording
from lightship.core.duty.nudges import Clock, Due
from lightship.store import wake
from lightship.store.duty import chain, delivery, roster
from lightship.store.duty.clocks import FIRST_WORD, KINDS, UPDATE, clocks, made
from lightship.store.models import Nudge, Page, Report

__all__ = ["acknowledge", "deliver", "enqueue", "plan"]

RECENT = timedelta(days=2)
"""As far back as a deadline's nudges are looked for: they all come within half an hour."""
UNREACHED = "nobody reached"
"""Kind of the report of a deadline about which no channel reached anybody."""
log = logging.getLogger("lightship.duty")


def enqueue(
    page: Page,
    *,
    kind: str,
    step: str,
    key: str,
    people: Iterable[User],
    due: datetime,
    at: datetime,
    subject: str,
    body: str,
    path: str = "",
    avoid: str = "",
    subjects: Iterable[str] | Mapping[str, datetime] = (),
    practice: bool = False,
) -> int:
    """Make a message for each of these people; the number of those that are new. `key`: what it is about; to one person it is
    made once. `due`: the deadline that it speaks of; `at`: when it is sent, within a second. `path`: of the form that its link
    opens. `avoid`: the channel that is to be tried last. `subjects`: ids of incidents and alerts."""
    about = subjects if isinstance(subjects, Mapping) else dict.fromkeys(subjects, due)
    fresh = {_key(page, key, person): person for person in people}
    for known in Nudge.objects.filter(key__in=fresh).values_list("key", flat=True):
        del fresh[known]
    rows = [
        Nudge(
            page=page,
            key=own,
            kind=kind,
            step=step,
            person=person,
            subjects={name: deadline.isoformat() for name, deadline in about.items()},
            due=due,
            at=at,
            subject=" ".join(subject.split())[:255],
            body=body,
            path=path,
            avoid=avoid,
            practice=practice,
        )
        for own, person in fresh.items()
    ]
    Nudge.objects.bulk_create(rows, ignore_conflicts=True)
    if rows:
        wake.tell(page.slug)
    return len(rows)


def _key(page: Page, key: str, person: User) -> str:
    own = f"{page.pk} {key} {person.pk}"
    return own if len(own) <= 255 else f"{page.pk} {hashlib.sha256(own.encode()).hexdigest()}"


def plan(page: Page, now: datetime, ask: chain.Ask = roster.holder) -> int:
    """Make the nudges that are due on a page; how many. `ask`: who holds its duties."""
    if not _due(page, now, ask):  # the common case, which needs no lock
        return 0
    with transaction.atomic():
        # Under the lock of the page's row no update can come in between, and no other worker plans the same.
        locked = Page.objects.select_for_update().get(pk=page.pk)
        due = _due(locked, now, ask)
        people = User.objects.in_bulk([int(nudge.person) for nudge in due])
        return sum(_make(locked, nudge, people[int(nudge.person)], now) for nudge in due)


def _due(page: Page, now: datetime, ask: chain.Ask) -> list[Due]:
    running = [clock for clock in clocks(page) if clock.at(nudges.Step.WRITER) <= now + nudges.TOGETHER]
    return nudges.due(running, chain.chain(page, now, ask), made(page, running), now) if running else []


def _make(page: Page, nudge: Due, person: User, now: datetime) -> int:
    zone, first = ZoneInfo(page.time_zone), nudge.first
    return enqueue(
        page,
        kind=FIRST_WORD if first.first_word else UPDATE,
        step=nudge.step,
        key=f"{nudge.step} {' '.join(f'{clock.subject}@{clock.due.isoformat()}' for clock in nudge.clocks)}",
        people=[person],
        due=first.due,
        at=nudge.at,
        subject=wording.subject(nudge, zone, now),
        body=wording.body(nudge, page.name, zone, now),
        path=_path(page, first),
        subjects={clock.subject: clock.due for clock in nudge.clocks},
        practice=first.practice,
    )


def _path(page: Page, clock: Clock) -> str:
    """Of the form. The desk's own addresses, which this room is below."""
    return f"/p/{page.slug}/open/" if clock.first_word else f"/p/{page.slug}/incidents/{clock.subject}/"


def deliver(config: Config, now: datetime, ask: chain.Ask = roster.holder) -> int:
    """Send what is due; the number of those that went out. Where somebody could not be reached, the next in the chain is nudged
    at once. Blocks as long as the slowest channel."""
    began, count = monotonic(), 0
    while True:
        at = now + timedelta(seconds=monotonic() - began)
        outcomes = delivery.send_due(config, at)
        count += sum(not outcome.error for outcome in outcomes)
        pages = {outcome.nudge.page for outcome in outcomes if outcome.error}
        if not sum(plan(page, at, ask) for page in pages):
            for page in pages:
                _last_resort(config, page, at, ask)
            return count


def _last_resort(config: Config, page: Page, now: datetime, ask: chain.Ask) -> None:
    """If nobody at all could be reached about a deadline, tell whoever each channel of lightship.toml reaches, once."""
    with transaction.atomic():
        Page.objects.select_for_update().get(pk=page.pk)
        running = clocks(page)
        for clock in nudges.unreached(running, chain.chain(page, now, ask), made(page, running), now):
            facts = {"subject": clock.subject, "due": clock.due.isoformat()}
            _, new = Report.objects.get_or_create(page=page, kind=UNREACHED, facts=facts, defaults={"at": now})
            if new:
                nudge = Due(person="", step=nudges.Step.ALL, at=now, clocks=(clock,))
                transaction.on_commit(partial(_tell_channels, config, page, nudge, now))


def _tell_channels(config: Config, page: Page, nudge: Due, now: datetime) -> None:
    zone = ZoneInfo(page.time_zone)
    body = f"None of the staff could be reached.\n\n{wording.body(nudge, page.name, zone, now)}"
    for failure in tell_staff(config.channels, wording.subject(nudge, zone, now), body):
        log.error("page=%s nobody was reached: %s", page.slug, failure)


def acknowledge(page: Page, subject: str, by: User, now: datetime) -> int:
    """`by` is on it: the nudges about the deadline that this incident or alert has now are answered. Their number."""
    return answer(about(page, now).get(subject, ()), by, now)


def about(page: Page, now: datetime) -> dict[str, list[Nudge]]:
    """The clock's nudges about the deadline that each incident and alert has now, the first one first."""
    recent = Nudge.objects.filter(page=page, kind__in=KINDS, at__gt=now - RECENT).order_by("at", "pk")
    sent = list(recent.select_related("person", "acknowledged_by"))
    by_clock = {
        clock.subject: [nudge for nudge in sent if nudge.subjects.get(clock.subject) == clock.due.isoformat()]
        for clock in (clocks(page) if sent else ())
    }
    return {subject: nudges for subject, nudges in by_clock.items() if nudges}


def answer(nudges: Iterable[Nudge], by: User, now: datetime) -> int:
    unanswered = Nudge.objects.filter(pk__in=[nudge.pk for nudge in nudges], acknowledged_at=None)
    return unanswered.update(acknowledged_at=now, acknowledged_by=by)
