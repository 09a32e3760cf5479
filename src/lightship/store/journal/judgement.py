"""Who spoke, as readers learn it, and how the text was judged: written with the update of a person, in its transaction."""

from dataclasses import asdict, replace

from lightship.core.duty.judged import Judged
from lightship.core.duty.policy import Policy, Speaker
from lightship.core.duty.roster import Duty
from lightship.core.updates import NewUpdate
from lightship.store.duty.roster import holder
from lightship.store.journal.entry import By
from lightship.store.models import Judgement, Page, Staffer, Update

SPEAKER = 255
"""The column's length. First and last name may have 300 characters, and no post fails for that."""
WRITER = "Duty writer"
"""How readers know who speaks, where their names are not theirs to know."""


def spoken(page: Page, new: NewUpdate, by: By) -> NewUpdate:
    """With the name or role of its author, where the page's owner shows that."""
    return replace(new, speaker=speaker(page, by)) if by and not new.speaker else new


def speaker(page: Page, by: By) -> str:
    """The name of an account is for staff, and never shown."""
    shown = Policy.of(page.policy).speaker
    if shown is Speaker.NOBODY or by is None:
        return ""
    staffer = Staffer.objects.filter(user=by).first() or Staffer()
    name = staffer.public_name or by.get_full_name()[:SPEAKER]
    return name if shown is Speaker.NAME and name else staffer.public_title or WRITER


def write(update: Update, judged: Judged | None) -> None:
    if judged is None:
        return
    holders = holder(update.incident.page, update.created_at)
    Judgement.objects.create(
        update=update,
        verdict=judged.verdict,
        findings=[asdict(finding) for finding in judged.findings],
        overridden=judged.overridden,
        holder=holders.get(Duty.WRITER),
        approved_by_id=int(judged.approved_by) if judged.approved_by else None,
        unapproved=judged.unapproved,
    )
