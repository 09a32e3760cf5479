"""The scorecard on the page: published only where its owner wants it, in words beside each drawing, without names of staff."""

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.page.sample import snapshot
from tests.scorecards import NOW, year

from lightship import page
from lightship.core.duty import sheet
from lightship.core.duty.figures import Figures, PublicScorecard
from lightship.core.model import Snapshot
from lightship.page import scorecard

PUBLISHED = snapshot(0, scorecard=sheet.public(year(), NOW), at=NOW)


def html(shot: Snapshot) -> str:
    return page.front(shot)["scorecard/index.html"].decode()


def test_a_page_whose_owner_does_not_want_it_has_none() -> None:
    files = page.front(snapshot(0))
    assert not [path for path in files if "scorecard" in path]
    assert b"How we kept you informed" not in files["index.html"]
    assert b"scorecard" not in files["sitemap.xml"]


def test_a_published_one_is_linked_from_the_front_page_and_the_sitemap() -> None:
    files = page.front(PUBLISHED)
    assert b"href=scorecard/index.html" in files["index.html"]
    assert b"/scorecard/" in files["sitemap.xml"]
    assert list(files)[-1] == "index.html"


def test_every_drawing_is_said_in_words() -> None:
    drawings = re.findall(r"<svg [^>]*>", html(PUBLISHED))
    assert len(drawings) == 36
    assert all(re.search(r'role=img aria-label="[A-Z][a-z]+ 202\d: [^"]+"', drawing) for drawing in drawings)


def test_it_names_no_staff_and_no_reasons() -> None:
    files = page.front(PUBLISHED)
    text = html(PUBLISHED) + files["scorecard.json"].decode()
    assert not [name for name in ("Alice", "Bob", "Nothing more is known yet", "held_by", "reason") if name in text]


def test_json_has_the_same_figures() -> None:
    document = json.loads(page.front(PUBLISHED)["scorecard.json"])
    assert PUBLISHED.scorecard
    assert [row["month"] for row in document["months"]] == [name for name, _ in PUBLISHED.scorecard.months]
    assert document["months"][0]["promises_made"] == PUBLISHED.scorecard.months[0][1].promises > 0
    assert {"id", "name", "at", "longest_silence_seconds"} <= set(document["incidents"][0])


def test_a_withdrawn_incident_is_said_to_be_left_out() -> None:
    assert "Withdrawn: it was posted by mistake, and is not counted." in html(PUBLISHED)


def test_before_anything_happened_it_says_so() -> None:
    quiet = html(replace(PUBLISHED, scorecard=PublicScorecard((), ())))
    assert "No update was promised yet." in quiet and "<svg" not in quiet


@pytest.mark.parametrize(("share", "cells"), [(1.0, [90]), (0.999, [89, 1]), (0.5, [45, 45]), (0.001, [1, 89]), (0.0, [90])])
def test_a_drawing_never_rounds_to_all_or_nothing(share: float, cells: list[int]) -> None:
    sums = Figures(promises=1000, in_time=round(1000 * share))
    (plot,) = scorecard.view(PublicScorecard((("2026-11", sums),), ())).plots
    assert [int(path.partition("h")[2]) // 5 for _, path in plot.rows[0].marks] == cells


def test_a_share_is_rounded_down_and_a_silence_never_to_nothing() -> None:
    assert scorecard.percent(0.999) == "99%" and scorecard.percent(1.0) == "100%"
    assert scorecard.length(timedelta(seconds=20)) == "under a minute"
