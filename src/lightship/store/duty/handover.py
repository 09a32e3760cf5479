"""A duty goes from one person to another: both confirm it, or the taker takes it. Every step is recorded."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from lightship.core.duty.holding import Pending
from lightship.core.duty.promises import deadline, last_spoken
from lightship.core.duty.roster import Duty
from lightship.core.model import Kind
from lightship.core.rules import Refused, millisecond
from lightship.core.wire import stamp
from lightship.store.duty import nudges, roster
from lightship.store.models import HandOver, Judgement, Page
from lightship.store.read import rows

ROSTER, PASS, TAKE = "roster", "pass", "take"
"""Kinds of a hand-over."""
OFFER = timedelta(hours=12)
"""How long somebody may think about it."""
DUTY = {Duty.WRITER: "writer", Duty.DEPUTY: "deputy", Duty.APPROVER: "approver", Duty.LEAD: "incident lead"}


def hand_over(page: Page, duty: Duty, by: User, now: datetime) -> HandOver:
    """The giver confirms the roster's change."""
    with _locked(page):
        waiting = next((one for one in roster.pending(page, now) if one.duty is duty and one.giver == str(by.pk)), None)
        if waiting is None:
            raise Refused("The roster has no change that waits for you: to give it to somebody, pass it on.")
        row = _of(page, waiting)
        row.given_at = row.given_at or millisecond(now)
        _settle(row, page, now)
    if row.at is None:
        subject = f"{by.get_full_name() or by.username} hands over to you: {page.name}"
        tell(page, row.taker, f"given:{row.pk}", subject, "Take over in the desk. Until then the clock stays there.", now)
    return row


def take_over(page: Page, duty: Duty, by: User, now: datetime) -> HandOver:
    """The taker confirms: the roster's change, or what a holder passed on."""
    with _locked(page):
        row = next((offer for offer in offers(page, now) if offer.duty == duty and offer.taker_id == by.pk), None)
        waiting = next((one for one in roster.pending(page, now) if one.duty is duty and one.taker == str(by.pk)), None)
        if row is None and waiting is None:
            raise Refused("Nothing waits for you to take it over. To speak at once, say “I speak now”.")
        row = row or _of(page, waiting)  # type: ignore[arg-type]
        row.taken_at = millisecond(now)
        _settle(row, page, now)
    return row


def speak_now(page: Page, by: User, now: datetime, duty: Duty = Duty.WRITER) -> HandOver:
    """Take the duty at once; nobody needs to agree."""
    now = millisecond(now)
    with _locked(page):
        giver = roster.holder(page, now).get(duty)
        if giver == by:
            raise Refused("You hold it already.")
        _check_writer(by)
        return HandOver.objects.create(
            page=page, duty=duty, kind=TAKE, giver=giver, taker=by, due=now, taken_at=now, at=now, shown=matters(page, now)
        )


def pass_on(page: Page, taker: User, by: User, now: datetime, duty: Duty = Duty.WRITER) -> HandOver:
    """The holder offers the duty to anybody, who has to accept it."""
    now = millisecond(now)
    with _locked(page):
        if roster.holder(page, now).get(duty) != by:
            raise Refused("You do not hold it: only who does can pass it on.")
        if taker == by:
            raise Refused("You hold it already: choose somebody else.")
        _check_writer(taker)
        page.hand_overs.filter(duty=duty, kind=PASS, at=None, declined_at=None).update(declined_at=now, declined_by=by)
        row = HandOver.objects.create(page=page, duty=duty, kind=PASS, giver=by, taker=taker, due=now, given_at=now)
    subject = f"{by.get_full_name() or by.username} asks you to be {DUTY[duty]}: {page.name}"
    tell(page, taker, f"offer:{row.pk}", subject, "Take over in the desk, or decline. Until then the clock stays there.", now)
    return row


