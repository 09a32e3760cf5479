"""Calendars made elsewhere: fetched or uploaded, expanded, refreshed; the last good copy stays in use."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from lightship.core.duty.calendar import Event, duty_of, names_of, person_of
from lightship.core.duty.roster import Duty
from lightship.core.rules import Refused, millisecond
from lightship.core.wire import stamp
from lightship.net.client import PublicReader
from lightship.net.pinned import ConnectError
from lightship.store.duty import ical, roster
from lightship.store.journal.entry import By
from lightship.store.models import Feed, Page

EVERY = timedelta(minutes=10)
BACK, AHEAD = timedelta(days=31), timedelta(days=62)
"""How much of a calendar is stored expanded."""
SECONDS = 10.0
NAMED = 80


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom a calendar names. `account`: the id of whose account it is; empty: nobody knows."""

    name: str
    account: str
    by_hand: bool


def reader() -> PublicReader:
    headers = {"User-Agent": "Lightship (roster)", "Accept": "text/calendar, */*;q=0.1", "Accept-Encoding": "br, gzip"}
    return PublicReader(SECONDS, ical.LARGEST, headers)


def fetch(url: str, client: PublicReader) -> bytes:
    """Refused, with why and without the path, which often holds a secret."""
    site = urlsplit(url).hostname or "the calendar's server"
    try:
        answer = client.get(url)
    except ConnectError as error:
        if "sends more than" in str(error):
            raise Refused(
                f"{site} sends more than {ical.LARGEST // 1024 // 1024} MB: export only this page's schedule."
            ) from error
        raise Refused(f"{site} does not answer: {str(error).split('does not answer: ')[-1]}") from error
    if answer.status != 200:
        hint = " The address may have been changed or revoked: copy it again." if answer.status in (401, 403, 404, 410) else ""
        raise Refused(f"{site} answers with status {answer.status} instead of a calendar.{hint}")
    return answer.body


def address(text: str) -> str:
    """Of a feed, as it is fetched. Refused for what is none."""
    url = text.strip()
    for scheme in ("webcal://", "webcals://"):
        url = f"https://{url[len(scheme) :]}" if url.lower().startswith(scheme) else url
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or len(url) > 2048:
        raise Refused("This is no address of a calendar: it begins with https:// or webcal://.")
    return url


def add(page: Page, name: str, duty: Duty | None, by: By, now: datetime, *, url: str = "", raw: bytes = b"") -> Feed:
    """Take in a calendar, from its address or as a file; Refused if it cannot be read now."""
    name = " ".join(name.split())[:NAMED] or "Calendar"
    if url:
        url = address(url)
        raw = fetch(url, reader())
    row = Feed(page=page, name=name, url=url, duty=duty or "", made_at=millisecond(now), made_by=by)
    _take(row, raw, now)
    row.tried_at = now
    row.save(force_insert=True)
    return row


def refresh(row: Feed, client: PublicReader, now: datetime) -> str:
    """Fetch it anew, or expand the copy that there is further; why that failed. A failure changes nothing of what is in use."""
    row.tried_at, row.error = now, ""
    try:
        if row.url:
            _take(row, fetch(row.url, client), now)
        else:
            row.shifts = _expanded(row, row.body.encode(), now)
    except Refused as refused:
        row.error = str(refused)[:500]
    row.save(update_fields=["tried_at", "error", "shifts", "body", "read_at"])
    return row.error


def due(page: Page, now: datetime) -> list[Feed]:
    return [row for row in page.feeds.filter(ended_at=None) if row.tried_at is None or now - row.tried_at >= EVERY]


def map_person(row: Feed, name: str, account: str) -> None:
    """Say by hand whose account a name is; empty: nobody's."""
    if account and account not in {known.id for known in roster.people()}:
        raise Refused("That account cannot write on this desk: choose somebody who can.")
    people = {**row.people, name: account}
    Feed.objects.filter(pk=row.pk).update(people=people)
    row.people = people


def persons(row: Feed) -> list[Person]:
    """Whom the calendar names, those that nobody knows first."""
    accounts = roster.people()
    names = {entry["names"][0]: entry["names"] for entry in row.shifts if entry["names"]}
    people = [Person(name, person_of(every, accounts, row.people), name in row.people) for name, every in names.items()]
    return sorted(people, key=lambda person: (bool(person.account), person.name.lower()))


def _take(row: Feed, raw: bytes, now: datetime) -> None:
    row.shifts = _expanded(row, raw, now)
    row.body, row.read_at, row.error = raw.decode("utf-8", "replace").replace("\0", ""), now, ""


def _expanded(row: Feed, raw: bytes, now: datetime) -> list[dict[str, Any]]:
    """What is past stays as it was: a calendar may forget it, or tell it otherwise now."""
    past = [entry for entry in row.shifts if stamp(now - BACK) < entry["ends"] <= stamp(now)]
    own = Duty(row.duty) if row.duty else None
    raw = raw.replace(b"\0", b"")  # PostgreSQL stores none: neither names nor the reason why it is refused may have one
    return [*past, *_entries(ical.read(raw, row.page.time_zone, now, now + AHEAD), own)]


def _entries(events: Iterable[Event], own: Duty | None) -> list[dict[str, Any]]:
    return [
        {
            "names": list(names_of(event))[:10] or [event.summary or "no name"],
            "duty": duty_of(event.summary, own),
            "starts": stamp(event.starts),
            "ends": stamp(event.ends),
        }
        for event in events
    ]
