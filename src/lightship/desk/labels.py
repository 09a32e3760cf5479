"""Every word of the desk that stands for a code: what staff read instead of statuses, verdicts and deeds."""

import re

from lightship.core.model import INCIDENT_STATUSES, MAINTENANCE_STATUSES, ComponentStatus, Impact, Kind, Status
from lightship.page import labels
from lightship.page.labels import IS, TONE, listed

COMPONENT = labels.COMPONENT
STATUS = {
    Status.INVESTIGATING: "Looking into it",
    Status.IDENTIFIED: "Cause known",
    Status.MONITORING: "Fix in place, watching",
    Status.RESOLVED: "It is over",
    Status.POSTMORTEM: "What we learned",
    Status.SCHEDULED: "Planned",
    Status.IN_PROGRESS: "Under way",
    Status.VERIFYING: "Checking the work",
    Status.COMPLETED: "Done",
}
IMPACT = {
    Impact.NONE: "Nobody is affected",
    Impact.MINOR: "A nuisance",
    Impact.MAJOR: "Serious",
    Impact.CRITICAL: "Everything is down",
    Impact.MAINTENANCE: "Planned work",
}
HOW_BAD = (ComponentStatus.DEGRADED, ComponentStatus.PARTIAL, ComponentStatus.MAJOR)
DEED = {
    "create page": "made the page",
    "describe page": "changed the page",
    "create group": "added the group",
    "describe group": "changed the group",
    "remove group": "removed the group",
    "create component": "added the component",
    "describe component": "changed the component",
    "retire component": "retired the component",
    "arrange": "changed the order",
    "import": "took in",
    "import month": "took in a month of history",
    "adopt": "took over a whole page:",
    "restore": "took over from the desk that was lost:",
    "open": "opened",
    "schedule": "planned",
    "reschedule": "moved",
    "update": "posted to",
    "correct": "corrected a post in",
    "rename": "renamed",
    "turn": "set",
}


def statuses(kind: Kind) -> tuple[Status, ...]:
    return MAINTENANCE_STATUSES if kind is Kind.MAINTENANCE else INCIDENT_STATUSES


def status_choices(kind: Kind) -> list[tuple[str, str]]:
    return [(status.value, STATUS[status]) for status in statuses(kind)]


def component_choices() -> list[tuple[str, str]]:
    return [(status.value, COMPONENT[status]) for status in ComponentStatus]


def impact_choices() -> list[tuple[str, str]]:
    """For an incident; the empty choice leaves it to the components."""
    return [("", "As its components show"), *((i.value, IMPACT[i]) for i in Impact if i is not Impact.MAINTENANCE)]


def headline(names: list[str], status: ComponentStatus) -> str:
    """A name for an incident from what it touches: "Webmail is down", "Databases are slow", "Webmail and IMAP are down"."""
    several = len(names) > 1 or _PLURAL.search(names[0])
    verb = IS[status].replace("is ", "are ", 1) if several else IS[status]
    return f"{listed(names)} {verb}"


# "Databases", "Name servers"; not "DNS", "Status", "Access", "Analysis".
_PLURAL = re.compile(r"[^sui]s$")


def action(name: str) -> str:
    return DEED.get(name, name)


def tone(status: ComponentStatus) -> str:
    return TONE[status]
