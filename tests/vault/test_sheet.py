"""The recovery sheet: what a person under stress needs, on one page, with a key that is read back from it."""

import re
from html import unescape
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from tests import servers

from lightship import vault
from lightship.vault.sheet import Known, Spot, command, sheet

KEY, RECIPIENT = vault.new_key()
SPOTS = (
    Spot("vienna", "https://vienna.acmestatus.net", "/srv/acmestatus.vault"),
    Spot("graz", "https://graz.acmestatus.net", "sftp://status@graz.example.net/site.vault"),
    Spot("bucket", "https://acmestatus.s3.example.net", "s3://acmestatus-private/vault"),
)
PAGES = (Known("acmestatus.net", "https://acmestatus.net", "AglD6tgOS7np1l+c3fpWEruVNvQwOyb3WwNpN+szETU=", SPOTS),)
HTML = sheet(PAGES, KEY, RECIPIENT, "1.2", "2026-11-22")


def test_the_key_is_read_back_as_it_stands_on_paper() -> None:
    typed = unescape(re.sub(r"<[^>]+>", " ", HTML[HTML.index("The recovery key") :])).partition("Do this")[0]
    assert str(vault.key_in(typed)) == KEY


def test_it_names_every_host_with_the_command_that_comes_back_from_it() -> None:
    said = unescape(HTML)
    for spot in SPOTS:
        assert command(spot) in said
        assert spot.name in said
        assert spot.place in said
    assert said.index("graz") < said.index("vienna"), "a folder is only of use to who sits at its machine"
    assert PAGES[0].public in said
    assert "breakglass" in said


def test_a_sheet_without_the_key_says_where_the_key_is() -> None:
    without = sheet(PAGES, "", RECIPIENT, "1.2", "2026-11-22")
    assert "AGE-SECRET-KEY" not in without
    assert "<svg" not in without
    assert without.count(RECIPIENT) == 2


def test_a_host_whose_vault_is_public_needs_no_place() -> None:
    spot = Spot("a", "https://a.example", f"https://a.example/{vault.BELOW}")
    assert command(spot) == "lightship restore https://a.example --key recovery.txt"


@pytest.mark.server("chromium")
def test_it_is_one_page_of_a4(tmp_path: Path) -> None:
    with sync_playwright() as playwright:
        browser: Browser = playwright.chromium.launch(executable_path=servers.program("chromium"), args=["--no-sandbox"])
        page = browser.new_page()
        page.set_content(HTML)
        paper = page.pdf(format="A4", prefer_css_page_size=True)
        browser.close()
    assert re.findall(rb"/Type /Pages\s*/Count (\d+)|/Count (\d+)", paper)[0].count(b"1") == 1
