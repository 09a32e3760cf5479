"""The documentation agrees with the tree: commands, lightship.toml, links, modules, files, examples, and the floors."""

import dataclasses
import importlib.util
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from lightship import channels, hosts, zones
from lightship.cli import lightship
from lightship.config import values
from lightship.config.kinds import kinds

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "lightship"
DOCS = ROOT / "docs"
REFERENCE = (DOCS / "reference" / "commands.md").read_text()
PAGES = sorted([*DOCS.glob("operate/*.md"), *DOCS.glob("respond/*.md"), *DOCS.glob("reference/*.md"), DOCS / "tutorial.md"])


def _commands(group: click.Command = lightship, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command with its full name."""
    if not isinstance(group, click.Group):
        return
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*above, name), command
        yield from _commands(command, (*above, name))


COMMANDS = dict(_commands())


@pytest.mark.parametrize("command", map(" ".join, COMMANDS))
def test_the_reference_names_every_command(command: str) -> None:
    assert re.search(rf"\b{command}\b", REFERENCE), f"docs/reference/commands.md does not name {command}"


@pytest.mark.parametrize("name", COMMANDS, ids=" ".join)
def test_the_reference_names_every_option(name: tuple[str, ...]) -> None:
    options = [option for option in COMMANDS[name].params if isinstance(option, click.Option)]
    missing = [option.opts for option in options if not any(spelling in REFERENCE for spelling in option.opts)]
    assert not missing, f"docs/reference/commands.md does not name {missing} of {' '.join(name)}"


TABLES = [
    item
    for name, item in vars(values).items()
    if "__pydantic_config__" in getattr(item, "__dict__", ()) and name != "FileTable"
]
BACK_ENDS = [room.find(kind) for room in (hosts, zones, channels) for kind in kinds(room.__path__)]


@pytest.mark.parametrize("table", [*TABLES, *BACK_ENDS])
def test_the_reference_names_every_key_of_lightship_toml(table: Any) -> None:
    reference = (DOCS / "reference" / "configuration.md").read_text()
    missing = [item.name for item in dataclasses.fields(table) if item.init and f"`{item.name}`" not in reference]
    assert not missing, f"docs/reference/configuration.md does not name {missing} of {table.__name__}"


def _called() -> Iterator[tuple[str, str]]:
    """Every call of lightship in a block of the documentation, with its page."""
    for path in PAGES:
        for block in re.findall(r"^```(?:sh|console)?\n(.*?)^```", path.read_text(), re.MULTILINE | re.DOTALL):
            for line in block.replace("\\\n", " ").splitlines():
                for call in re.findall(r"(?:^|\| |&& |^\$ )lightship (.*?)(?= && | \| |$)", line.strip()):
                    yield path.name, call


@pytest.mark.parametrize(("page", "call"), sorted(set(_called())))
def test_every_call_in_the_documentation_is_one(page: str, call: str) -> None:
    arguments = [argument for argument in shlex.split(re.sub(r"\s#.*| \(.*| +[A-Z]{2,}$|[<>…].*", "", call)) if argument]
    path = _path(arguments)
    known = {opt for option in _params(path) for opt in (*option.opts, *option.secondary_opts)} | {"--help", "--version"}
    used = {argument.partition("=")[0] for argument in arguments if re.fullmatch(r"--[a-z-]+(=.*)?|-[a-z]", argument)}
    assert path or not arguments or arguments[0].startswith("-"), f"{page}: there is no command in `lightship {call}`"
    assert used <= known, f"{page}: `lightship {call}` has options that are none: {sorted(used - known)}"


def _path(arguments: list[str]) -> tuple[str, ...]:
    path: tuple[str, ...] = ()
    for argument in arguments:
        if (*path, argument) in COMMANDS:
            path = (*path, argument)
    return path


def _params(path: tuple[str, ...]) -> list[click.Option]:
    """Of the command and those above it."""
    above = [lightship, *(COMMANDS[path[: length + 1]] for length in range(len(path)))]
    return [option for command in above for option in command.params if isinstance(option, click.Option)]


DOCUMENTS = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md")])
CURRENT = [document for document in DOCUMENTS if document.name != "CHANGELOG.md"]
"""The changelog may name what is gone."""
ROOMS = {path.name for path in SOURCE.iterdir() if path.is_dir()} | {"tests", "bench", "script", "docs", "deploy", "src"}
NO_CODE = {"lightship.toml", "lightship.env", "lightship.keys"}
"""Files that users have, and the log names that look alike."""


def _named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("document", DOCUMENTS, ids=_named)
def test_every_link_leads_somewhere(document: Path) -> None:
    broken = []
    for target, anchor in re.findall(r"\]\((?!\w+:)([^)#\s]*)#?([^)]*)\)", document.read_text()):
        path = document.parent / target if target else document
        if not path.exists() or (anchor and anchor not in _anchors(path)):
            broken.append(f"{target}#{anchor}" if anchor else target)
    assert not broken, f"{_named(document)} links to what is not there: {broken}"


def _anchors(document: Path) -> set[str]:
    """The anchors that GitHub gives to the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", CURRENT, ids=_named)
def test_every_file_that_is_named_exists(document: Path) -> None:
    named = re.findall(r"(?<![\w/.:-])((?:\w+/)+[\w.-]+\.(?:py|toml|service|css|js))\b(?!\w)", document.read_text())
    absent = [name for name in named if name.split("/")[0] in ROOMS and not _is_there(name)]
    assert not absent, f"{_named(document)} names files that are not there: {absent}"


@pytest.mark.parametrize("document", CURRENT, ids=_named)
def test_every_room_that_is_named_exists(document: Path) -> None:
    named = re.findall(r"`((?:\w+/)+\w*)`", _without_old_names(document.read_text()))
    rooms = [name for name in named if name.split("/")[0] in ROOMS]
    absent = [name for name in rooms if not _is_there(name) and not _is_there(f"{name}.py")]
    assert not absent, f"{_named(document)} names rooms that are not there: {absent}"


def _without_old_names(text: str) -> str:
    """A table of `was` and `is` names on its left what is gone."""
    tables = re.compile(r"^\| was \| is \|\n(?:\|.*\n)+", re.MULTILINE)
    return tables.sub(lambda table: re.sub(r"^\|[^|]*\|", "|", table[0], flags=re.MULTILINE), text)


def _is_there(name: str) -> bool:
    """Below the package, the repository, or the folder of the source."""
    return any((folder / name).exists() for folder in (SOURCE, ROOT, SOURCE.parent))


@pytest.mark.parametrize("document", CURRENT, ids=_named)
def test_every_module_that_is_named_exists(document: Path) -> None:
    named = set(re.findall(r"(?<![\w/.-])lightship(?:\.[a-z_]+)+", document.read_text())) - NO_CODE
    absent = [name for name in named if importlib.util.find_spec(name) is None]
    assert not absent, f"{_named(document)} names modules that are not there: {absent}"


@pytest.mark.parametrize("document", sorted(DOCS.glob("extend/*.md")), ids=_named)
def test_every_example_of_a_back_end_runs_and_has_what_its_room_asks_for(document: Path) -> None:
    protocols = {"hosts": hosts.Host, "zones": zones.Zone, "channels": channels.Channel}
    (block,) = re.findall(r"^```python\n(.*?)^```", document.read_text(), re.MULTILINE | re.DOTALL)
    example: dict[str, Any] = {"__name__": "example"}
    exec(block, example)
    if protocol := protocols.get(document.stem):
        (back_end,) = (value for value in example.values() if getattr(value, "__module__", "") == "example")
        missing = _members(protocol) - _members(back_end)
        assert not missing, f"{_named(document)} leaves out {missing}"


def _members(back_end: type) -> set[str]:
    """Methods, properties and fields of a class and of those that it extends."""
    members = {name for base in back_end.__mro__ for name in (*vars(base), *vars(base).get("__annotations__", ()))}
    return {name for name in members if not name.startswith("_")}


def test_contributing_draws_the_floors_that_import_linter_enforces() -> None:
    (drawn,) = re.findall(r"^```\n(cli .*?)^```", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE | re.DOTALL)
    rooms = [set(re.split(r"  +", line.strip())[:-1]) if line[:1] != " " else set() for line in drawn.splitlines()]
    assert rooms == _floors()


def _floors() -> list[set[str]]:
    """The rooms of each floor, from the top."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (layers,) = (contract["layers"] for contract in contracts if contract["type"] == "layers")
    return [{room.strip().removeprefix("lightship.") for room in layer.split("|")} for layer in layers]


def test_the_walk_of_an_update_only_goes_down() -> None:
    floor_of = {room: number for number, floor in enumerate(_floors()) for room in floor}
    walks = re.findall(r"(?:^\d+\. .*\n(?:   .*\n)*)+", (DOCS / "README.md").read_text(), re.MULTILINE)
    assert len(walks) == 2, "the desk's process walks down to the rows, and the worker's from there to the hosts"
    for walk in walks:
        steps = re.findall(r"^\d+\. \*\*(.*?)\*\*", walk, re.MULTILINE)
        floors = [floor_of[room] for step in steps for room in re.findall(r"`(\w+)`", step)]
        assert floors == sorted(floors), steps
