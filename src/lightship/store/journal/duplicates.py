"""Notice what was posted already. Called inside the action's transaction, with the page's row locked, so that of two at one
moment the second sees the first. Core says what counts as the same."""

from collections.abc import Sequence
from datetime import datetime

from lightship.core import duplicates
from lightship.core.durations import ago
from lightship.core.model import Kind
from lightship.core.updates import NewIncident, NewUpdate, Window
from lightship.store.journal.entry import By, JournalError
from lightship.store.models import Entry, Incident, Page, Update
from lightship.store.read import rows


class Duplicate(JournalError):
    """It was posted already. `first`: the incident in which to read it."""

    def __init__(self, message: str, first: Incident) -> None:
        super().__init__(message)
        self.first = first


class OpenAlready(JournalError):
    """Something is open in the components that a new incident names: is it an update of that one? `incidents`: these."""

    def __init__(self, incidents: Sequence[Incident]) -> None:
        names = ", ".join(f"“{row.name}” ({row.pk})" for row in incidents)
        super().__init__(
            f"{names} is open there already. Post an update of it; or say that this is separate, and it opens its own."
        )
        self.incidents = tuple(incidents)


def lock(page: Page) -> None:
    Page.objects.select_for_update().get(pk=page.pk)


def earlier_update(row: Incident, new: NewUpdate, by: By, now: datetime) -> Update | None:
    """The update that this one repeats as a retry of the same author; Duplicate where only the words are the same. The clock
    does not retry: it asks what is owed."""
    if by is None and not new.body.strip():
        return None
    incident = rows.incident(row)
    for update in reversed(incident.updates):
        if not update.automatic and duplicates.is_retry(update, new, now) and _is_by(update.id, by):
            return Update.objects.get(pk=update.id)
    if same := duplicates.same_words(incident, new.body, now):
        when = ago(same.created_at, now)
        raise Duplicate(f"The same words were posted here {when}. Write what is new since, or what still holds and why.", row)
    return None


def earlier_incident(page: Page, new: NewIncident, by: By, now: datetime, *, separate: bool) -> Incident | None:
    """The incident that this one repeats as a retry of the same author; Duplicate for another of the same title; OpenAlready
    where something is open in its components, and nobody said that this is separate."""
    own = page.incidents.filter(kind=Kind.INCIDENT, practice=new.practice)
    recent = own.filter(updated_at__gte=now - duplicates.REPEAT, open=False)
    running = list(own.filter(open=True))
    by_id = {row.pk: row for row in (*running, *recent)}
    incidents = rows.incidents(by_id.values())
    if same := duplicates.same_title(incidents, new.name, now):
        first = min(same.updates, key=lambda update: update.created_at)
        if duplicates.is_retry(first, new.update, now) and _is_by(first.id, by):
            return by_id[same.id]
        when = ago(first.created_at, now)
        message = f"“{same.name}” was opened {when} ({same.id}). Post an update of it, or give this one a title of its own."
        raise Duplicate(message, by_id[same.id])
    components = (new.update.statuses or {}).keys()
    if not separate and (others := duplicates.overlapping((i for i in incidents if not i.ended), components)):
        raise OpenAlready([by_id[other.id] for other in others])
    return None


def earlier_window(page: Page, window: Window, by: By, now: datetime) -> Incident | None:
    """The maintenance that this one repeats, sent twice; Duplicate if another of the same title begins then."""
    planned = page.incidents.filter(kind=Kind.MAINTENANCE, open=True, scheduled_for=window.starts)
    for row in planned:
        same = duplicates.same_title(rows.incidents([row]), window.name, now)
        if same is None:
            continue
        if now - duplicates.opened_at(same) <= duplicates.RETRY and _is_by(same.updates[0].id, by):
            return row
        raise Duplicate(f"“{same.name}” is planned for that time already ({same.id}): move it, or post to it.", row)
    return None


def _is_by(update_id: str, by: By) -> bool:
    return Entry.objects.filter(update=update_id, author=by).exists()
