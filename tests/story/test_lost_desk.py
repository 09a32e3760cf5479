"""The desk's machine is lost. From a host that still stands the desk comes back, and speaks within a minute."""

import contextlib
import secrets
import shutil
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.contrib.auth.hashers import check_password
from django.contrib.auth.models import Group as Team
from django.contrib.auth.models import User
from tests import servers
from tests.database import use
from tests.django_settings import CONFIG
from tests.vault.town import SECRET, Town, rows, town, until, without_takeover

from lightship.core.model import Status
from lightship.core.site.versions import includes
from lightship.store import journal
from lightship.store.models import Entry, Incident, Page, Report, Update
from lightship.store.read.rows import vector
from lightship.worker.current import utc_now

pytestmark = pytest.mark.skipif(CONFIG.desk.database.engine != "sqlite", reason="each desk here names its own database")
PARTS = """
[[pages.acme.groups]]
name = "Mail"
[[pages.acme.components]]
name = "Webmail"
group = "Mail"
[[pages.acme.components]]
name = "Panel"
"""


@pytest.fixture
def acme(tmp_path: Path, database: Path) -> Iterator[Town]:
    """A desk with people, a past and an open incident; its vaults are full, and its worker rests."""
    with town(tmp_path) as made:
        (made.home / "parts.toml").write_text(PARTS)
        made.run("apply", "parts.toml")
        live_through(made)
        made.keep()
        yield made


def live_through(made: Town) -> None:
    use(made.home / "desk.sqlite3")
    alice = User.objects.create_user("alice", "alice@acme.example", "correct horse battery")
    alice.groups.add(Team.objects.create(name="Night shift"))
    page, now = Page.objects.get(slug="acme"), utc_now()
    say = journal.NewUpdate(status=Status.INVESTIGATING, body="Sign-in fails – „503“ ✓.")
    over = journal.open_incident(page, journal.NewIncident(name="Slow mail", update=say), alice, now - timedelta(days=40))
    said = journal.NewUpdate(status=Status.RESOLVED, body="It works.")
    journal.update(over, said, alice, now - timedelta(days=40) + timedelta(minutes=9))
    made.run("post", "Webmail is down", "Sign-in fails with 503.", "-c", "Webmail=down", "--page", "acme", "--by", "alice")
    made.run("post", "Beta is slow", "Signing in takes minutes.", "--page", "beta", "--by", "alice")
    Report.objects.create(page=page, kind="drill", at=now, facts={"seconds": 41.5, "ok": True, "words": None})


def test_with_the_key_every_row_comes_back_and_the_first_post_is_read_within_a_minute(acme: Town) -> None:
    before = rows(acme.home / "desk.sqlite3")
    toml = (acme.home / "lightship.toml").read_text()
    keys = {path.name: path.read_text() for path in (acme.home / "keys").glob("*.key")}
    acme.is_lost()

    started = time.monotonic()
    told = acme.restore("--key", str(acme.key), "--vault", str(acme.vault()))
    restored = time.monotonic() - started
    after = rows(acme.home / "desk.sqlite3")  # before anybody speaks again
    acme.run(
        "post",
        "We are back",
        "The desk runs on another machine.",
        "--vague-because",
        "A test.",
        "--page",
        "acme",
        "--by",
        "alice",
    )
    acme.work()
    until(lambda: acme.shows("We are back"), "both hosts show the first post")
    spoken = time.monotonic() - started
    print(f"\nrestored after {restored:.1f} s, first post read on both hosts after {spoken:.1f} s")  # noqa: T201

    assert spoken < 60
    assert without_takeover(after, acme.home / "desk.sqlite3") == without_takeover(before, acme.home / "desk.sqlite3")
    assert len(after["desk_entry"]) == len(before["desk_entry"]) + len(acme.urls), "each page tells that it was taken over"
    assert {path.name: path.read_text() for path in (acme.home / "keys").glob("*.key")} == keys
    assert (acme.home / "lightship.toml").read_text() == toml.replace(
        '{ env = "DESK_SECRET" }', '{ file = "keys/restored/1-DESK_SECRET" }'
    )
    assert (acme.home / "keys/restored/1-DESK_SECRET").read_text() == SECRET + "\n"
    assert [page["page"] for page in told["pages"]] == ["acme", "beta"]
    use(acme.home / "desk.sqlite3")
    assert check_password("correct horse battery", User.objects.get(username="alice").password)
    assert User.objects.get(username="alice").groups.get().name == "Night shift"
    assert Entry.objects.get(action="open", name="Slow mail").author == User.objects.get(username="alice")


def test_the_old_desk_is_refused_when_it_comes_back(acme: Town, tmp_path: Path) -> None:
    old = shutil.copytree(acme.home, tmp_path / "old")
    acme.is_lost()
    acme.restore("--key", str(acme.key), "--vault", str(acme.vault()))
    acme.run("publish", "--page", "acme")
    acme.env = {"DESK_SECRET": SECRET}
    refused = acme.tried("publish", "--page", "acme", home=old)
    assert refused.returncode == 1
    assert refused.stdout.count("refused") == 2


