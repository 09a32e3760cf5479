"""Every view: no code reaches a staffer, nothing inline runs, strangers get in nowhere."""

import re
from datetime import UTC, datetime

import pytest
from django.test import Client
from tests.desk.cast import Stage, read

from lightship.core.model import ComponentStatus, Facts, Impact, Status
from lightship.core.site.receipt import Verdict
from lightship.store import journal
from lightship.store.duty import front_line
from lightship.store.models import Receipt

# Codes that are no English word a staffer could have meant.
CODES = {code.value for enum in (ComponentStatus, Status, Impact) for code in enum if "_" in code.value} | {
    "investigating", "identified", "monitoring", "postmortem", "operational", "unreachable",
}  # fmt: skip


def views(stage: Stage) -> list[str]:
    """The address of every view that a staffer can open, with all that can happen on it."""
    outage, works = stage.outage(), stage.works()
    update = outage.updates.get()
    journal.correct(update, "Better words.", Facts(), stage.bob, datetime.now(UTC))
    journal.update(outage, journal.NewUpdate(status=Status.IDENTIFIED, body="A disk."), stage.bob, datetime.now(UTC))
    journal.set_status(stage.imap, ComponentStatus.PARTIAL, stage.alice, datetime.now(UTC))
    now = datetime.now(UTC)
    for verdict in Verdict:
        Receipt.objects.create(page=stage.page, host="vienna", at=now, seen_at=now, verdict=verdict, reason="Told.")
    for text in ("Cannot sign in, error 503", "No page at all", "White, on the phone as well"):
        front_line.report(stage.page, now, text=text, components=[stage.panel.pk], by=stage.bob)
    front_line.make_link(stage.page, "Night shift", stage.alice, now)
    gone, part, over = (stage.outage(name=name) for name in ("A test", "Part of it", "Nearly over"))
    journal.withdraw(gone, "It was a test.", stage.alice, now)
    journal.merge(part, outage, stage.alice, now)
    left = {stage.panel.pk: ComponentStatus.DEGRADED}
    nearly = journal.NewUpdate(status=Status.RESOLVED, body="Nearly.", statuses=left)
    journal.update(over, nearly, stage.bob, now)
    incident, maintenance = f"/p/acme/incidents/{outage.pk}/", f"/p/acme/incidents/{works.pk}/"
    return [
        "/p/acme/", "/p/acme/live/", "/p/acme/open/", "/p/acme/plan/", "/p/acme/parts/", f"/p/acme/parts/{stage.webmail.pk}/",
        f"/p/acme/groups/{stage.mail.pk}/", "/p/acme/settings/", "/p/acme/settings/duty/", "/p/acme/history/",
        "/p/acme/journal/", "/p/acme/hosts/",
        "/p/acme/hosts/live/", incident, f"{incident}said/", f"{incident}name/", f"/p/acme/updates/{update.pk}/", maintenance,
        f"{maintenance}move/", f"{incident}withdraw/", f"{incident}merge/", f"{incident}published/",
        *(f"/p/acme/incidents/{row.pk}/" for row in (gone, part, over)), f"/p/acme/incidents/{over.pk}/levels/",
        "/password/", "/sign-in/", "/p/acme/kit/", f"{incident}kit/",
        "/p/acme/front-line/", "/p/acme/front-line/links/", "/staff/",
    ]  # fmt: skip


def test_no_code_is_ever_read_by_a_staffer(stage: Stage, client: Client) -> None:
    for path in views(stage):
        codes = set(re.findall(r"[a-z_]+", read(client.get(path)).text.lower())) & CODES
        assert not codes, path


def test_nothing_inline_runs_and_nothing_is_framed(stage: Stage, client: Client) -> None:
    for path in views(stage):
        answer = client.get(path)
        html = answer.content.decode()
        if answer.status_code == 200:
            assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+=", html), path
        assert "script-src 'self'; style-src 'self';" in answer["Content-Security-Policy"]
        assert answer["X-Frame-Options"] == "DENY"
        assert "no-store" in answer["Cache-Control"]


def test_every_form_works_without_javascript(stage: Stage, client: Client) -> None:
    """A browser's own means send it: a method, a button, and a token."""
    for path in views(stage):
        for form in re.findall(r"<form.*?</form>", client.get(path).content.decode(), re.DOTALL):
            assert 'role="search"' in form or ('method="post"' in form and "csrfmiddlewaretoken" in form), path
            assert "<button" in form


def test_a_stranger_gets_in_nowhere(stage: Stage) -> None:
    for path in views(stage):
        if path != "/sign-in/":
            answer = Client().get(path)
            assert answer.status_code == 302 and answer["Location"].startswith("/sign-in/"), path


@pytest.mark.parametrize("name", ["desk.css", "desk.js", "htmx.min.js", "mark.svg"])
def test_assets_are_served_by_the_desk_itself(stage: Stage, name: str) -> None:
    assert Client().get(f"/static/desk/{name}").status_code == 200
