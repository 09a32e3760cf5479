"""From rows to cards: what is read, what is held and not read again, and what an export has of it."""

import csv
import io
import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.scorecards import NOW, case, year
from tests.store.desk import MINUTE, Desk, new_desk
from tests.store.judged import write

from lightship.config import PageConfig
from lightship.config.values import Pulse
from lightship.core.duty import sheet
from lightship.core.duty.scorecard import ALWAYS, bounds, card
from lightship.core.model import Status
from lightship.store import export, models
from lightship.store.read import scorecard
from lightship.store.read.snapshot import Truth

CONFIG = PageConfig(slug="acme", url="https://acme.test", key=bytes(range(32)), proven=1, pulse=Pulse(), hosts=())


@pytest.fixture
def desk() -> Desk:
    return new_desk()


@pytest.fixture
def people() -> dict[str, User]:
    return {name: User.objects.create(username=name.lower(), first_name=name) for name in ("Alice", "Bob")}


def test_cards_of_rows_are_those_of_the_values(desk: Desk, people: dict[str, User]) -> None:
    write(desk.page, map(case, range(40)), people)
    assert scorecard.cards(desk.page, ALWAYS, NOW) == {one.incident.id: one for one in year()}


def test_alerts_of_customers_are_what_support_knew_and_a_drill_is_none(desk: Desk) -> None:
    first = case(7)
    posted = first.incident.updates[0].created_at
    told, alerted = posted - 50 * MINUTE, posted - 20 * MINUTE
    write(desk.page, [replace(first, alerts=(alerted,), support=(told,))], {})
    models.Alert.objects.create(
        page=desk.page, at=posted - timedelta(days=1), source="drill", incident_id=first.incident.id, summary="A rehearsal"
    )
    (one,) = scorecard.cards(desk.page, ALWAYS, NOW).values()
    assert (one.known_by, one.known_at, one.support_gap) == ("support", told, 50 * MINUTE)


def test_only_what_was_spoken_of_since_is_read_and_what_is_open(desk: Desk) -> None:
    write(desk.page, map(case, range(40)), {})
    since, _ = bounds("2026-09")
    recent = scorecard.cards(desk.page, since, NOW)
    assert set(recent) == {one.incident.id for one in year() if one.last_at >= since}
    old = case(39).incident
    models.Incident.objects.filter(pk=old.id).update(open=True)
    assert set(scorecard.cards(desk.page, since, NOW)) == {*recent, old.id}


def test_another_page_has_its_own(desk: Desk) -> None:
    write(desk.page, [case(5)], {})
    assert scorecard.cards(new_desk("beta").page, ALWAYS, NOW) == {}


def published(desk: Desk, now: datetime, before: Truth | None = None) -> Truth:
    return Truth(desk.page, "https://acme.test", (), now, before)


def test_it_is_in_the_snapshot_only_where_it_is_published(desk: Desk) -> None:
    write(desk.page, map(case, range(9)), {})
    assert published(desk, NOW).snapshot.scorecard is None
    models.Page.objects.update(scorecard=True)
    cards = tuple(card(case(number), NOW) for number in range(9))
    assert published(desk, NOW).snapshot.scorecard == sheet.public(cards, NOW)


def test_practice_is_never_published(desk: Desk) -> None:
    models.Page.objects.update(scorecard=True)
    write(desk.page, [replace(case(number), practice=number > 0) for number in range(9)], {})
    shown = published(desk, NOW).snapshot.scorecard
    assert shown and [line.id for line in shown.incidents] == [case(0).incident.id]


def test_after_an_update_only_what_it_touched_is_read_again(desk: Desk) -> None:
    """What a worker holds gives the figures of one that has just begun, and reads no more with more history."""
    models.Page.objects.update(scorecard=True)
    write(desk.page, map(case, range(1, 40)), {})
    first = desk.opens(at=NOW - 40 * MINUTE)
    before = published(desk, NOW - 30 * MINUTE)
    desk.resolves(first, at=NOW - 5 * MINUTE)
    with CaptureQueriesContext(connection) as asked:
        after = published(desk, NOW, before)
    judged = [query["sql"] for query in asked.captured_queries if "desk_judgement" in query["sql"]]
    assert len(judged) == 1 and first.pk in judged[0] and case(2).incident.id not in judged[0]
    assert after.snapshot.scorecard == published(desk, NOW).snapshot.scorecard
    (line,) = [line for line in after.snapshot.scorecard.incidents if line.id == first.pk]  # type: ignore[union-attr]
    assert line.figures.longest_silence == 35 * MINUTE


def test_a_correction_and_a_withdrawal_are_seen_by_a_worker_that_holds_cards(desk: Desk) -> None:
    models.Page.objects.update(scorecard=True)
    incident = desk.opens(at=NOW - 90 * MINUTE)
    desk.says(incident, "It works.", Status.RESOLVED, NOW - 60 * MINUTE)
    before = published(desk, NOW - 50 * MINUTE)
    models.Incident.objects.filter(pk=incident.pk).update(withdrawn=True)
    models.Page.objects.update(revision=before.snapshot.revision + 1)
    models.Entry.objects.create(
        page=desk.page,
        revision=before.snapshot.revision + 1,
        at=NOW,
        action="withdraw",
        incident=incident,
        month=incident.month,
    )
    (_, sums), *_ = published(desk, NOW, before).snapshot.scorecard.months  # type: ignore[union-attr]
    assert (sums.incidents, sums.withdrawn) == (0, 1)


def exported(desk: Desk) -> dict[str, bytes]:
    return dict(export.files(desk.page, CONFIG, NOW))


def test_an_export_has_the_scorecard_of_all_months(desk: Desk, people: dict[str, User]) -> None:
    write(desk.page, map(case, range(40)), people)
    files = exported(desk)
    document: dict[str, Any] = json.loads(files["scorecard.json"])
    assert [row["month"] for row in document["months"]][::11] == ["2026-11", "2025-12"]
    rows = list(csv.DictReader(io.StringIO(files["scorecard.csv"].decode())))
    assert len(rows) == len(document["incidents"]) == 40
    assert {row["id"]: int(row["promises_kept"]) for row in rows} == {one.incident.id: sheet.of(one).in_time for one in year()}


def test_practice_is_never_exported(desk: Desk) -> None:
    write(desk.page, [case(5), replace(case(6), practice=True)], {})
    files = exported(desk)
    assert not [path for path in ("scorecard.json", "scorecard.csv") if case(6).incident.id.encode() in files[path]]
    assert case(5).incident.id.encode() in files["scorecard.json"]


def test_an_export_of_a_page_without_incidents_has_an_empty_one(desk: Desk) -> None:
    files = exported(desk)
    assert json.loads(files["scorecard.json"])["months"] == []
    assert files["scorecard.csv"].count(b"\n") == 1
