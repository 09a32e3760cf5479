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
    return Component(
        **_common(row, born),
        status=ComponentStatus(row.get("status") or "operational"),
        description=None if row.get("description") is None else text_of(row["description"]),
        group_id=ident(row["group_id"]) if row.get("group_id") else None,
        showcase=bool(row.get("showcase", True)),
        start_date=date.fromisoformat(row["start_date"]) if row.get("start_date") else None,
        only_show_if_degraded=bool(row.get("only_show_if_degraded")),
    )


def group(row: Row, born: datetime | None) -> Group:
    return Group(**_common(row, born), description=text_of(row.get("description") or ""))


def _common(row: Row, born: datetime | None) -> dict[str, Any]:
    """The fields of components and groups alike. `born`: the creation time where the row has none."""
    created = moment(row["created_at"]) if row.get("created_at") or born is None else born
    return {
        "id": ident(row["id"]),
        "name": text_of(row["name"]),
        "position": _position(row.get("position")),
        "created_at": created,
        "updated_at": moment(row["updated_at"]) if row.get("updated_at") else created,
    }


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
        changes=None if affected is None else tuple(_change(changed) for changed in affected),
        notify=bool(row.get("deliver_notifications", True)),
    )


def postmortem(row: Row) -> Update:
    fields = {
        "id": id_of("statuspage postmortem", text_of(row["id"])),
        "status": Status.POSTMORTEM,
        "body": row["postmortem_body"],
        "created_at": row["postmortem_published_at"],
        "deliver_notifications": row.get("postmortem_notified_subscribers"),
    }
    return update(fields, [Status.POSTMORTEM])


def wordless(row: Row, allowed: Sequence[Status]) -> Update:
    """An update without words, for the status of an incident that has no readable update."""
    at = row.get("resolved_at") or row["created_at"]
    return update({"id": id_of("statuspage wordless", text_of(row["id"])), "status": row["status"], "created_at": at}, allowed)


def ident(raw: Any) -> str:
    """The id itself. One of another shape, as Statuspage's imitators have, always becomes the same id of ours."""
    raw = text_of(raw)
    return raw if ID.fullmatch(raw) else id_of("statuspage", raw)


def _change(row: Row) -> Change:
    old = row.get("old_status") or row["new_status"]
    return Change(ident(row["code"]), text_of(row["name"]), ComponentStatus(old), ComponentStatus(row["new_status"]))


def _position(value: Any) -> int:
    """Clamped to the range of the database: only the order matters."""
    number = value if isinstance(value, int | float) else int(value or 0)
    return int(min(max(number, 0), _LAST))


def text_of(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{shown(value)} is not text")
    return value
