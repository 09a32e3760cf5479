"""lightship scorecard: in words, as JSON and as CSV."""

import csv
import io
import json
from datetime import UTC, datetime

from tests.cli.conftest import Terminal

MONTH = f"{datetime.now(UTC):%Y-%m}"


def test_before_anything_happened_it_says_so(desk: Terminal) -> None:
    assert desk("scorecard").out == "nothing was open in the last twelve months\n"


def test_a_year_and_a_month_in_words(desk: Terminal) -> None:
    desk("post", "Webmail is down", "Sign-in fails for all.", "-c", "Webmail=down", "--no-wait")
    head, line = desk("scorecard").out.splitlines()
    assert "Longest silence" in head and line.startswith(MONTH)
    month = desk("scorecard", "--month", MONTH).out
    assert "Webmail is down" in month and "Update under 30 min old" in month


def test_for_machines(desk: Terminal) -> None:
    desk("post", "Webmail is down", "Sign-in fails for all.", "-c", "Webmail=down", "--no-wait")
    document = json.loads(desk("scorecard", "--json").out)
    assert [row["month"] for row in document["months"]] == [MONTH]
    assert [row["name"] for row in document["incidents"]] == ["Webmail is down"]
    (month,) = csv.DictReader(io.StringIO(desk("scorecard", "--csv").out))
    (incident,) = csv.DictReader(io.StringIO(desk("scorecard", "--month", MONTH, "--csv").out))
    assert (month["posts"], incident["posts"], incident["name"]) == ("1", "1", "Webmail is down")


def test_what_is_no_month_is_refused_with_how_to_write_it(desk: Terminal) -> None:
    answer = desk("scorecard", "--month", "november")
    assert answer.status == 1 and "'november' is no month: write it as 2026-11" in answer.err
