"""The same short stories by every way in: whoever posts them, and where, the components become the same."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from tests.core.story import CARE, DOWN, OK, SLOW
from tests.desk.cast import Stage, config
from tests.desk.test_incident import fill
from tests.standing import status_of

from lightship.cli import compose, main
from lightship.config.ids import new_id
from lightship.core import updates
from lightship.core.model import ComponentStatus, Incident, Status
from lightship.core.site.manifest import Manifest
from lightship.core.site.state import STATE_PATH, archive_in, state_in
from lightship.core.site.union import HostPart, Union, merged
from lightship.core.updates import NewIncident, NewUpdate
from lightship.importers import Imported
from lightship.store import journal
from lightship.store.export import files
from lightship.store.history.load import load
from lightship.store.journal import structure
from lightship.store.models import Component, Page
from lightship.store.models import Incident as Row
from lightship.store.read import rows

WORDS = {SLOW: "slow", DOWN: "down"}
NO_FACTS = dict.fromkeys(("symptom", "scope", "since", "doing", "workaround", "back_by", "next_update", "cause"))


def utc_now() -> datetime:
    return datetime.now(UTC)


class Journal:
    """As the API will: values, and what core makes of them."""

    def __init__(self, stage: Stage, client: Client) -> None:
        self.stage, self.client = stage, client

    def opens(self, part: Component, level: ComponentStatus) -> str:
        new = NewUpdate(status=Status.INVESTIGATING, body="It fails.", statuses={part.pk: level})
        return journal.open_incident(
            self.stage.page, NewIncident(name=f"{part.name} is {level}", update=new), None, utc_now()
        ).pk

    def ends(self, id: str) -> None:
        row = Row.objects.get(pk=id)
        status = Status.COMPLETED if row.kind == "maintenance" else Status.RESOLVED
        journal.update(row, NewUpdate(status=status, body="Over."), None, utc_now())


class Web(Journal):
    def opens(self, part: Component, level: ComponentStatus) -> str:
        typed = fill(
            self.client,
            "/p/acme/",
            components=[part.pk],
            how=level.value,
            body="It fails.",
            name=f"{part.name} is {level}",
            separate="on",
        )
        return str(self.client.post("/p/acme/open/", typed)["Location"]).split("/")[-2]

    def ends(self, id: str) -> None:
        path, planned = f"/p/acme/incidents/{id}/", Row.objects.get(pk=id).kind == "maintenance"
        typed = fill(self.client, path, status="completed" if planned else "resolved", body="Over.")
        assert self.client.post(path, typed).status_code == 302


class Tap(Web):
    """A maintenance is ended with one tap, without words."""

    def ends(self, id: str) -> None:
        if Row.objects.get(pk=id).kind != "maintenance":
            return super().ends(id)
        self.client.post(f"/p/acme/incidents/{id}/turn/", {"to": "finish"})
        return None


class Terminal(Journal):
    def run(self, *words: str) -> None:
        with pytest.raises(SystemExit) as left:
            main(list(words))
        assert not left.value.code

    def opens(self, part: Component, level: ComponentStatus) -> str:
        self.run("post", "--no-wait", "--separate", f"{part.name} is {level}", "It fails.", "-c", f"{part.name}={WORDS[level]}")
        return Row.objects.order_by("created_at").last().pk  # type: ignore[union-attr]

    def ends(self, id: str) -> None:
        self.run("resolve", "--no-wait", "Over.", "--incident", id, "--vague-because", "It is a test.")


class Glass(Journal):
    """Without a desk, from what a host holds; the desk takes it in afterwards."""

    def opens(self, part: Component, level: ComponentStatus) -> str:
        whole = self.whole()
        options = {**NO_FACTS, "components": [f"{part.name}={WORDS[level]}"]}
        new = compose.opening(whole.snapshot, "It fails", "It fails.", options, utc_now())
        return self.keep(updates.opened(whole.now, new, new_id(), new_id(), utc_now()))

    def ends(self, id: str) -> None:
        whole = self.whole()
        incident = next(incident for incident in whole.snapshot.open if incident.id == id)
        new = compose.end(whole.snapshot, incident, "Over.", {**NO_FACTS, "ended": None}, utc_now())
        self.keep(updates.added(whole.now, incident, new, new_id(), utc_now()))

    def whole(self) -> Union:
        page, now = Page.objects.get(), utc_now()
        existing = dict(files(page, config().pages["acme"], now))
        state = state_in(existing[STATE_PATH])
        months = {name: archive_in(existing[f"lightship/archive/{name}.json"]) for name in state.months}
        manifest = Manifest(page=page.pk, revision=page.revision, epoch=page.epoch, at=now, build="")
        part = HostPart(manifest=manifest, state=state, lists={}, archives=months)
        return Union(
            content=merged([part], []),
            parts=[part],
            version=manifest.version,
            vector={},
            at=now,
            url="https://acme.test",
            hosts=(),
            load=months.__getitem__,
            read=months,
        )

    def keep(self, incident: Incident) -> str:
        page = Page.objects.get()
        vector = {page.epoch: page.revision}
        load(
            page,
            Imported(page=rows.page(page, ""), incidents=(incident,), revision=page.revision + 1, epoch=page.epoch + 1),
            None,
            utc_now(),
            vector=vector,
        )
        return incident.id


@pytest.fixture(params=[Journal, Web, Tap, Terminal, Glass])
def door(
    request: pytest.FixtureRequest, stage: Stage, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Journal:
    made: Journal = request.param(stage, client)
    if isinstance(made, Terminal):
        monkeypatch.chdir(tmp_path)
        monkeypatch.delenv("LIGHTSHIP_CONFIG", raising=False)
        made.run("init", "--page", "acme")
    return made


def plans(door: Journal, part: Component, *, ends: timedelta = timedelta(hours=1)) -> str:
    """Work that has begun by itself."""
    now = utc_now()
    window = journal.Window(
        name="Work", body=".", starts=now - timedelta(seconds=50), ends=now + ends, components=frozenset([part.pk])
    )
    row = journal.schedule(door.stage.page, window, None, now - timedelta(seconds=60))
    journal.keep_time(door.stage.page, now)
    assert Row.objects.get(pk=row.pk).updates.count() == 2
    return row.pk


def by_clock(door: Journal, id: str) -> None:
    Row.objects.filter(pk=id).update(scheduled_until=utc_now())
    assert journal.keep_time(door.stage.page, utc_now() + timedelta(milliseconds=5))


Ends = Callable[[Journal, str], None]
BY = pytest.mark.parametrize("ends", [lambda door, key: door.ends(key), by_clock], ids=["by the door", "by the clock"])


@BY
def test_a_maintenance_that_begins_and_ends_in_an_outage_leaves_it_an_outage(door: Journal, ends: Ends) -> None:
    mail = door.stage.webmail
    outage = door.opens(mail, DOWN)
    work = plans(door, mail)
    assert status_of(mail.pk) is DOWN
    ends(door, work)
    assert status_of(mail.pk) is DOWN
    door.ends(outage)
    assert status_of(mail.pk) is OK
    assert not Row.objects.filter(open=True).exists()


@BY
def test_an_outage_that_begins_and_ends_in_a_maintenance_leaves_it_a_maintenance(door: Journal, ends: Ends) -> None:
    mail = door.stage.webmail
    work = plans(door, mail)
    assert status_of(mail.pk) is CARE
    outage = door.opens(mail, DOWN)
    assert status_of(mail.pk) is DOWN
    door.ends(outage)
    assert status_of(mail.pk) is CARE
    ends(door, work)
    assert status_of(mail.pk) is OK


@pytest.mark.parametrize("first", [0, 1])
def test_of_two_incidents_that_end_each_leaves_the_others_mark(door: Journal, first: int) -> None:
    panel, levels = door.stage.panel, (SLOW, DOWN)
    incidents = [door.opens(panel, level) for level in levels]
    assert status_of(panel.pk) is DOWN
    door.ends(incidents[first])
    assert status_of(panel.pk) is levels[1 - first]
    door.ends(incidents[1 - first])
    assert status_of(panel.pk) is OK


def test_what_was_set_by_hand_stands_after_an_incident(door: Journal) -> None:
    panel = door.stage.panel
    journal.set_status(panel, SLOW, None, utc_now())
    outage = door.opens(panel, DOWN)
    assert status_of(panel.pk) is DOWN
    door.ends(outage)
    assert status_of(panel.pk) is SLOW
    journal.set_status(panel, OK, None, utc_now())
    assert status_of(panel.pk) is OK


def test_a_history_from_elsewhere_becomes_the_same(stage: Stage) -> None:
    """The export of one desk, told to another whose page is empty, shows the same at every moment."""
    door = Journal(stage, Client())
    incidents = [door.opens(stage.panel, level) for level in (SLOW, DOWN)]
    work = plans(door, stage.panel)
    door.ends(incidents[1])
    journal.set_status(stage.panel, SLOW, None, utc_now())
    door.ends(work)
    since = utc_now() - timedelta(days=1)
    first = rows.timeline(stage.page, since)
    history = Imported(
        components=tuple(rows.component(part, status_of(part.pk)) for part in stage.page.components.all()),
        incidents=rows.incidents(stage.page.incidents.all()),
        status_changes=rows.status_changes(stage.page.status_changes.filter(update=None)),
    )
    stage.page.delete()
    page = structure.create_page("other", "Other", None, utc_now())
    load(page, history, None, utc_now())
    assert rows.timeline(page, since).status_changes() == first.status_changes()
    assert [entry.action for entry in page.entries.order_by("revision")] == ["create page", "import", "import month"]
