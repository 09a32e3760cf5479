"""The desk in a real browser: narrow, dark, live, cut off, and without JavaScript."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.desk.cast import Stage
from tests.desk.test_labels import views
from tests.desk.test_structure import receipt

from lightship.core.model import Status
from lightship.store import journal
from lightship.store.models import Incident, Receipt

pytestmark = pytest.mark.server("chromium")
BODY = "What do customers see?"
TEXT = "The text that readers get"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_view_fits_a_phone_and_axe_finds_nothing(page: Page, stage: Stage, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    wrong = list[str]()
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    for path in views(stage):
        if path.endswith(("/live/", "/said/", "/published/")):
            continue  # parts of other views
        page.goto(path)
        page.evaluate("document.querySelectorAll('details').forEach((fold) => fold.setAttribute('open', ''))")
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), path
        assert [violation["id"] for violation in Axe().run(page).response["violations"]] == [], path
        small = page.evaluate(
            "[...document.querySelectorAll('button, select, .chip, .strip a, summary, input[type=checkbox]')]"
            ".filter((e) => e.checkVisibility() && (e.closest('label') || e).getBoundingClientRect().height < 31)"
            ".map((e) => e.outerHTML.slice(0, 80))"
        )
        assert small == [], path
    assert wrong == []


def test_three_touches_and_a_text_reach_the_public(page: Page, stage: Stage) -> None:
    page.goto("/")
    page.get_by_label("Webmail", exact=True).check()
    page.get_by_label("Down", exact=True).check()
    page.get_by_label(BODY).fill("Signing in fails.")
    page.get_by_role("button", name="Post").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Webmail is down")
    assert Incident.objects.get().name == "Webmail is down"


def test_a_draft_survives_a_reload_and_is_gone_once_posted(page: Page, stage: Stage) -> None:
    page.goto("/p/acme/")
    page.get_by_label("IMAP", exact=True).check()
    page.get_by_label("Down", exact=True).check()
    page.get_by_label(BODY).fill("Mail is late.")
    page.reload()
    expect(page.get_by_label(BODY)).to_have_value("Mail is late.")
    expect(page.get_by_label("IMAP", exact=True)).to_be_checked()
    expect(page.get_by_text("it was never posted")).to_be_visible()
    page.get_by_role("button", name="Post").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("IMAP is down")
    page.goto("/p/acme/")
    expect(page.get_by_label(BODY)).to_have_value("")


def test_without_a_connection_the_text_stays_and_the_desk_says_so(page: Page, context: BrowserContext, stage: Stage) -> None:
    page.goto("/p/acme/")
    page.get_by_label("IMAP", exact=True).check()
    page.get_by_label("Down", exact=True).check()
    page.get_by_label(BODY).fill("Mail is late.")
    context.set_offline(True)
    page.get_by_role("button", name="Post").click()
    expect(page.locator("#offline")).to_contain_text("NOT POSTED: no connection. Your text is safe on this device.")
    expect(page.get_by_label(BODY)).to_have_value("Mail is late.")
    context.set_offline(False)
    page.get_by_role("button", name="Post it now").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("IMAP is down")


def test_receipts_arrive_while_one_looks(page: Page, stage: Stage) -> None:
    page.goto("/p/acme/")
    expect(page.locator("#hosts")).to_contain_text("nothing heard of it yet")
    receipt(stage, "vienna", "proven", 0, revision=stage.page.revision)
    expect(page.locator("#hosts")).to_contain_text(f"serving revision {stage.page.revision}")
    Receipt.objects.all().delete()
    receipt(stage, "vienna", "unreachable", 0, reason="Connection refused.")
    expect(page.locator("#hosts")).to_contain_text("not answering since")


def test_a_colleagues_post_appears_while_mine_is_typed(page: Page, stage: Stage) -> None:
    incident = stage.outage()
    page.goto(f"/p/acme/incidents/{incident.pk}/")
    page.get_by_label(TEXT).fill("My words.")
    journal.update(incident, journal.NewUpdate(status=Status.IDENTIFIED, body="A disk."), stage.bob, datetime.now(UTC))
    expect(page.locator("#timeline")).to_contain_text("A disk.")
    expect(page.get_by_label(TEXT)).to_have_value("My words.")
    page.get_by_role("button", name="Post").click()
    page.get_by_role("button", name="Post mine as well").click()
    expect(page.locator("#timeline")).to_contain_text("My words.")


def test_the_end_asks_only_what_the_end_needs(page: Page, stage: Stage) -> None:
    page.goto(f"/p/acme/incidents/{stage.outage().pk}/")
    expect(page.get_by_text("Next update", exact=True)).to_be_visible()
    page.get_by_label("It is over", exact=True).check()
    expect(page.get_by_text("Next update", exact=True)).to_be_hidden()
    expect(page.get_by_text("Everything it touched works again")).to_be_visible()


def test_a_preview_shows_the_page_with_its_style(page: Page, stage: Stage) -> None:
    page.goto("/p/acme/")
    page.get_by_label("Webmail", exact=True).check()
    page.get_by_label("Down", exact=True).check()
    page.get_by_label(BODY).fill("Signing in fails.")
    page.get_by_role("button", name="Preview").click()
    framed = page.frame_locator("iframe").last
    expect(framed.get_by_role("heading", level=1)).to_have_text("Webmail is down")
    assert framed.locator("body").evaluate("(body) => getComputedStyle(body).marginTop") == "0px"
    assert not Incident.objects.exists()
    page.get_by_role("button", name="Back to edit").click()
    expect(page.get_by_label(BODY)).to_have_value("Signing in fails.")


def test_all_of_it_works_without_javascript(browser: Browser, desk: str, stage: Stage) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=desk)
    context.add_cookies([{"name": "sessionid", "value": stage.signed_in().cookies["sessionid"].value, "url": desk}])
    page = context.new_page()
    page.goto("/p/acme/")
    page.get_by_label("Webmail", exact=True).check()
    page.get_by_label("Down", exact=True).check()
    page.get_by_label(BODY).fill("Signing in fails.")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Post").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Webmail is down")
    page.get_by_label("It is over", exact=True).check()
    page.get_by_label(TEXT).fill("It works again.")
    page.get_by_role("button", name="Post").click()
    expect(page.locator("#timeline")).to_contain_text("It works again.")
    context.close()
    assert not Incident.objects.get().open


def test_a_button_copies_what_support_says(page: Page, context: BrowserContext, stage: Stage) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"/p/acme/incidents/{stage.outage().pk}/kit/")
    page.get_by_role("button", name="Copy: On the telephone").click()
    expect(page.locator("[data-copy]").first).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("textarea").first.input_value()


def test_the_text_is_written_while_one_types_and_never_over_what_one_wrote(page: Page, stage: Stage) -> None:
    page.goto("/p/acme/open/")
    page.get_by_label("Webmail", exact=True).check()
    page.get_by_label("Down", exact=True).check()
    page.get_by_label(BODY).fill("signing in fails")
    expect(page.get_by_label(TEXT)).to_have_value(re.compile("^Signing in fails. Affected: Webmail. Next update by "))
    expect(page.get_by_role("link", name="Who, where, how many?")).to_be_visible()
    page.get_by_label(TEXT).fill("Nobody can sign in to webmail.")
    page.get_by_label(BODY).fill("signing in fails with error 503")
    expect(page.get_by_text("nothing writes over it")).to_be_visible()
    expect(page.get_by_label(TEXT)).to_have_value("Nobody can sign in to webmail.")
    page.get_by_role("link", name="Who, where, how many?").click()
    expect(page.get_by_label("Who is affected, and where")).to_be_focused()
    page.get_by_role("button", name="Write it again from the facts").click()
    expect(page.get_by_label(TEXT)).to_have_value(re.compile("^Signing in fails with error 503"))
    page.get_by_role("button", name="Post").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Webmail is down")
