"""The recovery sheet: what a person under stress needs, on one page, with a key that is read back from it."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from tests import servers

from lightship import vault
from lightship.config import Config, HostConfig, PageConfig
from lightship.config.values import Vault
from lightship.signing import verify_key
from lightship.vault.sheet import command, place_of, sheet

KEY, RECIPIENT = vault.new_key()
NOW = datetime(2026, 11, 22, tzinfo=UTC)
SFTP = {"host": "graz.example.net", "path": "/site", "user": "status", "known_host": "ssh-ed25519 AAAA", "password": "any"}
BUCKET = {"store": "s3://acmestatus", "vault": "s3://acmestatus-private/vault"}
HOSTS = (
    HostConfig(name="vienna", kind="folder", url="https://vienna.acmestatus.net", options={"path": Path("/srv/acmestatus")}),
    HostConfig(name="graz", kind="sftp", url="https://graz.acmestatus.net", options=SFTP),
    HostConfig(name="bucket", kind="object_store", url="https://acmestatus.s3.example.net", options=BUCKET),
)
PLACES = ("/srv/acmestatus.vault", "sftp://status@graz.example.net/site.vault", "s3://acmestatus-private/vault")
PAGE = PageConfig(slug="acme", url="https://acmestatus.net", key=bytes(range(32)), hosts=HOSTS)
CONFIG = Config(path=Path("lightship.toml"), base=Path(), pages={"acme": PAGE}, vault=Vault(recovery=(RECIPIENT,)))
HTML = sheet(CONFIG, KEY, NOW)


def test_the_key_is_read_back_as_it_stands_on_paper() -> None:
    typed = unescape(re.sub(r"<[^>]+>", " ", HTML[HTML.index("The recovery key") :])).partition("Do this")[0]
    assert str(vault.key_in(typed)) == KEY


def test_it_names_every_host_with_the_command_that_comes_back_from_it() -> None:
    said = unescape(HTML)
    for host, place in zip(HOSTS, PLACES, strict=True):
        assert command(host.url, place) in said
        assert host.name in said
        assert place in said
    assert said.index("graz") < said.index("vienna"), "a folder is only of use to who sits at its machine"
    assert verify_key(PAGE).text in said
    assert "breakglass" in said


def test_a_sheet_without_the_key_says_where_the_key_is() -> None:
    without = sheet(CONFIG, "", NOW)
    assert "AGE-SECRET-KEY" not in without
    assert "<svg" not in without
    assert without.count(RECIPIENT) == 2


def test_a_host_whose_vault_is_public_needs_no_place() -> None:
    place = place_of(replace(CONFIG, vault=Vault(public=True)), HOSTS[0])
    assert place == f"{HOSTS[0].url}/{vault.BELOW}"
    assert command(HOSTS[0].url, place) == "lightship restore https://vienna.acmestatus.net --key recovery.txt"


@pytest.mark.server("chromium")
def test_it_is_one_page_of_a4(tmp_path: Path) -> None:
    with sync_playwright() as playwright:
        browser: Browser = playwright.chromium.launch(executable_path=servers.program("chromium"), args=["--no-sandbox"])
        page = browser.new_page()
        page.set_content(HTML)
        paper = page.pdf(format="A4", prefer_css_page_size=True)
        browser.close()
    assert re.findall(rb"/Type /Pages\s*/Count (\d+)|/Count (\d+)", paper)[0].count(b"1") == 1
