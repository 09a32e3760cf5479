"""Withdraw an incident that was posted by mistake, and merge two that are one. Core decides; every row that was stays."""

from datetime import datetime

from django.db import transaction

from lightship.config.ids import new_id
from lightship.core import endings
from lightship.core import model as core
from lightship.core.rules import millisecond
from lightship.store.journal import insert
from lightship.store.journal.entry import By, JournalError, append
from lightship.store.journal.updates import insert_update
from lightship.store.models import Incident, Update
from lightship.store.read import rows


def withdraw(incident: Incident, reason: str, by: By, now: datetime) -> Update:
    """End it as posted by mistake: it then counts in no bar and no impact, and readers read the reason."""
    now, page, update_id = millisecond(now), incident.page, new_id()
    with transaction.atomic():
        entry = append(page, "withdraw", now, by, practice=incident.practice)
        incident.refresh_from_db()
        after = endings.withdrawn(
            rows.page_now(page, now, practice=incident.practice), rows.incident(incident), reason, update_id, now
        )
        insert.change(incident, after)
        return insert_update(incident, after, _added(after, update_id), entry)


def merge(incident: Incident, into: Incident, by: By, now: datetime) -> Update:
    """End it as a part of `into`, which takes over what it holds. Two entries: readers of either learn of it."""
    now, page, ids, practice = millisecond(now), incident.page, (new_id(), new_id()), incident.practice
    if into.page_id != incident.page_id:
        raise JournalError("These are on two pages, and each page has its own readers: end both.")
    if into.practice is not practice:
        raise JournalError("Practice and what readers read cannot be merged.")
    with transaction.atomic():
        entry = append(page, "update", now, by, practice=practice)
        incident.refresh_from_db()
        into.refresh_from_db()
        other, own = rows.incident(incident), rows.incident(into)
        grown = endings.absorbed(rows.page_now(page, now, practice=practice), own, other, ids[0], now)
        insert.change(into, grown)
        insert_update(into, grown, _added(grown, ids[0]), entry)
        entry = append(page, "merge", now, by, practice=practice)
        after = endings.merged(rows.page_now(page, now, practice=practice), other, grown, ids[1], now)
        insert.change(incident, after)
        return insert_update(incident, after, _added(after, ids[1]), entry)


def _added(incident: core.Incident, update_id: str) -> core.Update:
    return next(update for update in incident.updates if update.id == update_id)
