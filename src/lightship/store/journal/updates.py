"""What staff and the clock do to incidents and levels. Core decides what becomes of the page, and these rows are added."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial

from django.db import transaction

from lightship.config.ids import new_id
from lightship.core import model as core
from lightship.core import updates, wire
from lightship.core.duty import promises
from lightship.core.duty.judged import Judged
from lightship.core.duty.policy import Policy
from lightship.core.model import ComponentStatus, Facts, Impact, Kind, month_of
from lightship.core.rules import fit_body, fit_name, millisecond
from lightship.core.updates import NewIncident, NewUpdate, PageNow, Window
from lightship.store.duty import alerts
from lightship.store.journal import duplicates, insert, judgement
from lightship.store.journal.entry import By, JournalError, Overtaken, append, as_written, check_read
from lightship.store.models import Component, Entry, Incident, Page, StatusChange, Update, Wording
from lightship.store.read import rows


def open_incident(
    page: Page, new: NewIncident, by: By, now: datetime, *, separate: bool = True, judged: Judged | None = None
) -> Incident:
    """Open an incident, or give the one that the same author opened just now by the same words. `separate` False: ask first
    whether it is an update of what is open in its components (see duplicates.OpenAlready). `judged`: how its first update was,
    if a person wrote it."""
    new = replace(new, update=judgement.spoken(page, new.update, by))
    decide = partial(updates.opened, new=new, id=new.id or new_id(), update_id=new_id(), now=now)
    earlier = partial(duplicates.earlier_incident, page, new, by, now, separate=separate)
    at = new.update.at or new.started_at or now
    return _begin(page, "open", decide, earlier, at, by, now, judged, practice=new.practice)


def schedule(page: Page, window: Window, by: By, now: datetime) -> Incident:
    decide = partial(updates.scheduled, window=window, id=new_id(), update_id=new_id(), now=now)
    earlier = partial(duplicates.earlier_window, page, window, by, now)
    return _begin(page, "schedule", decide, earlier, now, by, now)


def _begin(
    page: Page,
    action: str,
    decide: Callable[[PageNow], core.Incident],
    earlier: Callable[[], Incident | None],
    at: datetime,
    by: By,
    now: datetime,
    judged: Judged | None = None,
    *,
    practice: bool = False,
) -> Incident:
    with transaction.atomic():
        duplicates.lock(page)
        if first := earlier():
            return first
        entry = append(page, action, millisecond(now), by, practice=practice)
        incident = decide(rows.page_now(page, millisecond(at), practice=practice))
        row = insert.incident(page, incident)
        row.practice = practice
        row.save(force_insert=True)
        judgement.write(insert_update(row, incident, incident.updates[0], entry), judged)
        if incident.kind is Kind.INCIDENT:
            alerts.answer(row, by, now)
        return row


def update(
    incident: Incident, new: NewUpdate, by: By, now: datetime, *, last_read: str | None = None, judged: Judged | None = None
) -> Update:
    """Add an update, or give the one that the same author posted just now by the same words. `last_read`: the id of the newest
    update that the author had read; Overtaken if there are newer ones. `judged`: how it was, if a person wrote it."""
    now, page, update_id = millisecond(now), incident.page, new_id()
    new = judgement.spoken(page, new, by)
    with transaction.atomic():
        duplicates.lock(page)
        if first := duplicates.earlier_update(incident, new, by, now):
            return first
        entry = append(page, "update", now, by, practice=incident.practice)
        incident.refresh_from_db()
        if last_read is not None:
            check_read(incident, last_read)
        page_now = rows.page_now(page, millisecond(new.at or now), practice=incident.practice)
        after = updates.added(page_now, rows.incident(incident), new, update_id, now)
        insert.change(incident, after)
        row = insert_update(incident, after, next(added for added in after.updates if added.id == update_id), entry)
        judgement.write(row, judged)
        return row


def insert_update(row: Incident, incident: core.Incident, added: core.Update, entry: Entry) -> Update:
    """The difference that core returned: the update, the components that it changes, and what the entry names."""
    insert.updates(row.page, [(incident, added)], practice=row.practice)
    if not row.practice:
        changed = [change.component_id for change in added.changes or () if change.old is not change.new]
        Component.objects.filter(pk__in=changed).update(updated_at=added.created_at)
    entry.incident, entry.subject, entry.name, entry.month = row, row.pk, row.name, row.month
    entry.update_id = added.id
    entry.save(update_fields=["incident", "subject", "name", "month", "update"])
    return Update.objects.get(pk=added.id)


def correct(row: Update, body: str, facts: Facts, by: By, now: datetime) -> Wording:
    """Reword an update. The earlier wording is kept, and readers see that it was edited."""
    now, incident = millisecond(now), row.incident
    fit_body(body)
    with transaction.atomic():
        append(incident.page, "correct", now, by, incident=incident)
        value, policy = rows.incident(incident), Policy.of(incident.page.policy)
        promises.check_correction(value, row.pk, facts.next_update, incident.page.promise_minutes, policy, now)
        wording = Wording.objects.create(update=row, at=now, body=body, facts=wire.to_json(facts))
        Update.objects.filter(pk=row.pk).update(updated_at=now)
        Incident.objects.filter(pk=incident.pk).update(updated_at=now)
    return wording


def rename(incident: Incident, name: str, by: By, now: datetime, *, impact: Impact | None = None) -> None:
    """Change its name, and set its impact by hand (None: the impact that its components show)."""
    now = millisecond(now)
    incident.name, incident.impact_override, incident.updated_at = fit_name(name), impact or "", now
    with transaction.atomic():
        append(incident.page, "rename", now, by, incident=incident)
        incident.save(update_fields=["name", "impact_override", "updated_at"])


def set_status(component: Component, status: ComponentStatus, by: By, now: datetime) -> StatusChange | None:
    """Set a component by hand. None if that is its level already."""
    now, page = millisecond(now), component.page
    with transaction.atomic():
        Page.objects.select_for_update().get(pk=page.pk)
        new = updates.set_by_hand(rows.page_now(page, now), component.pk, status, new_id(), now)
        if new is None:
            return None
        append(page, "turn", now, by, subject=component.pk, name=component.name, month=month_of(new.at))
        Component.objects.filter(pk=component.pk).update(updated_at=now)
        row = insert.status_change(page, new)
        row.save(force_insert=True)
        return row


def reschedule(incident: Incident, starts: datetime, ends: datetime, by: By, now: datetime) -> None:
    """Move the window of a maintenance that has not ended."""
    now = millisecond(now)
    updates.check_window(starts, ends)
    with transaction.atomic():
        append(incident.page, "reschedule", now, by, incident=incident)
        incident.refresh_from_db()
        if not incident.open:
            raise JournalError("This maintenance has ended: plan a new one.")
        incident.scheduled_for, incident.scheduled_until = millisecond(starts), millisecond(ends)
        incident.updated_at = now
        incident.save(update_fields=["scheduled_for", "scheduled_until", "updated_at"])


def keep_time(page: Page, now: datetime) -> list[Update]:
    """Begin and end the maintenances whose time has come."""
    added = []
    for row in page.incidents.filter(open=True, kind=Kind.MAINTENANCE):
        # Read before what is owed: else an update that another worker adds in between would count as read, and be repeated.
        last_read = as_written(row)[-1].pk
        while new := updates.owed(rows.incident(row), now):
            try:
                added.append(update(row, new, None, now, last_read=last_read))
            except Overtaken:  # by another worker, or a person
                break
            last_read = added[-1].pk
    return added
