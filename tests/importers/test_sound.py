"""What a stranger's document may not do: escape its ids, lie about its numbers, or end an import in a traceback."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.importers.test_cstate import CONFIG, issue, site
from tests.importers.test_statuspage import API, GROUP, HISTORY, OUTAGE, PAGE, lost, said, saved
from tests.publishing.test_survey import export, host, laid
from tests.sample import a_component, an_incident, an_update

from lightship.core.model import Status
from lightship.core.site.manifest import MANIFEST_PATH
from lightship.core.site.state import STATE_PATH, archive_path
from lightship.importers import Imported, ImporterError, checked, read
from lightship.net.client import PublicReader
from lightship.publishing.contents import contents_at

AT = datetime(2024, 5, 1, 10, tzinfo=UTC)
SAID = an_update("Hm.", Status.RESOLVED, at=AT, id="update000001")
GOOD = an_incident("Hm", SAID, id="incident0001")
PART = a_component("API", at=AT, id="apicomponent")
OLD, FAR = datetime(1, 1, 1, tzinfo=UTC), datetime(2201, 1, 1, tzinfo=UTC)

UNSOUND: list[tuple[dict[str, Any], str]] = [
    ({"id": "../../x"}, "id '../../x' is not an id"),
    ({"id": "a b<c>"}, "id 'a b<c>' is not an id"),
    ({"id": ["x"]}, "id ['x'] is not text"),
    ({"created_at": OLD}, "is not a time between 1990 and 2200"),
    ({"scheduled_for": FAR}, "is not a time between 1990 and 2200"),
    ({"components": ("x",)}, "components 'x' is not what belongs there"),
    ({"auto_end": 1}, "auto_end 1 is not what belongs there"),
    ({"updates": ()}, "it has no updates"),
    ({"updates": (replace(SAID, id="short"),)}, "id 'short' is not an id"),
    ({"updates": (replace(SAID, wordings=()),)}, "it has no wordings"),
    ({"components": (replace(PART, position=-5),)}, "position -5 is not a number from 0"),
]


@pytest.mark.parametrize(("wrong", "why"), UNSOUND, ids=[why for _, why in UNSOUND])
def test_an_unsound_entry_is_left_out_and_named(wrong: dict[str, Any], why: str) -> None:
    other = replace(GOOD, id="incident0002", updates=(replace(SAID, id="update000002"),))
    found = checked(Imported(incidents=(replace(GOOD, **wrong), other)))
    assert found.incidents == (other,)
    (problem,) = found.problems
    assert (problem.lost, problem.what.startswith("left out: ")) == (True, True)
    assert why in problem.what


def test_an_id_stands_for_one_thing() -> None:
    again = replace(GOOD, id="incident0002")
    found = checked(Imported(incidents=(GOOD, replace(GOOD, name="Other"), again), components=(PART, PART)))
    assert (found.incidents, found.components) == ((GOOD,), (PART,))
    assert [f"{problem.where}: {problem.what}" for problem in found.problems] == [
        "component apicomponent: left out: its id is there twice",
        "incident incident0001: left out: its id is there twice",
        "incident incident0002: left out: the id of one of its updates is there twice",
    ]


def test_broken_characters_are_dropped_and_told() -> None:
    found = checked(Imported(incidents=(replace(GOOD, name="Hm\ud800\0"),)))
    assert found.incidents == (GOOD,)
    assert "has characters that are no text" in found.problems[0].what


def test_a_component_whose_group_is_not_there_stands_outside() -> None:
    found = checked(Imported(components=(replace(PART, group_id="nowhere00000"),)))
    assert (found.components, len(found.problems)) == ((PART,), 1)


def changed(path: str, change: Callable[[dict[str, Any]], Any]) -> dict[str, bytes]:
    files = export()
    document = json.loads(files[path])
    change(document)
    return {**files, path: json.dumps(document).encode()}


ARCHIVE = archive_path("2024-05")
STATES: list[tuple[str, Callable[[dict[str, Any]], Any], str]] = [
    (STATE_PATH, lambda s: s["page"].update(time_zone="Mars/X"), "time_zone 'Mars/X' is not a time zone"),
    (STATE_PATH, lambda s: s["page"].update(time_zone=5), "time_zone 5 is not text"),
    (STATE_PATH, lambda s: s["page"].update(promise_minutes=-5), "promise_minutes -5 is not a number from 1 to 1440"),
    (STATE_PATH, lambda s: s["page"].update(support_url="javascript:x"), "support_url 'javascript:x' is not a URL"),
    (STATE_PATH, lambda s: s.update(revision=10**30), "is not a number from 0"),
    (STATE_PATH, lambda s: s.update(revision="x"), "revision 'x' is not a number"),
    (STATE_PATH, lambda s: s.update(revision=-3), "revision -3 is not a number"),
    (STATE_PATH, lambda s: s.update(epoch=True), "epoch True is not a number"),
    (STATE_PATH, lambda s: s.update(months=[5]), "it names 5, which is no month"),
    (STATE_PATH, lambda s: s["open"][0].update(id="../../x"), "id '../../x' is not an id"),
    (STATE_PATH, lambda s: s["open"][0].update(id=["x"]), r"id \['x'\] is not text"),
    (STATE_PATH, lambda s: s["open"][0].update(created_at="0001-01-01T00:00:00+14:00"), "state.json"),
    (STATE_PATH, lambda s: s["components"][0].update(group_id="nowhere00000"), "its group nowhere00000 is not there"),
    (STATE_PATH, lambda s: s["components"][0].update(name="\ud800"), "has characters that are no text"),
    (ARCHIVE, lambda s: s["incidents"][0].update(name=7), "name 7 is not text"),
    (ARCHIVE, lambda s: s["turns"][0].update(component="nowhere00000"), "its component nowhere00000 is not there"),
    (ARCHIVE, lambda s: s["turns"][0].update(id=""), "id '' is not an id"),
]


@pytest.mark.parametrize(("path", "change", "why"), STATES, ids=[f"{n} {why}" for n, (_, _, why) in enumerate(STATES)])
def test_an_unsound_state_is_refused_whole(
    tmp_path: Path, path: str, change: Callable[[dict[str, Any]], Any], why: str
) -> None:
    with pytest.raises(ImporterError, match=why):
        contents_at(laid(tmp_path, changed(path, change)), [], PublicReader())


@pytest.mark.parametrize("path", [STATE_PATH, ARCHIVE, MANIFEST_PATH])
def test_a_state_that_nests_without_end_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(ImporterError):
        contents_at(laid(tmp_path, {**host(), path: b"[" * 100_000}), [], PublicReader())


ROWS: list[dict[str, Any]] = [
    {"id": ["x"]},
    {"created_at": "0001-01-01T00:00:00+14:00"},
    {"created_at": "9999-12-31T23:00:00-14:00"},
    {"created_at": "1970-01-01T00:00:00Z"},
    {"description": {"a": 1}},
    {"position": float("nan")},
]


@pytest.mark.parametrize("wrong", ROWS, ids=str)
def test_a_malformed_statuspage_row_keeps_out_nothing_else(tmp_path: Path, wrong: dict[str, Any]) -> None:
    entry = {**OUTAGE, "id": "broken000001", "incident_updates": [said("brokenupdate", "resolved", "12:00", "x")], **wrong}
    entry |= {"name": []} if wrong.keys() <= {"description", "position"} else {}
    other = {**API, "id": "othercompone", "name": "Other"}
    found = saved(tmp_path, {**HISTORY, "components": [GROUP, {**other, **wrong}, API], "incidents": [entry, OUTAGE]})
    assert [each.name for each in found.components] == ["API"]
    assert "outage000001" in [each.id for each in found.incidents]
    assert any(each.where.startswith("component ") and "left out" in each.what for each in found.problems)
    assert len(found.incidents) + lost(found) == 3


@pytest.mark.parametrize(
    ("position", "kept"), [("1e999", 2**31 - 1), (str(10**30), 2**31 - 1), ("-5", 0), ("-1e999", 0), ("7", 7)]
)
def test_a_position_beyond_either_end_stands_at_that_end(tmp_path: Path, position: str, kept: int) -> None:
    text = json.dumps({**HISTORY, "components": [{**API, "position": "HERE"}]}).replace('"HERE"', position)
    (tmp_path / "saved.json").write_text(text)
    assert [each.position for each in read("statuspage", str(tmp_path / "saved.json")).components] == [kept]


def test_a_broken_character_in_a_name_costs_only_itself(tmp_path: Path) -> None:
    page = {**PAGE, "name": "Acme\ud800", "time_zone": 5, "support_url": "javascript:x"}
    found = saved(tmp_path, {**HISTORY, "page": page, "components": [GROUP, {**API, "name": "A\udfffPI"}]})
    assert found.page is not None
    assert (found.page.name, found.page.time_zone, found.page.support_url) == ("Acme", "Etc/UTC", "")
    assert [each.name for each in found.components] == ["API"]
    assert str(found.problems).encode()


@pytest.mark.parametrize("children", [5, [{}], "x", [["apicomponent"]]], ids=str)
def test_a_group_with_an_odd_list_stays(tmp_path: Path, children: Any) -> None:
    found = saved(tmp_path, {**HISTORY, "components": [{**GROUP, "components": children}, API]})
    assert [each.name for each in found.groups] == ["Core"]


def test_saved_json_that_nests_without_end_is_refused_or_named(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("[" * 100_000)
    with pytest.raises(ImporterError, match="is not JSON"):
        read("statuspage", str(tmp_path / "a.json"))
    (tmp_path / "b.json").write_text(json.dumps(HISTORY))
    assert [each.where for each in read("statuspage", str(tmp_path)).problems if each.lost] == ["a.json"]


BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]"
DEEP = "x: " + "[" * 5_000
ISSUES = [
    issue(date="0001-01-01 00:00:00 +1400"),
    issue(date="9999-12-31T23:00:00-14:00"),
    issue(date="0001-01-01"),
    f"---\n{DEEP}\n---\n",
    f"---\ntitle: x\ndate: 2024-05-01\n{BOMB}\n---\n",
]


@pytest.mark.parametrize("text", ISSUES, ids=[text[4:60] for text in ISSUES])
def test_a_malformed_issue_keeps_out_nothing_else(tmp_path: Path, text: str) -> None:
    found = site(tmp_path, broken=text, good=issue())
    assert [problem.where for problem in found.problems if problem.lost] == ["broken.md"]
    assert (len(found.incidents), lost(found)) == (1, 1)


@pytest.mark.parametrize("config", [BOMB, DEEP, f"x: {'9' * 5_000}", "x: 0000-00-00"], ids=["bomb", "deep", "digits", "date"])
def test_a_config_that_cannot_be_read_is_named(tmp_path: Path, config: str) -> None:
    found = site(tmp_path, config, a=issue())
    assert found.problems[0].what.startswith("cannot be read, so its systems are unknown")
    assert len(found.incidents) == 1


@pytest.mark.parametrize("mark", ["0001-01-01 00:00:00 +1400", "9999-12-31T23:00:00-14:00", "0001-01-01", "2201-01-01"])
def test_a_track_mark_outside_the_calendar_is_no_time(tmp_path: Path, mark: str) -> None:
    found = site(tmp_path, a=issue(f'Later. {{{{< track "{mark}" >}}}}\n\nFirst.'))
    assert found.incidents[0].updates[0].body == "Later.\n\nFirst."
    assert any("is not a time" in problem.what for problem in found.problems)


@pytest.mark.parametrize(
    ("title", "kept"), [('"\\ud800"', "a"), ("[a, b]", "a"), ("0x" + "f" * 5_000, "a"), ("{a: 1}", "a"), ("404", "404")]
)
def test_a_title_is_text_or_the_file_name(tmp_path: Path, title: str, kept: str) -> None:
    assert site(tmp_path, a=issue(title=title)).incidents[0].name == kept


def test_systems_that_are_no_text_are_told(tmp_path: Path) -> None:
    config = CONFIG + "    - name: [x]\n    - name: Shop\n      description: {a: 1}\n"
    found = site(tmp_path, config, a=issue(affected="[API, [x]]"))
    told = [problem.what for problem in found.problems]
    assert "1 of its systems have no name and were left out" in told
    assert "1 of its systems have a description that is not text, which was left out" in told
    assert "1 of the systems that it affects have a name that is not text, and were left out" in told
