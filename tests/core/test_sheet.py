"""A scorecard handed out: months in order, nothing that a spreadsheet would run, practice apart."""

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.sample import an_incident, an_update
from tests.scorecards import NOW, case, year

from lightship.core.duty import sheet
from lightship.core.duty.cards import Case, Judgement
from lightship.core.duty.figures import Figures
from lightship.core.duty.scorecard import bounds, card, figures
from lightship.core.model import Status

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("now", "count", "expected"),
    [
        (datetime(2026, 11, 22, tzinfo=UTC), 1, ["2026-11"]),
        (datetime(2026, 1, 1, tzinfo=UTC), 3, ["2026-01", "2025-12", "2025-11"]),
        (datetime(2026, 3, 31, 23, 59, tzinfo=UTC), 2, ["2026-03", "2026-02"]),
    ],
)
def test_months_follow_one_another(now: datetime, count: int, expected: list[str]) -> None:
    assert sheet.months(now, count) == expected


def test_all_months_since_the_first() -> None:
    assert sheet.months_since(datetime(2025, 11, 30, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC))[-1] == "2025-11"
    assert sheet.months_since(NOW, NOW - timedelta(days=90)) == ["2026-08"]


def test_months_before_anything_happened_are_left_out_and_quiet_ones_between_are_not() -> None:
    cards = [card(case(0), NOW), card(case(8), NOW)]
    assert [name for name, _ in sheet.month_figures(cards, sheet.months(NOW))] == ["2026-11", "2026-10", "2026-09"]
    assert sheet.month_figures([], sheet.months(NOW)) == []


def test_a_document_has_practice_apart_and_never_in_its_sums() -> None:
    cards = [card(replace(case(number), practice=number == 1), NOW) for number in range(5)]
    document = sheet.document(cards, sheet.months(NOW), NOW)
    assert [row["id"] for row in document["practice"]] == ["incident0001"]
    assert len(document["incidents"]) == 4
    assert document["practice"][0]["promises_made"] > 0
    assert sum(row["incidents"] for row in document["months"]) == 3  # one is withdrawn
    (withdrawn,) = [row for row in document["incidents"] if row["withdrawn"]]
    assert withdrawn["promises_made"] == 0


def test_overrides_come_with_their_reasons() -> None:
    judged = {
        "u1": Judgement(verdict="vague", overridden="Nobody knows more", holder="Alice"),
        "u2": Judgement(verdict="acceptable", unapproved="Carol is away", holder="Bob"),
    }
    updates = (an_update("Mail is slow.", id="u1", at=NOW), an_update("It works.", Status.RESOLVED, id="u2", at=NOW + MINUTE))
    row = sheet.incident_facts(card(Case(incident=an_incident("Mail is slow", *updates), judgements=judged), NOW))
    assert row["overrides"][0] == {
        "update": "u1",
        "at": "2026-11-22T14:15:00.000Z",
        "verdict": "vague",
        "overridden": "Nobody knows more",
        "unapproved": "",
        "holder": "Alice",
    }
    assert row["held_by"] == ["Alice", "Bob"]
    (cells,) = csv.DictReader(io.StringIO(sheet.incident_table([row])))
    assert (cells["reasons"], cells["held_by"]) == ("Nobody knows more; Carol is away", "Alice, Bob")


@pytest.mark.parametrize("name", ["=SUM(A1)", "+1", "-1", "@import", "\tx"])
def test_a_name_that_a_spreadsheet_would_run_is_text(name: str) -> None:
    row = sheet.incident_facts(card(replace(case(2), incident=replace(case(2).incident, name=name)), NOW))
    (cells,) = csv.DictReader(io.StringIO(sheet.incident_table([row])))
    assert cells["name"] == f"'{name}"


def test_a_public_one_lists_this_month_and_the_last() -> None:
    shown = sheet.public(year(), NOW)
    since, _ = bounds("2026-10")
    assert {line.id for line in shown.incidents} == {one.incident.id for one in year() if one.last_at >= since}
    assert [line.at for line in shown.incidents] == sorted((line.at for line in shown.incidents), reverse=True)


def test_months_add_up_to_the_whole() -> None:
    """Whatever is counted is counted in one month: posts, promises, first words and minutes."""
    cards = year()
    months = [figures(cards, *bounds(name)) for name in sheet.months_since(datetime(2025, 1, 1, tzinfo=UTC), NOW)]
    whole = figures(cards)
    for name in ("promises", "in_time", "posts", "judged", "vague", "overridden"):
        assert sum(getattr(sums, name) for sums in months) == getattr(whole, name) > 0
    assert sum((sums.open for sums in months), timedelta()) == whole.open
    assert sum((sums.fresh for sums in months), timedelta()) == whole.fresh
    assert sorted(length for sums in months for length in sums.first_words) == list(whole.first_words)
    assert max(sums.longest_silence or timedelta() for sums in months) == whole.longest_silence
    assert whole != Figures()
