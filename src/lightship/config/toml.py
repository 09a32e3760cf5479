"""A TOML file that a person wrote, and everything that is wrong with it: each fault with its line, its key and advice; and a
change to it that keeps its comments, its order and its spelling."""

import contextlib
import dataclasses
import json
import re
import tomllib
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any

import tomlkit
from pydantic import ConfigDict, TypeAdapter, ValidationError
from tomlkit.exceptions import TOMLKitError

KeyPath = tuple[str | int, ...]
Table = MutableMapping[str, Any]
T = typing.TypeVar("T")

STRICT = ConfigDict(extra="forbid")
"""The `__pydantic_config__` of every schema: an unknown key is an error."""


@typing.dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(dataclasses.field,))
def table(schema: type[T]) -> type[T]:
    """A table of a file as a frozen value, in which an unknown key is an error."""
    schema.__pydantic_config__ = STRICT  # type: ignore[attr-defined]
    return dataclasses.dataclass(frozen=True, slots=True, kw_only=True)(schema)


@dataclasses.dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong. `line` 0: the file as a whole. Its text is for the person who wrote the file."""

    file: str
    line: int
    key: str
    what: str

    def __str__(self) -> str:
        return ": ".join(part for part in (f"{self.file}:{self.line}" if self.line else self.file, self.key, self.what) if part)


class ConfigError(Exception):
    """A file that people write is not what it should be. `faults` holds everything found, in the order of the file."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(set(faults), key=lambda fault: (fault.line, fault.key, fault.what)))
        super().__init__("\n".join(map(str, self.faults)))


@dataclasses.dataclass(frozen=True)
class Document:
    """A parsed file: its data, and where each key stands."""

    name: str
    text: str
    data: Mapping[str, Any]

    @cached_property
    def lines(self) -> Mapping[KeyPath, int]:
        return locate(self.text)

    def fault(self, path: KeyPath, what: str) -> Fault:
        """A fault at a key; where the key itself is not in the file, at the line of the nearest table around it."""
        line = next((self.lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in self.lines), 0)
        return Fault(self.name, line, dotted(path), what)

    def check(
        self, schema: Any, data: Any, at: KeyPath = (), context: Mapping[str, Any] | None = None
    ) -> tuple[Any, list[Fault]]:
        """The data as a value of `schema` (a dataclass that carries STRICT), or None and every fault. `at`: where in the
        file the data lies. Strings stay strings: `port = "25"` is refused."""
        try:
            raw = json.dumps(data, default=str)
            return TypeAdapter(schema).validate_json(raw, strict=True, context=context), []
        except ValidationError as error:
            return None, [self._translated(schema, data, at, fault) for fault in error.errors(include_url=False)]

    def _translated(self, schema: Any, data: Any, at: KeyPath, error: Any) -> Fault:
        path = _within(data, error["loc"])
        if error["type"] == "missing":
            return self.fault((*at, *path, error["loc"][-1]), "is missing")
        if error["type"] == "unexpected_keyword_argument":
            return self.fault((*at, *path), unknown(str(path[-1]), _keys(schema, path[:-1])))
        message = _plain(error["msg"])
        return self.fault((*at, *path), message + _got(error) if error["type"].endswith("_type") else message)


def parse(name: str, raw: bytes) -> Document:
    """`name` is the file as faults call it. ConfigError where it is not TOML at all."""
    try:
        text = raw.decode()
        return Document(name, text, tomllib.loads(text))
    except UnicodeDecodeError as error:
        raise ConfigError([Fault(name, raw.count(b"\n", 0, error.start) + 1, "", "is not UTF-8")]) from error
    except tomllib.TOMLDecodeError as error:
        # tomllib of Python 3.11 gives the place only in its message.
        place = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", str(error))
        line = int(place[1] or text.count("\n") + 1) if place else 0
        what = str(error)[: place.start()] if place else str(error)
        raise ConfigError([Fault(name, line, "", f"is not TOML: {what[:1].lower()}{what[1:]}")]) from error


def parse_file(path: Path) -> Document:
    try:
        return parse(str(path), path.read_bytes())
    except OSError as error:
        raise ConfigError([Fault(str(path), 0, "", f"cannot be read: {error.strerror}")]) from error


def unknown(key: str, known: Sequence[str]) -> str:
    near = get_close_matches(key, known, n=1)
    return f'unknown key; did you mean "{near[0]}"?' if near else f"unknown key; known here: {', '.join(known) or 'none'}"


