"""Every English word on a page that staff did not write: statuses, headlines, sentences."""

from collections.abc import Sequence

from lightship.core.model import ComponentStatus, Status

COMPONENT = {
    ComponentStatus.OPERATIONAL: "Working",
    ComponentStatus.UNDER_MAINTENANCE: "Maintenance",
    ComponentStatus.DEGRADED: "Slow",
    ComponentStatus.PARTIAL: "Partly down",
    ComponentStatus.MAJOR: "Down",
}
IS = {
    ComponentStatus.OPERATIONAL: "is working",
    ComponentStatus.UNDER_MAINTENANCE: "is under maintenance",
    ComponentStatus.DEGRADED: "is slow",
    ComponentStatus.PARTIAL: "is partly down",
    ComponentStatus.MAJOR: "is down",
}
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
DOING = {
    Status.INVESTIGATING: "Looking for the cause.",
    Status.IDENTIFIED: "The cause is known; a fix is being worked on.",
    Status.MONITORING: "A fix is in place; watching that it holds.",
    Status.IN_PROGRESS: "The work is under way.",
    Status.VERIFYING: "The work is done; checking that all is well.",
}
TONE = {
    ComponentStatus.OPERATIONAL: "ok",
    ComponentStatus.UNDER_MAINTENANCE: "work",
    ComponentStatus.DEGRADED: "slow",
    ComponentStatus.PARTIAL: "part",
    ComponentStatus.MAJOR: "down",
}
BADGE = {
    "none": "all working",
    "minor": "partly affected",
    "major": "partly down",
    "critical": "down",
    "maintenance": "maintenance",
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
