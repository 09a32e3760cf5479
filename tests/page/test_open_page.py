"""Carol has the page open while its publisher dies, or its host. Her browser has no service worker: some have none."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect
from playwright.sync_api import Page as Tab
from tests.page.conftest import write
from tests.page.places import WRONG, Place, files, pulse, told

pytestmark = [pytest.mark.server("chromium"), pytest.mark.server("nginx")]
OLD, NEW = "Mail is slow", "Mail is down"
LIVED = timedelta(seconds=50)
"""So old is the last pulse when the page is opened. It was promised every second: ten seconds later it is stale."""
Pair = tuple[Place, Place]


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    """Two hosts whose publisher has just died."""
    vienna, oslo = Place(tmp_path / "vienna"), Place(tmp_path / "oslo")
    for place in (vienna, oslo):
        shot = told(vienna, oslo, said=OLD, pulse_seconds=1)
        write(place.folder, {**files(shot), **pulse(shot, LIVED, seconds=1)})
        place.start()
    yield vienna, oslo
    vienna.kill()
    oslo.kill()


@pytest.fixture
def carol(browser: Browser) -> Iterator[Callable[[str], Tab]]:
    contexts, faults = [], list[str]()

    def opened(address: str) -> Tab:
        contexts.append(browser.new_context(viewport={"width": 360, "height": 800}, service_workers="block"))
        tab = contexts[-1].new_page()
        tab.on("pageerror", lambda error: faults.append(str(error)))
        tab.goto(address)
        expect(tab.locator("#at")).to_contain_text("Page confirmed")
        # She comes back to this tab again and again: each time the page asks anew.
        tab.evaluate("setInterval(() => document.dispatchEvent(new Event('visibilitychange')), 500) && 0")
        return tab

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


def test_a_page_whose_publisher_dies_turns_unknown_and_then_finds_the_host_that_lives(
    pair: Pair, carol: Callable[[str], Tab]
) -> None:
    vienna, oslo = pair
    tab = carol(f"{vienna.url}/")
    expect(tab.locator(".c .s").first).to_have_text("Down")
    note = tab.locator("#note")
    expect(note).to_contain_text("This page has not been confirmed since", timeout=20_000)
    expect(note.get_by_role("link", name=oslo.url[7:])).to_have_attribute("href", oslo.url)
    assert set(tab.locator(".c .s").all_inner_texts()) == {"Unknown"}
    assert Axe().run(tab).response["violations"] == []
    # The publisher comes back, and reaches one host only.
    oslo.hold(told(vienna, oslo, said=NEW, revision=119))
    expect(tab.locator("h1")).to_have_text(NEW)
    expect(note).to_have_text(f"{vienna.url[7:]} does not answer as it should. This copy comes from {oslo.url[7:]}.")
    expect(tab.locator(".c .s").first).to_have_text("Down")
    assert Axe().run(tab).response["violations"] == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= 360


def test_links_of_a_dead_host_lead_to_the_living_one(pair: Pair, carol: Callable[[str], Tab]) -> None:
    vienna, oslo = pair
    tab = carol(f"{vienna.url}/")
    oslo.hold(told(vienna, oslo, said=OLD))  # alive, with nothing new to say
    vienna.kill()
    expect(tab.locator("#note")).to_contain_text(f"This copy comes from {oslo.url[7:]}")
    expect(tab.get_by_role("link", name="Get updates")).to_have_attribute("href", f"{oslo.url}/index.html#updates")
    tab.get_by_role("link", name="History").click()
    expect(tab.locator("h1")).to_have_text("History")
    assert tab.url == f"{oslo.url}/history/index.html"


def test_a_host_that_comes_back_is_the_source_again(pair: Pair, carol: Callable[[str], Tab]) -> None:
    vienna, oslo = pair
    tab = carol(f"{vienna.url}/")
    vienna.kill()
    oslo.hold(told(vienna, oslo, said=NEW, revision=119))
    expect(tab.locator("#note")).to_contain_text("This copy comes from")
    vienna.hold(told(vienna, oslo, said="Mail works", revision=120))
    vienna.start()
    expect(tab.locator("h1")).to_have_text("Mail works")
    expect(tab.locator("#note")).to_have_text("Updated: Mail works")
    expect(tab.get_by_role("link", name="History")).to_have_attribute("href", "history/index.html")


@pytest.mark.parametrize("where", ["own", "other"])
def test_a_pulse_that_the_page_did_not_sign_confirms_nothing(pair: Pair, carol: Callable[[str], Tab], where: str) -> None:
    vienna, oslo = pair
    tab = carol(f"{vienna.url}/")
    forged = told(vienna, oslo, said="Forged", revision=999)
    place = vienna if where == "own" else oslo
    place.hold(forged, signing_key=WRONG)
    if where == "other":
        vienna.kill()
    expect(tab.locator("#note")).to_contain_text(re.compile("has not been confirmed since"), timeout=20_000)
    expect(tab.locator("h1")).to_have_text(OLD)
