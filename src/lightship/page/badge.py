"""badge.svg: one word for a README or a footer."""

from lightship.core.model import Kind, Snapshot
from lightship.core.status import impact, rollup
from lightship.page import labels
from lightship.page.render import render

_COLOUR = {"none": "#2a6f52", "minor": "#8a5a00", "major": "#a8480a", "critical": "#b3261e", "maintenance": "#2f5fa8"}


def file(snapshot: Snapshot) -> dict[str, bytes]:
    live = [component.status for component in snapshot.components if not component.retired]
    impacts = [impact(incident) for incident in snapshot.open if incident.kind is Kind.INCIDENT]
    indicator = rollup(live, impacts).indicator
    word = labels.BADGE[indicator]
    left, right = _width("status"), _width(word)
    return {"badge.svg": render("badge.svg", word=word, colour=_COLOUR[indicator], left=left, right=right)}


def _width(text: str) -> int:
    """Of 11 px Verdana, near enough: textLength makes the letters fit."""
    return round(sum(3.6 if letter in "iljt f" else 6.8 for letter in text)) + 14
