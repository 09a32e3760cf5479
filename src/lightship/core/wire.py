"""Values to JSON and back, and the one way times and bytes are written.

Canonical JSON: keys sorted, no spaces, UTF-8.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from lightship.core.model import (
    Change,
    Component,
    ComponentStatus,
    Facts,
    Group,
    Impact,
    Incident,
    Kind,
    Page,
    Status,
    StatusChange,
    Update,
    Wording,
)

Json = dict[str, Any]


class WireError(ValueError):
    """A document is not what its format says. The message names the document and what is wrong with it."""


def canonical(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def stamp(at: datetime) -> str:
    """ISO 8601 with milliseconds, in UTC: `2026-02-09T17:08:38.299Z`."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def moment(text: str) -> datetime:
    """The inverse of `stamp`; takes any ISO 8601 time with a zone. ValueError otherwise."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{text!r} is outside the calendar") from error


def _stamp(at: datetime | None) -> str | None:
    return stamp(at) if at else None


def _moment(text: str | None) -> datetime | None:
    return moment(text) if text else None


def page_out(page: Page) -> Json:
    return {
        "id": page.id,
        "slug": page.slug,
        "name": page.name,
        "url": page.url,
        "time_zone": page.time_zone,
        "description": page.description,
        "support_url": page.support_url,
        "promise_minutes": page.promise_minutes,
        "created_at": stamp(page.created_at),
        "updated_at": stamp(page.updated_at),
    }


def page_in(raw: Json) -> Page:
    return Page(**{**raw, "created_at": moment(raw["created_at"]), "updated_at": moment(raw["updated_at"])})


def group_out(group: Group) -> Json:
    return {
        "id": group.id,
        "name": group.name,
        "description": group.description,
        "position": group.position,
        "created_at": stamp(group.created_at),
        "updated_at": stamp(group.updated_at),
    }


def group_in(raw: Json) -> Group:
    return Group(**{**raw, "created_at": moment(raw["created_at"]), "updated_at": moment(raw["updated_at"])})


def component_out(component: Component) -> Json:
    return {
        "id": component.id,
        "name": component.name,
        "status": component.status.value,
        "description": component.description,
        "group_id": component.group_id,
        "position": component.position,
        "showcase": component.showcase,
        "start_date": component.start_date.isoformat() if component.start_date else None,
        "only_show_if_degraded": component.only_show_if_degraded,
        "retired": component.retired,
        "created_at": stamp(component.created_at),
        "updated_at": stamp(component.updated_at),
    }


def component_in(raw: Json) -> Component:
    return Component(
        **{
            **raw,
            "status": ComponentStatus(raw["status"]),
            "start_date": date.fromisoformat(raw["start_date"]) if raw["start_date"] else None,
            "created_at": moment(raw["created_at"]),
            "updated_at": moment(raw["updated_at"]),
        }
    )


def change_out(change: Change) -> Json:
    return {"component": change.component_id, "name": change.name, "old": change.old.value, "new": change.new.value}


def change_in(raw: Json) -> Change:
    return Change(raw["component"], raw["name"], ComponentStatus(raw["old"]), ComponentStatus(raw["new"]))


def status_change_out(status_change: StatusChange) -> Json:
    return {"id": status_change.id, "at": stamp(status_change.at), **change_out(status_change.change)}


def status_change_in(raw: Json) -> StatusChange:
    return StatusChange(moment(raw["at"]), change_in(raw), raw["id"])


def facts_out(facts: Facts) -> Json:
    """Only what was said: an empty fact has no member."""
    known = {
        "symptom": facts.symptom,
        "scope": facts.scope,
        "since": _stamp(facts.since),
        "doing": facts.doing,
        "workaround": facts.workaround,
        "estimate": _stamp(facts.estimate),
        "no_estimate": facts.no_estimate,
        "next_update": _stamp(facts.next_update),
        "ended": _stamp(facts.ended),
        "cause": facts.cause,
    }
    return {name: value for name, value in known.items() if value}


def facts_in(raw: Json) -> Facts:
    times = {name: moment(raw[name]) for name in ("since", "estimate", "next_update", "ended") if raw.get(name)}
    return Facts(**{**raw, **times})


def text_out(text: Wording) -> Json:
    return {"at": stamp(text.at), "body": text.body, "facts": facts_out(text.facts)}


def text_in(raw: Json) -> Wording:
    return Wording(moment(raw["at"]), raw["body"], facts_in(raw["facts"]))


def update_out(update: Update) -> Json:
    return {
        "id": update.id,
        "status": update.status.value,
        "texts": [text_out(text) for text in update.wordings],
        "created_at": stamp(update.created_at),
        "updated_at": stamp(update.updated_at),
        "display_at": stamp(update.display_at),
        "changes": None if update.changes is None else [change_out(change) for change in update.changes],
        "notify": update.notify,
    }


def update_in(raw: Json) -> Update:
    return Update(
        id=raw["id"],
        status=Status(raw["status"]),
        wordings=tuple(text_in(text) for text in raw["texts"]),
        created_at=moment(raw["created_at"]),
        updated_at=moment(raw["updated_at"]),
        display_at=moment(raw["display_at"]),
        changes=None if raw["changes"] is None else tuple(change_in(change) for change in raw["changes"]),
        notify=raw["notify"],
    )


def incident_out(incident: Incident) -> Json:
    return {
        "id": incident.id,
        "kind": incident.kind.value,
        "name": incident.name,
        "created_at": stamp(incident.created_at),
        "updated_at": stamp(incident.updated_at),
        "started_at": stamp(incident.started_at),
        "updates": [update_out(update) for update in incident.updates],
        "components": [component_out(component) for component in incident.components],
        "impact_override": incident.impact_override.value if incident.impact_override else None,
        "scheduled_for": _stamp(incident.scheduled_for),
        "scheduled_until": _stamp(incident.scheduled_until),
        "auto_start": incident.auto_start,
        "auto_end": incident.auto_end,
    }


def incident_in(raw: Json) -> Incident:
    return Incident(
        id=raw["id"],
        kind=Kind(raw["kind"]),
        name=raw["name"],
        created_at=moment(raw["created_at"]),
        updated_at=moment(raw["updated_at"]),
        started_at=moment(raw["started_at"]),
        updates=tuple(update_in(update) for update in raw["updates"]),
        components=tuple(component_in(component) for component in raw["components"]),
        impact_override=Impact(raw["impact_override"]) if raw["impact_override"] else None,
        scheduled_for=_moment(raw["scheduled_for"]),
        scheduled_until=_moment(raw["scheduled_until"]),
        auto_start=raw["auto_start"],
        auto_end=raw["auto_end"],
    )


class reading:  # noqa: N801  it reads as a verb, like contextlib.suppress
    """Parse a document of one format; whatever is missing or of the wrong type in it becomes a WireError."""

    def __init__(self, name: str, body: bytes, form: str) -> None:
        self.name, self.body, self.form = name, body, form

    def __enter__(self) -> Json:
        try:
            raw = json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise WireError(f"{self.name} is not JSON: {error}") from error
        if not isinstance(raw, dict) or raw.get("format") != self.form:
            raise WireError(f"{self.name} is not of the format {self.form}")
        return raw

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        if isinstance(error, (KeyError, TypeError, ValueError, AttributeError, RecursionError)) and not isinstance(
            error, WireError
        ):
            raise WireError(f"{self.name} cannot be read: {error!r}") from error
