"""A status page to look at and to weigh: Harbour Hosting, thirty components in five groups, as many incidents as asked."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from tests.page.texts import GROUPS, NAMES, PAST, TALES, Tale
from tests.sample import a_component, a_group, a_page, an_incident, an_update

from lightship.core import history
from lightship.core.model import (
    Change,
    Component,
    ComponentStatus,
    Facts,
    Group,
    HostLink,
    Incident,
    Kind,
    Page,
    Snapshot,
    Status,
    StatusChange,
    Update,
)

NOW = datetime(2026, 11, 22, 14, 15, tzinfo=UTC)
OLD = datetime(2024, 3, 1, 9, 0, tzinfo=UTC)
OK = ComponentStatus.OPERATIONAL
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
HOSTS = (
    HostLink("acmestatus.example", "https://vienna.harbourstatus.example"),
    HostLink("Oslo", "https://oslo.harbour.example"),
)
PAGE = Page(
    id="p4gep4gep4ge",
    slug="harbour",
    name="Harbour Hosting",
    url="https://harbourstatus.example",
    description="Hosting, mail and domains from Graz",
    support_url="https://help.harbour.example",
    created_at=OLD,
    updated_at=NOW - 2 * MINUTE,
)


def ident(seed: str) -> str:
    """Twelve characters that compress as badly as real ids."""
    return "".join(Random(seed).choices("abcdefghijklmnopqrstuvwxyz0123456789", k=12))


def update(seed: str, status: Status, body: str, at: datetime, facts: Facts | None = None, **more: object) -> Update:
    return an_update(body, status, at=at, facts=facts, id=ident(seed), **more)


def component(number: int, name: str = "", **more: object) -> Component:
    name, group_id = name or NAMES[number // 6][number % 6], ident(f"group {number // 6}")
    place = {"id": ident(f"component {number}"), "group_id": group_id, "position": number % 6 + 1}
    return a_component(name, at=OLD, **{**place, **more})


def groups() -> tuple[Group, ...]:
    return tuple(a_group(name, at=OLD, id=ident(f"group {n}"), position=n + 1) for n, name in enumerate(GROUPS))


def full_name(component: Component) -> str:
    return next(f"{g.name} - {component.name}" for g in groups() if g.id == component.group_id)


def open_incident(number: int, tale: Tale) -> Incident:
    """Five updates, the last a few minutes ago, with facts and a promise."""
    first, gap = NOW - (35 + 17 * number) * MINUTE, (6 + 3 * number) * MINUTE
    touched = tuple(component(n, status=tale.state) for n in tale.touches)
    changes = tuple(Change(c.id, full_name(c), OK, tale.state) for c in touched)
    updates = []
    for n, (status, body) in enumerate(tale.said):
        at = first + n * gap
        last = n == len(tale.said) - 1
        facts = Facts(
            symptom=tale.symptom,
            scope=tale.scope,
            since=first - 6 * MINUTE,
            doing=tale.doing,
            workaround=tale.workaround,
            no_estimate=number % 2 == 0,
            estimate=NOW + (50 + number) * MINUTE if number % 2 else None,
            next_update=NOW + (15 + 4 * number) * MINUTE,
        )
        updates.append(
            update(f"{tale.name} {n}", status, body, at, facts if last else None, changes=changes if n == 0 else None)
        )
    return an_incident(tale.name, *updates, id=ident(tale.name), started_at=first - 6 * MINUTE, components=touched)


def past_incident(name: str, number: int, state: ComponentStatus, minutes: int, ago: int, cause: str) -> Incident:
    start = NOW - ago * DAY - 3 * 60 * MINUTE
    part = component(number)
    down = Change(part.id, full_name(part), OK, state)
    updates = (
        update(f"{name} 0", Status.INVESTIGATING, "We are looking into it.", start, changes=(down,)),
        update(
            f"{name} 1",
            Status.RESOLVED,
            f"It works again. {cause}",
            start + minutes * MINUTE,
            Facts(ended=start + minutes * MINUTE, cause=cause),
            changes=(replace(down, old=state, new=OK),),
        ),
    )
    return an_incident(name, *updates, id=ident(name), components=(part,))


def maintenance(status: Status = Status.SCHEDULED, *, name: str = "New disks for the databases", hours: int = 32) -> Incident:
    start = NOW + timedelta(hours=hours)
    said = NOW - 2 * DAY
    part = component(10)
    first = update(f"{name} 0", Status.SCHEDULED, "Databases pause twice, for less than a minute each.", said)
    begun = [] if status is Status.SCHEDULED else [update(f"{name} 1", status, "The work has begun.", start)]
    window = {"scheduled_for": start, "scheduled_until": start + 3 * 60 * MINUTE}
    return an_incident(name, first, *begun, id=ident(name), kind=Kind.MAINTENANCE, components=(part,), **window)


def blips() -> list[StatusChange]:
    """A short trouble on most components, somewhere in the ninety days."""
    status_changes, dice = [], Random(7)
    for number in range(30):
        part = component(number)
        for _ in range(dice.randint(0, 2)):
            state = dice.choice([ComponentStatus.DEGRADED, ComponentStatus.PARTIAL, ComponentStatus.MAJOR])
            start = NOW - dice.randint(15 * 1440, 88 * 1440) * MINUTE
            status_changes.append(StatusChange(start, Change(part.id, full_name(part), OK, state)))
            status_changes.append(
                StatusChange(start + dice.randint(4, 240) * MINUTE, Change(part.id, full_name(part), state, OK))
            )
    return status_changes


def snapshot(broken: int = 3, *, planned: tuple[Incident, ...] = (maintenance(),), **more: object) -> Snapshot:
    """`broken` open incidents, and two weeks with six ended ones."""
    live = tuple(open_incident(n, tale) for n, tale in enumerate(TALES[:broken]))
    past = tuple(past_incident(*row) for row in PAST)
    stated = history.Timeline.of(history.steps([*live, *past]))
    states = {c.id: c.status for incident in live for c in incident.components}
    parts = tuple(component(n, status=states.get(ident(f"component {n}"), OK)) for n in range(30))
    return a_page(
        **{
            "page": PAGE,
            "revision": 118,
            "at": NOW,
            "groups": groups(),
            "components": parts,
            "open": history.by_start([*live, *planned]),
            "recent": history.by_start(past),
            "status_changes": tuple(sorted([*blips(), *stated.status_changes()], key=lambda change: change.at)),
            "months": (("2026-11", 9), ("2026-10", 4), ("2025-12", 1)),
            "hosts": HOSTS,
            **more,
        }  # type: ignore[arg-type]
    )
