"""An update waits for Carol: she posts it or sends it back, and when she does not answer Alice may post it with a reason."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from tests.desk.cast import Stage, read
from tests.desk.test_incident import fill

from lightship.core.duty.roster import Duty
from lightship.core.model import ComponentStatus, Status
from lightship.store import journal
from lightship.store.duty import approval as approvals
from lightship.store.models import Approval, Incident, Judgement, Nudge, Page, Update
from lightship.store.read import rows

TEXT = "Half of the mailboxes are moved."


@pytest.fixture
def carol(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> User:
    """On duty to approve, on a page that wants that."""
    carol = User.objects.create(username="carol", first_name="Carol")
    Page.objects.filter(pk=stage.page.pk).update(policy={"approval": True})
    monkeypatch.setattr(approvals, "holder", lambda *_: {Duty.APPROVER: carol})  # patched: the roster is another room's
    return carol


@pytest.fixture
def incident(stage: Stage) -> Incident:
    return stage.outage()


def asked(client: Client, incident: Incident, **more: object) -> Approval:
    path = f"/p/acme/incidents/{incident.pk}/"
    answer = client.post(path, fill(client, path, body=TEXT, **more))
    row: Approval = Approval.objects.first()  # type: ignore[assignment]
    assert answer["Location"] == f"/p/acme/approvals/{row.pk}/"
    return row


def decide(client: Client, row: Approval, act: str, **more: object) -> Any:
    path = f"/p/acme/approvals/{row.pk}/"
    seen = read(client.get(path)).fields.get("seen", [""])
    return client.post(path, {"do": act, "seen": seen, **more})


def bodies(incident: Incident) -> list[str]:
    return [update.wordings.latest("pk").body for update in incident.updates.all()]


def test_the_first_word_waits_for_nobody(stage: Stage, client: Client, carol: User) -> None:
    client.post("/p/acme/open/", fill(client, "/p/acme/", components=[stage.webmail.pk], symptom="signing in fails"))
    assert Incident.objects.count() == 1
    assert not Approval.objects.exists()


def test_carol_is_told_reads_it_as_readers_will_and_posts_it(
    stage: Stage, client: Client, carol: User, incident: Incident
) -> None:
    row = asked(client, incident)
    assert bodies(incident) == ["Signing in fails."]
    nudge = Nudge.objects.get()
    assert (nudge.person, nudge.path, nudge.due - nudge.at) == (carol, f"/p/acme/approvals/{row.pk}/", timedelta(minutes=5))
    hers = stage.signed_in(carol)
    shown = read(hers.get(nudge.path))
    assert TEXT in shown.text
    assert "As readers will see it" in shown.text
    assert decide(hers, row, "approve")["Location"] == f"/p/acme/incidents/{incident.pk}/"
    posted = incident.updates.last()
    assert posted
    assert bodies(incident)[-1] == TEXT
    entry = posted.entries.get()
    assert (entry.author, posted.judgement.approved_by, posted.judgement.unapproved) == (stage.alice, carol, "")


def test_what_is_sent_back_comes_with_a_word_and_the_text(
    stage: Stage, client: Client, carol: User, incident: Incident
) -> None:
    row, hers = asked(client, incident, scope="Vienna only"), stage.signed_in(carol)
    assert "Say in a word" in read(decide(hers, row, "back")).text
    decide(hers, row, "back", reason="Say how many.")
    assert Nudge.objects.get(step="returned").person == stage.alice
    home = read(client.get(f"/p/acme/incidents/{incident.pk}/"))
    assert "Say how many." in home.text
    again = read(client.get(f"/p/acme/incidents/{incident.pk}/?draft={row.pk}"))
    assert (again.one("body"), again.one("scope")) == (TEXT, "Vienna only")
    assert bodies(incident) == ["Signing in fails."]


def test_after_the_wait_alice_posts_it_with_a_reason_and_not_before(
    stage: Stage, client: Client, carol: User, incident: Incident
) -> None:
    row = asked(client, incident)
    assert "waits for Carol" in read(decide(client, row, "without", reason="She sleeps.")).text
    Approval.objects.update(asked_at=datetime.now(UTC) - timedelta(minutes=5))
    assert "Say why it is posted" in read(decide(client, row, "without")).text
    assert decide(client, row, "without", reason="She sleeps.").status_code == 302
    judgement = Judgement.objects.get(update=incident.updates.last())
    assert (judgement.unapproved, judgement.approved_by) == ("She sleeps.", None)


def test_nobody_approves_a_text_of_their_own_and_a_stranger_to_the_duty_none(
    stage: Stage, client: Client, carol: User, incident: Incident
) -> None:
    row = asked(client, incident)
    for user in (stage.alice, stage.bob):
        assert decide(stage.signed_in(user), row, "approve").status_code == 422
    assert bodies(incident) == ["Signing in fails."]


def test_what_a_colleague_posted_meanwhile_is_read_before_it_is_approved(
    stage: Stage, client: Client, carol: User, incident: Incident
) -> None:
    row, hers = asked(client, incident), stage.signed_in(carol)
    seen = read(hers.get(f"/p/acme/approvals/{row.pk}/")).one("seen")
    journal.update(incident, journal.NewUpdate(status=Status.IDENTIFIED, body="A disk."), stage.bob, datetime.now(UTC))
    refused = hers.post(f"/p/acme/approvals/{row.pk}/", {"do": "approve", "seen": seen})
    assert "A disk." in read(refused).text
    assert decide(hers, row, "approve").status_code == 302
    assert bodies(incident)[-1] == TEXT


def test_it_is_posted_once_however_often_it_is_approved(stage: Stage, client: Client, carol: User, incident: Incident) -> None:
    row, hers = asked(client, incident), stage.signed_in(carol)
    decide(hers, row, "approve")
    assert "This was decided" in read(hers.get(f"/p/acme/approvals/{row.pk}/")).text
    hers.post(f"/p/acme/approvals/{row.pk}/", {"do": "approve", "seen": ""})
    assert Update.objects.count() == 2


def test_where_nobody_is_on_duty_to_approve_it_is_posted_and_that_is_written_down(
    stage: Stage, client: Client, carol: User, incident: Incident, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(approvals, "holder", lambda *_: {})  # patched: the roster is another room's
    path = f"/p/acme/incidents/{incident.pk}/"
    client.post(path, fill(client, path, body=TEXT))
    assert Judgement.objects.get(update=incident.updates.last()).unapproved == approvals.NOBODY


def test_an_update_that_waits_is_seen_on_the_first_view(stage: Stage, client: Client, carol: User, incident: Incident) -> None:
    asked(client, incident)
    assert "waits for Carol" in read(client.get("/p/acme/")).text


def test_approving_does_not_take_back_a_level_that_a_colleague_set_meanwhile(
    stage: Stage, client: Client, carol: User, incident: Incident
) -> None:
    row, hers = asked(client, incident), stage.signed_in(carol)
    better = journal.NewUpdate(
        status=Status.MONITORING, body="Most of it works.", statuses={stage.webmail.pk: ComponentStatus.DEGRADED}
    )
    journal.update(incident, better, stage.bob, datetime.now(UTC))
    shown = " ".join(read(hers.get(f"/p/acme/approvals/{row.pk}/")).text.split())
    assert "Webmail is now Slow ; this update follows." in shown
    assert decide(hers, row, "approve").status_code == 302
    after = rows.incident(Incident.objects.get(pk=incident.pk))
    assert after.updates[-1].body == TEXT
    assert after.status is Status.MONITORING
    assert [component.status for component in after.components] == [ComponentStatus.DEGRADED]


def test_a_form_without_the_mark_of_what_was_read_is_overtaken_in_words(
    stage: Stage, client: Client, incident: Incident
) -> None:
    path = f"/p/acme/incidents/{incident.pk}/"
    typed = fill(client, path, body=TEXT)
    del typed["seen"]
    answer = client.post(path, typed)
    assert answer.status_code == 409
    assert "Someone else was quicker" in read(answer).text


def test_only_the_fields_of_the_form_are_kept(stage: Stage, client: Client, carol: User, incident: Incident) -> None:
    row = asked(client, incident, other="x" * 1000, go="post")
    assert {"body", "status", "seen"} <= row.fields.keys()
    assert not {"other", "go", "csrfmiddlewaretoken"} & row.fields.keys()


def test_where_the_author_took_the_approvers_duty_the_lead_reads_it(
    stage: Stage, client: Client, carol: User, incident: Incident, monkeypatch: pytest.MonkeyPatch
) -> None:
    holders = {Duty.APPROVER: stage.alice, Duty.LEAD: carol}
    monkeypatch.setattr(approvals, "holder", lambda *_: holders)  # patched: the roster is another room's
    assert asked(client, incident).approver == carol
    del holders[Duty.LEAD]
    assert approvals.approver(stage.page, stage.alice, datetime.now(UTC)) == (None, approvals.OWN)
