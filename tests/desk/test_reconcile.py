"""Another desk spoke while this one was away: every view says so, and one button takes it in. Nothing either said is lost."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.test.utils import override_settings
from tests.desk.cast import Stage, config, read
from tests.standing import status_of

from lightship.breakglass.pending import NAME, PendingLog
from lightship.breakglass.speak import BreakGlass
from lightship.config import Config, HostConfig
from lightship.core import updates
from lightship.core.model import ComponentStatus, Facts, Incident, Status
from lightship.core.site.receipt import Fault, Read, Receipt, Verdict
from lightship.core.site.union import Union
from lightship.core.updates import NewIncident, NewUpdate
from lightship.hosts import File
from lightship.hosts.folder import Folder
from lightship.publishing.publish import Publisher
from lightship.publishing.rendering import Rendering
from lightship.publishing.verify import Verifier
from lightship.signing import SigningKey
from lightship.store import journal, receipts
from lightship.store.models import Incident as Row
from lightship.store.models import Page
from lightship.store.read import rows
from lightship.worker.current import truth_of

SEAL = SigningKey(bytes(range(32)))


def utc_now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def folders(tmp_path: Path) -> Iterator[Config]:
    """Two hosts on this disk, which no stranger reads: to be written and read is enough here."""
    hosts = tuple(
        HostConfig(name=name, kind="folder", url=f"http://127.0.0.1:9/{name}", options={"path": tmp_path / name})
        for name in ("vienna", "oslo")
    )
    made = config()
    made = replace(made, pages={"acme": replace(made.pages["acme"], hosts=hosts)})
    with override_settings(LIGHTSHIP=made):
        yield made


def opened(settings: Config) -> list[Folder]:
    return [Folder(host.name, host.url, host.options["path"]) for host in settings.pages["acme"].hosts]


def desk_publishes(stage: Stage, settings: Config) -> list[Receipt]:
    """As the worker does; what was refused is on record."""
    page = Page.objects.get(pk=stage.page.pk)
    rendering = Rendering(truth_of(page, settings.pages["acme"], utc_now()))
    publisher = Publisher(SEAL, utc_now, Verifier(seconds=0.2))
    made = asyncio.run(publisher.publish(rendering, opened(settings)))
    for receipt in made:
        receipts.record(page, receipt)
    return list(made)


def bob_speaks(settings: Config, tmp_path: Path, incident_id: str, body: str, status: Status = Status.IDENTIFIED) -> None:
    page = settings.pages["acme"]
    pending_log = PendingLog(tmp_path / NAME, "acme")
    glass = BreakGlass(page, opened(settings), SigningKey(page.key), pending_log, utc_now, reader=Verifier(seconds=0.2))

    def compose(whole: Union) -> Incident:
        incident = next(incident for incident in whole.snapshot.open if incident.id == incident_id)
        statuses = {part.id: ComponentStatus.PARTIAL for part in incident.components}
        new = NewUpdate(status=status, body=body, statuses=statuses)
        return updates.added(whole.now, incident, new, "bobsword0000", utc_now())

    asyncio.run(glass.speak(compose, "bob"))


VIEWS = ("", "hosts/", "history/", "journal/", "plan/", "parts/", "settings/", "open/")


def test_every_view_says_so_and_one_button_takes_it_in(stage: Stage, client: Client, folders: Config, tmp_path: Path) -> None:
    outage = stage.outage()
    desk_publishes(stage, folders)
    assert "Another desk spoke" not in read(client.get("/p/acme/")).text
    bob_speaks(folders, tmp_path, outage.pk, "Bob: half is moved.")
    update = outage.updates.get()
    journal.correct(update, "Alice: signing in fails since noon.", Facts(), stage.alice, utc_now())
    journal.rename(outage, "All webmail is down", stage.alice, utc_now())
    assert {receipt.verdict for receipt in desk_publishes(stage, folders)} == {Verdict.REFUSED}
    for path in (*VIEWS, f"incidents/{outage.pk}/", "elsewhere/"):
        shown = read(client.get(f"/p/acme/{path}")).text
        assert "Another desk spoke" in shown, path
        assert "nothing you post here reaches them" in " ".join(shown.split())

    answer = read(client.post("/p/acme/elsewhere/take-in/", follow=True)).text
    assert "Taken in from oslo: 0 new incidents, 1 update." in answer
    assert "Another desk spoke" not in answer
    whole = rows.incident(Row.objects.get(pk=outage.pk))
    assert whole.name == "All webmail is down"
    assert [update.body for update in whole.updates] == ["Alice: signing in fails since noon.", "Bob: half is moved."]
    assert status_of(stage.webmail.pk) is ComponentStatus.PARTIAL
    assert {receipt.verdict for receipt in desk_publishes(stage, folders)} == {Verdict.UNREACHABLE}  # put, and not served
    for host in opened(folders):
        front = (host.path / "index.html").read_text()
        assert "Bob: half is moved." in front
        assert "Alice: signing in fails since noon." in front


def test_taking_it_in_again_adds_nothing(stage: Stage, client: Client, folders: Config, tmp_path: Path) -> None:
    outage = stage.outage()
    desk_publishes(stage, folders)
    bob_speaks(folders, tmp_path, outage.pk, "Bob: half is moved.")
    client.post("/p/acme/elsewhere/take-in/")
    before = (Page.objects.get().epoch, outage.updates.count())
    assert "There was nothing to take in" in read(client.post("/p/acme/elsewhere/take-in/", follow=True)).text
    assert (Page.objects.get().epoch, outage.updates.count()) == before


@pytest.mark.slow
def test_what_is_not_signed_with_the_pages_key_is_not_taken_in(
    stage: Stage, client: Client, folders: Config, tmp_path: Path
) -> None:
    outage = stage.outage()
    desk_publishes(stage, folders)
    bob_speaks(folders, tmp_path, outage.pk, "Bob: half is moved.")
    for host in opened(folders):
        state = host.path / "lightship/state.json"
        body = state.read_bytes().replace(b"Bob: half is moved.", b"Pay to Mallory.")
        asyncio.run(host.put([File("lightship/state.json", body)]))
    shown = read(client.post("/p/acme/elsewhere/take-in/", follow=True)).text
    assert "is not what was signed" in shown
    assert outage.updates.count() == 1


def test_a_host_that_alone_heard_the_other_desk_is_named(stage: Stage, client: Client, folders: Config, tmp_path: Path) -> None:
    stage.outage()
    page = Page.objects.get()
    for host, existing in (("vienna", None), ("oslo", (7, 3))):
        outcome = Fault(Verdict.REFUSED, "Another desk spoke.") if existing else Read(1, page.revision, "")
        receipts.record(page, Receipt(host=host, at=utc_now(), outcome=outcome, existing=existing))
    shown = " ".join(read(client.get("/p/acme/")).text.split())
    assert "Another desk spoke (epoch 7) on oslo. Readers there see what it said" in shown


def test_a_form_that_another_site_sent_takes_nothing_in(stage: Stage, folders: Config, tmp_path: Path) -> None:
    outage = stage.outage()
    desk_publishes(stage, folders)
    bob_speaks(folders, tmp_path, outage.pk, "Bob: half is moved.")
    stage.signed_in(enforce_csrf_checks=True).post("/p/acme/elsewhere/take-in/")
    stage.signed_in().get("/p/acme/elsewhere/take-in/")
    Client().post("/p/acme/elsewhere/take-in/")
    assert outage.updates.count() == 1


def page_as_it_is(stage: Stage, now: datetime) -> updates.PageNow:
    """Read whole at once: what holds components is else read when it is asked for, and the page changes meanwhile."""
    page = rows.page_now(stage.page, now)
    assert page.timeline.holds is not None
    return page


def test_the_words_of_a_laptop_are_those_that_the_desk_would_have_written(stage: Stage) -> None:
    """The same post, said to the journal and said without it, is the same incident to the last field."""
    now = utc_now().replace(microsecond=0)
    around = page_as_it_is(stage, now)
    facts = Facts(scope="Mailboxes in Vienna", since=now - timedelta(minutes=20), next_update=now + timedelta(minutes=30))
    statuses = {stage.webmail.pk: ComponentStatus.MAJOR, stage.panel.pk: ComponentStatus.MAJOR}
    say = NewUpdate(status=Status.INVESTIGATING, body="Signing in fails.", facts=facts, statuses=statuses)
    opening = NewIncident(name=" Webmail  is down", update=say, started_at=facts.since, id="sameincident")
    row = journal.open_incident(stage.page, opening, None, now)
    written = rows.incident(row)
    pure = updates.opened(around, opening, opening.id, written.updates[0].id, now)
    assert pure == written

    more = NewUpdate(status=Status.IDENTIFIED, body="All down.", statuses={stage.imap.pk: ComponentStatus.MAJOR})
    around = page_as_it_is(stage, now)
    update = journal.update(row, more, None, now + timedelta(minutes=1))
    written = rows.incident(Row.objects.get(pk=row.pk))
    assert updates.added(around, pure, more, update.pk, now + timedelta(minutes=1)) == written
    assert written.impact_override == "critical"
