"""Write the files of a restored desk: lightship.toml, and all that it refers to."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import InlineTable, Item

from lightship.config.files import write_new
from lightship.config.toml import Table, edited

Reference = tuple[str, str]
"""("env" or "file", its name in lightship.toml)."""


def settle(path: Path, text: str, secrets: Mapping[Reference, str], database: str | None) -> list[Path]:
    """Write lightship.toml and the secrets that it refers to. Nothing that is here is written over: these files are returned.
    Secrets that came from the environment, or from files elsewhere on the lost machine, become files in `keys/`, so that the
    desk starts with nothing else."""
    places = {(kind, name): name for kind, name in secrets if kind == "file" and _inside(name)}
    outside = [reference for reference in secrets if reference not in places]
    moves = {reference: _place(number, reference[1]) for number, reference in enumerate(outside, 1)}

    def change(data: Table) -> None:
        places.update({reference: moves[reference] for reference in _moved(data, moves)})
        if database:
            name_database(data, database)

    changed = edited(path.name, text, change)
    files = {path.parent / place: secrets[reference] + "\n" for reference, place in places.items()} | {path: changed}
    left = [file for file in files if file.exists()]
    for file in (file for file in files if file not in left):
        for folder in reversed(file.parents):
            folder.mkdir(mode=0o700, exist_ok=True)
        write_new(file, files[file])
    return left


def name_database(data: Table, database: str) -> None:
    data["desk"]["database"] = database


def _inside(name: str) -> bool:
    """Whether the file lies in the desk's own folder: a vault, whoever made it, writes nowhere else."""
    return not Path(name).is_absolute() and ".." not in Path(name).parts


def _place(number: int, name: str) -> str:
    return f"keys/restored/{number}-{re.sub(r'[^A-Za-z0-9._-]', '-', Path(name).name)}"


def _moved(value: Any, moves: Mapping[Reference, str]) -> Iterator[Reference]:
    """Point each reference at the file that its secret goes to; the references that there were."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in list(items):
        reference = _reference(child)
        if reference is None or reference not in moves:
            yield from _moved(child, moves)
            continue
        kind, name = reference
        if isinstance(child, InlineTable):
            value[key] = tomlkit.value(f'{{ file = "{moves[reference]}" }}')
        else:
            place = tomlkit.item(moves[reference])
            if isinstance(name, Item) and name.trivia.comment:
                place.comment(name.trivia.comment)
            del child[kind]
            child["file"] = place
        yield kind, str(name)


def _reference(value: Any) -> Reference | None:
    ((kind, name),) = value.items() if isinstance(value, dict) and len(value) == 1 else (("", None),)
    return (kind, name) if isinstance(name, str) else None
