"""Every English word on a page that staff did not write: statuses, headlines, sentences. None says what is being done: only a
person does."""

from collections.abc import Sequence

from lightship.core.model import ComponentStatus, Status

# How a component is called in this status, what a sentence says of it, and the class of its colour.
_COMPONENTS = (
    (ComponentStatus.OPERATIONAL, "Working", "is working", "ok"),
    (ComponentStatus.UNDER_MAINTENANCE, "Maintenance", "is under maintenance", "work"),
    (ComponentStatus.DEGRADED, "Slow", "is slow", "slow"),
    (ComponentStatus.PARTIAL, "Partly down", "is partly down", "part"),
    (ComponentStatus.MAJOR, "Down", "is down", "down"),
)
COMPONENT = {status: word for status, word, _, _ in _COMPONENTS}
IS = {status: predicate for status, _, predicate, _ in _COMPONENTS}
TONE = {status: tone for status, _, _, tone in _COMPONENTS}
STATUS = {
    Status.INVESTIGATING: "Investigating",
    Status.IDENTIFIED: "Cause found",
    Status.MONITORING: "Fix in place",
    Status.RESOLVED: "Resolved",
    Status.POSTMORTEM: "Review",
    Status.SCHEDULED: "Planned",
    Status.IN_PROGRESS: "Under way",
    Status.VERIFYING: "Checking",
    Status.COMPLETED: "Completed",
}
# What the badge says of each page status, and its colour.
BADGE = {
    "none": ("all working", "#2a6f52"),
    "minor": ("partly affected", "#8a5a00"),
    "major": ("partly down", "#a8480a"),
    "critical": ("down", "#b3261e"),
    "maintenance": ("maintenance", "#2f5fa8"),
}
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def number(count: int) -> str:
    """In words up to twelve."""
    return _NUMBERS[count] if count < len(_NUMBERS) else f"{count:,}"


def counted(count: int, noun: str) -> str:
    """`1 update`, `4 updates`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def listed(names: Sequence[str], most: int = 4) -> str:
    """`A, B and C`; `A, B, C and 7 more`."""
    if len(names) > most:
        names = [*names[: most - 1], f"{len(names) - most + 1} more"]
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def titled(name: str) -> str:
    """A page's name for titles: `Harbour Hosting status`, but `Jenkins Status Page` as it is."""
    return name if "status" in name.casefold() else f"{name} status"


def sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def several(broken: int, watched: int, slow: int) -> str:
    """The headline when more than one incident is open."""
    total = broken + watched + slow
    if not broken:
        return f"{sentence(number(total))} incidents are open"
    first = "one thing is broken" if broken == 1 else f"{number(broken)} things are broken"
    if broken == total:
        return sentence(first)
    rest = total - broken
    verb = "is" if rest == 1 else "are"
    state = "being watched" if rest == watched else "slow" if rest == slow else "open"
    return sentence(f"{first}, {number(rest)} more {verb} {state}")
