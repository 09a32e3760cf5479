"""Times and durations as readers meet them: UTC in the text, the instant in the markup for the script to localise."""

import calendar
from datetime import UTC, date, datetime, timedelta

from markupsafe import Markup


def machine(at: datetime) -> str:
    """`2026-11-22T14:30Z`: to the minute, the shortest form HTML knows."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%MZ}"


def text(at: datetime, now: datetime | None = None) -> str:
    """`14:30 UTC`, with day and year where `now` does not share them; without `now` always with both, for pages that
    must read the same in ten years."""
    at = at.astimezone(UTC)
    clock = f"{at:%H:%M} UTC"
    if now is None or at.year != now.astimezone(UTC).year:
        return f"{day(at)} {at.year}, {clock}"
    if at.date() != now.astimezone(UTC).date():
        return f"{day(at)}, {clock}"
    return clock


def when(at: datetime, now: datetime | None = None) -> Markup:
    """The same as an element. Neither half can hold markup."""
    return Markup(f"<time datetime={machine(at)}>{text(at, now)}</time>")  # noqa: S704 - built from digits and constants


def day(at: date) -> str:
    return f"{at.day} {calendar.month_abbr[at.month]}"


def month_name(month: str) -> str:
    """`2026-11` -> `November 2026`."""
    year, number = month.split("-")
    return f"{calendar.month_name[int(number)]} {year}"


def lasting(span: timedelta) -> str:
    """`34 min`, `2 h 10 min`, `3 days`; never zero."""
    minutes = max(1, round(span / timedelta(minutes=1)))
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    days = round(minutes / 1440)
    return f"{days} day{'s' if days > 1 else ''}" if days > 2 else f"{round(minutes / 60)} h"
