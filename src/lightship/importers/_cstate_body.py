"""The text of a cState issue, newest statement first, as statements with their times."""

import contextlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from lightship.core.model import ENDED, Status
from lightship.importers import NEWEST, OLDEST

_TRACK = re.compile(r"""\{\{[<%]\s*track\s+["'`]?([^"'`>%]*?)["'`]?\s*[>%]\}\}""")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_WORD = re.compile(r"\*{1,2}([A-Za-z -]+)\*{1,2}\s*[-–—:]*\s*")
_FINAL = re.compile(r"\A\[final(?: message)?\][ \t]*\n", re.IGNORECASE)
_INITIAL = re.compile(r"^\[initial(?: message)?\][ \t]*\n", re.IGNORECASE | re.MULTILINE)
_WORDS = {
    "investigating": Status.INVESTIGATING,
    "identified": Status.IDENTIFIED,
    "monitoring": Status.MONITORING,
    "watching": Status.MONITORING,
    "resolved": Status.RESOLVED,
    "fixed": Status.RESOLVED,
    "completed": Status.RESOLVED,
    "post-mortem": Status.POSTMORTEM,
    "postmortem": Status.POSTMORTEM,
}
_FORMATS = ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S %z", "%Y-%m-%d %H:%M:%S %Z", "%Y-%m-%d %H:%M %Z", "%a, %d %b %Y %H:%M:%S %z")

MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Statement:
    """`status` None: the text names none."""

    at: datetime
    body: str
    status: Status | None = None


def statements(text: str, begins: datetime, ends: datetime | None) -> tuple[list[Statement], list[str]]:
    """The statements, oldest first, and notes on what could not be told apart. `begins`, `ends`: of the issue.

    A statement with a track mark has the mark's time. Without marks the file has two times only: text under a heading
    `[Final message]` at the very top is taken as stated at the end, all else as stated at the beginning.
    """
    visible = _COMMENT.sub("", text)
    notes = ["a hidden comment in it was left out"] if visible != text else []
    visible = visible.strip()
    if _TRACK.search(visible):
        entries, more = _tracked(visible, begins)
    else:
        entries, more = _untracked(visible, begins, ends)
    if any("{{<" in entry.body or "{{%" in entry.body for entry in entries):
        more = [*more, "it has Hugo shortcodes, which are shown as written"]
    return entries, notes + more


def _tracked(text: str, begins: datetime) -> tuple[list[Statement], list[str]]:
    """A mark follows its text. Text after the last mark is the oldest, from the beginning."""
    notes, entries, parts, waiting = [], [], _TRACK.split(text), ""
    for part, mark in zip(parts[::2], [*parts[1::2], None], strict=True):
        part = f"{waiting}\n\n{part.strip()}".strip()
        at = begins if mark is None else moment_of(mark)
        if at is None:
            notes.append(f"the time mark {mark!r} is not a time: its words stand with those before them")
            waiting = part
        elif part:
            waiting = ""
            status, body = _status(part)
            entries.append(Statement(at, body, status))
    entries.reverse()
    return sorted(entries, key=lambda entry: entry.at), notes


def _untracked(text: str, begins: datetime, ends: datetime | None) -> tuple[list[Statement], list[str]]:
    final = _FINAL.match(text)
    initial = _INITIAL.search(text, final.end()) if final and ends else None
    if final and initial:
        last, first = text[final.end() : initial.start()].strip(), text[initial.end() :].strip()
        between = re.search(r"^\[[^\]\n]+\][ \t]*$", last, re.MULTILINE)
        if between:  # [Update] and the like have no time, so they stay with the first message
            last, first = last[: between.start()].strip(), text[final.end() + between.start() :].strip()
        note = "no time marks: its final message is shown as said at its end, all else at its beginning"
        return [Statement(begins, first), Statement(ends or begins, last, Status.RESOLVED)], [note]
    status, body = _status(text)
    return [Statement(begins, body, status)], ["no time marks: all its text is shown as said at its beginning"]


def _status(text: str) -> tuple[Status | None, str]:
    """`*Identified* - the disk is full` -> the status, and the text without it. Other words in stars are plain text."""
    match = _WORD.match(text)
    status = _WORDS.get(match[1].strip().lower()) if match else None
    return (status, text[match.end() :].strip()) if match and status else (None, text)


def in_order(entries: Sequence[Statement], ends: datetime | None) -> list[Statement]:
    """The statements with a status each, and a millisecond between equal times. One without a status keeps the status before
    it. The front matter decides whether the issue has ended: then the last status is `RESOLVED`, if need be without words.
    """
    if ends is None:
        entries = [replace(entry, status=None if entry.status in ENDED else entry.status) for entry in entries]
    elif not any(entry.status in ENDED for entry in entries):
        entries = sorted([*entries, Statement(ends, "", Status.RESOLVED)], key=lambda entry: entry.at)
    ordered: list[Statement] = []
    for entry in entries:
        before = ordered[-1] if ordered else Statement(entry.at - MILLISECOND, "", Status.INVESTIGATING)
        ordered.append(Statement(max(entry.at, before.at + MILLISECOND), entry.body, entry.status or before.status))
    if ends and ordered[-1].status not in ENDED:
        ordered[-1] = replace(ordered[-1], status=Status.RESOLVED)
    return ordered


def moment_of(value: Any) -> datetime | None:
    """A time in any common format; without a zone it is UTC, as in Hugo. None if it is not a time, or out of range."""
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day, tzinfo=UTC)
    if isinstance(value, str):
        value = _parsed(value.strip())
    if not isinstance(value, datetime):
        return None
    try:
        at = (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        return None
    return at if OLDEST <= at.year <= NEWEST else None


def _parsed(text: str) -> datetime | None:
    padded = re.sub(r"(?<=[T ])(\d):", r"0\1:", text)
    for form in (None, *_FORMATS):
        with contextlib.suppress(ValueError, OverflowError):
            return datetime.strptime(padded, form) if form else datetime.fromisoformat(padded)  # noqa: DTZ007
    return None
