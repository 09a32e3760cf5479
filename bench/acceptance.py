"""Imports of real histories: hosts serve what was imported, field by field, and an export is a complete copy.

LIGHTSHIP_SHARED names the folder of recorded data; it is not part of this repository.
"""

import json
import os
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bench.desk import Desk, fetch, new_desk

Json = dict[str, Any]

ASIDE = {"shortlink", "page_id", "tweet_id", "custom_tweet", "reminder_intervals"}
"""Fields that are not imported: short links and tweets are the old provider's, and the page has an id of its own."""


def main() -> None:
    shared = os.environ.get("LIGHTSHIP_SHARED")
    if not shared:
        print("acceptance: set LIGHTSHIP_SHARED to the folder of recorded data")
        return
    data = Path(shared) / "data"
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as home:
        _counts(Path(home) / "jenkins", data / "jenkins-status")
        _native(Path(home) / "github", data / "statuspage-v2" / "github-history.json")
        for number, summary in enumerate(sorted((data / "statuspage-v2").glob("github-summary-*.json"))):
            _status(Path(home) / f"summary{number}", summary)


def _counts(home: Path, source: Path) -> None:
    """As many entries come in as there are files; each that could not be read whole is named."""
    desk = new_desk(home, ("a",))
    files = list((source / "content" / "issues").glob("*.md"))
    loaded = json.loads(desk.run("import", "cstate", str(source), "--json"))
    came = loaded["incidents"] + loaded["maintenances"]
    with desk.serving():
        desk.run("publish")
        state, archives = _published(desk)
    published = len(state["open"]) + sum(len(archive["incidents"]) for archive in archives)
    named = len({problem["where"] for problem in loaded["problems"]})
    lost = sum(problem["lost"] for problem in loaded["problems"])
    print(
        f"{source.name}: {len(files)} files, {came} incidents and maintenances imported, {published} published, {lost} lost; "
        f"{named} files named as not read whole: {_verdict(came == published == len(files))}"
    )


def _published(desk: Desk) -> tuple[Json, list[Json]]:
    url = desk.hosts["a"]
    state = json.loads(fetch(f"{url}/lightship/state.json"))
    return state, [json.loads(fetch(f"{url}/lightship/archive/{month}.json")) for month in state["months"]]


def _native(home: Path, source: Path) -> None:
    desk = new_desk(home, ("a",))
    there: Json = json.loads(source.read_bytes())
    entries = [*there["incidents"], *there["scheduled_maintenances"]]
    loaded = json.loads(desk.run("import", "statuspage", str(source), "--json"))
    with desk.serving():
        desk.run("publish")
        addresses = [_address(desk.hosts["a"], entry) for entry in entries]
        with ThreadPoolExecutor(4) as pool:
            served = [json.loads(body) for body in pool.map(fetch, addresses)]
    records = [next(value for key, value in answer.items() if key != "page") for answer in served]
    wrong = [line for ours, theirs in zip(records, entries, strict=True) for line in differences(theirs, ours, theirs["id"])]
    print(
        f"{source.name}: {len(there['incidents'])} incidents and {len(there['scheduled_maintenances'])} maintenances, "
        f"{loaded['incidents']} and {loaded['maintenances']} imported; read back from the host, "
        f"{len(wrong)} fields differ: {_verdict(not wrong)}"
    )
    for line in wrong[:20]:
        print(f"  {line}")
    _round_trip(desk, home)


def _address(url: str, entry: Json) -> str:
    folder = "scheduled-maintenances" if "scheduled_for" in entry else "incidents"
    return f"{url}/api/v2/{folder}/{entry['id']}.json"


def differences(theirs: Any, ours: Any, where: str) -> Iterator[str]:
    """Every field of `theirs` that ours lacks or has otherwise. A component's current status is not part of the history."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        component = "showcase" in theirs
        for name, value in theirs.items():
            if name in ASIDE or (component and name in ("status", "updated_at")):
                continue
            yield from differences(value, ours[name], f"{where}.{name}") if name in ours else [f"{where}.{name}: missing"]
    elif isinstance(theirs, list) and isinstance(ours, list) and len(theirs) == len(ours):
        for number, (their_item, our_item) in enumerate(zip(theirs, ours, strict=True)):
            yield from differences(their_item, our_item, f"{where}[{number}]")
    elif theirs != ours:
        yield f"{where}: {theirs!r:.120} became {ours!r:.120}"


def _round_trip(desk: Desk, home: Path) -> None:
    """Export, import into an empty database, and export again: each file has the same bytes."""
    first, again = home / "export", home / "again"
    desk.run("export", str(first))
    copy = new_desk(home / "copy", ("a",))
    copy.config.write_text(copy.config.read_text().replace(copy.hosts["a"], desk.hosts["a"]))
    copy.run("import", "lightship", str(first))
    copy.run("export", str(again))
    paths = [path.relative_to(first) for path in first.rglob("*.json")]
    same = [path for path in paths if (again / path).is_file() and (first / path).read_bytes() == (again / path).read_bytes()]
    state = Path("lightship/state.json") in same
    print(f"export, import, export: {len(same)} of {len(paths)} files are byte for byte the same, state.json {_verdict(state)}")


def _status(home: Path, source: Path) -> None:
    desk = new_desk(home, ("a",))
    recorded = json.loads(source.read_bytes())["status"]
    desk.run("import", "statuspage", str(source))
    with desk.serving():
        desk.run("publish")
        ours = json.loads(fetch(f"{desk.hosts['a']}/api/v2/status.json"))["status"]
    print(f"{source.name[15:50]}: recorded {recorded['indicator']!r} {recorded['description']!r}: {_verdict(ours == recorded)}")


def _verdict(right: bool) -> str:
    return "ok" if right else "NOT THE SAME"


if __name__ == "__main__":
    main()
