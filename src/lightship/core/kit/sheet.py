"""The internal sheet: what we know, what we do not know, what may be said."""

from collections.abc import Callable, Sequence
from datetime import datetime

from lightship.core.duty.promises import last_spoken
from lightship.core.kit.plain import plain
from lightship.core.model import Component, ComponentStatus, Facts, Incident
from lightship.core.status import promised

UNKNOWN = "we do not know yet"


def sheet(
    incident: Incident, facts: Facts, parts: Sequence[Component], named: Callable[[datetime], str], now: datetime, until: str
) -> str:
    """`facts`: those that hold now. `parts`: the components that it touches, as they are now. `named`: how a time is put.
    `until`: when this stops to be current."""
    rows = _rows(incident, facts, parts, named, now)
    known = [f"- {label}: {text}" for label, text, _ in rows if text]
    unknown = [f"- {label}: {why or UNKNOWN}." for label, text, why in rows if not text]
    sections = {
        "What we know": [*known, *_newest(incident, named)],
        "What we do not know yet": unknown,
        "What may be said": [
            f"- All that stands under “What we know”, and the other texts of this kit, until {until}.",
            f"- To anything else: “{UNKNOWN}”. No guess at a cause, no time and no number that is not above.",
        ],
    }
    blocks = ["\n".join([title.upper(), *lines]) for title, lines in sections.items() if lines]
    return "\n\n".join([f"INTERNAL: {plain(incident.name)}", *blocks])


def _rows(
    incident: Incident, facts: Facts, parts: Sequence[Component], named: Callable[[datetime], str], now: datetime
) -> list[tuple[str, str, str]]:
    """Label, what is known, and why nothing is."""
    broken = [c for c in parts if c.status is not ComponentStatus.OPERATIONAL]
    promise, estimate = promised(incident), facts.estimate
    stale = f"the time that was named, {named(estimate)}, has passed" if estimate and estimate <= now else ""
    until = "nobody can tell yet" if facts.no_estimate else ""
    none = "nothing yet" if facts.no_workaround else ""
    return [
        ("What customers see", plain(facts.symptom), ""),
        ("Components", ", ".join(f"{part.name} ({part.status.replace('_', ' ')})" for part in broken), "none is marked"),
        ("Who is affected", plain(facts.scope), ""),
        ("How many", plain(facts.numbers), ""),
        ("Who is not affected", plain(facts.unaffected), ""),
        ("Since", named(facts.since) if facts.since else "", ""),
        ("What is being done", plain(facts.doing), ""),
        ("What customers can do meanwhile", plain(facts.workaround, links=True) or none, ""),
        ("When it works again", named(estimate) if estimate and not stale else until, stale),
        ("The cause", plain(facts.cause), ""),
        ("Whether data was lost", plain(facts.data_lost), ""),
        ("Next update", f"by {named(promise)}" if promise else "", "no time is promised"),
    ]


def _newest(incident: Incident, named: Callable[[datetime], str]) -> list[str]:
    newest = last_spoken(incident)
    text = "" if newest.automatic else plain(newest.body)
    return [f"- The newest words, {named(newest.display_at)}: {text}"] if text else []
