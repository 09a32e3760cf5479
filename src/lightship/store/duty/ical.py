"""A calendar file (RFC 5545) as events, its repetitions expanded. Whoever sent it is a stranger: everything is capped."""

import math
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar

from lightship.core.duty.calendar import Event
from lightship.core.duty.hours import instant
from lightship.core.rules import Refused

LARGEST = 2 * 1024 * 1024
"""Bytes. A year of a team's shifts is some hundred thousand."""
EVENTS, RULES, OCCURRENCES = 5_000, 200, 5_000
EARLIEST, HOURS, STEPS = 2000, 4, 500_000
"""A repetition begins in no earlier year, comes no more often than every so many hours, and all take so many steps."""
_TOO_OFTEN = ("SECONDLY", "MINUTELY")
_RARE = ({"BYMONTH", "BYMONTHDAY"}, {"BYYEARDAY"}, {"BYWEEKNO"})
"""Of these a rule may consist that never comes, and is looked for until the year 9999."""


def read(raw: bytes, zone: str, since: datetime, until: datetime) -> list[Event]:
    """The events between two moments, in order. Times without a zone are of `zone`. Refused where it is none."""
    calendar = _parsed(raw)
    try:
        _check(calendar.walk("VEVENT"), until)
        return list(_events(calendar, zone, since, until))
    except Refused:
        raise
    except Exception as error:  # the parsers raise whatever they stumble over
        raise Refused(f"This calendar cannot be read: {_first_line(error)}") from error


def _parsed(raw: bytes) -> Calendar:
    if len(raw) > LARGEST:
        raise Refused(f"This is larger than {LARGEST // 1024 // 1024} MB: export only the schedule of this page.")
    text = raw.decode("utf-8-sig", "replace").lstrip()
    if text[:15].upper() != "BEGIN:VCALENDAR":
        looks = (
            "a web page, perhaps to sign in" if text[:1] == "<" else f"“{' '.join(text[:40].split())}”" if text else "nothing"
        )
        raise Refused(
            f"This is no calendar but {looks}. A calendar begins with BEGIN:VCALENDAR: copy the address of the iCal feed."
        )
    try:
        return Calendar.from_ical(text)
    except Exception as error:
        raise Refused(f"This calendar is broken: {_first_line(error)}. Export it again.") from error


def _check(events: Sequence[Any], until: datetime) -> None:
    """Refused where expanding them would take long: the time grows with the rules, their age, and how often they repeat."""
    repeating, steps = [(event, rule) for event in events for rule in _rules(event)], 0
    if len(events) > EVENTS or len(repeating) > RULES:
        raise Refused(
            f"This calendar has more than {EVENTS:,} events, or {RULES} that repeat: export only this page's schedule."
        )
    for event, rule in repeating:
        begins, frequency = event["DTSTART"].dt, str(rule.get("FREQ", [""])[0]).upper()
        step, hourly = int(rule.get("INTERVAL", [1])[0]), frequency == "HOURLY"
        daily = math.prod(len(rule.get(part, [0])) for part in ("BYHOUR", "BYMINUTE", "BYSECOND"))
        if frequency in _TOO_OFTEN or (hourly and (step < HOURS or daily > 1)) or daily > 24 // HOURS:
            raise Refused(
                f"An event in this calendar repeats every few hours or more often: no shift does. It is {_name(event)}."
            )
        if frequency != "YEARLY" and any(rare <= set(rule) for rare in _RARE):
            raise Refused(f"An event in this calendar repeats by a rule that no shift has. It is {_name(event)}.")
        if begins.year < EARLIEST:
            raise Refused(f"An event in this calendar repeats since {begins.year}. It is {_name(event)}: mend its begin.")
        steps += max(until.year - begins.year + 1, 1) * 366 * (24 // step if hourly else 1)
    if steps > STEPS:
        raise Refused("The events of this calendar repeat since long ago: begin them anew this year, or export less.")


def _name(event: Any) -> str:
    return f"“{' '.join(str(event.get('SUMMARY', 'without a name')).split())[:60]}”"


def _events(calendar: Calendar, zone: str, since: datetime, until: datetime) -> Iterator[Event]:
    components = recurring_ical_events.of(calendar, skip_bad_series=False).between(since, until)
    if len(components) > OCCURRENCES:
        raise Refused(
            f"This calendar has more than {OCCURRENCES:,} shifts in two months: export only the schedule of this page."
        )
    for component in sorted(components, key=lambda component: _moment(component["DTSTART"].dt, zone)):
        starts, ends = _moment(component["DTSTART"].dt, zone), _moment(component["DTEND"].dt, zone)
        if starts < ends and str(component.get("STATUS", "")).upper() != "CANCELLED":
            yield Event(" ".join(str(component.get("SUMMARY", "")).split())[:255], _mails(component), starts, ends)


def _moment(value: Any, zone: str) -> datetime:
    if not isinstance(value, datetime):
        return instant(value, time(0), zone)
    return (value if value.tzinfo else value.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def _mails(component: Any) -> tuple[str, ...]:
    """Of attendees; an organizer counts where there is none, and no organizer that is the calendar itself."""
    for key in ("ATTENDEE", "ORGANIZER"):
        values = component.get(key, [])
        values = values if isinstance(values, list) else [values]
        mails = [str(value).lower().removeprefix("mailto:")[:254] for value in values]
        if mails := [mail for mail in mails if "@" in mail and not mail.endswith("calendar.google.com")]:
            return tuple(mails[:10])
    return ()


def _rules(event: Any) -> list[Any]:
    rules = event.get("RRULE", [])
    return rules if isinstance(rules, list) else [rules]


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200] or type(error).__name__
