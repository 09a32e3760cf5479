"""The scorecard in the desk: months, incidents with a drawing and its words, overrides, practice apart, and files."""

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from tests.desk.cast import Stage, read
from tests.sample import an_incident, an_update
from tests.store.judged import write

from lightship.core.duty.cards import Case, Judgement
from lightship.core.model import Facts, Status
from lightship.store import journal

NIGHT = datetime(2026, 3, 31, 23, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def night(name: str = "Webmail is slow", number: int = 1, **more: object) -> Case:
    """Posted at 23:00, silent over midnight until 00:20, and judged."""
    first = an_update("Mail is slow.", at=NIGHT, facts=Facts(next_update=NIGHT + 30 * MINUTE), id=f"first{number:07}")
    last = an_update("It works.", Status.RESOLVED, at=NIGHT + 80 * MINUTE, id=f"last{number:08}")
    judged = {
        first.id: Judgement(verdict="vague", overridden="Nobody knows more", holder="Alice"),
        last.id: Judgement(verdict="definitive", unapproved="Carol is away", holder="Bob"),
    }
    incident = an_incident(name, first, last, id=f"night{number:07}", started_at=NIGHT - 7 * MINUTE)
    return replace(Case(incident=incident, judgements=judged), **more)  # type: ignore[arg-type]


@pytest.fixture
def spoken(stage: Stage) -> Stage:
    write(stage.page, [night()], {"Alice": stage.alice, "Bob": stage.bob})
    return stage


def text(client: Client, query: str = "") -> str:
    return " ".join(read(client.get(f"/p/acme/scorecard/{query}")).text.split())


def test_a_month_has_its_figures_and_what_happened_at_its_end(spoken: Stage, client: Client) -> None:
    march, april = (text(client, f"?month=2026-{month}") for month in ("03", "04"))
    assert "Promised updates in time 0 of 1" in march and "First word after 7 min" in march
    assert "First word after: 7 min (from the time stated)" in march
    assert "Posted although vague: Nobody knows more" in march and "Alice at 1 update" in march
    assert "Longest silence 1 h 20 min" in april and "Posted without approval: Carol is away" in april
    assert "Nobody knows more" not in april


def test_a_drawing_is_said_in_words_too(spoken: Stage, client: Client) -> None:
    html = client.get("/p/acme/scorecard/?month=2026-03").content.decode()
    assert 'aria-label="2 updates; silences over 30 minutes: 1 h 20 min"' in html
    assert 'class="down"' in html and 'class="ok"' in html and 'class="waits"' in html


def test_practice_is_shown_apart_and_counted_nowhere(spoken: Stage, client: Client) -> None:
    write(spoken.page, [night("A rehearsal", 2, practice=True)], {})
    march = text(client, "?month=2026-03")
    assert "Incidents 1" in march and "Seen here only, and counted nowhere. A rehearsal" in march


def test_what_is_withdrawn_is_named_and_left_out(spoken: Stage, client: Client) -> None:
    case = night("Posted by mistake", 3)
    write(spoken.page, [replace(case, incident=replace(case.incident, withdrawn=True))], {"Alice": spoken.alice})
    march = text(client, "?month=2026-03")
    assert "Withdrawn, not counted 1" in march and "Posted by mistake Withdrawn: it is counted nowhere." in march
    assert "Alice at 1 update" in march


def test_an_open_incident_counts_until_now(stage: Stage, client: Client) -> None:
    stage.outage()
    shown = text(client)
    assert "to now" in shown and "Longest silence 15 min" in shown


def test_planned_work_is_named_where_it_promised_updates(stage: Stage, client: Client) -> None:
    works = stage.works()
    now = datetime.now(UTC)
    promise = journal.NewUpdate(
        status=Status.SCHEDULED, body="It is moved.", facts=Facts(next_update=now - 20 * MINUTE), at=now - 50 * MINUTE
    )
    journal.update(works, promise, stage.alice, now - 50 * MINUTE)
    shown = text(client)
    assert "Planned work that promised updates" in shown and "Promised updates in time: 0 of 1" in shown


def test_a_page_without_incidents_says_so(client: Client) -> None:
    assert "Nothing was open in the last twelve months." in text(client)


@pytest.mark.parametrize("query", ["?month=2026-13", "?month=soon", "?month=2026-1", "?month=%00", "?month=0001-01"])
def test_what_is_no_month_is_not_found(client: Client, query: str) -> None:
    assert client.get(f"/p/acme/scorecard/{query}").status_code == 404
    assert client.get(f"/p/acme/scorecard.csv{query}").status_code == 404


def test_a_month_can_be_taken_away_with_its_incidents(spoken: Stage, client: Client) -> None:
    document = json.loads(client.get("/p/acme/scorecard.json?month=2026-03").content)
    assert [row["id"] for row in document["incidents"]] == ["night0000001"]
    answer = client.get("/p/acme/scorecard.csv?month=2026-03")
    (row,) = csv.DictReader(io.StringIO(answer.content.decode()))
    assert (row["longest_silence_seconds"], row["reasons"]) == ("4800", "Nobody knows more; Carol is away")
    assert answer["Content-Disposition"] == 'attachment; filename="acme-scorecard-2026-03.csv"'


def test_a_year_can_be_taken_away_month_by_month(stage: Stage, client: Client) -> None:
    stage.outage()
    rows = list(csv.DictReader(io.StringIO(client.get("/p/acme/scorecard.csv").content.decode())))
    assert rows[0]["month"] == f"{datetime.now(UTC):%Y-%m}" and sum(int(row["posts"]) for row in rows) == 1
    assert client.get("/p/acme/scorecard.xlsx").status_code == 404


def test_a_stranger_is_asked_to_sign_in(stage: Stage) -> None:
    for path in ("scorecard/", "scorecard.csv", "scorecard.json"):
        assert Client().get(f"/p/acme/{path}").status_code == 302


def test_its_owner_publishes_it_in_the_settings(stage: Stage, client: Client) -> None:
    form = read(client.get("/p/acme/settings/"))
    typed = {name: values[-1] for name, values in form.fields.items() if values}
    assert "Publish the scorecard at /scorecard/" in form.text and "scorecard" not in typed
    client.post("/p/acme/settings/", {**typed, "scorecard": "on"})
    stage.page.refresh_from_db()
    assert stage.page.scorecard
    assert stage.page.entries.first().action == "describe page"  # type: ignore[union-attr]
