"""The examination and the drills as staff see them."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from django.test import Client
from tests.desk.cast import Reader, Stage, config

from lightship.desk.views.doctor import plot
from lightship.doctor import GROUPS, Examination, Finding, Verdict
from lightship.doctor.checks import CHECKS
from lightship.doctor.shared_fate import Shared
from lightship.store import reports
from lightship.store.models import Receipt, Report
from lightship.worker.jobs import examination

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)


def examination_with(*verdicts: tuple[str, Verdict, str]) -> Examination:
    findings = [
        Finding(check=CHECKS[check], verdict=verdict, subject=who, evidence="as seen") for check, verdict, who in verdicts
    ]
    return Examination(
        page="acme",
        at=NOW,
        findings=tuple(findings),
        parts=("host vienna", "desk"),
        watched=("acme.example",),
        shared=(Shared("host vienna", "acme.example", "network", "AS64589 Acme"),),
        source="the packaged table of 2026-06-17",
    )


def examined(stage: Stage, *verdicts: tuple[str, Verdict, str]) -> None:
    Report.objects.create(page=stage.page, kind="doctor", at=NOW, facts=examination_with(*verdicts).facts())


def text(client: Client, path: str) -> str:
    return re.sub(r"\s+", " ", Reader(client.get(path).content.decode()).text)


def test_before_the_first_examination_the_page_says_so(client: Client) -> None:
    assert "Nothing was examined yet" in text(client, "/p/acme/doctor/")


def test_faults_are_told_once_with_what_breaks_and_what_to_change(stage: Stage, client: Client) -> None:
    examined(
        stage,
        ("hosts.answer", Verdict.FAIL, "vienna"),
        ("hosts.answer", Verdict.FAIL, "bucket"),
        ("zone.scope", Verdict.WARN, "z"),
    )
    shown = text(client, "/p/acme/doctor/")
    assert "2 things fail, 1 to look at" in shown
    assert shown.count(CHECKS["hosts.answer"].breaks) == 1
    assert "vienna" in shown and "bucket" in shown


def test_what_was_not_checked_is_not_called_well(stage: Stage, client: Client) -> None:
    examined(stage, ("hosts.count", Verdict.OK, "acme"), ("registry.expiry", Verdict.UNCHECKED, "acme.test"))
    shown = text(client, "/p/acme/doctor/")
    assert "It would work today" in shown and "Not checked" in shown and "All that is well: 1" in shown


def test_the_matrix_is_a_table_with_heads_on_both_sides(stage: Stage, client: Client) -> None:
    examined(stage, ("hosts.count", Verdict.OK, "acme"))
    html = client.get("/p/acme/doctor/").content.decode()
    assert '<th scope="col">acme.example</th>' in html and '<th scope="row">host vienna</th>' in html
    assert "AS64589 Acme" in text(client, "/p/acme/doctor/")


@contextmanager
def examining() -> Iterator[list[object]]:
    """What was examined. The world itself is examined in tests/doctor: here it would be the machine that the tests run on."""
    about: list[object] = []

    def examine(*values: Any) -> Examination:
        about.append(values)
        return Examination(**{**_fields(examination_with(("hosts.count", Verdict.OK, "acme"))), "at": datetime.now(UTC)})

    with patch.object(reports, "examine", examine):  # patched: see above
        yield about


def worker_lives(stage: Stage, seconds_ago: float = 1) -> None:
    at = datetime.now(UTC) - timedelta(seconds=seconds_ago)
    Receipt.objects.create(page=stage.page, host="vienna", at=at, seen_at=at, verdict="proven")


def worker_works() -> None:
    """What the worker does each second."""
    asyncio.run(examination.answer(config()))


def test_the_button_asks_the_worker_which_examines_once_however_often_it_is_pressed(stage: Stage, client: Client) -> None:
    worker_lives(stage)
    with examining() as about:
        client.post("/p/acme/doctor/")
        assert not about, "a web request examines nothing itself"
        assert "It runs now" in text(client, "/p/acme/doctor/")
        again = client.post("/p/acme/doctor/", follow=True)  # by a colleague, meanwhile
        assert "An examination is under way" in again.content.decode()
        worker_works()
        worker_works()
        assert len(about) == 1
        assert "It would work today" in text(client, "/p/acme/doctor/")
        assert "It runs now" not in text(client, "/p/acme/doctor/")
        client.post("/p/acme/doctor/")
        worker_works()
    assert len(about) == 1, "one within the last minute is enough"


def test_of_two_workers_one_takes_it_on(stage: Stage, client: Client) -> None:
    worker_lives(stage)
    client.post("/p/acme/doctor/")
    now = datetime.now(UTC)
    assert [reports.take_on(stage.page, now), reports.take_on(stage.page, now)] == [True, False]


def test_one_that_a_dead_worker_took_on_may_be_asked_for_again(stage: Stage) -> None:
    now = datetime.now(UTC)
    assert reports.ask(stage.page, stage.alice, now)
    assert reports.take_on(stage.page, now)
    assert not reports.ask(stage.page, stage.alice, now + timedelta(minutes=4))
    assert reports.ask(stage.page, stage.alice, now + timedelta(minutes=6))


def test_without_a_worker_nothing_is_asked_and_the_page_says_so(stage: Stage, client: Client) -> None:
    worker_lives(stage, seconds_ago=300)
    answer = client.post("/p/acme/doctor/", follow=True).content.decode()
    assert "No worker is alive" in answer
    assert not Report.objects.exists()


def test_the_worker_examines_once_a_day(stage: Stage) -> None:
    with examining() as about:
        for _ in range(3):
            asyncio.run(examination.run(config()))
        Report.objects.update(at=datetime.now(UTC) - timedelta(days=2))
        asyncio.run(examination.run(config()))
    assert len(about) == 2


def _fields(of: Examination) -> dict[str, Any]:
    return {name: getattr(of, name) for name in Examination.__slots__}


def test_an_overdue_drill_is_known_to_the_doctor(stage: Stage) -> None:
    assert reports.known(config(), stage.page, NOW).drilled is None
    Report.objects.create(page=stage.page, kind="drill", at=NOW, facts={})
    assert reports.known(config(), stage.page, NOW).drilled == NOW


def test_a_drill_that_failed_is_known_to_the_doctor_too(stage: Stage) -> None:
    steps = [step("publish", 1.0), step("restore", 2.0, "failed")]
    Report.objects.create(page=stage.page, kind="drill", at=NOW, facts={"steps": steps})
    assert reports.known(config(), stage.page, NOW).failed == ("Restore",)


def step(name: str, seconds: float, status: str = "done") -> dict[str, Any]:
    return {"name": name, "title": name.title(), "status": status, "seconds": seconds, "goal": 5, "words": "as it was"}


def test_drills_are_shown_with_their_times_beside_those_before(stage: Stage, client: Client) -> None:
    for day, seconds in enumerate((0.5, 0.7, 9.0)):
        steps = [step("publish", seconds), step("move", 0, "skipped"), step("speak", 0, "failed")]
        facts = {"seconds": seconds, "passed": False, "steps": steps}
        Report.objects.create(page=stage.page, kind="drill", at=NOW + timedelta(days=day), facts=facts)
    shown = text(client, "/p/acme/drills/")
    assert "9.0 s" in shown and "0.70 s" in shown and "Done, late" in shown
    assert "Not rehearsed" in shown and "Failed" in shown


def test_before_the_first_drill_the_page_says_how_to_run_one(client: Client) -> None:
    assert "never rehearsed" in text(client, "/p/acme/drills/")


def test_marks_lie_in_the_order_of_their_times() -> None:
    (first, second), ticks = plot([{"now": 2.0, "past": [0.5, 8.0], "goal": 5.0}, {"now": None, "past": [], "goal": 60.0}])
    assert first["past"][0] < first["now"] < first["goal"] < first["past"][1] < second["goal"] == 1000
    assert second["now"] is None
    assert [label for _, _, label in ticks] == ["0.01 s", "0.1 s", "1 s", "10 s"]


def test_every_check_is_in_the_manual_and_in_a_group() -> None:
    manual = (Path(__file__).parents[2] / "docs/operate/doctor.md").read_text()
    for check in CHECKS.values():
        assert f"| `{check.id}` | {check.title} |" in manual
        assert check.group in GROUPS
