"""The desk under stress, in a real browser on a phone: the network cut, the worker dead, and a colleague at the same time."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from tests.desk.cast import Stage
from tests.desk.test_structure import receipt
from tests.standing import status_of

from lightship.core.model import ComponentStatus, Facts, Status
from lightship.store import journal
from lightship.store.journal import structure
from lightship.store.models import Incident, Update

pytestmark = pytest.mark.server("chromium")
NEW, BODY = "The text that readers get", "What do customers see?"
SLOW = ComponentStatus.DEGRADED
# Taps a button thrice, and answers when the browser is about to leave: what it says, and whether all of its form are held.
PRESSED = """async (selector) => {
  const button = document.querySelector(selector), all = () => [...button.form.querySelectorAll("button")];
  for (let tap = 0; tap < 3; tap++) button.click();
  const said = (e) => e.getAttribute("aria-disabled") === "true";
  while (!(button.form.dataset.waits && all().every(said))) await new Promise((go) => setTimeout(go, 20));
  button.click();
  return [button.textContent, button.getAttribute("aria-busy"), String(all().every(said))];
}"""


def now() -> datetime:
    return datetime.now(UTC)


def bob_posts(stage: Stage, incident: Incident, body: str = "Only slow now.") -> Update:
    new = journal.NewUpdate(status=Status.IDENTIFIED, body=body, statuses={stage.webmail.pk: SLOW})
    return journal.update(incident, new, stage.bob, now())


def post(page: Page, name: str = "Post") -> None:
    page.get_by_role("button", name=name, exact=True).click()


def only(page: Page, held: list[Route]) -> Route:
    """The one request that was held back, as soon as Playwright hands it over."""
    while not held:
        page.wait_for_timeout(10)
    (route,) = held
    return route


def bar(page: Page) -> Callable[[str], None]:
    return expect(page.locator("#offline")).to_contain_text


def test_the_network_is_cut_a_colleague_posts_and_no_worker_lives(page: Page, context: BrowserContext, stage: Stage) -> None:
    incident = stage.outage()
    page.goto(f"/p/acme/incidents/{incident.pk}/")
    page.get_by_label(NEW).fill("Half of the mailboxes work.")
    page.get_by_label("Webmail").select_option("major_outage")
    context.set_offline(True)
    post(page)
    bar(page)("NOT POSTED: no connection. Your text is safe on this device.")
    post(page, "Retry")
    bar(page)("NOT POSTED: no connection.")
    bob_posts(stage, incident)
    context.set_offline(False)
    bar(page)("NOT POSTED yet. The connection is back.")
    assert incident.updates.count() == 2, "nothing is sent unasked"
    post(page, "Post it now")
    expect(page.get_by_text("Bob set Webmail to Slow")).to_contain_text("your form follows")
    expect(page.get_by_label(NEW)).to_have_value("Half of the mailboxes work.")
    post(page, "Post mine as well")
    expect(page.locator("#published")).to_contain_text("NOT PUBLISHED: no worker is running")
    assert status_of(stage.webmail.pk) is SLOW
    expect(page.locator("#offline")).to_be_hidden()


def test_not_posted_follows_its_author_through_the_desk_and_a_closed_tab(
    page: Page, context: BrowserContext, stage: Stage
) -> None:
    incident = stage.outage()
    page.goto(f"/p/acme/incidents/{incident.pk}/")
    page.get_by_label(NEW).fill("Half of the mailboxes work.")
    context.set_offline(True)
    post(page)
    bar(page)("NOT POSTED")
    context.set_offline(False)
    page.close()
    other = context.new_page()
    other.goto("/p/acme/history/")
    bar(other)("“Webmail is down”. Your text is safe on this device.")
    other.get_by_role("link", name="Open it").click()
    expect(other.get_by_label(NEW)).to_have_value("Half of the mailboxes work.")
    post(other, "Post it now")
    expect(other.locator("#timeline")).to_contain_text("Half of the mailboxes work.")
    expect(other.locator("#offline")).to_be_hidden()
    other.goto("/p/acme/history/")
    expect(other.locator("#offline")).to_be_hidden()


def test_a_button_that_was_pressed_says_so_and_posts_once(page: Page, stage: Stage) -> None:
    incident, held = stage.outage(), list[Route]()
    page.goto(f"/p/acme/incidents/{incident.pk}/")
    page.get_by_label(NEW).fill("Half of the mailboxes work.")
    page.route(f"**/incidents/{incident.pk}/", lambda route: held.append(route))
    assert page.evaluate(PRESSED, ".act .first") == ["Posting…", "true", "true"]
    only(page, held).continue_()
    expect(page.locator("#timeline")).to_contain_text("Half of the mailboxes work.")
    assert incident.updates.count() == 2


def test_every_other_button_says_so_too(page: Page, stage: Stage) -> None:
    work, held = stage.works(), list[Route]()
    page.goto(f"/p/acme/incidents/{work.pk}/")
    page.route("**/turn/", lambda route: held.append(route))
    assert page.evaluate(PRESSED, "button[value=begin]")[:2] == ["One moment…", "true"]
    only(page, held).continue_()
    expect(page.get_by_text("The work has begun.")).to_be_visible()


def test_a_draft_brings_back_words_and_a_colleagues_newer_state_stands(page: Page, stage: Stage) -> None:
    incident = stage.outage()
    page.goto(f"/p/acme/incidents/{incident.pk}/")
    page.get_by_label(NEW).fill("Half of the mailboxes work.")
    page.get_by_label("Webmail").select_option("partial_outage")
    bob_posts(stage, incident)
    page.reload()
    expect(page.get_by_label(NEW)).to_have_value("Half of the mailboxes work.")
    expect(page.get_by_label("Webmail")).to_have_value("degraded_performance")
    expect(page.get_by_text("Somebody posted since")).to_contain_text("You had: Webmail: Partly down")
    expect(page.get_by_label("Cause known")).to_be_checked()
    post(page)
    expect(page.locator("#timeline")).to_contain_text("Half of the mailboxes work.")
    assert status_of(stage.webmail.pk) is SLOW


def test_what_was_chosen_comes_back_too_while_nobody_posted(page: Page, stage: Stage) -> None:
    page.goto(f"/p/acme/incidents/{stage.outage().pk}/")
    page.get_by_label(NEW).fill("Half of the mailboxes work.")
    page.get_by_label("Webmail").select_option("partial_outage")
    page.reload()
    expect(page.get_by_label("Webmail")).to_have_value("partial_outage")


def test_what_both_changed_is_named_before_mine_is_posted(page: Page, stage: Stage) -> None:
    incident = stage.outage()
    page.goto(f"/p/acme/incidents/{incident.pk}/")
    page.get_by_label(NEW).fill("It is worse than it looks.")
    page.get_by_label("Webmail").select_option("partial_outage")
    bob_posts(stage, incident)
    post(page)
    expect(page.get_by_text("Bob set Webmail to Slow")).to_contain_text("your form says Partly down")
    expect(page.get_by_text("Bob set Where we stand to Cause known")).to_contain_text("your form follows")
    post(page, "Post mine as well")
    expect(page.locator("#timeline")).to_contain_text("It is worse than it looks.")
    assert status_of(stage.webmail.pk) is ComponentStatus.PARTIAL
    assert Update.objects.order_by("created_at").last().status == "identified"  # type: ignore[union-attr]


def test_back_and_post_make_no_second_incident(page: Page, stage: Stage) -> None:
    for _ in range(2):
        page.goto("/p/acme/open/")
        page.get_by_label("Webmail", exact=True).check()
        page.get_by_label("Down", exact=True).check()
        page.get_by_label(BODY).fill("Signing in fails.")
        post(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("Webmail is down")
    expect(page.get_by_text("nothing was posted twice")).to_be_visible()
    page.go_back()
    page.get_by_label("Webmail", exact=True).check()
    page.get_by_label("Down", exact=True).check()
    page.get_by_label(BODY).fill("Signing in fails with 503.")
    post(page)
    page.get_by_role("link", name="Open “Webmail is down”").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Webmail is down")
    assert Incident.objects.count() == Update.objects.count() == 1


def test_one_more_in_the_same_component_is_asked_about_and_the_text_goes_where_it_belongs(page: Page, stage: Stage) -> None:
    incident = stage.outage()
    page.goto("/p/acme/")
    page.get_by_text("Something else is broken").click()
    page.get_by_label("Webmail", exact=True).check()
    page.get_by_label("Slow").check()
    page.get_by_label(BODY).fill("Mail is late.")
    post(page)
    post(page, "Yes, of “Webmail is down”")
    expect(page.get_by_text("Not posted yet")).to_be_visible()
    expect(page.get_by_label(BODY)).to_have_value("Mail is late.")
    page.reload()
    expect(page.get_by_label(BODY)).to_have_value("Mail is late.")
    post(page)
    expect(page.locator("#timeline")).to_contain_text("Mail is late.")
    assert (Incident.objects.count(), incident.updates.count()) == (1, 2)


def test_something_else_opens_its_own(page: Page, stage: Stage) -> None:
    stage.outage()
    page.goto("/p/acme/open/")
    page.get_by_label("Webmail", exact=True).check()
    page.get_by_label("Slow").check()
    page.get_by_label(BODY).fill("Mail is late.")
    post(page)
    post(page, "Something else: post it")
    expect(page.get_by_role("heading", level=1)).to_have_text("Webmail is slow")
    assert Incident.objects.count() == 2


def test_what_is_open_comes_first_and_its_late_update_is_red(page: Page, stage: Stage, desk: str) -> None:
    stage.alice.set_unusable_password()
    stage.alice.save()
    page.context.add_cookies([{"name": "sessionid", "value": stage.signed_in().cookies["sessionid"].value, "url": desk}])
    incident = stage.outage()
    late = journal.NewUpdate(status=Status.IDENTIFIED, body="Soon.", facts=Facts(next_update=now() - timedelta(minutes=2)))
    journal.update(incident, late, stage.alice, now() - timedelta(minutes=9))
    page.goto("/p/acme/")
    button = page.get_by_role("link", name="Post an update")
    expect(button).to_be_in_viewport()
    box = button.bounding_box()
    assert box and box["width"] > 280
    assert button.evaluate("(e) => getComputedStyle(e).backgroundColor") == "rgb(179, 38, 30)"
    expect(page.get_by_label(BODY)).to_be_hidden()
    note = page.get_by_text("You came in by a link").bounding_box()
    assert note and note["y"] > box["y"]
    button.click()
    expect(page.get_by_role("button", name="Post", exact=True)).to_be_in_viewport()
    expect(page.get_by_label("What is being done now")).to_be_in_viewport()
    composer, log = page.get_by_label(NEW).bounding_box(), page.locator("#timeline").bounding_box()
    assert composer and log and composer["y"] < log["y"]


def test_among_sixty_components_one_searches_and_the_broken_come_first(page: Page, stage: Stage) -> None:
    for number in range(6):
        group = structure.create_group(stage.page, f"Site {number}", None, now())
        for part in range(10):
            structure.create_component(stage.page, f"Server {number}-{part}", None, now(), group=group)
    journal.set_status(stage.page.components.get(name="Server 3-7"), SLOW, None, now())
    page.goto("/p/acme/")
    expect(page.locator(".chips summary").first).to_contain_text("Not working now 1")
    expect(page.get_by_label("Server 3-7", exact=True)).to_be_visible()
    expect(page.get_by_label("Server 5-1", exact=True)).to_be_hidden()
    page.get_by_label("Find a component").fill("5-1")
    expect(page.locator(".chip:visible", has=page.locator("[name=components]"))).to_have_count(1)
    page.get_by_label("Server 5-1", exact=True).check()
    page.get_by_label("Find a component").press("Enter")
    page.get_by_label("Find a component").fill("")
    expect(page.get_by_label("Server 5-1", exact=True)).to_be_visible()
    expect(page.get_by_label("Server 4-1", exact=True)).to_be_hidden()
    assert not Incident.objects.exists(), "Enter posts nothing"


def test_the_author_learns_in_the_same_place_who_reads_it(page: Page, stage: Stage) -> None:
    receipt(stage, "vienna", "proven", 0, revision=stage.page.revision, epoch=1)
    incident = stage.outage()
    page.goto(f"/p/acme/incidents/{incident.pk}/")
    page.get_by_label(NEW).fill("Half of the mailboxes work.")
    post(page)
    expect(page.locator("#published")).to_contain_text("on its way to every host")
    stage.page.refresh_from_db()
    page.get_by_label(NEW).fill("More.")
    receipt(stage, "vienna", "proven", 0, revision=stage.page.revision, epoch=1)
    expect(page.locator("#published")).to_contain_text("Strangers on vienna read this after")
    expect(page.locator("#published")).to_contain_text("bucket: not yet")
    expect(page.get_by_label(NEW)).to_have_value("More.")


def test_withdraw_says_what_readers_will_see_and_then_nothing_can_be_posted(page: Page, stage: Stage) -> None:
    incident = stage.outage()
    page.goto(f"/p/acme/incidents/{incident.pk}/")
    page.get_by_role("link", name="Withdraw").click()
    expect(page.get_by_text("turns to working, unless something else holds it")).to_contain_text("Webmail")
    page.get_by_label("Why? Readers read this").fill("It was meant for a test.")
    post(page, "Withdraw it")
    expect(page.get_by_text("Readers see that it was a mistake")).to_be_visible()
    expect(page.get_by_label(NEW)).to_have_count(0)
    expect(page.locator("#timeline")).to_contain_text("is withdrawn. It was meant for a test.")
    assert status_of(stage.webmail.pk) is ComponentStatus.OPERATIONAL


def test_two_that_are_one_are_merged(page: Page, stage: Stage) -> None:
    first, second = stage.outage(), stage.outage(name="Mail is late")
    page.goto(f"/p/acme/incidents/{first.pk}/")
    page.get_by_role("link", name="Merge").click()
    expect(page.get_by_label("Mail is late")).to_be_checked()
    post(page, "Merge them")
    expect(page.get_by_role("heading", level=1)).to_have_text("Mail is late")
    expect(page.get_by_text("“Webmail is down” goes on here now.")).to_be_visible()
    page.goto(f"/p/acme/incidents/{first.pk}/")
    page.get_by_role("link", name="Mail is late").click()
    assert second.pk in page.url
    assert status_of(stage.webmail.pk) is ComponentStatus.MAJOR


def test_what_was_learned_comes_after_the_end_and_what_was_left_behind_is_set_right(page: Page, stage: Stage) -> None:
    incident = stage.outage()
    page.goto(f"/p/acme/incidents/{incident.pk}/")
    expect(page.get_by_label("What we learned")).to_have_count(0)
    left = {stage.webmail.pk: SLOW}
    journal.update(incident, journal.NewUpdate(status=Status.RESOLVED, body="Over.", statuses=left), stage.bob, now())
    page.reload()
    expect(page.get_by_label("What we learned")).to_have_count(1)
    page.get_by_role("link", name="Set what works again").click()
    page.get_by_label("Webmail").select_option("operational")
    post(page, "Set")
    expect(page.get_by_text("not all of what it touched works")).to_have_count(0)
    assert status_of(stage.webmail.pk) is ComponentStatus.OPERATIONAL


def test_without_javascript_all_of_it_is_there(browser: Browser, desk: str, stage: Stage) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=desk)
    context.add_cookies([{"name": "sessionid", "value": stage.signed_in().cookies["sessionid"].value, "url": desk}])
    page, incident = context.new_page(), stage.outage()
    page.goto("/p/acme/")
    page.get_by_text("Something else is broken").click()
    page.get_by_label("Webmail", exact=True).check()
    page.get_by_label("Down", exact=True).check()
    page.get_by_label(BODY).fill("Mail is late.")
    post(page)
    post(page, "Yes, of “Webmail is down”")
    post(page)
    expect(page.locator("#published")).to_contain_text("NOT PUBLISHED: no worker is running")
    receipt(stage, "vienna", "unreachable", 0, reason="Connection refused.")
    page.goto(f"/p/acme/incidents/{incident.pk}/")
    page.get_by_role("link", name="Who reads it now?").click()
    expect(page.locator("#published")).to_contain_text("on its way")
    page.get_by_label(NEW).fill("Mine.")
    page.get_by_label("Webmail").select_option("partial_outage")
    bob_posts(stage, incident)
    post(page)
    expect(page.get_by_text("Bob set Webmail to Slow")).to_contain_text("your form says Partly down")
    post(page, "Post mine as well")
    expect(page.locator("#timeline")).to_contain_text("Mine.")
    context.close()
    assert Incident.objects.count() == 1
