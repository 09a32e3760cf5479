"""What the documentation says about commands and lightship.toml is what there is: nothing left out, nothing made up."""

import dataclasses
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from lightship import channels, hosts, zones
from lightship.cli import lightship
from lightship.config import schema, values

DOCS = Path(__file__).parent.parent / "docs"
REFERENCE = (DOCS / "reference" / "commands.md").read_text()
PAGES = sorted([*DOCS.glob("operate/*.md"), *DOCS.glob("reference/*.md"), DOCS / "tutorial.md"])


def _commands(group: click.Command = lightship, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command with the words that call it."""
    if not isinstance(group, click.Group):
        return
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*above, name), command
        yield from _commands(command, (*above, name))


COMMANDS = dict(_commands())


@pytest.mark.parametrize("words", [" ".join(words) for words in COMMANDS])
def test_the_reference_names_every_command(words: str) -> None:
    assert re.search(rf"\b{words}\b", REFERENCE), f"docs/reference/commands.md does not speak of {words}"


@pytest.mark.parametrize("words", [" ".join(words) for words in COMMANDS])
def test_the_reference_names_every_option(words: str) -> None:
    command = COMMANDS[tuple(words.split())]
    options = [option for option in command.params if isinstance(option, click.Option)]
    missing = [option.opts for option in options if not any(f"{text}" in REFERENCE for text in option.opts)]
    assert not missing, f"docs/reference/commands.md does not speak of {missing} of {words}"


TABLES = [
    item
    for name, item in {**vars(schema), **vars(values)}.items()
    if "__pydantic_config__" in getattr(item, "__dict__", ()) and name != "FileTable"
]
BACK_ENDS = [room.find(kind) for room in (hosts, zones, channels) for kind in room.kinds()]


@pytest.mark.parametrize("table", [*TABLES, *BACK_ENDS])
def test_the_reference_names_every_key_of_lightship_toml(table: Any) -> None:
    reference = (DOCS / "reference" / "configuration.md").read_text()
    missing = [item.name for item in dataclasses.fields(table) if item.init and f"`{item.name}`" not in reference]
    assert not missing, f"docs/reference/configuration.md does not speak of {missing} of {table.__name__}"


def _called() -> Iterator[tuple[str, str]]:
    """Every call of lightship in a block of the documentation, with its page."""
    for path in PAGES:
        for block in re.findall(r"^```(?:sh|console)?\n(.*?)^```", path.read_text(), re.MULTILINE | re.DOTALL):
            for line in block.replace("\\\n", " ").splitlines():
                for call in re.findall(r"(?:^|\| |&& |^\$ )lightship (.*?)(?= && | \| |$)", line.strip()):
                    yield path.name, call


@pytest.mark.parametrize(("page", "call"), sorted(set(_called())))
def test_every_call_in_the_documentation_is_one(page: str, call: str) -> None:
    words = [word for word in shlex.split(re.sub(r"\s#.*| \(.*| +[A-Z]{2,}$|[<>…].*", "", call)) if word]
    path = _path(words)
    known = {text for option in _params(path) for text in (*option.opts, *option.secondary_opts)} | {"--help", "--version"}
    used = {word.partition("=")[0] for word in words if re.fullmatch(r"--[a-z]+(=.*)?|-[a-z]", word)}
    assert path or not words or words[0].startswith("-"), f"{page}: there is no command in `lightship {call}`"
    assert used <= known, f"{page}: `lightship {call}` has options that are none: {sorted(used - known)}"


def _path(words: list[str]) -> tuple[str, ...]:
    path: tuple[str, ...] = ()
    for word in words:
        if (*path, word) in COMMANDS:
            path = (*path, word)
    return path


def _params(path: tuple[str, ...]) -> list[click.Option]:
    """Of the command and those above it."""
    above = [lightship, *(COMMANDS[path[: length + 1]] for length in range(len(path)))]
    return [option for command in above for option in command.params if isinstance(option, click.Option)]
