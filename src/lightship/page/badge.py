"""badge.svg: one word for a README or a footer."""

from lightship.core.model import Snapshot
from lightship.page import labels, statuspage
from lightship.page.render import render

_COLOUR = {"none": "#2a6f52", "minor": "#8a5a00", "major": "#a8480a", "critical": "#b3261e", "maintenance": "#2f5fa8"}


def file(snapshot: Snapshot) -> dict[str, bytes]:
    indicator = statuspage.page_status(snapshot).indicator
    word = labels.BADGE[indicator]
    left, right = _width("status"), _width(word)
    return {"badge.svg": render("badge.svg", word=word, colour=_COLOUR[indicator], left=left, right=right)}


def _width(text: str) -> int:
    """Width in px with padding, in Verdana of 11 px. An estimate will do: textLength makes the letters fit."""
    return round(sum(3.6 if letter in "iljt f" else 6.8 for letter in text)) + 14
