"""The replay of recorded incidents gives the figures that a slow walk through every quarter of a minute counts for itself."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest
from bench.replay import STEPS, main, promise, read, replay

from lightship.core.duty.policy import Policy
from lightship.core.duty.promises import deadline
from lightship.core.model import ENDED, Kind
from lightship.core.wire import stamp

Json = dict[str, Any]
NOW = datetime(2026, 10, 24, 20, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
BODIES = (
    "Half of the mailboxes are back.",
    "We move the rest. Next update in 20 minutes.",
    "We will post another update within an hour.",
)


def recorded(number: int) -> str:
    """An incident whose updates come after chance gaps of whole minutes, over an hour that some clocks have twice."""
    chance = Random(number)
    at, updates = NOW + chance.randint(0, 500) * MINUTE, []
    for _ in range(chance.randint(0, 5)):
        updates.append({"at": stamp(at), "status": chance.choice(["Update", "Monitoring"]), "message": chance.choice(BODIES)})
        at += chance.choice([0, 5, 12, 20, 29, 30, 31, 44, 95, 400]) * MINUTE
    updates.append({"at": stamp(at), "status": "Resolved", "message": "It works."})
    updates[0]["status"] = "Resolved" if len(updates) == 1 else "Investigating"
    impact = chance.choice(["none", "minor", "critical"])
    return json.dumps({"id": str(number), "title": "Webmail is slow", "impact": impact, "updates": updates})


RECORDED = [recorded(number) for number in range(40)]
WORKS = json.dumps(
    {
        "id": "works",
        "title": "New disks",
        "impact": "maintenance",
        "updates": [
            {"at": "2026-10-24T20:00:00Z", "status": "Scheduled", "message": "It restarts once."},
            {"at": "2026-10-25T20:00:00Z", "status": "Completed", "message": "Done."},
        ],
    }
)


def walked(line: str, minutes: int) -> Counter[str]:
    """The same counts, by asking of each quarter of a minute what had been posted by then."""
    incident = read([line])[0].incident
    counts: Counter[str] = Counter()
    at, end = incident.updates[0].created_at, incident.updates[-1].created_at
    so_far = [incident_of(line, posts) for posts in range(1, len(incident.updates) + 1)]
    while at <= end and incident.kind is Kind.INCIDENT:
        posted = [update for update in incident.updates if update.created_at <= at]
        if posted[-1].status in ENDED:
            break
        spoken = posted[-1].created_at
        due = deadline(so_far[len(posted) - 1], minutes, Policy())
        assert due
        counts["quarters open"] += 1
        counts["quarters fresh"] += at - spoken < 30 * MINUTE
        counts += Counter(name for name, step in expected_steps(spoken, due).items() if step == at)
        if at + MINUTE / 4 in [update.created_at for update in incident.updates]:
            counts["in time"] += at + MINUTE / 4 <= due
        at += MINUTE / 4
    return counts


def expected_steps(spoken: datetime, due: datetime) -> dict[str, datetime]:
    """By the words of the issue; one of at most ten minutes is nudged in its middle."""
    ahead = (due - spoken) / MINUTE
    writer = ahead - 10 if ahead > 10 else ahead / 2
    deputy = ahead - 3 if ahead - 3 > writer else (writer + ahead) / 2
    offsets = {"T-10": writer, "T-3": deputy, "T+0": ahead, "T+5": ahead + 5, "T+15": ahead + 15}
    return {name: spoken + offset * MINUTE for name, offset in offsets.items()}


def incident_of(line: str, posts: int) -> Any:
    raw = json.loads(line)
    return read([json.dumps({**raw, "updates": raw["updates"][:posts]})])[0].incident


@pytest.mark.parametrize("minutes", [30, 60, 15, 9])
def test_steps_and_fresh_minutes_are_those_of_a_walk_through_the_night(minutes: int) -> None:
    report = replay(read([*RECORDED, WORKS]), [minutes])
    slow: Counter[str] = sum((walked(line, minutes) for line in RECORDED), Counter())
    (policy,) = report["policies"]
    assert {name: policy["steps"][name] for name in STEPS} == {name: slow[name] for name in STEPS}
    assert sum(policy["steps"].values()) == len(policy["when"]) > 50
    assert report["history"]["open minutes"] == slow["quarters open"] / 4
    assert report["history"]["of them with an update under 30 min old"] == slow["quarters fresh"] / 4
    # Two posts of one minute are a deadline met at once; the walk passes between them.
    at_once = sum(a["at"] == b["at"] for line in RECORDED for a, b in pairwise(json.loads(line)["updates"]))
    assert policy["in time"] == slow["in time"] + at_once


def test_gaps_are_counted_as_they_lie_in_the_file() -> None:
    gaps = [
        (datetime.fromisoformat(b["at"]) - datetime.fromisoformat(a["at"])) / MINUTE
        for line in RECORDED
        for a, b in pairwise(json.loads(line)["updates"])
    ]
    history = replay(read(RECORDED), [30])["history"]
    assert (history["gaps"], history["gaps within 30 min"]) == (len(gaps), sum(gap <= 30 for gap in gaps))
    assert history["longest silence, minutes"]["100"] == max(gaps)


def test_steps_due_together_make_one_message() -> None:
    one = recorded(3)
    raw = json.loads(one)
    twin = json.dumps({**raw, "id": "another"})
    (alone,), (both,) = (replay(read(lines), [30])["policies"] for lines in ([one], [one, twin]))
    assert sum(both["steps"].values()) == 2 * sum(alone["steps"].values()) > 0
    assert both["messages"] == alone["messages"] > 0


@pytest.mark.parametrize(
    ("body", "due"),
    [
        ("Next update in 20 minutes.", 20),
        ("Next update in 30m.", 30),
        ("We will provide another update within the next 60 minutes.", 60),
        ("Next update in one hour.", 60),
        ("We expect another update by 21:15 UTC.", 75),
        ("Another update by 19:00 UTC.", 23 * 60),
        ("We will provide an update when we have one.", None),
        ("Mail arrives again in 20 minutes.", None),
    ],
)
def test_a_promise_in_words_is_read(body: str, due: int | None) -> None:
    assert promise(body, NOW) == (None if due is None else NOW + due * MINUTE)


def test_the_command_prints_a_table_or_every_nudge(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "incidents.jsonl"
    file.write_text("\n".join([*RECORDED, WORKS]))
    main(["--incidents", str(file), "--minutes", "30"])
    assert "40 incidents and 1 maintenances" in capsys.readouterr().out
    main(["--incidents", str(file), "--json"])
    report = json.loads(capsys.readouterr().out)
    assert [policy["minutes"] for policy in report["policies"]] == [30, 60]
    assert {"at", "step", "incident", "due"} == set(report["policies"][0]["when"][0])
