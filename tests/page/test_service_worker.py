"""Dave has read the page before. What he gets when he returns, by what has become of the host behind the name."""

import gzip
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Error, Request, expect
from playwright.sync_api import Page as Tab
from tests.page.conftest import write
from tests.page.places import SEAL, WRONG, Place, files, pulse, told

from lightship.page import worker

pytestmark = [pytest.mark.server("chromium"), pytest.mark.server("nginx")]
OLD, NEW = "Mail is slow", "Mail is down"
HOUR = timedelta(hours=1)
CONTROLLED = "new Promise(done => { const s = navigator.serviceWorker; s.controller ? done() : s.oncontrollerchange = done })"
Pair = tuple[Place, Place]


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    """Two hosts that hold the same page."""
    vienna, oslo = Place(tmp_path / "vienna"), Place(tmp_path / "oslo")
    for place in (vienna, oslo):
        place.hold(told(vienna, oslo, said=OLD))
        place.start()
    yield vienna, oslo
    vienna.kill()
    oslo.kill()


@pytest.fixture
def returning(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Dave's browser after he read the page at that address."""
    contexts = []

    def read(address: str) -> BrowserContext:
        contexts.append(browser.new_context(viewport={"width": 360, "height": 800}))
        tab = contexts[-1].new_page()
        tab.goto(address)
        tab.evaluate(CONTROLLED)
        tab.close()
        return contexts[-1]

    yield read
    for context in contexts:
        context.close()


def opened(dave: BrowserContext, address: str) -> Tab:
    tab = dave.new_page()
    tab.set_default_timeout(10_000)
    tab.goto(address)
    return tab


def first_time(browser: Browser, address: str) -> str:
    """What somebody reads who was never here: the page's headline, or nothing."""
    with browser.new_context() as carol:
        try:
            tab = carol.new_page()
            tab.goto(address, timeout=3000)
            return tab.inner_text("h1")
        except Error:
            return ""


def speak(vienna: Place, oslo: Place, *places: Place) -> None:
    """Something new is said, and reaches `places`."""
    for place in places:
        place.hold(told(vienna, oslo, said=NEW, revision=119))


def hijacked(place: Place) -> None:
    write(place.folder, {"index.html": b"<!doctype html><h1>All your base</h1>"})


FAULTS: dict[str, tuple[Callable[[Place], object], str]] = {
    "killed": (Place.kill, ""),
    "hanging": (Place.freeze, ""),
    "answering 503": (Place.fail, "503 Service Temporarily Unavailable"),
    "stale": (lambda place: write(place.folder, pulse(told(), HOUR)), OLD),
    "left behind": (lambda place: None, OLD),
    "hijacked": (hijacked, "All your base"),
    "forged": (lambda place: place.hold(told(revision=999, said="Forged"), signing_key=WRONG), "Forged"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_newest_page_comes_from_another_host(
    pair: Pair, returning: Callable[..., BrowserContext], browser: Browser, fault: str
) -> None:
    vienna, oslo = pair
    dave = returning(f"{vienna.url}/")
    if fault == "left behind":  # he has seen the newer page, so the older one is known to be older
        speak(vienna, oslo, vienna)
        opened(dave, f"{vienna.url}/").close()
        vienna.hold(told(vienna, oslo, said=OLD))
    speak(vienna, oslo, oslo)
    befall, others_see = FAULTS[fault]
    befall(vienna)
    tab = opened(dave, f"{vienna.url}/")
    expect(tab.locator("h1")).to_have_text(NEW)
    expect(tab.locator("#note")).to_have_text(
        f"{vienna.url[7:]} does not answer as it should. This copy comes from {oslo.url[7:]}."
    )
    assert "Unknown" not in tab.locator(".c .s").all_inner_texts()
    assert first_time(browser, f"{vienna.url}/") == others_see


def test_the_network_is_preferred_while_it_is_right(pair: Pair, returning: Callable[..., BrowserContext]) -> None:
    vienna, oslo = pair
    dave = returning(f"{vienna.url}/")
    asked: list[str] = []
    dave.on("request", lambda request: asked.append(request.url))
    speak(vienna, oslo, vienna)
    tab = opened(dave, f"{vienna.url}/?from=mail#updates")
    expect(tab.locator("h1")).to_have_text(NEW)
    expect(tab.locator("#note")).to_be_empty()
    assert not [url for url in asked if url.startswith(oslo.url)]


def test_a_release_under_way_is_waited_for(pair: Pair, returning: Callable[..., BrowserContext]) -> None:
    vienna, oslo = pair
    dave = returning(f"{vienna.url}/")
    oslo.kill()
    after = told(vienna, oslo, said=NEW, revision=119)
    whole = {**files(after), **pulse(after)}
    write(vienna.folder, {"index.html": whole["index.html"]})
    tab = dave.new_page()

    def release(request: Request) -> None:
        """The page is new already; its manifest only when he has read the old one."""
        if request.url.endswith("manifest.json"):
            write(vienna.folder, whole)

    dave.on("requestfinished", release)
    tab.goto(f"{vienna.url}/")
    expect(tab.locator("h1")).to_have_text(NEW)
    expect(tab.locator("#note")).to_be_empty()


def test_without_any_living_host_the_last_page_says_how_old_it_is(pair: Pair, returning: Callable[..., BrowserContext]) -> None:
    vienna, oslo = pair
    dave = returning(f"{vienna.url}/")
    vienna.kill()
    oslo.kill()
    tab = opened(dave, f"{vienna.url}/")
    expect(tab.locator("h1")).to_have_text(OLD)
    expect(tab.locator("#note")).to_contain_text("This page has not been confirmed since")
    expect(tab.locator("#note").get_by_role("link")).to_have_attribute("href", oslo.url)
    assert set(tab.locator(".c .s").all_inner_texts()) == {"Unknown"}
    assert tab.locator("#note").get_attribute("role") == "status"
    assert Axe().run(tab).response["violations"] == []
    speak(vienna, oslo, oslo)
    oslo.start()
    tab.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(tab.locator("h1")).to_have_text(NEW)
    expect(tab.locator("#note")).to_contain_text("This copy comes from")


def _wrong_key(vienna: Place, oslo: Place) -> None:
    oslo.hold(told(vienna, oslo, revision=999, said="Forged"), signing_key=WRONG)


def _wrong_page(vienna: Place, oslo: Place) -> None:
    speak(vienna, oslo, oslo)
    write(oslo.folder, {"index.html": b"<h1>Forged</h1>"})


def _another_page(vienna: Place, oslo: Place) -> None:
    shot = told(vienna, oslo, revision=999, said="Forged")
    oslo.hold(replace(shot, page=replace(shot.page, id="an0therpage0")))


def _replayed(vienna: Place, oslo: Place) -> None:
    """A true page of the past with the true pulse of today."""
    oslo.hold(told(vienna, oslo, said=OLD))
    write(oslo.folder, pulse(told(revision=119)))


def _older(vienna: Place, oslo: Place) -> None:
    oslo.hold(told(vienna, oslo, said="Forged", revision=117))


def _frozen(vienna: Place, oslo: Place) -> None:
    """A true page that nobody has kept fresh since: as good as the last known one, and no better."""
    oslo.hold(told(vienna, oslo, said=OLD), age=HOUR)


@pytest.mark.parametrize("forge", [_wrong_key, _wrong_page, _another_page, _replayed, _older, _frozen])
def test_nothing_is_shown_that_the_page_did_not_sign(
    pair: Pair, returning: Callable[..., BrowserContext], forge: Callable[[Place, Place], None], tmp_path: Path
) -> None:
    vienna, oslo = pair
    graz = Place(tmp_path / "graz")
    for place in pair:
        place.hold(told(vienna, oslo, graz, said=OLD))
    dave = returning(f"{vienna.url}/")
    vienna.kill()
    forge(vienna, oslo)
    tab = opened(dave, f"{vienna.url}/")
    expect(tab.locator("h1")).to_have_text(OLD)
    expect(tab.locator("#note")).to_contain_text("has not been confirmed since")
    # With a third host that is as it should be, that one is found.
    graz.hold(told(vienna, oslo, graz, said=NEW, revision=119))
    graz.start()
    tab = opened(dave, f"{vienna.url}/")
    expect(tab.locator("h1")).to_have_text(NEW)
    expect(tab.locator("#note")).to_contain_text(f"comes from {graz.url[7:]}")
    graz.kill()


def test_links_lead_to_the_pages_of_another_host(pair: Pair, returning: Callable[..., BrowserContext]) -> None:
    vienna, oslo = pair
    dave = returning(f"{vienna.url}/")
    vienna.kill()
    tab = opened(dave, f"{vienna.url}/")
    tab.get_by_role("link", name="History").click()
    tab.get_by_role("link", name="November 2026").click()
    tab.get_by_role("link", name="Spam filter too strict").click()
    expect(tab.locator("h1")).to_have_text("Spam filter too strict")
    expect(tab.locator("#note")).to_contain_text("This copy comes from")
    assert tab.url.startswith(vienna.url)
    write(oslo.folder, {tab.url[len(vienna.url) + 1 :]: b"<h1>Forged</h1>"})
    tab.reload()
    expect(tab.locator("h1")).to_have_text(OLD)  # not proven: the front page, and where it comes from
    assert tab.url == f"{vienna.url}/"


def test_what_is_not_there_is_still_told_by_the_host(pair: Pair, returning: Callable[..., BrowserContext]) -> None:
    vienna, _ = pair
    dave = returning(f"{vienna.url}/")
    tab = dave.new_page()
    answer = tab.goto(f"{vienna.url}/incidents/nosuchthing/index.html")
    assert answer is not None
    assert answer.status == 404


def test_it_works_under_a_prefix_and_touches_nothing_beside(tmp_path: Path, returning: Callable[..., BrowserContext]) -> None:
    vienna, oslo = Place(tmp_path / "vienna", path="/status"), Place(tmp_path / "oslo", path="/s/t")
    for place in (vienna, oslo):
        place.hold(told(vienna, oslo, said=OLD))
        place.start()
    write(vienna.home / "site", {"index.html": b"<h1>Shop</h1>"})
    dave = returning(f"{vienna.url}/")
    expect(opened(dave, vienna.url.removesuffix("status")).locator("h1")).to_have_text("Shop")
    vienna.kill()
    expect(opened(dave, f"{vienna.url}/").locator("#note")).to_contain_text("This copy comes from")
    with pytest.raises(Error):
        opened(dave, vienna.url.removesuffix("status"))
    oslo.kill()


def test_whoever_opened_a_hosts_own_address_is_helped_too(pair: Pair, returning: Callable[..., BrowserContext]) -> None:
    vienna, oslo = pair
    dave = returning(f"{oslo.url}/index.html")
    oslo.kill()
    tab = opened(dave, f"{oslo.url}/index.html")
    expect(tab.locator("#note")).to_contain_text(f"This copy comes from {vienna.url[7:]}")


def test_a_browser_that_cannot_check_signatures_shows_the_last_page_and_plain_links(
    pair: Pair, returning: Callable[..., BrowserContext]
) -> None:
    vienna, oslo = pair
    script = files(told(vienna, oslo, said=OLD))["sw.js"].replace(b'"Ed25519"', b'"Unheard of"')
    write(vienna.folder, {"sw.js": script})
    dave = returning(f"{vienna.url}/")
    expect(opened(dave, f"{vienna.url}/").locator("#note")).to_be_empty()
    speak(vienna, oslo, oslo)
    vienna.kill()
    tab = opened(dave, f"{vienna.url}/")
    expect(tab.locator("h1")).to_have_text(OLD)
    expect(tab.locator("#note").get_by_role("link")).to_have_attribute("href", oslo.url)


def test_a_new_worker_reaches_the_reader(pair: Pair, returning: Callable[..., BrowserContext], tmp_path: Path) -> None:
    vienna, oslo = pair
    dave = returning(f"{vienna.url}/")
    graz = Place(tmp_path / "graz")
    for place in (vienna, graz):  # the page has moved: Oslo is no more
        place.hold(told(vienna, graz, said=NEW, revision=119))
    graz.start()
    tab = dave.new_page()
    tab.goto(f"{vienna.url}/")
    tab.evaluate("new Promise(done => { navigator.serviceWorker.oncontrollerchange = done })")
    vienna.kill()
    oslo.kill()
    tab.reload()
    expect(tab.locator("#note")).to_contain_text(f"This copy comes from {graz.url[7:]}")
    graz.kill()


def test_a_release_can_take_the_worker_back(pair: Pair, returning: Callable[..., BrowserContext]) -> None:
    vienna, oslo = pair
    dave = returning(f"{vienna.url}/")
    for place in pair:
        place.hold(told(vienna, oslo, said=NEW, revision=119, service_worker=False))
    tab = dave.new_page()
    tab.goto(f"{vienna.url}/")
    tab.evaluate("new Promise(done => { navigator.serviceWorker.oncontrollerchange = done })")
    tab.goto("about:blank")
    tab.goto(f"{vienna.url}/404.html")
    assert tab.evaluate("caches.keys()") == []
    vienna.kill()
    with pytest.raises(Error):
        tab.goto(f"{vienna.url}/")


def test_a_page_that_moved_away_lets_its_readers_go(pair: Pair, returning: Callable[..., BrowserContext]) -> None:
    vienna, oslo = pair
    for place in pair:
        place.hold(told(vienna, oslo, said=OLD), age=timedelta(days=8))
    dave = returning(f"{vienna.url}/")
    oslo.kill()
    write(vienna.folder, {"index.html": b"<h1>Our new status page</h1>", "lightship/manifest.json": b"gone"})
    tab = opened(dave, f"{vienna.url}/")
    expect(tab.locator("h1")).to_have_text("Our new status page")
    tab.reload()
    assert tab.evaluate("navigator.serviceWorker.controller") is None


def test_a_page_that_moved_away_by_a_redirect_lets_its_readers_go(
    pair: Pair, returning: Callable[..., BrowserContext], tmp_path: Path
) -> None:
    vienna, oslo = pair
    for place in pair:
        place.hold(told(vienna, oslo, said=OLD), age=timedelta(days=8))
    dave = returning(f"{vienna.url}/")
    elsewhere = Place(tmp_path / "elsewhere")
    write(elsewhere.folder, {"index.html": b"<h1>Our new status page</h1>"})
    elsewhere.start()
    vienna.kill()
    oslo.kill()
    vienna.start(f"rewrite ^ {elsewhere.url}/ redirect;")
    tab = opened(dave, f"{vienna.url}/")
    expect(tab.locator("h1")).to_have_text("Our new status page")
    elsewhere.kill()


def test_a_page_begun_anew_with_another_key_is_not_hidden_by_the_old_one(
    pair: Pair, returning: Callable[..., BrowserContext]
) -> None:
    vienna, oslo = pair
    for place in pair:
        place.hold(told(vienna, oslo, said=OLD, epoch=900_000))
    dave = returning(f"{vienna.url}/")
    for place in pair:
        place.hold(told(vienna, oslo, said=NEW, epoch=1), signing_key=WRONG)
    tab = dave.new_page()
    tab.goto(f"{vienna.url}/")
    tab.evaluate("navigator.serviceWorker.ready.then(found => found.update())")
    tab.wait_for_function(
        "caches.keys().then(names => names.length == 1 && !names[0].endsWith(OLD_KEY))".replace(
            "OLD_KEY", repr(SEAL.public_text)
        )
    )
    tab.reload()
    expect(tab.locator("h1")).to_have_text(NEW)


def test_it_weighs_less_than_three_thousand_bytes() -> None:
    script = worker(told(), SEAL.public)["sw.js"]
    assert len(gzip.compress(script, 9)) < 3000
