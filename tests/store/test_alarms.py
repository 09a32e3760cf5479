"""A post that nobody reads: one alarm to each who is concerned, whoever looks and however often, and none where it is read."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from tests.desk.cast import HOSTS, Stage, set_the_stage
from tests.desk.cast import config as cast_config

from lightship.core.model import Status
from lightship.core.site.receipt import Fault, Read, Receipt, Verdict
from lightship.store import journal, receipts
from lightship.store.duty import unproven
from lightship.store.models import Entry, Nudge, Report

CONFIG = cast_config()
PAGE = CONFIG.pages["acme"]


@pytest.fixture
def stage(database: Path) -> Iterator[Stage]:
    stage = set_the_stage()
    User.objects.create(username="oscar", email="oscar@acme.test", is_superuser=True)
    yield stage


@pytest.fixture
def posted_at(stage: Stage) -> datetime:
    """When Alice said that Webmail is down."""
    stage.outage()
    stage.page.refresh_from_db()
    return Entry.objects.get(page=stage.page, revision=stage.page.revision).at


def checked(stage: Stage, at: datetime, fault: str = "", revision: int | None = None, host: str = "") -> None:
    """What a worker found on the hosts."""
    revision = stage.page.revision if revision is None else revision
    for place in HOSTS:
        if host in ("", place.name):
            read = Read(stage.page.epoch, revision, "")
            outcome = Fault(Verdict.FAILED, fault) if fault else read
            receipts.record(stage.page, Receipt(host=place.name, at=at, outcome=outcome))


def look(stage: Stage, at: datetime) -> bool:
    return unproven.raise_alarm(CONFIG, PAGE, stage.page, at)


def s(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def reached() -> list[str]:
    return sorted(Nudge.objects.values_list("person__username", flat=True))


def test_without_a_worker_the_author_and_the_operators_are_told_once(stage: Stage, posted_at: datetime) -> None:
    assert not look(stage, posted_at + s(29))
    assert look(stage, posted_at + s(30))
    for second in range(31, 4000, 7):
        assert not look(stage, posted_at + s(second))
    assert reached() == ["alice", "oscar"]
    nudge = Nudge.objects.filter(person__username="alice").get()
    assert nudge.subject == "NOT PUBLISHED: Webmail is down"
    assert "no worker is running (none was ever seen)" in nudge.body
    assert nudge.path.startswith("/p/acme/incidents/")
    assert nudge.at - posted_at < s(60)


def test_the_reasons_of_the_hosts_are_in_it(stage: Stage, posted_at: datetime) -> None:
    checked(stage, posted_at + s(1), "403 Forbidden")
    assert look(stage, posted_at + s(31))
    assert "vienna: 403 Forbidden; bucket: 403 Forbidden" in Nudge.objects.all()[0].body


def test_what_one_host_shows_alarms_nobody(stage: Stage, posted_at: datetime) -> None:
    checked(stage, posted_at + s(1), "403 Forbidden", host="bucket")
    checked(stage, posted_at + s(2), host="vienna")
    assert not look(stage, posted_at + s(300))
    checked(stage, posted_at + s(301), "it was unplugged later", host="vienna")
    assert not look(stage, posted_at + s(400))


def test_an_older_revision_proves_nothing(stage: Stage, posted_at: datetime) -> None:
    checked(stage, posted_at + s(1), revision=stage.page.revision - 1)
    assert not look(stage, posted_at + s(44))
    assert look(stage, posted_at + s(45))


def test_what_another_epoch_shows_proves_nothing(stage: Stage, posted_at: datetime) -> None:
    for place in HOSTS:
        outcome = Read(stage.page.epoch - 1, stage.page.revision + 5, "")
        receipts.record(stage.page, Receipt(host=place.name, at=posted_at + s(1), outcome=outcome))
    assert look(stage, posted_at + s(45))


def test_one_alarm_stands_for_all_that_was_posted_before_it(stage: Stage, posted_at: datetime) -> None:
    incident = stage.page.incidents.get()
    journal.update(incident, journal.NewUpdate(status=Status.IDENTIFIED, body="A second one."), stage.bob, posted_at + s(20))
    assert look(stage, posted_at + s(31))
    assert not look(stage, posted_at + s(55))
    assert reached() == ["alice", "oscar"]


def test_what_is_posted_after_the_alarm_gets_its_own(stage: Stage, posted_at: datetime) -> None:
    look(stage, posted_at + s(31))
    incident = stage.page.incidents.get()
    journal.update(incident, journal.NewUpdate(status=Status.IDENTIFIED, body="A second one."), stage.bob, posted_at + s(100))
    assert not look(stage, posted_at + s(129))
    assert look(stage, posted_at + s(131))
    assert reached() == ["alice", "bob", "oscar", "oscar"]


def test_practice_reaches_no_host_and_alarms_nobody(stage: Stage, posted_at: datetime) -> None:
    stage.page.incidents.update(practice=True)
    assert not look(stage, posted_at + s(600))


def test_a_change_of_settings_is_no_post(stage: Stage) -> None:
    now = Entry.objects.latest("at").at
    assert not look(stage, now + s(600))


def test_without_operators_the_escalation_list_is_told(stage: Stage, posted_at: datetime) -> None:
    User.objects.filter(username="oscar").delete()
    stage.page.policy = {"escalation": [str(stage.bob.pk)]}
    assert look(stage, posted_at + s(31))
    assert reached() == ["alice", "bob"]


def test_who_left_is_not_told(stage: Stage, posted_at: datetime) -> None:
    User.objects.filter(username="alice").update(is_active=False)
    assert look(stage, posted_at + s(31))
    assert reached() == ["oscar"]


def test_where_nobody_has_an_address_the_channels_are_told_once(stage: Stage, posted_at: datetime) -> None:
    User.objects.update(email="")
    assert look(stage, posted_at + s(31))
    assert not look(stage, posted_at + s(33))
    assert Report.objects.filter(kind=unproven.KIND).count() == 1
    assert not Nudge.objects.exists()


def test_an_alarm_that_reached_nobody_goes_to_the_channels_once(stage: Stage, posted_at: datetime) -> None:
    look(stage, posted_at + s(31))
    assert not unproven.last_resort(CONFIG, stage.page, posted_at + s(32)), "it is being sent"
    Nudge.objects.filter(person__username="alice").update(error="mail: did not answer within 10 s")
    assert not unproven.last_resort(CONFIG, stage.page, posted_at + s(45)), "Oscar may be reached yet"
    Nudge.objects.update(error="mail: did not answer within 10 s")
    assert unproven.last_resort(CONFIG, stage.page, posted_at + s(46))
    assert not unproven.last_resort(CONFIG, stage.page, posted_at + s(48))


def test_an_alarm_that_reached_one_of_them_goes_to_no_channel(stage: Stage, posted_at: datetime) -> None:
    look(stage, posted_at + s(31))
    Nudge.objects.filter(person__username="alice").update(error="mail: no")
    Nudge.objects.filter(person__username="oscar").update(sent_at=posted_at + s(33), channel="room")
    assert not unproven.last_resort(CONFIG, stage.page, posted_at + s(60))


def test_the_channel_that_failed_last_does_not_carry_it_first(stage: Stage, posted_at: datetime) -> None:
    common = {"page": stage.page, "person": stage.bob, "kind": "update", "step": "writer", "due": posted_at}
    Nudge.objects.create(key="a", at=posted_at, error="mail: did not answer within 10 s", **common)
    look(stage, posted_at + s(31))
    assert set(Nudge.objects.filter(kind=unproven.KIND).values_list("avoid", flat=True)) == {"mail"}


def test_a_channel_that_works_again_is_not_avoided(stage: Stage, posted_at: datetime) -> None:
    common = {"page": stage.page, "person": stage.bob, "kind": "update", "step": "writer", "due": posted_at}
    Nudge.objects.create(key="a", at=posted_at, error="mail: did not answer within 10 s", **common)
    Nudge.objects.create(key="b", at=posted_at + s(5), channel="mail", sent_at=posted_at + s(6), **common)
    look(stage, posted_at + s(31))
    assert set(Nudge.objects.filter(kind=unproven.KIND).values_list("avoid", flat=True)) == {""}


def test_the_author_learns_who_reads_it_and_after_how_long(stage: Stage, posted_at: datetime) -> None:
    checked(stage, posted_at + s(0.4), host="vienna")
    checked(stage, posted_at + s(2), "403 Forbidden", host="bucket")
    state = unproven.status(stage.page, stage.page.revision, posted_at + s(3), [place.name for place in HOSTS])
    assert [(proof.host, proof.seconds, proof.reason) for proof in state.proofs] == [
        ("vienna", 0.4, ""),
        ("bucket", None, "403 Forbidden"),
    ]
    assert (state.proven, state.everywhere, state.unpublished) == (True, False, "")


def test_a_revision_of_which_this_desk_knows_nothing_has_no_state(stage: Stage) -> None:
    assert unproven.status(stage.page, 999, datetime.fromisoformat("2026-11-22T14:00Z")).posted_at is None


def test_a_page_that_lost_its_hosts_is_said_to_have_none(stage: Stage, posted_at: datetime) -> None:
    assert unproven.raise_alarm(CONFIG, replace(PAGE, hosts=()), stage.page, posted_at + s(31))
    assert "no hosts in lightship.toml" in Nudge.objects.all()[0].body
