"""Hands nudges to channels: each claimed by one worker for a while, sent by the first way that works, then recorded as sent.

A worker that dies between the relay's yes and our record leaves the claim; whoever takes it up after that sends a copy, under
the same Message-ID. Nothing else makes a copy."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Thread
from time import monotonic

from django.db import connection, transaction
from django.db.models import Q

from lightship.channels import Message
from lightship.config import Config
from lightship.store.duty import contacts, links
from lightship.store.duty.clocks import KINDS, clocks, stands
from lightship.store.models import Nudge

LEASE = timedelta(seconds=90)
"""Longer than any channel takes for one message; renewed before each."""
MOST = 100
"""Claimed at once."""
HEAD_START = 3.0
"""Seconds for which a nudge waits for an earlier one about the same thing, so that they arrive in order. One that hangs holds
up nobody longer."""
GIVE_UP = timedelta(hours=2)
"""A message that the clock did not make is not sent later than that."""
RETRY = timedelta(seconds=5)
LONGEST_RETRY = timedelta(minutes=5)

log = logging.getLogger("lightship.duty")


@dataclass(frozen=True, slots=True)
class Outcome:
    """`error`: why no way reached the person; empty: the nudge went out by `channel`."""

    nudge: Nudge
    channel: str
    error: str


@dataclass(slots=True)
class _Sending:
    nudge: Nudge
    thread: Thread
    began: float


def send_due(config: Config, now: datetime) -> list[Outcome]:
    """Send all that is due and unclaimed, each in a thread of its own."""
    began, sending, outcomes = monotonic(), list[_Sending](), list[Outcome]()
    for nudge in _claim(now):
        for earlier in sending:
            if earlier.nudge.at < nudge.at and earlier.nudge.subjects.keys() & nudge.subjects.keys():
                earlier.thread.join(max(earlier.began + HEAD_START - monotonic(), 0.0))
        # Daemons: a channel that hangs must not keep the worker from ending.
        thread = Thread(target=_send, args=(config, nudge, now, began, outcomes), daemon=True)
        thread.start()
        sending.append(_Sending(nudge, thread, monotonic()))
    for started in sending:
        started.thread.join()
    return outcomes


def _claim(now: datetime) -> Sequence[Nudge]:
    """Those that are due and still stand, in order; what does not stand any more is dropped."""
    waiting = Nudge.objects.filter(Q(claimed_until=None) | Q(claimed_until__lte=now), sent_at=None, at__lte=now)
    waiting = waiting.filter(Q(kind__in=KINDS) | Q(at__gt=now - GIVE_UP)).order_by("at", "pk")
    if not waiting.exists():
        return []
    with transaction.atomic():
        rows = list(waiting.select_for_update(skip_locked=True, of=("self",)).select_related("page", "person")[:MOST])
        running = {page: clocks(page) for page in {row.page for row in rows if row.kind in KINDS}}
        over = {row.pk for row in rows if row.kind in KINDS and not stands(row, running[row.page])}
        Nudge.objects.filter(pk__in=over).delete()
        claimed = [row for row in rows if row.pk not in over]
        for row in claimed:
            row.attempts += 1
            row.link_digest, row.link_until = links.digest(links.token(row)), now + links.LASTS
            row.claimed_until = now + LEASE
        Nudge.objects.bulk_update(claimed, ["attempts", "link_digest", "link_until", "claimed_until"])
    return claimed


def _send(config: Config, nudge: Nudge, now: datetime, began: float, outcomes: list[Outcome]) -> None:
    def at() -> datetime:
        return now + timedelta(seconds=monotonic() - began)

    try:
        outcome = _attempt(config, nudge, at)
        if outcome:
            outcomes.append(outcome)
            _record(outcome, at())
    except Exception:
        log.exception("nudge=%s failed; it is tried again", nudge.pk)
    finally:
        connection.close()


def _attempt(config: Config, nudge: Nudge, at: Callable[[], datetime]) -> Outcome | None:
    """By one way after the other. None where another worker has it now, for this one took too long."""
    message, errors = _message(config, nudge), list[str]()
    mine = Nudge.objects.filter(pk=nudge.pk, attempts=nudge.attempts, sent_at=None)
    for way in contacts.ways(config, nudge.person, nudge.avoid):
        if not mine.update(claimed_until=at() + LEASE):
            return None
        error = contacts.tell(way, message)
        if not error:
            return Outcome(nudge, way.channel.name, "")
        errors.append(f"{way.channel.name}: {error}")
    return Outcome(nudge, "", "; ".join(errors) or contacts.unreachable(config, nudge.person))


def _record(outcome: Outcome, now: datetime) -> None:
    nudge = outcome.nudge
    row = Nudge.objects.filter(pk=nudge.pk, sent_at=None)
    if not outcome.error:
        row.update(sent_at=now, channel=outcome.channel, error="")
        log.info("nudge=%s step=%s person=%s channel=%s", nudge.pk, nudge.step, nudge.person.username, outcome.channel)
        return
    pause = min(RETRY * 2 ** min(nudge.attempts - 1, 10), LONGEST_RETRY)
    row.filter(attempts=nudge.attempts).update(claimed_until=now + pause, error=outcome.error)
    log.warning("nudge=%s step=%s person=%s error=%r", nudge.pk, nudge.step, nudge.person.username, outcome.error)


def _message(config: Config, nudge: Nudge) -> Message:
    link = f"{config.desk.url.rstrip('/')}/go/{links.token(nudge)}/"
    what = "Speak" if nudge.path else "Answer"
    note = "The link works once, for an hour, and opens that form only."
    return Message(subject=nudge.subject, body=f"{nudge.body}\n\n{what}: {link}\n{note}", id=f"nudge-{nudge.pk}")
