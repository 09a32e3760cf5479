"""A sample page, for tests of every room: what a test does not name is as it is on a quiet day.

    a_page(components=[a_component("Webmail")], open=[an_incident("Webmail is down", an_update("Sign-in fails."))])

Ids follow from names, so the same words make the same values. Times are NOW unless they are given.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from lightship.core.model import Component, Facts, Incident, Page, Snapshot, Status, Update, Wording

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
PAGE = Page(id="harbour00000", slug="harbour", name="Harbour", url="https://harbour.example", created_at=NOW, updated_at=NOW)


def an_id(name: str) -> str:
    letters = "".join(letter for letter in name.lower() if letter.isascii() and letter.isalnum())
    return f"{letters[:12]:0<12}"


def a_component(name: str, **more: Any) -> Component:
    return replace(Component(id=an_id(name), name=name, position=1, created_at=NOW, updated_at=NOW), **more)


def an_update(body: str, status: Status = Status.INVESTIGATING, *, at: datetime = NOW, facts: Facts | None = None) -> Update:
    text = Wording(at, body, facts or Facts())
    return Update(id=an_id(body), status=status, wordings=(text,), created_at=at, updated_at=at, display_at=at)


def an_incident(name: str, *updates: Update, **more: Any) -> Incident:
    """It began with its first update, and was last changed by its newest."""
    at = updates[0].display_at if updates else NOW
    newest = updates[-1].display_at if updates else at
    sound = Incident(id=an_id(name), name=name, created_at=at, updated_at=newest, started_at=at, updates=updates, components=())
    return replace(sound, **more)


def facts_in_turn(*facts: Facts) -> Incident:
    """An incident with an update a minute for each of them."""
    times = [NOW + timedelta(minutes=number) for number in range(len(facts))]
    return an_incident(
        "Webmail is down", *(an_update(f"{at:%H%M}", at=at, facts=said) for at, said in zip(times, facts, strict=True))
    )


def a_page(*, components: Sequence[Component] = (), open: Sequence[Incident] = (), at: datetime = NOW, **more: Any) -> Snapshot:
    sound = Snapshot(
        page=PAGE, revision=1, epoch=1, at=at, components=tuple(components), open=tuple(open), status_changes=(), before={}
    )
    return replace(sound, **more)
