"""Durations in words, for staff and operators."""

from datetime import datetime, timedelta


def span(length: timedelta) -> str:
    """`3 s`, `34 min`, `5 h`, `3 days`; never below zero."""
    seconds = max(int(length.total_seconds()), 0)
    minutes = seconds // 60
    if minutes < 1:
        return f"{seconds} s"
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} days"


def ago(at: datetime, now: datetime) -> str:
    return f"{span(now - at)} ago"
