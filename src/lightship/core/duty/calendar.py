"""Events of a calendar made elsewhere as shifts: which duty it is, and which account its person has. PagerDuty, Opsgenie and
Google write who it is in different places; what none of them says, a person maps by hand."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from lightship.core.duty.roster import Duty

_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}")
_PARTS = re.compile(r"\s[-–—|/]\s|[:()\[\],;]")
_ON_CALL = re.compile(r"\b(?:is )?on[- ]?call(?: for)?\b", re.IGNORECASE)
_DUTY = {
    Duty.DEPUTY: frozenset({"secondary", "backup", "deputy", "standby", "second"}),
    Duty.APPROVER: frozenset({"approver", "approval"}),
    Duty.LEAD: frozenset({"lead", "commander"}),
    Duty.WRITER: frozenset({"primary", "writer", "first"}),
}
_NO_NAME = frozenset({"schedule", "rotation", "duty", "shift"}).union(*_DUTY.values())


@dataclass(frozen=True, slots=True)
class Account:
    """Of the desk, as calendars may name it."""

    id: str
    username: str
    mail: str
    name: str


@dataclass(frozen=True, slots=True)
class Event:
    """`mails`: of its attendees, else of its organizer."""

    summary: str
    mails: tuple[str, ...]
    starts: datetime
    ends: datetime


def duty_of(summary: str, own: Duty | None) -> Duty:
    """`own`: what the whole calendar is for; else the word in the summary says it; the writer, where there is none."""
    spoken = set(re.findall(r"[a-z]+", summary.lower()))
    return own or next((duty for duty, signs in _DUTY.items() if spoken & signs), Duty.WRITER)


def names_of(event: Event) -> tuple[str, ...]:
    """Whom an event may mean, the surest first: addresses, then the parts of its summary that are no word of a schedule."""
    mails = [*event.mails, *_MAIL.findall(event.summary)]
    rest = _MAIL.sub(" ", event.summary)
    parts = [" ".join(_ON_CALL.sub(" ", part).split()).strip(" -") for part in _PARTS.split(" ".join(rest.split()))]
    return tuple(dict.fromkeys([*(mail.lower() for mail in mails), *filter(_is_name, parts)]))


def _is_name(part: str) -> bool:
    return not set(part.lower().split()) <= _NO_NAME


def person_of(names: Sequence[str], accounts: Iterable[Account], by_hand: Mapping[str, str]) -> str:
    """The id of the account that one of the names belongs to; empty where there is none, or more than one. What was mapped by
    hand goes before all."""
    if names and names[0] in by_hand:
        return by_hand[names[0]]
    accounts = list(accounts)
    for name in names:
        key = name.lower()
        for values in (
            {account.id: account.mail for account in accounts},
            {account.id: account.username for account in accounts},
            {account.id: account.name for account in accounts},
        ):
            same = [pk for pk, value in values.items() if value and value.lower() == key]
            if len(same) == 1:
                return same[0]
    return ""
