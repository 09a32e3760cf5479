"""docs/reference/configuration.md names every key of every kind of zone, its default, and what the kind can do."""

import base64
import re
import tomllib
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import pytest
from tests.zones.fakes.google import FakeCloudDns

from lightship import hosts, zones
from lightship.config import load
from lightship.config.kinds import kinds
from lightship.zones import find

KINDS = kinds(zones.__path__)
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


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_of_a_kind_is_in_the_reference(kind: str) -> None:
    own = {item.name for item in fields(find(kind)) if item.init and item.name != "name"}  # type: ignore[arg-type]
    assert rows(kind).keys() == own


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_required_is_said_to_be(kind: str) -> None:
    told = rows(kind)
    for item in fields(find(kind)):  # type: ignore[arg-type]
        if item.init and item.name != "name":
            required = item.default is MISSING and item.default_factory is MISSING
            assert required == ("required" in told[item.name].split(" | ")[1]), item.name


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_kind_can_do_is_said(kind: str) -> None:
    found: Any = find(kind)
    (line,) = re.findall(rf"^\| `{kind}` \| (.*) \|$", ZONES, re.MULTILINE)
    atomic, votes, texts, floor = line.split(" | ")
    said = [cell.startswith("yes") for cell in (atomic, votes, texts)]
    assert said == [found.atomic, found.holds_votes, found.holds_txt]
    assert int(re.match(r"\d+", floor)[0]) == found.floor  # type: ignore[index]


GUIDE = (Path(__file__).parents[2] / "docs" / "operate" / "dns-providers.md").read_text()


@pytest.mark.parametrize("example", re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL))
def test_what_the_guide_tells_operators_to_write_is_taken(example: str, tmp_path: Path) -> None:
    zone = tomllib.loads(example)["pages"]["acme"]["zone"]
    env = dict.fromkeys(re.findall(r'env = "(\w+)"', example), "x")
    (tmp_path / "keys").mkdir()
    with FakeCloudDns("acme", "acme.example").running() as fake:
        (tmp_path / "keys" / "google.json").write_text(fake.account())
    public = base64.b64encode(bytes(32)).decode()
    page = f'[pages.acme]\nurl = "https://{zone["name"]}"\npublic = "{public}"\n'
    host = '[pages.acme.hosts.a]\nkind = "folder"\npath = "a"\nurl = "https://a.example"\n'
    (tmp_path / "lightship.toml").write_text(page + host + example)
    told = load(tmp_path / "lightship.toml", env, {"hosts": hosts.find, "zones": find}, {"desk", "keys"}).page("acme").zone
    assert told
    assert told.kind == zone["kind"]
