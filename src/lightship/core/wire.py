"""Values to JSON and back, and the one way times and bytes are written. Canonical JSON: keys sorted, no spaces, UTF-8."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache, partial
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from lightship.core.model import Change, Facts, Incident, Month, Page, StatusChange, Update

Json = dict[str, Any]
Convert = Callable[[Any], Any]
Value = TypeVar("Value")

# Formats of documents that lie on hosts keep the names that they began with.
_MEMBERS = {(Change, "component_id"): "component", (Update, "wordings"): "texts", (Month, "status_changes"): "turns"}
# Left out while they hold nothing, and read where they are: all facts, and members that came after the first documents.
_OPTIONAL: Mapping[type, frozenset[str]] = {
    Facts: frozenset(field.name for field in fields(Facts)),
    Page: frozenset({"staffed", "kit", "scorecard"}),
    Update: frozenset({"speaker", "automatic"}),
    Incident: frozenset({"withdrawn", "merged_into"}),
}


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


def to_json(value: Any) -> Json:
    """A frozen dataclass as JSON holds it: its fields by name, times as stamps. Optional ones only if they hold something."""
    document = {
        member: write(getattr(value, name)) if write else getattr(value, name)
        for name, member, write, _ in _plan(type(value))  # type: ignore[arg-type]  # mypy: a class has a hash
    }
    for member in _OPTIONAL.get(type(value), ()):
        if not document[member]:
            del document[member]
    return document


def from_json(kind: type[Value], raw: Json) -> Value:
    """The inverse of `to_json`. A member that is missing and not optional is a KeyError; one that is unknown is ignored."""
    optional = _OPTIONAL.get(kind, frozenset())
    return kind(
        **{
            name: read(raw[member]) if read else raw[member]
            for name, member, _, read in _plan(kind)  # type: ignore[arg-type]
            if member not in optional or raw.get(member)
        }
    )


def status_change_out(status_change: StatusChange) -> Json:
    return {"id": status_change.id, "at": stamp(status_change.at), **to_json(status_change.change)}


def _status_change_in(raw: Json) -> StatusChange:
    return StatusChange(moment(raw["at"]), from_json(Change, raw), raw["id"])


@cache
def _plan(kind: type) -> tuple[tuple[str, str, Convert | None, Convert | None], ...]:
    """Of each field: its name, its member in JSON, and how it is written and read; None where JSON has it as it is."""
    hints = get_type_hints(kind)
    names = [field.name for field in fields(kind)]
    return tuple((name, _MEMBERS.get((kind, name), name), *_converters(hints[name])) for name in names)


def _converters(hint: Any) -> tuple[Convert | None, Convert | None]:
    origin, parts = get_origin(hint), get_args(hint)
    if origin is UnionType:
        write, read = _converters(parts[0])
        return write and partial(_unless_none, write), read and partial(_unless_none, read)
    if origin is tuple:
        write, read = _converters(parts[0])
        return partial(_all, list, write), partial(_all, tuple, read)
    if origin is Mapping:
        return dict, dict
    if hint is datetime:
        return stamp, moment
    if hint is date:
        return date.isoformat, date.fromisoformat
    if hint is StatusChange:
        return status_change_out, _status_change_in
    if isinstance(hint, type) and is_dataclass(hint):
        return to_json, partial(from_json, hint)
    return (str, hint) if issubclass(hint, StrEnum) else (None, None)


def _unless_none(convert: Convert, value: Any) -> Any:
    return None if value is None else convert(value)


def _all(collection: Callable[[Iterable[Any]], Any], convert: Convert | None, values: Iterable[Any]) -> Any:
    return collection(map(convert, values) if convert else values)


@contextmanager
def reading(name: str, body: bytes, form: str) -> Iterator[Json]:
    """Parse a document of one format; whatever is missing or of the wrong type in it becomes a WireError."""
    try:
        raw = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise WireError(f"{name} is not JSON: {error}") from error
    if not isinstance(raw, dict) or raw.get("format") != form:
        raise WireError(f"{name} is not of the format {form}")
    try:
        yield raw
    except WireError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise WireError(f"{name} cannot be read: {error!r}") from error
