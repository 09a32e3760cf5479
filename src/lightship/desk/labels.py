"""What staff read instead of codes: statuses, impacts and the journal's actions in words."""

import re

from django.contrib.auth.models import User

from lightship.core.duty.roster import Duty
from lightship.core.model import INCIDENT_STATUSES, MAINTENANCE_STATUSES, Component, ComponentStatus, Impact, Kind, Status
from lightship.page.labels import COMPONENT, IS, TONE, listed

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
ACTION = {
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
    "withdraw": "withdrew",
    "merge": "merged",
    "turn": "set",
}
DUTY = {Duty.WRITER: "Writer", Duty.DEPUTY: "Deputy", Duty.APPROVER: "Approver", Duty.LEAD: "Incident lead"}
COMPONENT_CHOICES = [(status.value, COMPONENT[status]) for status in ComponentStatus]
IMPACT_CHOICES = [
    ("", "As its components show"),
    (Impact.NONE.value, "Nobody is affected"),
    (Impact.MINOR.value, "A nuisance"),
    (Impact.MAJOR.value, "Serious"),
    (Impact.CRITICAL.value, "Everything is down"),
]
"""For an incident; the empty choice leaves it to the components."""
# "Databases", "Name servers"; not "DNS", "Status", "Access", "Analysis".
_PLURAL = re.compile(r"[^sui]s$")


def status_choices(kind: Kind, *, ended: bool = True) -> list[tuple[str, str]]:
    """What was learned comes after the end."""
    statuses: tuple[Status, ...] = MAINTENANCE_STATUSES if kind is Kind.MAINTENANCE else INCIDENT_STATUSES
    return [(status.value, STATUS[status]) for status in statuses if ended or status is not Status.POSTMORTEM]


def badge(name: str, status: ComponentStatus) -> dict[str, str]:
    """A component's name and status as templates show them."""
    return {"name": name, "word": COMPONENT[status], "tone": TONE[status]}


def line(component: Component) -> dict[str, str]:
    """The same with the id, for a link to the component."""
    return {"id": component.id, **badge(component.name, component.status)}


def person(user: User | None) -> str:
    """Who wrote it; what the clock wrote has no author."""
    return user.get_full_name() or user.username if user else "Lightship"


def headline(names: list[str], status: ComponentStatus) -> str:
    """A name for an incident from what it touches: "Webmail is down", "Databases are slow", "Webmail and IMAP are down"."""
    several = len(names) > 1 or _PLURAL.search(names[0])
    verb = IS[status].replace("is ", "are ", 1) if several else IS[status]
    return f"{listed(names)} {verb}"
