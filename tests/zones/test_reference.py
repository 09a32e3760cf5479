"""docs/reference/configuration.md names every key of every kind of zone, its default, and what the kind can do."""

import re
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import pytest

from lightship.zones import find, kinds

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "configuration.md").read_text()
ZONES = PAGE.partition("\n## `[pages.SLUG.zone]`\n")[2].partition("\n## ")[0]


def rows(kind: str) -> dict[str, str]:
    """The table's rows by key."""
    table = re.split(r"^\*\*", ZONES.partition(f"\n**{kind}**")[2], maxsplit=1, flags=re.MULTILINE)[0]
    found: dict[str, str] = {}
    for line in table.splitlines():
        if line.startswith("| `"):
            names, rest = line.strip("| ").split(" | ", 1)
            found |= dict.fromkeys(re.findall(r"`(\w+)`", names), rest)
    return found


@pytest.mark.parametrize("kind", kinds())
def test_every_key_of_a_kind_is_in_the_reference(kind: str) -> None:
    own = {item.name for item in fields(find(kind)) if item.init and item.name != "name"}  # type: ignore[arg-type]
    assert rows(kind).keys() == own


@pytest.mark.parametrize("kind", kinds())
def test_what_is_required_is_said_to_be(kind: str) -> None:
    told = rows(kind)
    for item in fields(find(kind)):  # type: ignore[arg-type]
        if item.init and item.name != "name":
            required = item.default is MISSING and item.default_factory is MISSING
            assert required == ("required" in told[item.name].split(" | ")[1]), item.name


@pytest.mark.parametrize("kind", kinds())
def test_what_a_kind_can_do_is_said(kind: str) -> None:
    found: Any = find(kind)
    (line,) = re.findall(rf"^\| `{kind}` \| (.*) \|$", ZONES, re.MULTILINE)
    compares, votes, texts, floor = line.split(" | ")
    said = [cell.startswith("yes") for cell in (compares, votes, texts)]
    assert said == [found.compares, found.holds_votes, found.texts]
    assert int(re.match(r"\d+", floor)[0]) == found.floor  # type: ignore[index]
