"""The text of a cState issue, newest words first, as what was said when."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from lightship.core.model import Status
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
_SHAPES = ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S %z", "%Y-%m-%d %H:%M:%S %Z", "%Y-%m-%d %H:%M %Z", "%a, %d %b %Y %H:%M:%S %z")


CLOSED = (Status.RESOLVED, Status.POSTMORTEM)
MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Said:
    """`status` None: the text does not say."""

    at: datetime
    body: str
    status: Status | None = None


def said(text: str, begins: datetime, ends: datetime | None) -> tuple[list[Said], list[str]]:
    """What was said, oldest first, and what could not be told apart. `begins`, `ends`: when the issue did.

    Words with a track mark were said then. Without marks the file knows two times only: words under a heading
    `[Final message]` at the very top are taken as said at the end, all else as said at the beginning.
    """
    shown = _COMMENT.sub("", text)
    notes = ["a hidden comment in it was left out"] if shown != text else []
    shown = shown.strip()
    if _TRACK.search(shown):
        entries, more = _tracked(shown, begins)
    else:
        entries, more = _untracked(shown, begins, ends)
    if any("{{<" in entry.body or "{{%" in entry.body for entry in entries):
        more = [*more, "it has Hugo shortcodes, which are shown as written"]
    return entries, notes + more


def _tracked(text: str, begins: datetime) -> tuple[list[Said], list[str]]:
    """A mark stands behind its words; words behind the last mark are the oldest, said at the beginning."""
    notes, entries, pieces, waiting = [], [], _TRACK.split(text), ""
    for words, mark in zip(pieces[::2], [*pieces[1::2], None], strict=True):
        words = f"{waiting}\n\n{words.strip()}".strip()
        at = begins if mark is None else moment_of(mark)
        if at is None:
            notes.append(f"the time mark {mark!r} is not a time: its words stand with those before them")
            waiting = words
        elif words:
            waiting = ""
            status, body = _status(words)
            entries.append(Said(at, body, status))
    entries.reverse()
    return sorted(entries, key=lambda entry: entry.at), notes


def _untracked(text: str, begins: datetime, ends: datetime | None) -> tuple[list[Said], list[str]]:
    final = _FINAL.match(text)
    initial = _INITIAL.search(text, final.end()) if final and ends else None
    if final and initial:
        last, first = text[final.end() : initial.start()].strip(), text[initial.end() :].strip()
        between = re.search(r"^\[[^\]\n]+\][ \t]*$", last, re.MULTILINE)
        if between:  # [Update] and the like: of unknown time, so they stay with the first words
            last, first = last[: between.start()].strip(), text[final.end() + between.start() :].strip()
        note = "no time marks: its final message is shown as said at its end, all else at its beginning"
        return [Said(begins, first), Said(ends or begins, last, Status.RESOLVED)], [note]
    status, body = _status(text)
    return [Said(begins, body, status)], ["no time marks: all its text is shown as said at its beginning"]


def _status(words: str) -> tuple[Status | None, str]:
    """`*Identified* - the disk is full` -> the status, and the words without it. Other words in stars are text."""
    match = _WORD.match(words)
    status = _WORDS.get(match[1].strip().lower()) if match else None
    return (status, words[match.end() :].strip()) if match and status else (None, words)


def in_order(entries: Sequence[Said], ends: datetime | None) -> list[Said]:
    """With a status each, and a millisecond between equals. What a text does not say stays as it was; whether the issue
    has ended, its front matter decides: then the last words are `RESOLVED`, and silence is kept where nothing was said."""
    if ends is None:
        entries = [replace(entry, status=None if entry.status in CLOSED else entry.status) for entry in entries]
    elif not any(entry.status in CLOSED for entry in entries):
        entries = sorted([*entries, Said(ends, "", Status.RESOLVED)], key=lambda entry: entry.at)
    made: list[Said] = []
    for entry in entries:
        before = made[-1] if made else Said(entry.at - MILLISECOND, "", Status.INVESTIGATING)
        made.append(Said(max(entry.at, before.at + MILLISECOND), entry.body, entry.status or before.status))
    if ends and made[-1].status not in CLOSED:
        made[-1] = replace(made[-1], status=Status.RESOLVED)
    return made


def moment_of(value: Any) -> datetime | None:
    """A time in any of the shapes that people write; without a zone it is UTC, as Hugo takes it. None if it is none, or
    if its year is no page's."""
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
    readers: tuple[Callable[[str], datetime], ...] = (datetime.fromisoformat, *map(_by, _SHAPES))
    for read in readers:
        try:
            return read(padded)
        except (ValueError, OverflowError):
            continue
    return None


def _by(shape: str) -> Callable[[str], datetime]:
    return lambda text: datetime.strptime(text, shape)  # noqa: DTZ007  moment_of gives it a zone