def dotted(path: KeyPath) -> str:
    """`pages.acme.components[2]."odd name"`."""
    parts = (f"[{p}]" if isinstance(p, int) else "." + (p if re.fullmatch(_BARE, p) else json.dumps(p)) for p in path)
    return "".join(parts).removeprefix(".")


def _plain(message: str) -> str:
    """A message of pydantic in the words of a TOML author."""
    changes = (("", r"^Value error, "), ("should", r"^\w+ should"), ("a table", "an object"), ("", " after validation"))
    for ours, theirs in changes:
        message = re.sub(theirs, ours, message)
    return re.sub(r"\ba valid (string|integer|boolean|array)", lambda m: f"a{'n' * (m[1][0] in 'ai')} {m[1]}", message)


def _got(error: Any) -> str:
    """Never the value: it may be a secret."""
    names = {str: "a string", bool: "a boolean", int: "a number", float: "a number", list: "an array", dict: "a table"}
    return f", not {names[type(error['input'])]}" if type(error["input"]) in names else ""


def _within(data: Any, loc: Sequence[str | int]) -> KeyPath:
    """As much of the location as exists in the data: pydantic adds steps of its own (`[key]`, members of a union)."""
    path: KeyPath = ()
    for step in loc:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            break
        path = (*path, step)
    return path


def _keys(schema: Any, path: KeyPath) -> list[str]:
    """The names that a schema knows at a path."""
    inner = [argument for argument in typing.get_args(schema) if argument is not type(None)]
    if typing.get_origin(schema) in (typing.Union, types.UnionType):
        return _keys(inner[0], path)
    if not dataclasses.is_dataclass(schema):
        return _keys(inner[0 if isinstance(path[0], int) else -1], path[1:]) if inner and path else []
    if path:
        return _keys(typing.get_type_hints(schema).get(str(path[0])), path[1:])
    return [field.name for field in dataclasses.fields(schema)]


_BARE = r"[A-Za-z0-9_-]+"
_CLOSERS = ("", "]", "]]", "}]", "]}", "]}]", "]]]")
"""What may end an array of several lines before its end."""


def locate(text: str) -> dict[KeyPath, int]:
    """The line, from 1, of every key, table and array element of a valid TOML text. Each statement is read by itself, line by
    line: keys that appear with a line stand on it."""
    lines: dict[KeyPath, int] = {}
    numbers: dict[KeyPath, int] = {}
    table: KeyPath = ()
    statement, start = "", 1
    for number, line in enumerate(text.split("\n"), 1):
        statement += f"{line}\n"
        data, whole = _readable(statement)
        if data is None:
            continue
        if statement.lstrip().startswith("["):
            table = _header(data, numbers)
            paths = [table[:length] for length in range(1, len(table) + 1)]
        else:
            paths = [(*table, *path) for path in _paths(data)]
        for path in paths:
            lines.setdefault(path, start)
        statement, start = "" if whole else statement, number + 1
    return lines


def _readable(statement: str) -> tuple[dict[str, Any] | None, bool]:
    """The data of a statement, or of its beginning; and whether it is whole."""
    for closer in _CLOSERS:
        with contextlib.suppress(tomllib.TOMLDecodeError):
            return tomllib.loads(statement + closer), not closer
    return None, False


def _header(data: Any, numbers: dict[KeyPath, int]) -> KeyPath:
    """The path of `[a.b]` or `[[a.b]]`. `numbers`: the newest element of each array of tables."""
    path: KeyPath = ()
    while isinstance(data, dict) and data:
        ((key, data),) = data.items()
        path = (*path, key)
        if isinstance(data, list):
            numbers[path] = numbers.get(path, -1) + 1
        if path in numbers:
            path = (*path, numbers[path])
    return path


def _paths(data: Any, above: KeyPath = ()) -> Iterator[KeyPath]:
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        yield (*above, key)
        yield from _paths(value, (*above, key))


def edited(name: str, text: str, change: Callable[[Table], None]) -> str:
    """The file's text after `change`, which is made to the document and to its plain data alike. ConfigError where the two then
    differ: only a person can make that change."""
    document, wanted = tomlkit.parse(text), tomllib.loads(text)
    change(wanted)
    try:
        change(document)
        changed = tomlkit.dumps(document)
        if tomllib.loads(changed) == wanted:
            return changed
    except (TOMLKitError, tomllib.TOMLDecodeError):
        pass
    raise ConfigError([Fault(name, 0, "", "stands so that only you can change it: give each key a line of its own")])
