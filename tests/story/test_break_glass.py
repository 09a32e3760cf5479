"""The desk dies; a person speaks without it; the desk comes back and hears of it. Nothing that anyone said is lost."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.test.utils import override_settings
from tests.django_settings import CONFIG
from tests.story.conftest import SEAL, Site, until
from tests.story.test_story import alice_posts

from lightship.core.model import Status
from lightship.publishing.verify import Verifier, audit
from lightship.store import journal
from lightship.store.models import Page
from lightship.worker.current import utc_now

pytestmark = pytest.mark.skipif(CONFIG.desk.database.engine != "sqlite", reason="the worker's lightship.toml names a file")


def laptop(site: Site, *words: str) -> dict[str, object]:
    """A command on a machine that has a copy of lightship.toml and the page's key, and no desk."""
    home = site.home / "laptop"
    home.mkdir(exist_ok=True)
    text = (site.home / "lightship.toml").read_text()
    for name in site.urls:
        text = text.replace(f'path = "{name}"', f'path = "{site.home / name}"')
    (home / "lightship.toml").write_text(text[text.index("[pages.acme]") :])
    (home / "key").write_bytes((site.home / "key").read_bytes())
    command = [sys.executable, "-m", "lightship.cli", "breakglass", "--as", "bob", *words, "--json"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DJANGO")}
    answer = subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr + answer.stdout
    found: dict[str, object] = json.loads(answer.stdout)
    return found


def test_what_was_said_without_the_desk_and_what_the_desk_said_end_up_on_every_host(site: Site) -> None:
    incident = alice_posts(site)
    site.work("first")
    until(lambda: site.proven(2) == set(site.urls), "the outage is proven on both hosts")
    site.kill("first")

    # Nobody publishes. Alice's last words stay in a database that nobody reaches; Bob speaks from his laptop.
    say = journal.NewUpdate(status=Status.IDENTIFIED, body="Alice: a controller failed.")
    journal.update(incident, say, None, utc_now())
    told = laptop(site, "update", "Bob: mailboxes are being moved.", "--state", "watching")
    assert told["proven"], told
    laptop(site, "post", "Control panel is slow", "Bob: every click is slow.")
    for host in site.urls:
        assert "Bob: mailboxes are being moved." in site.front(host)

    # The desk is back. It is refused, says so on every view, and stays silent on the hosts.
    site.work("second")
    until(lambda: all(site.verdict(host)[0] == "refused" for host in site.urls), "both hosts refuse the old desk")
    with override_settings(LIGHTSHIP=site.config, ALLOWED_HOSTS=["*"]):
        client = Client()
        client.force_login(User.objects.create(username="alice"))
        for path in ("", "hosts/", "history/", f"incidents/{incident.pk}/"):
            assert "Another desk spoke" in client.get(f"/p/acme/{path}").content.decode()
        answer = client.post("/p/acme/elsewhere/take-in/", follow=True).content.decode()
        assert "Taken in from" in answer
        assert "Another desk spoke" not in answer

    revision = Page.objects.get().revision
    until(lambda: site.proven(revision) == set(site.urls), "the desk speaks again, on every host")
    words = ("Alice: a controller failed.", "Bob: mailboxes are being moved.", "Bob: every click is slow.")
    for host, url in site.urls.items():
        assert [said for said in words if said not in site.front(host)] == []
        assert list(audit(Verifier(), url, SEAL.verify, whole=True)) == []

    # From here on all is as ever: what Alice posts, readers read; and Bob's laptop has nothing left to say.
    journal.update(incident, journal.NewUpdate(status=Status.RESOLVED, body="Alice: it works."), None, utc_now())
    revision = Page.objects.get().revision
    until(lambda: site.proven(revision) == set(site.urls), "the next post is proven")
    shown = laptop(site, "show")
    assert (shown["agreed"], shown["pending"]) == (True, [])
    assert Path(site.home / "laptop" / "breakglass.jsonl").exists()
