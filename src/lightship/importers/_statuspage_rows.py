"""Statuspage's JSON objects, of API v2 and v1, as core values. KeyError, TypeError or ValueError where one is malformed."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from lightship.core.model import Change, Component, ComponentStatus, Group, Status, Update, Wording
from lightship.core.wire import moment
from lightship.importers import ID, id_of, shown

Row = Mapping[str, Any]
_LAST = 2**31 - 1


def component(row: Row, born: datetime | None) -> Component:
    created, changed = _times(row, born)
    return Component(
        id=ident(row["id"]),
        name=text_of(row["name"]),
        status=ComponentStatus(row.get("status") or "operational"),
        description=None if row.get("description") is None else text_of(row["description"]),
        group_id=ident(row["group_id"]) if row.get("group_id") else None,
        position=_position(row.get("position")),
        showcase=bool(row.get("showcase", True)),
        start_date=date.fromisoformat(row["start_date"]) if row.get("start_date") else None,
        only_show_if_degraded=bool(row.get("only_show_if_degraded")),
        created_at=created,
        updated_at=changed,
    )


def group(row: Row, born: datetime | None) -> Group:
    created, changed = _times(row, born)
    description = text_of(row.get("description") or "")
    return Group(
        id=ident(row["id"]),
        name=text_of(row["name"]),
        description=description,
        position=_position(row.get("position")),
        created_at=created,
        updated_at=changed,
    )


def update(row: Row, allowed: Sequence[Status]) -> Update:
    status = Status(row["status"])
    if status not in allowed:
        raise ValueError(f"the status {status} does not belong to this kind")
    created, affected = moment(row["created_at"]), row.get("affected_components")
    return Update(
        id=ident(row["id"]),
        status=status,
        wordings=(Wording(created, text_of(row.get("body") or "")),),
        created_at=created,
        updated_at=moment(row.get("updated_at") or row["created_at"]),
        display_at=moment(row.get("display_at") or row["created_at"]),
        changes=None if affected is None else tuple(_change(each) for each in affected),
        notify=bool(row.get("deliver_notifications", True)),
    )


def postmortem(row: Row) -> Update:
    at = moment(row["postmortem_published_at"])
    return Update(
        id=id_of("statuspage postmortem", text_of(row["id"])),
        status=Status.POSTMORTEM,
        wordings=(Wording(at, text_of(row["postmortem_body"])),),
        created_at=at,
        updated_at=at,
        display_at=at,
        notify=bool(row.get("postmortem_notified_subscribers")),
    )


def ident(raw: Any) -> str:
    """The id itself; one of another shape (Statuspage's imitators have such) always becomes the same one of ours."""
    raw = text_of(raw)
    return raw if ID.fullmatch(raw) else id_of("statuspage", raw)


def wordless(row: Row, allowed: Sequence[Status]) -> Update:
    at = row.get("resolved_at") or row["created_at"]
    return update({"id": id_of("statuspage wordless", text_of(row["id"])), "status": row["status"], "created_at": at}, allowed)


def _change(row: Row) -> Change:
    old = row.get("old_status") or row["new_status"]
    return Change(ident(row["code"]), text_of(row["name"]), ComponentStatus(old), ComponentStatus(row["new_status"]))


def _times(row: Row, born: datetime | None) -> tuple[datetime, datetime]:
    created = moment(row["created_at"]) if row.get("created_at") or born is None else born
    return created, moment(row["updated_at"]) if row.get("updated_at") else created


def _position(value: Any) -> int:
    """Only the order matters: what lies beyond either end stands at that end."""
    number = value if isinstance(value, int | float) else int(value or 0)
    return int(min(max(number, 0), _LAST))


def text_of(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{shown(value)} is not text")
    return value
