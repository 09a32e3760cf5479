"""The files of a desk, put down on a bare machine: lightship.toml, and all that it refers to."""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lightship.config.toml import ConfigError, parse

Secrets = Mapping[tuple[str, str], str]
"""("env" or "file", its name in the file) -> the value."""


@dataclass(frozen=True)
class Settled:
    """`left`: what was here already and stays as it is. `unset`: variables that the environment must still have."""

    wrote: tuple[Path, ...]
    left: tuple[Path, ...]
    unset: tuple[str, ...]


def settle(path: Path, text: str, secrets: Secrets, database: str | None) -> Settled:
    """Nothing that is here is written over. Secrets that came from the environment, or from files elsewhere on the lost
    machine, become files in `keys/`, so that the desk starts with nothing else."""
    base = path.parent
    text, moved = _gathered(text, secrets)
    files = {name: value for (kind, name), value in secrets.items() if kind == "file" and _inside(name)}
    files |= {place: secrets[reference] for reference, place in moved.items()}
    if database:
        text = with_database(text, database)
    wanted = {base / name: (value + "\n", 0o600) for name, value in files.items()} | {path: (text, 0o600)}
    left = tuple(file for file in wanted if file.exists())
    for file, (body, mode) in wanted.items():
        if file not in left:
            _write(file, body, mode)
    unset = [name for kind, name in secrets if kind == "env" and ("env", name) not in moved]
    return Settled(tuple(file for file in wanted if file not in left), left, tuple(unset))


def with_database(text: str, database: str) -> str:
    """The file, naming another database. ConfigError where that cannot be done without a person."""
    document = parse("lightship.toml", text.encode())
    lines, said = text.splitlines(keepends=True), f"database = {json.dumps(database)}\n"
    at = document.lines.get(("desk", "database"))
    if at:
        lines[at - 1] = said
    else:
        lines.insert(document.lines[("desk",)], said)
    changed = "".join(lines)
    wanted = {**document.data, "desk": {**document.data["desk"], "database": database}}
    if parse("lightship.toml", changed.encode()).data != wanted:
        what = "stands so that only you can change it: give it a line of its own"
        raise ConfigError([document.fault(("desk", "database"), what)])
    return changed


def _gathered(text: str, secrets: Secrets) -> tuple[str, dict[tuple[str, str], str]]:
    """The file with references to the environment and to other folders led into `keys/`, and what was led where. What cannot
    be led there without a doubt stays as it is."""
    moved: dict[tuple[str, str], str] = {}
    for kind, name in secrets:
        if kind == "file" and _inside(name):
            continue
        place = f"keys/restored/{len(moved) + 1}-{re.sub(r'[^A-Za-z0-9._-]', '-', Path(name).name)}"
        quoted = "|".join(re.escape(quote) for quote in (json.dumps(name, ensure_ascii=False), f"'{name}'"))
        changed = re.sub(rf"\b{kind}(\s*=\s*)(?:{quoted})", rf'file\1"{place}"', text)
        try:
            same = _led(parse("", text.encode()).data, {(kind, name): place}) == parse("", changed.encode()).data
        except ConfigError:
            same = False
        if same and changed != text:
            text, moved[kind, name] = changed, place
    return text, moved


def _led(value: Any, moved: Mapping[tuple[str, str], str]) -> Any:
    if isinstance(value, list):
        return [_led(item, moved) for item in value]
    if not isinstance(value, dict):
        return value
    (kind, name), *more = value.items() or [("", "")]
    if not more and isinstance(name, str) and (kind, name) in moved:
        return {"file": moved[kind, name]}
    return {key: _led(item, moved) for key, item in value.items()}


def _inside(name: str) -> bool:
    """Whether the file lies in the desk's own folder: no vault, whoever made it, writes anywhere else."""
    return not Path(name).is_absolute() and ".." not in Path(name).parts


def _write(path: Path, text: str, mode: int) -> None:
    for folder in reversed(path.parents):
        if not folder.exists():
            folder.mkdir(mode=0o700)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as file:
        file.write(text)
