"""Dave returns to a name behind which something is wrong that only a network can have: each machine is one of its own."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Playwright, expect, sync_playwright
from tests.page.lab import Town, lab
from tests.page.test_service_worker import CONTROLLED

pytestmark = [pytest.mark.server(name) for name in ("chromium", "nginx", "bind", "ip")]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with lab(tmp_path_factory.mktemp("town")) as made:
        yield made


@pytest.fixture(scope="module")
def play() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.mark.parametrize("fault", ["black-holed", "certificate expired", "name deleted"])
def test_the_newest_page_comes_without_waiting_for_the_name(town: Town, play: Playwright, fault: str) -> None:
    town.repair()
    with town.browser(play, fault) as dave:
        tab = dave.new_page()
        tab.goto(town.url)
        tab.evaluate(CONTROLLED)
    town.befall(fault)
    newest = town.speak(town.oslo)
    with town.browser(play, fault) as dave:
        tab = dave.new_page()
        tab.goto(town.url)
        expect(tab.locator("h1")).to_have_text(newest)
        expect(tab.locator("#note")).to_have_text(
            "acmestatus.net does not answer as it should. This copy comes from h2.acmestatus.net."
        )
