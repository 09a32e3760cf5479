"""Text without markup, as somebody can say or send it; and times in the page's zone."""

import re
import unicodedata
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from lightship.core.rules import time_zones

MOST = 2000
"""Characters of a text that are looked at: more is in nobody's message."""
_YEAR = "January February March April May June July August September October November December"
MONTHS = _YEAR.split()
_LINK = re.compile(r"!?\[([^\[\]\n]{0,300})\]\(([^()\s]{0,800})(?:\s[^()\n]{0,100})?\)")
_MARKUP = re.compile(r"^\s{0,8}(?:#{1,6}|>|[-*+]|\d{1,3}[.)])\s+|[*`]+|~~|(?<!\w)_+|_+(?!\w)|<br\s?/?>", re.MULTILINE)
_END = re.compile(r"(?<=[.!?…])[\"'”’)]*\s+|(?<=[。！？])")


SPACED = re.compile(r"\s+(?=[.,;:!?](?:\s|$))")
"""What stands before a comma or a full stop when something was taken out."""


@lru_cache(maxsize=1024)
def plain(source: str, *, links: bool = False) -> str:
    """Markdown as text on one line. `links`: with the addresses that they lead to."""
    text = _LINK.sub(r"\1 (\2)" if links else r"\1", source[:MOST])
    text = "".join(letter for letter in _MARKUP.sub(" ", text) if letter in "\n\t" or unicodedata.category(letter)[0] != "C")
    return SPACED.sub("", " ".join(text.split()))


def sentences(text: str) -> list[str]:
    return [part.strip() for part in _END.split(text) if part.strip()]


def ended(text: str) -> str:
    """With a full stop, where it ends with nothing of the kind."""
    return text if not text or text[-1] in ".!?…。！？" else f"{text}."


@lru_cache(maxsize=64)
def zone(name: str) -> tuple[ZoneInfo, str]:
    """A zone and how people call it: `Vienna time`; UTC where the name says nothing to them."""
    city = name.rsplit("/", 1)[-1].replace("_", " ")
    if name in time_zones() and "/" in name and not name.startswith("Etc/"):
        return ZoneInfo(name), f"{city} time"
    return ZoneInfo("UTC"), ""


def clock(at: datetime, now: datetime, zone_name: str) -> str:
    """`14:30 UTC (15:30 Vienna time)`, with the day where it is another one."""
    local, called = zone(zone_name)
    text = f"{_day(at.astimezone(UTC), now.astimezone(UTC))}{at.astimezone(UTC):%H:%M} UTC"
    there = at.astimezone(local)
    if not called or there.utcoffset() == at.astimezone(UTC).utcoffset():
        return text
    return f"{text} ({_day(there, at.astimezone(UTC))}{there:%H:%M} {called})"


def _day(at: datetime, other: datetime) -> str:
    return f"{at.day} {MONTHS[at.month - 1]}, " if at.date() != other.date() else ""
