"""What Dave meets: with and without scripts, with a living publisher and a dead one."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect
from tests.page import sample
from tests.page.conftest import rendered, write
from tests.page.places import files, pulse

from lightship.core.model import HostLink, Status

pytestmark = pytest.mark.server("chromium")
Serve = Callable[[dict[str, bytes]], tuple[str, Path]]
Open = Callable[..., Tab]
WORK = (sample.maintenance(Status.IN_PROGRESS, hours=-1), sample.maintenance(name="Router firmware in Linz", hours=80))
CASES = {
    "calm": sample.snapshot(0, planned=()),
    "one": sample.snapshot(1),
    "three": sample.snapshot(3),
    "work": sample.snapshot(0, planned=WORK),
}


@pytest.fixture
def now() -> Any:
    """The sample, made just now."""
    return replace(sample.snapshot(3), at=datetime.now(UTC), hosts=(HostLink("Oslo", "http://oslo.invalid"),))


def test_without_scripts_the_page_is_complete(serve: Serve, tab: Open) -> None:
    address, _ = serve(rendered(CASES["one"]))
    dave = tab(java_script_enabled=False)
    dave.goto(address)
    text = dave.inner_text("body")
    incident = CASES["one"].open[0]
    assert incident.name in text
    for word in (
        "Since\t13:34 UTC",
        "Next update by 14:30 UTC; later than that, it is overdue.",
        "Moving the twelve",
        "No estimate yet",
        "Two engineers",
        "Webmail\n",
        "Down",
    ):
        assert word.split("\t")[-1] in text, word
    assert dave.locator("svg[role=img]").count() == 30
    assert "As of 14:15 UTC. If that is more than an hour ago, look at vienna.harbourstatus.example, oslo." in text
    assert dave.locator("meta[http-equiv=refresh]").get_attribute("content") == "300"


def test_the_page_is_one_request(serve: Serve, tab: Open, now: Any) -> None:
    address, _ = serve({**files(now), **pulse(now)})
    dave = tab()
    asked: list[str] = []
    dave.on("request", lambda request: asked.append(request.url))
    dave.goto(address, wait_until="networkidle")
    later = (f"{address}sw.js", f"{address}index.html", f"{address}lightship/")  # when it is idle: no part of the first view
    assert [url for url in asked if not url.startswith(later)] == [address]


@pytest.mark.parametrize("case", ["one", "three"])
def test_five_answers_stand_on_the_first_screen_of_a_phone(serve: Serve, tab: Open, case: str) -> None:
    address, _ = serve(rendered(CASES[case]))
    dave = tab(java_script_enabled=False)
    dave.goto(address)
    tale = CASES[case].open[0]
    words = [re.compile(re.escape(tale.name)), re.compile("Since"), re.compile("Moving the twelve"), re.compile("by 14:30")]
    for said in (dave.locator("h1"), *(dave.get_by_text(word).first for word in words)):
        box = said.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 800


def test_times_are_in_the_readers_zone_and_name_it(serve: Serve, tab: Open) -> None:
    address, _ = serve(rendered(CASES["one"]))
    dave = tab(timezone_id="Asia/Tokyo", locale="en-GB")
    dave.goto(address)
    due = dave.locator(".due time").first.inner_text()
    assert due == "14:30 UTC (23:30 your time)"
    dave.goto(f"{address}incidents/{CASES['one'].recent[0].id}/index.html")
    assert re.search(r"\d{4}, \d+:\d\d (GMT\+9|JST)", dave.locator("time").first.inner_text())


def test_a_promise_counts_down_and_then_says_that_it_is_late(serve: Serve, tab: Open) -> None:
    address, _ = serve(rendered(CASES["one"]))
    dave = tab()
    dave.clock.install(time=sample.NOW)
    dave.goto(address)
    expect(dave.locator(".due")).to_have_text("Next update by 14:30 UTC (15:30 your time), in 15 minutes")
    dave.clock.fast_forward(14 * 60 * 1000)
    expect(dave.locator(".due")).to_have_text("Next update by 14:30 UTC (15:30 your time), in 1 minute")
    dave.clock.fast_forward(13 * 60 * 1000)
    late = "Update was due 14:30 UTC (15:30 your time), 12 minutes late. Last confirmed 15:04 CET."
    expect(dave.locator(".due.late")).to_have_text(late)


def test_an_overdue_promise_is_told_by_a_page_whose_desk_died_before_it(serve: Serve, tab: Open) -> None:
    address, _ = serve(rendered(CASES["three"]))
    incident = CASES["three"].open[0]
    for path in ("", f"incidents/{incident.id}/index.html"):
        dave = tab(timezone_id="UTC")
        dave.clock.install(time=sample.NOW + timedelta(hours=1))
        dave.goto(address + path)
        due = dave.locator(".due[data-last='2026-11-22T14:04Z']").first
        expect(due).to_have_text(re.compile(r"^Update was due .*14:30 UTC, 45 minutes late\. Last confirmed 14:04 UTC\.$"))


def test_a_fresh_pulse_leaves_the_page_as_it_is(serve: Serve, tab: Open, now: Any) -> None:
    address, _ = serve({**files(now), **pulse(now)})
    dave = tab()
    with dave.expect_response(lambda response: response.url.endswith("pulse.json")):
        dave.goto(address)
    expect(dave.locator("#note")).to_be_empty()
    expect(dave.locator(".c .s").first).to_have_text("Down")
    expect(dave.locator("#at")).to_have_text(re.compile(r"^Page confirmed \S+ [ap]?m? ?\S+"))


def test_the_days_of_all_rows_stand_under_each_other(serve: Serve, tab: Open) -> None:
    address, _ = serve(rendered(CASES["three"]))
    for width in (360, 1280):
        dave = tab(viewport={"width": width, "height": 800})
        dave.goto(address)
        dave.locator("details").evaluate_all("all => all.forEach(e => { e.open = true })")
        boxes = dave.locator(".c svg").evaluate_all("all => all.map(e => e.getBoundingClientRect()).map(b => [b.x, b.width])")
        assert len(boxes) == 30
        assert len({tuple(box) for box in boxes}) == 1


@pytest.mark.parametrize("path", ["", "503.html"])
def test_a_thumb_can_hit_the_other_hosts(serve: Serve, tab: Open, path: str) -> None:
    address, _ = serve(rendered(CASES["three"]))
    dave = tab()
    dave.goto(address + path)
    boxes = [link.bounding_box() for link in dave.locator(".host").all() if link.is_visible()]
    assert len(boxes) >= 2
    assert all(box and box["width"] >= 24 and box["height"] >= 24 for box in boxes)


@pytest.mark.parametrize("beat", ["old", "missing"])
def test_a_page_nobody_keeps_fresh_says_so_and_names_the_others(serve: Serve, tab: Open, now: Any, beat: str) -> None:
    address, folder = serve(files(now))
    if beat == "old":
        write(folder, pulse(now, timedelta(seconds=700)))
    dave = tab()
    dave.goto(address)
    note = dave.locator("#note")
    expect(note).to_contain_text("This page has not been confirmed since")
    expect(note.get_by_role("link", name="oslo.invalid")).to_have_attribute("href", "http://oslo.invalid")
    assert set(dave.locator(".c .s").all_inner_texts()) == {"Unknown"}
    assert Axe().run(dave).response["violations"] == []
    write(folder, pulse(now))
    dave.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(note).to_be_empty()
    expect(dave.locator(".c .s").first).to_have_text("Down")


def test_a_calm_page_does_not_stay_calm_when_unconfirmed(serve: Serve, tab: Open) -> None:
    address, _ = serve(rendered(CASES["calm"]))
    dave = tab()
    dave.goto(address)
    expect(dave.locator("h1")).to_have_text("It is not known whether everything works")


def test_a_new_revision_is_swapped_in_where_the_reader_is(serve: Serve, tab: Open, now: Any) -> None:
    address, folder = serve({**files(now), **pulse(now)})
    dave = tab()
    with dave.expect_response(lambda response: response.url.endswith("pulse.json")):
        dave.goto(address)
    dave.locator("section details").first.evaluate("e => { e.open = true }")
    dave.evaluate("scrollTo(0, 900)")
    after = replace(now, revision=119, open=(now.open[0], *now.open[2:]))
    write(folder, {**files(after), **pulse(after)})
    dave.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(dave.locator("html")).to_have_attribute("data-rev", "119")
    assert dave.evaluate("scrollY") == 900
    assert dave.locator("section details").first.get_attribute("open") is not None
    expect(dave.locator("#note")).to_contain_text("Updated")


def test_from_a_disk_it_is_still_a_page(tmp_path: Path, tab: Open) -> None:
    write(tmp_path, rendered(CASES["three"]))
    dave = tab()
    faults: list[str] = []
    dave.on("pageerror", lambda error: faults.append(str(error)))
    dave.goto(f"file://{tmp_path}/index.html")
    dave.get_by_role("link", name="History").click()
    dave.get_by_role("link", name="November 2026").click()
    dave.get_by_role("link", name="Spam filter too strict").click()
    expect(dave.locator("h1")).to_have_text("Spam filter too strict")
    assert faults == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("case", CASES)
def test_nothing_is_found_by_axe_and_nothing_overflows(serve: Serve, tab: Open, case: str, scheme: str) -> None:
    snapshot = CASES[case]
    address, _ = serve({**files(snapshot), **pulse(snapshot)})
    dave = tab(color_scheme=scheme)
    wrong: list[str] = []
    dave.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    leaves = [f"incidents/{incident.id}/index.html" for incident in snapshot.recent[:1]]
    for path in ("", "history/index.html", "history/2026-11/index.html", "404.html", "503.html", *leaves):
        dave.goto(address + path)
        found = Axe().run(dave).response["violations"]
        assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found] == [], path
        assert dave.evaluate("document.documentElement.scrollWidth") <= 360, path
    assert wrong == []


def test_the_widget_shows_what_is_open_and_can_be_dismissed(serve: Serve, tab: Open, now: Any) -> None:
    address, folder = serve(rendered(now))
    write(folder, {"shop.html": b"<!doctype html><title>Shop</title><h1>Shop</h1><script src=embed.js></script>"})
    dave = tab()
    dave.goto(f"{address}shop.html")
    expect(dave.get_by_role("link")).to_contain_text("and 2 more")
    dave.get_by_role("button", name="Dismiss").click()
    expect(dave.locator("aside")).to_have_count(0)
    dave.reload()
    dave.wait_for_load_state("networkidle")
    expect(dave.locator("aside")).to_have_count(0)


def test_the_widget_is_silent_when_the_status_page_is_gone(serve: Serve, tab: Open) -> None:
    files = {"shop.html": b"<h1>Shop</h1><script src=embed.js></script>", "embed.js": rendered(CASES["one"])["embed.js"]}
    address, _ = serve(files)
    dave = tab()
    faults: list[str] = []
    dave.on("pageerror", lambda error: faults.append(str(error)))
    dave.goto(f"{address}shop.html", wait_until="networkidle")
    assert dave.locator("aside").count() == 0
    assert faults == []
