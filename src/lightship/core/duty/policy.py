"""What a page's owner decided on duty: how often somebody speaks, who is told, and what a post needs."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from enum import StrEnum
from typing import Any

from lightship.core.compose import check_template
from lightship.core.duty.hours import Hours
from lightship.core.model import INCIDENT_STATUSES
from lightship.core.rules import Refused


class Speaker(StrEnum):
    """What readers learn of who posted an update."""

    NOBODY = "nobody"
    ROLE = "role"
    NAME = "name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Minutes, unless a name says otherwise. The interval of what is neither critical nor monitored is the page's own
    `promise_minutes`. `monitoring` 0: the same while a fix is watched. `reports` customer reports within `reports_within` start
    the clock of the first word. `approval`: an approver reads each update but the first word; after `approval_wait` the writer
    may post without. `escalation`: ids of the accounts on the whole list, told last. `templates`: by status, see compose.py.
    `staffed`: the hours in which somebody posts; none: always. Page.staffed is their text."""

    critical: int = 20
    monitoring: int = 0
    first_word: int = 10
    reports: int = 3
    reports_within: int = 10
    approval: bool = False
    approval_wait: int = 5
    speaker: Speaker = Speaker.NOBODY
    escalation: tuple[str, ...] = ()
    templates: Mapping[str, str] = field(default_factory=dict)
    staffed: tuple[Hours, ...] = ()

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Policy":
        """From the JSON of a page's row; what it lacks is the default."""
        own = {item.name: stored[item.name] for item in fields(cls) if item.name in stored}
        own["speaker"] = Speaker(own.get("speaker", Speaker.NOBODY))
        own["escalation"] = tuple(own.get("escalation", ()))
        own["staffed"] = tuple(Hours.of(line) for line in own.get("staffed", ()))
        return cls(**own)

    def stored(self) -> dict[str, Any]:
        """As JSON of the page's row: what differs from the defaults."""
        default = Policy()
        own = {item.name: getattr(self, item.name) for item in fields(self)}
        changed = {name: value for name, value in own.items() if value != getattr(default, name)}
        plain = {name: list(value) if isinstance(value, tuple) else value for name, value in changed.items()}
        return plain | ({"staffed": [line.stored() for line in self.staffed]} if self.staffed else {})


LIMITS: Mapping[str, tuple[int, int]] = {
    "critical": (1, 24 * 60),
    "monitoring": (0, 24 * 60),
    "first_word": (1, 24 * 60),
    "reports": (1, 1000),
    "reports_within": (1, 24 * 60),
    "approval_wait": (1, 60),
}
"""The least and the most of each."""


def check(policy: Policy) -> None:
    """Refused, where it cannot be meant."""
    for name, (least, most) in LIMITS.items():
        value = getattr(policy, name)
        if not least <= value <= most:
            raise Refused(f"{name} is {value}: choose a number from {least} to {most:,}.")
    for status, template in policy.templates.items():
        if status not in INCIDENT_STATUSES:
            raise Refused(f"There is no phase {status!r} for a template: there is {', '.join(INCIDENT_STATUSES)}.")
        check_template(template)


LONG_OPEN = timedelta(hours=2)
"""From then on a promise may be longer than the interval."""