def test_words_that_hosts_heard_after_the_vault_was_written_are_taken_in(acme: Town) -> None:
    kept = shutil.copytree(acme.vault(), acme.web / "an-older-copy")
    acme.run("update", "A disk failed; half is moved.", "--state", "known", "--page", "acme")
    acme.run("post", "Panel is slow too", "Signing in takes minutes.", "-c", "Panel=slow", "--page", "acme")
    acme.run("publish", "--page", "acme")
    use(acme.home / "desk.sqlite3")
    last = Page.objects.get(slug="acme")
    acme.is_lost()

    told = acme.restore("--key", str(acme.key), "--vault", str(kept))
    assert any("held newer words than the vault; 2 updates" in note for note in told["notes"])
    use(acme.home / "desk.sqlite3")
    assert Update.objects.filter(wordings__body="A disk failed; half is moved.").count() == 1
    assert Incident.objects.get(name="Panel is slow too").open
    row = Page.objects.get(slug="acme")
    assert row.epoch > last.epoch
    assert includes((row.epoch, row.revision), vector(row), (last.epoch, last.revision))
    assert acme.run("publish", "--page", "acme").count("proven") == 2
    assert acme.shows("half is moved")


def test_without_the_key_everything_public_comes_back_and_it_says_what_does_not(acme: Town) -> None:
    before = rows(acme.home / "desk.sqlite3")
    incidents = set(Incident.objects.filter(page__slug="acme").values_list("id", flat=True))
    said = dict(Update.objects.filter(incident__page__slug="acme").values_list("id", "wordings__body"))
    toml = (acme.home / "lightship.toml").read_text()
    public = vault_public(acme)
    acme.is_lost()
    told = acme.restore("--public", public)

    use(acme.home / "desk.sqlite3")
    after = rows(acme.home / "desk.sqlite3")
    assert dict(Update.objects.values_list("id", "wordings__body")) == said
    assert {row[0] for row in after["desk_incident"]} == incidents
    assert {row[0] for row in after["desk_component"]} == {row[0] for row in before["desk_component"]}
    assert {row[0] for row in after["desk_group"]} == {row[0] for row in before["desk_group"]}
    assert list(User.objects.values_list("username", flat=True)) == ["admin"]
    words = " ".join(told["notes"])
    for missing in ("accounts", "who wrote what", "credentials", "has a new key", "publish --force", "put your own hosts"):
        assert missing in words
    # The new page's key is another: hosts refuse it until a person says that it may take them over.
    hosts = toml[toml.index("[pages.acme.hosts") : toml.index("[pages.beta]")]
    mine = (acme.home / "lightship.toml").read_text()
    (acme.home / "lightship.toml").write_text(mine[: mine.index("[pages.acme.hosts")] + hosts)
    assert acme.tried("publish").stdout.count("refused") == 2
    assert acme.run("publish", "--force").count("proven") == 2


def test_a_copy_of_lightship_toml_and_the_pages_keys_makes_hosts_go_on_at_once(acme: Town, tmp_path: Path) -> None:
    kept = shutil.copytree(acme.home, tmp_path / "kept", ignore=shutil.ignore_patterns("desk.sqlite3*"))
    acme.is_lost()
    shutil.copytree(kept, acme.home, dirs_exist_ok=True)
    acme.env = {"DESK_SECRET": SECRET}
    told = acme.restore()
    assert [page["incidents"] for page in told["pages"]] == [2, 1]
    assert "has a new key" not in " ".join(told["notes"])
    assert acme.run("publish", "--page", "acme").count("proven") == 2
    assert acme.run("publish", "--page", "beta").count("proven") == 2


def vault_public(made: Town) -> str:
    words = made.run("recovery")
    acme = made.urls["acme"]["vienna"].removeprefix("http://")
    return next(line.rpartition(" ")[2] for line in words.splitlines() if acme in line and "public key" in line)


@pytest.mark.server("postgres")
def test_from_sqlite_to_postgresql_and_back_nothing_is_lost(acme: Town) -> None:
    before = rows(acme.home / "desk.sqlite3")
    with new_database() as url:
        acme.is_lost()
        acme.restore("--key", str(acme.key), "--vault", str(acme.vault()), "--database", url)
        assert url in (acme.home / "lightship.toml").read_text()
        # Its counters go on after the rows that came: a new row takes a number of its own.
        acme.run("post", "From PostgreSQL", "Still here.", "--vague-because", "A test.", "--page", "beta", "--by", "alice")
        acme.run("account", "carol")
        acme.keep()
        acme.is_lost()
    acme.restore("--key", str(acme.key), "--vault", str(acme.vault()), "--database", "sqlite:///desk.sqlite3")
    after = rows(acme.home / "desk.sqlite3")
    use(acme.home / "desk.sqlite3")
    assert User.objects.filter(username="carol").exists()
    assert Incident.objects.filter(name="From PostgreSQL").exists()
    old, new = (without_takeover(found, acme.home / "desk.sqlite3") for found in (before, after))
    for table in before:
        missing = set(map(repr, old[table])) - set(map(repr, new[table]))
        assert not missing, (table, missing)
    more = {table: len(new[table]) - len(old[table]) for table in old if len(new[table]) != len(old[table])}
    one = ("auth_user", "desk_entry", "desk_incident", "desk_judgement", "desk_text", "desk_update")
    assert more == dict.fromkeys(one, 1)


@contextlib.contextmanager
def new_database() -> Iterator[str]:
    """A database of its own on the server that the tests have."""
    url, name = servers.postgres_url(), f"lightship_lost_{secrets.token_hex(4)}"
    assert url
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield urlsplit(url)._replace(path=f"/{name}").geturl()
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")
