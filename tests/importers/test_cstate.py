"""cState: every issue comes in, marks and headings tell what was said when, and what could not be read whole is named."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from lightship.core.history import Timeline, steps
from lightship.core.model import ComponentStatus, Impact, Status
from lightship.importers import Imported, ImporterError, read
from lightship.importers._cstate_body import moment_of

CONFIG = """
title: Acme Status
baseURL: https://status.acme.example/
params:
  categories:
    - name: Core
      description: The heart
    - name: Hidden
      untitled: true
  systems:
    - name: Blog
      category: Hidden
    - name: API
      description: |
        What apps call
      category: Core
    - name: Loose
"""


def issue(body: str = "We look into it.", **front: str) -> str:
    fields = {
        "title": "API down",
        "date": "2024-05-01 10:00:00",
        "resolved": "true",
        "resolvedWhen": "2024-05-01 12:00:00",
        "severity": "down",
        "affected": "[API]",
        "section": "issue",
    } | front
    head = "\n".join(f"{key}: {value}" for key, value in fields.items() if value)
    return f"---\n{head}\n# a comment\n---\n\n{body}\n"


def site(folder: Path, config: str = CONFIG, **issues: str) -> Imported:
    (folder / "content/issues").mkdir(parents=True, exist_ok=True)
    (folder / "config.yml").write_text(config)
    (folder / "content/issues/.gitkeep").touch()
    (folder / "content/issues/_index.md").write_text("---\ntitle: Issues\n---\n")
    for name, text in issues.items():
        (folder / f"content/issues/{name}.md").write_text(text)
    return read("cstate", str(folder))


def told(found: Imported) -> list[tuple[str, str, str]]:
    (incident,) = found.incidents
    return [(f"{u.display_at:%d %H:%M}", u.status.value, u.body) for u in incident.updates]


def test_systems_become_components_and_titled_categories_groups(tmp_path: Path) -> None:
    found = site(tmp_path, a=issue())
    assert [(group.name, group.description) for group in found.groups] == [("Core", "The heart")]
    assert [(c.name, c.description, c.group_id is not None) for c in found.components] == [
        ("API", "What apps call", True),
        ("Blog", None, False),
        ("Loose", None, False),
    ]
    assert found.page is not None
    assert (found.page.name, found.page.url) == ("Acme Status", "https://status.acme.example")


TRACKED = """*Resolved* - All is well. {{< track "2024-05-01 11:55:00" >}}

*Monitoring* - A fix is in.

It has two paragraphs. {{< track "2024-05-01 11:00:00" >}}

*Note* this: we still look. {{< track "2024-05-01 10:30:00" >}}

