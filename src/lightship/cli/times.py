"""Times as people type them in a terminal."""

import re
from datetime import UTC, datetime, timedelta

import click

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def when(text: str, now: datetime, *, ahead: bool) -> datetime:
    """`20m`, `2h` or `1d` from now (before now unless `ahead`), `13:41` (UTC, the nearest in that direction), or any ISO
    8601 time; without a zone it is UTC. click.BadParameter otherwise."""
    at = _read(text, now, ahead=ahead)
    if ahead and at <= now:
        raise click.BadParameter(f"{text!r} is over: give a time to come")
    if not ahead and at > now:
        raise click.BadParameter(f"{text!r} is still to come: give a time that has been")
    return at


def _read(text: str, now: datetime, *, ahead: bool) -> datetime:
    if span := re.fullmatch(r"(\d{1,4})([mhd])", text):
        distance = timedelta(**{_UNITS[span[2]]: int(span[1])})
        return now + distance if ahead else now - distance
    try:
        if re.fullmatch(r"\d{1,2}:\d{2}", text):
            hour, minute = text.split(":")
            at = now.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)
            if ahead and at <= now:
                return at + timedelta(days=1)
            return at - timedelta(days=1) if not ahead and at > now else at
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise click.BadParameter(f"{text!r} is no time: write 20m, 13:41 (UTC) or 2026-11-22T13:41Z") from error
