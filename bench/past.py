"""A sample history for measurements: any number of incidents, spread evenly over ten years, the same each time."""

from datetime import UTC, datetime, timedelta
from random import Random

from tests.sample import a_component, an_incident, an_update

from lightship.core.model import (
    Change,
    Component,
    ComponentStatus,
    Facts,
    Incident,
    Status,
    Update,
)

YEARS = 10
NAMES = (
    "Webmail",
    "IMAP",
    "Sending",
    "Spam filter",
    "Web servers",
    "Databases",
    "Control panel",
    "Name servers",
    "Backups",
    "API",
)
LEVELS = (ComponentStatus.DEGRADED, ComponentStatus.PARTIAL, ComponentStatus.MAJOR)
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


def past(count: int, now: datetime) -> tuple[tuple[Component, ...], tuple[Incident, ...]]:
    """Ten components, and `count` incidents of theirs that ended before `now`, with three updates each."""
    now = now.replace(microsecond=0)
    born = now - timedelta(days=366 * YEARS)
    components = tuple(a_component(name, at=born, id=_id("component", n), position=n + 1) for n, name in enumerate(NAMES))
    step = timedelta(days=365 * YEARS) / max(count, 1)
    return components, tuple(
        _incident(n, components[n % 10], _second(now - step * n - timedelta(hours=6))) for n in range(count)
    )


def _incident(number: int, component: Component, began: datetime) -> Incident:
    chance = Random(number)
    level, rack, share = LEVELS[number % 3], chance.randint(1, 90), chance.randint(2, 60)
    ended = began + timedelta(minutes=chance.randint(12, 190))
    down = Change(component.id, component.name, ComponentStatus.OPERATIONAL, level)
    up = Change(component.id, component.name, level, ComponentStatus.OPERATIONAL)
    symptom = (
        f"About {share} % of requests to {component.name} on servers {rack} to {rack + 7} end with an error or a long wait."
    )
    cause = f"A switch in rack {rack} lost one of its two lines, and the other one could not carry the load."
    moving = f"{cause} We are moving the servers to rack {rack + 9}."
    fine = f"{component.name} works again for everyone."
    updates = (
        _update(number, 0, Status.INVESTIGATING, symptom, began, Facts(symptom=symptom, since=began), (down,)),
        _update(number, 1, Status.IDENTIFIED, moving, _half(began, ended), Facts(cause=cause)),
        _update(number, 2, Status.RESOLVED, fine, ended, Facts(ended=ended, cause=cause), (up,)),
    )
    name = f"{component.name} fails for {share} % of customers on servers {rack} to {rack + 7}"
    return an_incident(name, *updates, id=_id("incident", number), components=(component,))


def _update(
    number: int, place: int, status: Status, body: str, at: datetime, facts: Facts, changes: tuple[Change, ...] | None = None
) -> Update:
    return an_update(body, status, at=at, facts=facts, id=_id(f"update {place}", number), changes=changes)


def _half(began: datetime, ended: datetime) -> datetime:
    return _second(began + (ended - began) / 2)


def _second(at: datetime) -> datetime:
    return at.replace(microsecond=0).astimezone(UTC)


def _id(kind: str, number: int) -> str:
    return "".join(Random(f"{kind} {number}").choices(_LETTERS, k=12))
