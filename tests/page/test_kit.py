"""The front-line kit on a host: off unless its owner wants it, without the internal sheet, and never older than it says."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect
from tests.page import sample
from tests.page.conftest import rendered, write

from lightship import page as paper
from lightship.core.duty.promises import phase
from lightship.core.model import Snapshot

Serve = Callable[[dict[str, bytes]], tuple[str, Path]]
Open = Callable[..., Tab]
MINUTE = timedelta(minutes=1)
PAGE = replace(sample.PAGE, kit=True, time_zone="Europe/Vienna")
PATHS = ["kit/phone.txt", "kit/reply.txt", "kit/chat.txt", "kit/social.txt", "kit/kit.json", "kit/index.html"]
OVER = "This was current until 14:30 UTC (15:30 Vienna time). Do not read it out. Ask the duty writer."


def published(broken: int = 1, after: int = 0) -> Snapshot:
    return sample.snapshot(broken, page=PAGE, at=sample.NOW + after * MINUTE)


def test_it_is_off_unless_the_owner_wants_it() -> None:
    assert not [path for path in paper.front(sample.snapshot()) if path.startswith("kit/")]
    assert [path for path in paper.front(published()) if path.startswith("kit/")] == PATHS


def test_a_text_names_the_incident_its_revision_and_until_when_it_may_be_used() -> None:
    files = paper.front(published(3))
    phone = files["kit/phone.txt"].decode().split("\n----\n\n")
    assert len(phone) == 3
    assert phone[0].startswith(
        "Webmail is down for customers on the Graz servers\nRevision 118. Current until 14:30 UTC (15:30 Vienna time); after "
        "that do not use it, ask the duty writer.\n\nWe know about this problem. Signing in to webmail ends with error 503."
    )
    assert files["kit/social.txt"].decode().count("Next update by") == 3


def test_a_file_drawn_after_the_promise_says_nothing_else() -> None:
    files = paper.front(published(after=15))
    for path in PATHS[:4]:
        assert files[path].decode().endswith(f"\n\n{OVER}\n"), path
    html = files["kit/index.html"].decode()
    assert OVER in html
    assert "<pre>" not in html
    (row,) = json.loads(files["kit/kit.json"])["kits"]
    assert row["expired"] is True
    assert row["phone"] == OVER


def test_programs_get_the_texts_but_nobody_gets_the_sheet() -> None:
    files = paper.front(published())
    document = json.loads(files["kit/kit.json"])
    assert {name: document[name] for name in ("format", "page", "epoch", "revision", "at")} == {
        "format": "lightship-kit/1",
        "page": PAGE.id,
        "epoch": 1,
        "revision": 118,
        "at": "2026-11-22T14:15:00.000Z",
    }
    (row,) = document["kits"]
    assert sorted(row) == ["chat", "expired", "expires", "incident", "name", "phone", "reply", "social", "until"]
    assert row["expires"] == "2026-11-22T14:30:00.000Z"
    for path in PATHS:
        assert b"WHAT WE DO NOT KNOW" not in files[path], path


def test_where_nothing_is_open_it_says_so() -> None:
    files = paper.front(published(0))
    assert files["kit/phone.txt"] == b"Revision 118. No incident is open, as of 22 Nov 2026, 14:15 UTC.\n"
    assert "No incident is open." in files["kit/index.html"].decode()
    assert json.loads(files["kit/kit.json"])["kits"] == []


def test_an_incident_without_a_promise_turns_its_kit_old_and_the_front_is_drawn_anew() -> None:
    shot = published()
    last = shot.open[0].updates[-1]
    silent = replace(last, wordings=(replace(last.wordings[0], facts=replace(last.facts, next_update=None)),))
    incident = replace(shot.open[0], updates=(*shot.open[0].updates[:-1], silent))
    bare = replace(shot, open=(incident,))
    due = last.created_at + 30 * MINUTE
    assert phase(bare, due - MINUTE) != phase(bare, due)
    unpublished = replace(bare, page=replace(PAGE, kit=False))
    assert phase(unpublished, due - MINUTE) == phase(unpublished, due)


def test_hostile_words_stay_words() -> None:
    shot = published()
    incident = replace(shot.open[0], name="</pre><script>alert(1)</script>\x00")
    files = paper.front(replace(shot, open=(incident,)))
    assert b"<script>alert" not in files["kit/index.html"]
    assert all(b"\x00" not in files[path] for path in PATHS)


@pytest.mark.server("chromium")
def test_the_script_strikes_what_is_old_though_no_desk_is_alive(serve: Serve, tab: Open) -> None:
    address, _ = serve(rendered(published()))
    carol = tab()
    carol.clock.install(time=sample.NOW)
    carol.goto(f"{address}kit/index.html")
    expect(carol.locator("pre").first).to_contain_text("We know about this problem.")
    expect(carol.get_by_role("button")).to_have_count(4)
    expect(carol.locator(".stop")).to_be_hidden()
    carol.clock.fast_forward(15 * 60 * 1000)
    expect(carol.get_by_role("status").filter(has_text="Do not read it out")).to_have_text(OVER)
    expect(carol.locator("pre").first).to_have_css("text-decoration-line", "line-through")
    expect(carol.locator("article button")).to_have_count(0)


@pytest.mark.server("chromium")
def test_an_open_kit_takes_over_newer_texts(serve: Serve, tab: Open) -> None:
    address, folder = serve(rendered(published()))
    carol = tab()
    carol.clock.install(time=sample.NOW)
    carol.goto(f"{address}kit/index.html")
    shot = published(after=1)
    first = replace(shot.open[0], name="Mail is down")
    write(folder, rendered(replace(shot, open=(first,), revision=119)))
    carol.clock.fast_forward(31_000)
    expect(carol.locator("h2")).to_have_text("Mail is down")
    expect(carol.get_by_role("button")).to_have_count(4)


@pytest.mark.server("chromium")
def test_a_button_copies_the_text(serve: Serve, tab: Open) -> None:
    address, _ = serve(rendered(published()))
    carol = tab(permissions=["clipboard-read", "clipboard-write"])
    carol.clock.install(time=sample.NOW)
    carol.goto(f"{address}kit/index.html")
    carol.get_by_role("button", name="Copy: On the telephone").click()
    expect(carol.locator("article button").first).to_have_text("Copied")
    assert carol.evaluate("navigator.clipboard.readText()") == carol.locator("pre").first.text_content()


@pytest.mark.server("chromium")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("after", [0, 15])
def test_axe_finds_nothing_in_the_kit_and_nothing_overflows(serve: Serve, tab: Open, scheme: str, after: int) -> None:
    address, _ = serve(rendered(published(3, after=after)))
    carol = tab(color_scheme=scheme)
    wrong: list[str] = []
    carol.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    carol.clock.install(time=sample.NOW + after * MINUTE)
    carol.goto(f"{address}kit/index.html")
    faults = Axe().run(carol).response["violations"]
    assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in faults] == []
    assert carol.evaluate("document.documentElement.scrollWidth") <= 360
    assert wrong == []
