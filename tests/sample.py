"""A sample page, for tests of every room: what a test does not name is as it is on a quiet day.

    a_page(components=[a_component("Webmail")], open=[an_incident("Webmail is down", an_update("Sign-in fails."))])

Ids follow from names, so the same words make the same values. Times are NOW unless they are given.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from lightship.core.model import Component, Facts, Group, Incident, Page, Snapshot, Status, Update, Wording

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
PAGE = Page(id="harbour00000", slug="harbour", name="Harbour", url="https://harbour.example", created_at=NOW, updated_at=NOW)


def an_id(name: str) -> str:
    letters = "".join(letter for letter in name.lower() if letter.isascii() and letter.isalnum())
    return f"{letters[:12]:0<12}"


def a_group(name: str, *, at: datetime = NOW, **more: Any) -> Group:
    return replace(Group(id=an_id(name), name=name, position=1, created_at=at, updated_at=at), **more)


def a_component(name: str, *, at: datetime = NOW, **more: Any) -> Component:
    return replace(Component(id=an_id(name), name=name, position=1, created_at=at, updated_at=at), **more)


def an_update(
    body: str, status: Status = Status.INVESTIGATING, *, at: datetime = NOW, facts: Facts | None = None, **more: Any
) -> Update:
    wording = Wording(at, body, facts or Facts())
    quiet = Update(id=an_id(body), status=status, wordings=(wording,), created_at=at, updated_at=at, display_at=at)
    return replace(quiet, **more)


def an_incident(name: str, *updates: Update, **more: Any) -> Incident:
    """It began with its first update, and was last changed by its newest."""
    at = updates[0].display_at if updates else NOW
    newest = updates[-1].updated_at if updates else at
    quiet = Incident(id=an_id(name), name=name, created_at=at, updated_at=newest, started_at=at, updates=updates)
    return replace(quiet, **more)


def facts_in_turn(*facts: Facts) -> Incident:
    """An incident with an update a minute for each of them."""
    times = [NOW + timedelta(minutes=number) for number in range(len(facts))]
    updates = (an_update(f"{at:%H%M}", at=at, facts=stated) for at, stated in zip(times, facts, strict=True))
    return an_incident("Webmail is down", *updates)


def a_page(*, components: Sequence[Component] = (), open: Sequence[Incident] = (), at: datetime = NOW, **more: Any) -> Snapshot:
    quiet = Snapshot(page=PAGE, revision=1, epoch=1, at=at, components=tuple(components), open=tuple(open), before={})
    return replace(quiet, **more)
