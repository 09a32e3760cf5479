"""What the worker does about certificates, and what a person does by hand: files, reports, and messages to staff."""

import dataclasses
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests import acme_server
from tests.certificates.conftest import CHALLENGE
from tests.certs import NOW
from tests.channels.places import Inbox
from tests.cli.conftest import Terminal, terminal
from tests.database import database, template
from tests.name_servers import Layout

from lightship.certificates import CertFolder
from lightship.cli.shared import App
from lightship.config import Config, PageConfig
from lightship.store.models import Report
from lightship.worker.jobs.certificates import look_after

__all__ = ["database", "template", "terminal"]
pytestmark = [pytest.mark.server("bind"), pytest.mark.server("pebble")]


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    with Inbox.open() as made:
        yield made


@pytest.fixture
def desk(terminal: Terminal, bind: Layout, pebble: acme_server.Pebble, inbox: Inbox) -> Terminal:
    """`lightship init` with a file that asks for a certificate, and one place to bring it to."""
    Path("lightship.toml").write_text(f"""
[desk]
url = "http://127.0.0.1:8000"
[channels.room]
kind = "chat"
urls = ["json://{inbox.url}/staff"]
[pages.acme]
url = "https://{bind.name}"
[pages.acme.certificate]
directory = "{pebble.directory}"
email = "alice@acme.example"
ca = "{pebble.ca}"
nameservers = ["{bind.address}:{bind.port}"]
names = ["{bind.name}", "h1.{bind.name}"]
install.vienna = ["cp", "{{fullchain}}", "{{privkey}}", "vienna"]
[pages.acme.zone]
kind = "rfc2136"
name = "{bind.name}"
server = "{bind.address}"
port = {bind.port}
key = {{ name = "operator", secret = "{bind.keys["operator"]}" }}
[pages.acme.hosts.vienna]
kind = "folder"
path = "hosts/vienna"
url = "https://vienna.{bind.name}"
""")
    assert terminal("init").status == 0
    return terminal


def told() -> tuple[Config, PageConfig]:
    config = App(None, {}).config()
    return config, config.page(None)


def facts() -> list[dict[str, object]]:
    """Of the reports, the oldest first."""
    return [report.facts for report in Report.objects.filter(kind="certificate").order_by("id")]


def test_init_makes_the_accounts_key_and_leaves_it_alone(desk: Terminal) -> None:
    key = Path("keys/acme.acme")
    before = key.read_text()
    assert key.stat().st_mode & 0o777 == 0o600
    assert desk("init").status == 0
    assert key.read_text() == before
    assert ("file", "keys/acme.acme") in told()[0].secrets, "the vault carries what the file refers to"


def test_a_round_orders_installs_and_reports_once(desk: Terminal, inbox: Inbox) -> None:
    Path("vienna").mkdir()
    config, page = told()
    outcome = look_after(config, page, NOW)
    assert outcome is not None
    assert outcome.wrong == ()
    assert look_after(config, page, NOW + timedelta(minutes=1)) is not None
    assert [report["words"] for report in facts()] == [""]
    assert facts()[0]["fingerprint"] == CertFolder(Path("certificates/acme")).certificate().fingerprint  # type: ignore[union-attr]
    assert Path("vienna/privkey.pem").exists()
    assert inbox.posts.empty()


def test_staff_hear_what_stands_in_the_way_once_a_day(desk: Terminal, inbox: Inbox) -> None:
    config, page = told()
    for hours in (0, 1, 2, 23, 25, 30):
        look_after(config, page, NOW + timedelta(hours=hours))
    letters = [json.loads(inbox.posts.get(timeout=5)[1]) for _ in range(2)]
    assert inbox.posts.empty()
    assert "Not installed at vienna: cp ended with status 1" in letters[0]["message"]
    assert "certificate renew" in letters[0]["message"]
    assert [report["told"] for report in facts()] == [True, True]
    Path("vienna").mkdir()
    look_after(config, page, NOW + timedelta(hours=31))
    assert facts()[-1]["places"] == {"vienna": ""}


def test_the_worker_of_another_machine_is_not_outdone(desk: Terminal) -> None:
    Path("vienna").mkdir()
    config, page = told()
    assert look_after(config, page, NOW)
    elsewhere = dataclasses.replace(config, base=Path("elsewhere").absolute())
    report = Report.objects.get()
    Report.objects.update(facts={**report.facts, "by": "another-machine"})
    assert look_after(elsewhere, page, NOW) is None
    existing = CertFolder(Path("certificates/acme")).certificate()
    assert existing is not None
    outcome = look_after(elsewhere, page, existing.until - timedelta(days=1))
    assert outcome is not None
    assert outcome.renewed, "it may be dead: its certificate is not renewed in time"


def test_by_hand_it_is_shown_and_had_at_once(desk: Terminal, bind: Layout) -> None:
    none = desk("certificate")
    assert (none.status, none.out) == (1, "no new certificate: there is none\nvienna: not installed yet\n")
    Path("vienna").mkdir()
    renewed = desk("certificate", "renew")
    assert renewed.status == 0, renewed.out
    assert renewed.out.startswith(f"{bind.name}, h1.{bind.name}: until 20")
    assert renewed.out.endswith("vienna: has it\n")
    shown = desk("certificate", "--json")
    assert (shown.status, json.loads(shown.out)["places"], json.loads(shown.out)["due"]) == (0, {"vienna": ""}, "")
    again = desk("certificate", "renew", "--force")
    assert (again.status, again.err) == (0, f"ordering one for {bind.name}, h1.{bind.name}; this takes up to some minutes\n")
    assert bind.zone().read(bind.name, [CHALLENGE])[CHALLENGE] == frozenset()


def test_a_page_that_asks_for_none_says_where_to_read(desk: Terminal) -> None:
    text = Path("lightship.toml").read_text()
    begin, end = text.index("[pages.acme.certificate]"), text.index("[pages.acme.zone]")
    Path("lightship.toml").write_text(text[:begin] + text[end:])
    answer = desk("certificate")
    assert answer.status == 1
    assert "has no [pages.acme.certificate]" in answer.err


def test_a_witness_and_a_laptop_need_no_key_of_the_account(desk: Terminal) -> None:
    Path("keys/acme.acme").unlink()
    assert "keys/acme.acme" in desk("certificate").err
    assert desk("channels").status == 0


def test_a_certificate_without_a_zone_is_refused(desk: Terminal) -> None:
    text = Path("lightship.toml").read_text()
    begin, end = text.index("[pages.acme.zone]"), text.index("[pages.acme.hosts")
    Path("lightship.toml").write_text(text[:begin] + text[end:])
    assert "pages.acme.certificate: needs `zone`" in desk("certificate").err
