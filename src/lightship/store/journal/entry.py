"""Append entries to the journal: every action takes the page's next revision in its own transaction, so no two share one."""

from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.models import User
from django.db.models import F, Min

from lightship.core.rules import Refused
from lightship.store import wake
from lightship.store.models import Entry, Incident, Page, Update

By = User | None

# One class, for most of what a journal refuses is refused without a desk too.
JournalError = Refused


class Overtaken(JournalError):
    """Others added updates to the incident since the author last read it. `updates`: these, oldest first."""

    def __init__(self, updates: Sequence[Update]) -> None:
        super().__init__("Someone else posted while you were writing. Read it, then post yours if it still holds.")
        self.updates = tuple(updates)


def append(
    page: Page, action: str, now: datetime, by: By, *, incident: Incident | None = None, practice: bool = False, **columns: str
) -> Entry:
    """Take the next revision and write its entry. Call it inside the action's transaction, before anything else is read: it
    locks the page's row, so that the next action waits and then sees what this one wrote. `columns`: of the entry; what
    `incident` implies need not be given. An entry of practice takes no revision: nothing public changes."""
    wake.tell(page.slug)
    practice = practice or bool(incident and incident.practice)
    if practice:
        Page.objects.select_for_update().get(pk=page.pk)
    else:
        Page.objects.filter(pk=page.pk).update(revision=F("revision") + 1, updated_at=now)
    page.refresh_from_db(fields=["revision", "updated_at"])
    if incident:
        columns = {"subject": incident.pk, "name": incident.name, "month": incident.month, **columns}
    revision = None if practice else page.revision
    return Entry.objects.create(page=page, revision=revision, at=now, author=by, action=action, incident=incident, **columns)


def as_written(incident: Incident) -> list[Update]:
    """Its updates in the order in which they were written, whatever time they hold from and however close together."""
    return list(incident.updates.annotate(first=Min("wordings__id")).order_by("first"))


def check_read(incident: Incident, last_read: str) -> None:
    """Overtaken, unless the update `last_read` is the newest."""
    updates = as_written(incident)
    read = next((number for number, update in enumerate(updates, 1) if update.pk == last_read), 0)
    if updates[read:]:
        raise Overtaken(updates[read:])
