"""A second pair of eyes: an update waits for the approver on duty, where the page's owner wants that; never the first word, and
never for long. A text that waits, or was sent back, is kept as it was typed."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction

from lightship.core.duty.policy import Policy
from lightship.core.duty.roster import Duty
from lightship.core.model import Kind
from lightship.core.rules import Refused
from lightship.store.duty.nudges import enqueue
from lightship.store.duty.roster import holder
from lightship.store.models import Approval, Incident, Page, Update

NOBODY = "Nobody was on duty to approve it."
OWN = "Its author was the approver on duty."
REPLACED = "Its author asked anew."
DECIDED = "This was decided meanwhile: look at the incident."
READERS = (Duty.APPROVER, Duty.LEAD)


def asks(page: Page, row: Incident) -> bool:
    """Whether an update of this incident needs an approval. Its first word is posted already."""
    return Policy.of(page.policy).approval and row.kind == Kind.INCIDENT


def approver(page: Page, by: User | None, now: datetime) -> tuple[User | None, str]:
    """Who is to approve an update of this author; or nobody, and why."""
    holders = holder(page, now)
    readers = [holders[duty] for duty in READERS if duty in holders]
    person = next((reader for reader in readers if reader != by), None)
    return (person, "") if person else (None, OWN if readers else NOBODY)


def may_decide(approval: Approval, user: User, now: datetime) -> bool:
    """Whom it waits for, or who holds that duty by now; never its author."""
    holders = holder(approval.incident.page, now)
    return user != approval.asked_by and user in (approval.approver, *(holders.get(duty) for duty in READERS))


def ask(row: Incident, fields: Mapping[str, Sequence[str]], by: User, person: User, now: datetime) -> Approval:
    """Keep the form as it was filled in, and tell the approver. What the same author asked before is replaced by it."""
    with transaction.atomic():
        Approval.objects.filter(incident=row, asked_by=by, decided_at=None).update(decided_at=now, reason=REPLACED)
        approval = Approval.objects.create(
            incident=row,
            fields={name: list(values) for name, values in fields.items()},
            asked_by=by,
            asked_at=now,
            approver=person,
        )
        wait = timedelta(minutes=Policy.of(row.page.policy).approval_wait)
        _tell(
            approval,
            "asked",
            person,
            f"Approve an update: {row.name}",
            f"{_name(by)} waits for you to read it.",
            now,
            now + wait,
        )
    return approval


def wait_over(approval: Approval) -> datetime:
    """From when on its author may post without."""
    return approval.asked_at + timedelta(minutes=Policy.of(approval.incident.page.policy).approval_wait)


def send_back(approval: Approval, by: User, reason: str, now: datetime) -> None:
    """To its author, with a word. Refused without one, and where it was decided meanwhile."""
    reason = " ".join(reason.split())
    if not reason:
        raise Refused("Say in a word what should be different.")
    with transaction.atomic():
        decide(approval, by, now, reason=reason)
        if approval.asked_by:
            subject, body = f"Sent back: {approval.incident.name}", f"{_name(by)}: {reason}"
            _tell(approval, "returned", approval.asked_by, subject, body, now, now)


def decide(approval: Approval, by: User, now: datetime, *, reason: str = "", update: Update | None = None) -> None:
    """Call it in the transaction that posts. Refused where somebody was quicker."""
    locked = Approval.objects.select_for_update().get(pk=approval.pk)
    if locked.decided_at:
        raise Refused(DECIDED)
    locked.decided_by, locked.decided_at, locked.reason, locked.update = by, now, reason[:255], update
    locked.save(update_fields=["decided_by", "decided_at", "reason", "update"])


def waiting(page: Page) -> list[Approval]:
    return list(
        Approval.objects.filter(incident__page=page, decided_at=None).select_related("incident", "asked_by", "approver")
    )


def returned(row: Incident, by: User) -> Approval | None:
    """What was sent back to this author, and not posted since."""
    newest = row.approvals.filter(asked_by=by).select_related("decided_by").first()
    if newest is None or newest.decided_at is None or newest.update_id or newest.decided_by is None:
        return None
    posted_since = row.updates.filter(created_at__gt=newest.decided_at).exists()
    return None if posted_since else newest


def _tell(approval: Approval, step: str, person: User, subject: str, body: str, now: datetime, due: datetime) -> None:
    page = approval.incident.page
    enqueue(
        page,
        kind="approval",
        step=step,
        key=f"{page.slug}:approval:{approval.pk}:{step}",
        people=[person],
        due=due,
        at=now,
        subject=f"{'PRACTICE: ' if approval.incident.practice else ''}{subject}"[:255],
        body=f"{body}\n\nAsked at {approval.asked_at:%H:%M} UTC.",
        path=f"/p/{page.slug}/approvals/{approval.pk}/",
        subjects=[approval.incident_id],
        practice=approval.incident.practice,
    )


def _name(user: User) -> str:
    return user.get_full_name() or user.username