*Investigating* - Calls fail."""

BODIES = [
    (
        TRACKED,
        [
            ("01 10:00", "investigating", "Calls fail."),
            ("01 10:30", "investigating", "*Note* this: we still look."),
            ("01 11:00", "monitoring", "A fix is in.\n\nIt has two paragraphs."),
            ("01 11:55", "resolved", "All is well."),
        ],
        "",
    ),
    (
        'Broken. {{< track "2024-05-01 10:00:00" >}}',
        [("01 10:00", "investigating", "Broken."), ("01 12:00", "resolved", "")],
        "",
    ),
    (
        'Later. {{< track "soon" >}}\n\nFirst. {{< track "2024-05-01 10:00:00" >}}',
        [("01 10:00", "investigating", "Later.\n\nFirst."), ("01 12:00", "resolved", "")],
        "the time mark 'soon' is not a time: its words stand with those before them",
    ),
    (
        'Why it was. {{< track "2024-05-02 09:00:00" >}}\n\nBroken. {{< track "2024-05-01 10:00:00" >}}',
        [("01 10:00", "investigating", "Broken."), ("01 12:00", "resolved", ""), ("02 09:00", "resolved", "Why it was.")],
        "",
    ),
    (
        "We look into it.",
        [("01 10:00", "investigating", "We look into it."), ("01 12:00", "resolved", "")],
        "no time marks: all its text is shown as said at its beginning",
    ),
    (
        "[Final Message]\nDone.\n\n[Initial message]\nIt begins.",
        [("01 10:00", "investigating", "It begins."), ("01 12:00", "resolved", "Done.")],
        "no time marks: its final message is shown as said at its end, all else at its beginning",
    ),
    (
        "[Final]\nDone.\n\n[Update]\nStill.\n\n[Initial]\nIt begins.",
        [("01 10:00", "investigating", "[Update]\nStill.\n\n[Initial]\nIt begins."), ("01 12:00", "resolved", "Done.")],
        "no time marks: its final message is shown as said at its end, all else at its beginning",
    ),
    (
        "Shown. <!-- hidden\n--> {{< figure x >}}",
        [("01 10:00", "investigating", "Shown.  {{< figure x >}}"), ("01 12:00", "resolved", "")],
        "it has Hugo shortcodes, which are shown as written",
    ),
    ("", [("01 10:00", "investigating", ""), ("01 12:00", "resolved", "")], "no time marks"),
]


@pytest.mark.parametrize(("body", "expected", "note"), BODIES, ids=[body[:24] for body, _, _ in BODIES])
def test_what_was_said_when(tmp_path: Path, body: str, expected: list[tuple[str, str, str]], note: str) -> None:
    found = site(tmp_path, a=issue(body))
    assert told(found) == expected
    notes = [problem.what for problem in found.problems if problem.where == "a.md"]
    assert any(each.startswith(note) for each in notes) if note else notes == []


FRONTS = [
    ({"severity": "disrupted"}, Impact.MINOR, ""),
    ({"severity": "notice"}, Impact.NONE, ""),
    ({"severity": "monitoring"}, Impact.NONE, "its severity 'monitoring' is not cState's: taken as a notice"),
    ({"informational": "true", "resolved": "", "resolvedWhen": ""}, Impact.NONE, ""),
    ({"pin": "true"}, Impact.MAJOR, ""),
    ({"affected": "API"}, Impact.MAJOR, ""),
    ({"affected": ""}, Impact.MAJOR, ""),
    ({"title": ""}, Impact.MAJOR, "it has no title: called by its file name"),
    ({"resolvedWhen": "2024-04-01 12:00:00"}, Impact.MAJOR, "its resolvedWhen (2024-04-01 12:00) is before its date: shown as"),
    ({"resolvedWhen": "noon"}, Impact.MAJOR, "its resolvedWhen 'noon' is not a time: shown as resolved when it began"),
    ({"date": "noon"}, Impact.MAJOR, "its date 'noon' is not a time: taken from its file name"),
]


@pytest.mark.parametrize(("front", "impact", "note"), FRONTS, ids=[str(front) for front, _, _ in FRONTS])
def test_odd_front_matter_keeps_its_issue(tmp_path: Path, front: dict[str, str], impact: Impact, note: str) -> None:
    found = site(tmp_path, **{"2024-05-01-api": issue(**front)})
    (incident,) = found.incidents
    assert (incident.impact_override, incident.status) == (impact, Status.RESOLVED)
    notes = [problem.what for problem in found.problems if "no time marks" not in problem.what]
    assert [each[: len(note)] for each in notes] == ([note] if note else [])


def test_an_open_issue_keeps_its_components_down(tmp_path: Path) -> None:
    found = site(tmp_path, a=issue("*Resolved* - Or not.", resolved="false"))
    assert found.incidents[0].status is Status.INVESTIGATING
    assert {c.name: c.status.value for c in found.components}["API"] == "major_outage"
    assert found.incidents[0].components[0].status is ComponentStatus.MAJOR


LOST = [
    ("no front matter", "left out: it has no YAML front matter"),
    ("---\ntitle: [\n---\n", "left out: cannot be read: while parsing"),
    ("---\njust words\n---\n", "left out: it has no YAML front matter"),
    (issue(draft="true"), "left out: it is a draft, which the site does not show"),
    (issue(date="noon"), "left out: its date 'noon' is not a time, and neither is its file name"),
]


@pytest.mark.parametrize(("text", "note"), LOST, ids=[note for _, note in LOST])
def test_a_broken_file_is_named_and_the_rest_comes_in(tmp_path: Path, text: str, note: str) -> None:
    found = site(tmp_path, broken=text, good=issue())
    (lost,) = (problem for problem in found.problems if problem.lost)
    assert (lost.where, lost.what[: len(note)]) == ("broken.md", note)
    assert (len(found.incidents), sum(problem.lost for problem in found.problems)) == (1, 1)


def test_overlapping_issues_leave_a_component_at_the_worst(tmp_path: Path) -> None:
    found = site(
        tmp_path,
        a=issue(severity="disrupted"),
        b=issue(date="2024-05-01 11:00:00", resolvedWhen="2024-05-01 11:30:00"),
        c=issue(date="2024-05-01 11:45:00", resolvedWhen="2024-05-01 13:00:00", severity="disrupted"),
    )
    status_changes = Timeline.of(steps(found.incidents)).status_changes()
    assert [(f"{turn.at:%H:%M}", turn.change.old.value, turn.change.new.value) for turn in status_changes] == [
        ("10:00", "operational", "partial_outage"),
        ("11:00", "partial_outage", "major_outage"),
        ("11:30", "major_outage", "partial_outage"),
        ("11:45", "partial_outage", "partial_outage"),
        ("12:00", "partial_outage", "partial_outage"),
        ("13:00", "partial_outage", "operational"),
    ]


def test_an_unknown_system_is_kept_as_retired_and_told(tmp_path: Path) -> None:
    found = site(tmp_path, a=issue(affected="[API, Old shop]"))
    assert [c.name for c in found.components if c.retired] == ["Old shop"]
    assert any("1 names of affected systems are not in it" in problem.what for problem in found.problems)


def test_reading_again_gives_the_same_ids(tmp_path: Path) -> None:
    first, second = site(tmp_path, a=issue()), site(tmp_path, a=issue(), b=issue(affected="[Blog]"))
    one, same = first.incidents[0], second.incidents[0]
    assert (one.id, [update.id for update in one.updates]) == (same.id, [update.id for update in same.updates])


@pytest.mark.parametrize("config", ["", "params: [", "- 1"])
def test_a_site_without_usable_config_still_gives_its_issues(tmp_path: Path, config: str) -> None:
    found = site(tmp_path, config, a=issue())
    assert len(found.incidents) == 1
    assert found.problems[0].where == "config.yml"
    assert [(c.name, c.retired) for c in found.components] == [("API", True)]


def test_a_folder_that_is_no_site_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImporterError, match="is not a cState site"):
        read("cstate", str(tmp_path))


@pytest.mark.parametrize(
    ("written", "hour"),
    [
        ("2024-05-01 10:00:00", 10),
        ("2024-05-01T10:00:00", 10),
        ("2024-05-01T10:00:00-00:00", 10),
        ("2024-05-01T9:00:00Z", 9),
        ("2024-05-01 12:00:00 +0200", 10),
        ("2024-05-01 10:00", 10),
        ("2024-05-01 10:00:00 UTC", 10),
        ("Wed, 01 May 2024 10:00:00 +0000", 10),
        ("2024-05-01", 0),
    ],
)
def test_a_time_without_zone_is_utc(written: str, hour: int) -> None:
    assert moment_of(written) == datetime(2024, 5, 1, hour, tzinfo=UTC)