def decline(row: HandOver, by: User, now: datetime) -> None:
    """The taker does not want what was passed on, or its giver takes the offer back."""
    if by.pk not in (row.giver_id, row.taker_id):
        raise Refused("This hand-over is between others.")
    ended = HandOver.objects.filter(pk=row.pk, at=None, declined_at=None).update(declined_at=millisecond(now), declined_by=by)
    if not ended:
        raise Refused("It is settled already: look at who is on duty now.")
    other = row.giver if by.pk == row.taker_id else row.taker
    if other:
        subject = f"{by.get_full_name() or by.username} declined: {row.page.name}"
        tell(row.page, other, f"declined:{row.pk}", subject, "The clock stays where it was. Pass it on to somebody else.", now)


def offers(page: Page, now: datetime) -> list[HandOver]:
    """What holders passed on and nobody has taken or declined."""
    waiting = page.hand_overs.filter(kind=PASS, at=None, declined_at=None, due__gt=now - OFFER).select_related("giver", "taker")
    held = roster.holder(page, now) if waiting else {}
    return [row for row in waiting if held.get(Duty(row.duty)) == row.giver]


def announce(page: Page, now: datetime) -> int:
    """Tell both sides of each change that waits for them, once; how many messages that were."""
    count = 0
    for waiting in roster.pending(page, now):
        row = _of(page, waiting)
        body = "Something is open, so the change needs both of you. Until it is confirmed, the clock stays with the one before."
        pairs = ((row.giver, f"Your duty ends: hand over {page.name}"), (row.taker, f"Your duty begins: take over {page.name}"))
        for person, subject in pairs:
            if person:
                count += tell(page, person, f"change:{row.pk}", subject, body, now)
    return count


def matters(page: Page, now: datetime) -> list[dict[str, Any]]:
    """What goes with the clock: of each open incident the promise, what was said last, its facts, and what was posted against
    advice."""
    policy = roster.policy(page)
    open_rows = page.incidents.filter(open=True, kind=Kind.INCIDENT, practice=False).order_by("created_at")
    result = []
    for incident in rows.incidents(open_rows):
        last, due = last_spoken(incident), deadline(incident, page.promise_minutes, policy)
        judged = Judgement.objects.filter(update__incident_id=incident.id).exclude(overridden="")
        result.append(
            {
                "id": incident.id,
                "name": incident.name,
                "due": stamp(due) if due else "",
                "at": stamp(last.display_at),
                "body": last.body[:2000],
                "facts": {name: text for name, text in _stated(last.facts).items() if text},
                "overridden": list(judged.values_list("overridden", flat=True)[:10]),
            }
        )
    return result


def _stated(facts: Any) -> Mapping[str, str]:
    names = ("symptom", "scope", "numbers", "unaffected", "doing", "workaround", "cause")
    return {name: getattr(facts, name) for name in names}


def tell(page: Page, person: User, key: str, subject: str, body: str, now: datetime) -> int:
    """A message to one person, once for each key."""
    step, path = key.partition(":")[0], f"/p/{page.slug}/duty/"
    about = f"hand_over {key}"
    return nudges.enqueue(
        page, kind="hand_over", step=step, key=about, people=[person], due=now, at=now, subject=subject, body=body, path=path
    )


def _of(page: Page, waiting: Pending) -> HandOver:
    row, _ = HandOver.objects.get_or_create(
        page=page,
        duty=waiting.duty,
        kind=ROSTER,
        due=waiting.due,
        giver_id=int(waiting.giver),
        taker_id=int(waiting.taker),
    )
    return row


def _settle(row: HandOver, page: Page, now: datetime) -> None:
    """It takes effect once both have confirmed it."""
    if row.given_at and row.taken_at:
        row.at, row.shown = millisecond(now), matters(page, now)
    row.save(update_fields=["given_at", "taken_at", "at", "shown"])


def _check_writer(person: User) -> None:
    if person not in roster.writers():
        raise Refused(f"{person.username} cannot write on this desk: choose somebody who can.")


@contextmanager
def _locked(page: Page) -> Iterator[None]:
    """One hand-over of a page at a time."""
    with transaction.atomic():
        Page.objects.select_for_update().get(pk=page.pk)
        yield
