"""The apply file: order kept, what is unsaid left alone, every mistake told at once."""

from datetime import date, time
from pathlib import Path

import pytest

from lightship.config import ConfigError
from lightship.config.apply_file import WantedComponent, WantedGroup, read
from lightship.config.toml import parse, parse_file

EXAMPLE = Path(__file__).parents[2] / "docs/examples/apply.toml"


def test_the_example_gives_rows_in_the_order_of_the_file() -> None:
    (page,) = read(parse_file(EXAMPLE))
    assert (page.slug, page.name, page.time_zone, page.promise_minutes) == (None, "Acme Cloud", "Europe/Vienna", 30)
    assert page.rows == (
        WantedComponent(name="Website"),
        WantedGroup(
            name="Compute",
            description="Where your servers run.",
            components=(WantedComponent(name="Vienna"), WantedComponent(name="Linz")),
        ),
        WantedGroup(
            name="Storage",
            components=(
                WantedComponent(
                    name="Object storage", description="S3-compatible, in three halls.", start_date=date(2024, 3, 1)
                ),
                WantedComponent(name="Backups", only_show_if_degraded=True, showcase=False),
            ),
        ),
        WantedComponent(name="Incoming mail", id="mailincoming"),
    )


def test_the_roster_of_the_example_is_one() -> None:
    """It is in comments, for it needs accounts."""
    head, _, roster = EXAMPLE.read_text().partition("# Who speaks while")
    lines = ["", *(line.removeprefix("# ") if line.strip() != "#" else "" for line in roster.splitlines()[1:])]
    (page,) = read(parse("a.toml", (head + "\n".join(lines)).encode()))
    assert [line.begins for line in page.staffed or ()] == [time(7)]
    assert [(one.duty, [window.members for window in one.windows]) for one in page.rotation] == [
        ("writer", [("alice", "bob")]),
        ("deputy", [("bob", "alice"), ("carol",)]),
    ]


def test_a_component_may_name_its_group_instead() -> None:
    text = b'[[pages.a.components]]\nname = "API"\ngroup = "Core"\n[[pages.a.groups]]\nname = "Core"\n[pages.b]\nname = "B"\n'
    first, second = read(parse("a.toml", text))
    assert first.rows == (WantedGroup(name="Core", components=(WantedComponent(name="API", group="Core"),)),)
    assert (second.slug, second.name, second.rows) == ("b", "B", ())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["a.toml: is empty"]),
        ("[page", ["a.toml:1: is not TOML: expected ']' at the end of a table declaration"]),
        ('[page]\nnam = "x"', ['a.toml:2: page.nam: unknown key; did you mean "name"?']),
        ('[page]\nname = " "', ["a.toml:2: page.name: should have 1 to 255 characters"]),
        ("[page]\nname = 3", ["a.toml:2: page.name: should be a string, not a number"]),
        ('[page]\ntime_zone = "Wien"', ["a.toml:2: page.time_zone: is not a time zone; use a name like Europe/Vienna"]),
        ("[page]\npromise_minutes = 0", ["a.toml:2: page.promise_minutes: should be greater than or equal to 1"]),
        ("[page.duty]\ncriticl = 2", ['a.toml:2: page.duty.criticl: unknown key; did you mean "critical"?']),
        ("[page.duty]\napproval_wait = 90", ["a.toml:2: page.duty.approval_wait: should be less than or equal to 60"]),
        (
            '[page.duty.templates]\ninvestigating = "{symptoms}"',
            [
                "a.toml:2: page.duty.templates.investigating: The template has {symptoms}, which is no fact. "
                "Did you mean {symptom}?"
            ],
        ),
        ("[page]\n[pages.a]", ["a.toml:1: page: either [page], for the only page, or [pages.SLUG] for each; not both"]),
        (
            '[[page.components]]\nname = "A"\n[[page.components]]\nname = "A"\nstart_date = "soon"\ngroup = "G"',
            [
                "a.toml:4: page.components[1].name: 'A' is there twice: nobody could tell them apart",
                "a.toml:5: page.components[1].start_date: should be a valid date in the format YYYY-MM-DD, input is too short",
                "a.toml:6: page.components[1].group: there is no group 'G' in this file",
            ],
        ),
        (
            '[[page.groups]]\nname = "G"\ncomponents = ["A"]\n[[page.groups]]\nname = "H"\ncomponents = ["B",\n"A"]',
            ["a.toml:7: page.groups[1].components[1]: A stands in group G already"],
        ),
        (
            '[[page.groups]]\nname = "G"\ncomponents = ["A"]\n[[page.groups]]\nname = "H"\n[[page.components]]\n'
            'name = "A"\ngroup = "H"',
            ["a.toml:8: page.components[0].group: group G lists it too: say one of the two"],
        ),
        (
            '[[page.components]]\nname = "A"\nid = "short"',
            ["a.toml:3: page.components[0].id: should match pattern '^[a-z0-9]{12}$'"],
        ),
    ],
)
def test_every_mistake_is_told_with_its_line(text: str, expected: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        read(parse("a.toml", text.encode()))
    assert [str(fault) for fault in caught.value.faults] == expected


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml: cannot be read: No such file"):
        parse_file(tmp_path / "none.toml")
