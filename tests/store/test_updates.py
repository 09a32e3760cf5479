"""What staff post is added and never taken back: updates, corrections, status changes, backdating, and who was quicker."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from tests.standing import status_of
from tests.store.desk import DOWN, MINUTE, NOW, OK, SLOW, new_desk

from lightship.core.model import Facts, Impact, Kind, Status
from lightship.store import journal
from lightship.store.models import Entry, Incident, StatusChange, Update, Wording
from lightship.store.read import rows, snapshot


def test_every_action_takes_the_next_revision_and_names_what_it_touched() -> None:
    desk = new_desk()
    incident = desk.opens()
    row = desk.says(incident)
    journal.correct(row, "A third is moved.", Facts(), None, NOW + 2 * MINUTE)
    journal.rename(incident, "Webmail is slow", None, NOW + 3 * MINUTE)
    journal.set_status(desk.panel, SLOW, None, NOW + 4 * MINUTE)
    entries = Entry.objects.filter(page=desk.page).order_by("revision")
    assert desk.revisions() == list(range(1, desk.page.revision + 1))
    assert [(e.action, e.subject, e.month) for e in entries][-5:] == [
        ("open", incident.pk, "2026-11"),
        ("update", incident.pk, "2026-11"),
        ("correct", incident.pk, "2026-11"),
        ("rename", incident.pk, "2026-11"),
        ("turn", desk.panel.pk, "2026-11"),
    ]


def test_an_action_that_is_refused_leaves_no_entry_and_no_row() -> None:
    desk = new_desk()
    incident, before = desk.opens(), desk.revisions()
    with pytest.raises(journal.JournalError, match="no component nosuchthing0"):
        desk.says(incident, statuses={"nosuchthing0": DOWN})
    with pytest.raises(journal.JournalError, match="cannot be “scheduled”"):
        desk.says(incident, status=Status.SCHEDULED)
    with pytest.raises(journal.JournalError, match="in the future"):
        desk.says(incident, holds=NOW + timedelta(days=1))
    with pytest.raises(journal.JournalError, match="Give it a name"):
        desk.opens("  \n ")
    with pytest.raises(journal.JournalError, match="The name has 300 characters; 255 are the most"):
        desk.opens("x" * 300)
    assert desk.revisions() == before
    assert Update.objects.count() == Incident.objects.count() == 1


def test_a_megabyte_of_text_is_refused_with_its_size() -> None:
    desk = new_desk()
    incident = desk.opens()
    with pytest.raises(journal.JournalError, match=r"The update has 1,048,576 characters; 25,000 are the most\. Link"):
        desk.says(incident, "x" * 1_048_576)
    with pytest.raises(journal.JournalError, match="25,000 are the most"):
        journal.correct(incident.updates.get(), "x" * 25_001, Facts(), None, NOW)
    assert desk.says(incident, "x" * 25_000).wordings.get().body == "x" * 25_000


def test_a_correction_keeps_every_wording_and_says_that_it_is_edited() -> None:
    desk = new_desk()
    incident = desk.opens()
    row = incident.updates.get()
    journal.correct(row, "Signing in fails.", Facts(scope="Vienna"), None, NOW + MINUTE)
    journal.correct(row, "Signing in fails for some.", Facts(), None, NOW + 2 * MINUTE)
    update = rows.update(Update.objects.get(pk=row.pk))
    assert [wording.body for wording in update.wordings] == [
        "Sign-in fails.",
        "Signing in fails.",
        "Signing in fails for some.",
    ]
    assert [wording.facts.scope for wording in update.wordings] == ["", "Vienna", ""]
    assert (update.edited, update.display_at, update.updated_at) == (True, NOW, NOW + 2 * MINUTE)


def test_a_correction_cannot_make_a_promise_that_a_post_could_not() -> None:
    desk = new_desk()
    incident = desk.opens()
    first, due = incident.updates.get(), NOW + 20 * MINUTE
    for wrong in (NOW - MINUTE, NOW + 300 * MINUTE):
        with pytest.raises(journal.JournalError, match=r"promise an earlier one|still to come"):
            journal.correct(first, "Sign-in fails.", Facts(next_update=wrong), None, NOW + MINUTE)
    journal.correct(first, "Sign-in fails.", Facts(next_update=due), None, NOW + MINUTE)
    journal.correct(first, "Sign-in fails for all.", Facts(next_update=due), None, due + MINUTE)
    desk.says(incident, at=due + 2 * MINUTE)
    journal.correct(first, "Signing in fails.", Facts(next_update=NOW), None, due + 3 * MINUTE)


def test_dating_a_post_back_allows_no_other_promise() -> None:
    desk = new_desk()
    incident = desk.opens(at=NOW)
    for wrong in (NOW + 2 * MINUTE, NOW + 300 * MINUTE):
        new = journal.NewUpdate(status=Status.IDENTIFIED, body="A disk.", at=NOW + MINUTE, facts=Facts(next_update=wrong))
        with pytest.raises(journal.JournalError, match=r"promise an earlier one|still to come"):
            journal.update(incident, new, None, NOW + 5 * MINUTE)


def test_a_speaker_of_many_names_can_post() -> None:
    desk = new_desk()
    desk.page.policy = {"speaker": "name"}
    desk.page.save()
    user = User.objects.create(username="alice", first_name="A" * 150, last_name="B" * 150)
    new = journal.NewUpdate(status=Status.INVESTIGATING, body="Down.")
    incident = journal.open_incident(desk.page, journal.NewIncident(name="Down", update=new), user, NOW)
    speaker = incident.updates.get().speaker
    assert speaker.startswith("AAA")
    assert len(speaker) <= (Update._meta.get_field("speaker").max_length or 0)


def test_whoever_did_not_read_the_newest_update_is_told_and_nothing_is_written() -> None:
    desk = new_desk()
    incident = desk.opens()
    read_by_both = incident.updates.get().pk
    bobs = desk.says(incident, "Bob was quicker.", last_read=read_by_both)
    before = desk.revisions()
    with pytest.raises(journal.Overtaken) as overtaken:
        desk.says(incident, "Alice's.", at=NOW + 2 * MINUTE, last_read=read_by_both)
    assert [update.pk for update in overtaken.value.updates] == [bobs.pk]
    assert desk.revisions() == before
    assert desk.says(incident, "Alice's.", at=NOW + 2 * MINUTE, last_read=bobs.pk).pk


def test_an_update_that_holds_earlier_is_shown_in_its_place() -> None:
    desk = new_desk()
    incident = desk.opens()
    desk.says(incident, "Third.", at=NOW + 10 * MINUTE)
    desk.says(incident, "Second.", Status.INVESTIGATING, at=NOW + 20 * MINUTE, holds=NOW + 5 * MINUTE)
    shown = rows.incident(incident)
    assert [update.body for update in shown.updates] == ["Sign-in fails.", "Second.", "Third."]
    assert shown.status is Status.IDENTIFIED
    assert shown.updates[1].created_at == NOW + 20 * MINUTE


def test_an_incident_may_have_begun_last_month_and_then_belongs_there() -> None:
    desk = new_desk()
    began = NOW - timedelta(days=40)
    incident = desk.opens(started_at=began)
    assert (incident.created_at, incident.started_at, incident.month) == (began, began, "2026-10")
    assert status_of(desk.webmail.pk, began - MINUTE) is OK
    assert status_of(desk.webmail.pk, began) is DOWN


def test_a_component_is_what_its_newest_status_change_says_and_that_needs_no_incident() -> None:
    desk = new_desk()
    assert status_of(desk.panel.pk) is OK
    assert journal.set_status(desk.panel, OK, None, NOW) is None
    first = journal.set_status(desk.panel, SLOW, None, NOW)
    assert first is not None
    assert (first.old, first.new, first.update_id, len(first.public_id)) == (OK, SLOW, None, 12)
    assert status_of(desk.panel.pk) is SLOW
    assert journal.set_status(desk.panel, SLOW, None, NOW + MINUTE) is None
    assert StatusChange.objects.filter(component=desk.panel).count() == 1


def test_an_update_that_restates_a_status_keeps_it_and_one_that_names_none_says_so() -> None:
    desk = new_desk()
    incident = desk.opens()
    again = rows.update(desk.says(incident, statuses={desk.webmail.pk: DOWN}))
    assert again.changes is not None
    assert [(change.old, change.new) for change in again.changes] == [(DOWN, DOWN)]
    assert rows.update(desk.says(incident, "All is moved.", at=NOW + 2 * MINUTE)).changes is None


def test_the_touched_components_are_kept_as_they_stood() -> None:
    desk = new_desk()
    incident = desk.opens()
    desk.resolves(incident)
    desk.webmail.name = "Mail in the browser"
    desk.webmail.save()
    shown = rows.incident(Incident.objects.get())
    assert [(part.name, part.status) for part in shown.components] == [("Webmail", OK)]


def test_all_components_down_is_critical_and_stays_so() -> None:
    desk = new_desk()
    incident = desk.opens()
    desk.says(incident, statuses={desk.panel.pk: DOWN})
    desk.resolves(incident)
    assert Incident.objects.get().impact_override == Impact.CRITICAL


def test_times_are_kept_to_the_millisecond_that_readers_are_told() -> None:
    desk = new_desk()
    incident = desk.opens(at=NOW + timedelta(microseconds=123_999))
    assert incident.created_at == incident.updates.get().display_at == NOW + timedelta(milliseconds=123)


def test_nothing_said_is_ever_removed_by_saying_more() -> None:
    desk = new_desk()
    incident = desk.opens()
    known: set[tuple[str, int]] = set()
    for action in (desk.says, desk.resolves):
        action(incident)
        now = {
            (model.__name__, pk)
            for model in (Wording, StatusChange, Entry)
            for pk in model.objects.values_list("pk", flat=True)
        }
        assert known < now
        known = now
    assert Incident.objects.get().kind == Kind.INCIDENT


def test_what_outlasts_an_incident_is_seen_however_long_ago_it_was_said() -> None:
    desk, long_ago = new_desk(), NOW - timedelta(days=95)
    journal.set_status(desk.panel, SLOW, None, long_ago)
    incident = desk.opens(at=long_ago)
    desk.says(incident, "Nearly.", Status.RESOLVED, long_ago + MINUTE, {desk.webmail.pk: SLOW})
    desk.resolves(desk.opens(at=long_ago + 2 * MINUTE), long_ago + 3 * MINUTE)
    still = desk.opens("Late mail", long_ago + 4 * MINUTE)
    shot = snapshot.take(desk.page, "https://acme.test", (), NOW)
    assert [(part.name, part.status) for part in shot.components] == [("Webmail", DOWN), ("Control panel", SLOW)]
    assert (shot.status_changes, set(shot.before.values())) == ((), {DOWN, SLOW})
    desk.says(still, "Over.", Status.RESOLVED, NOW)
    assert status_of(desk.webmail.pk) is OK, "the one before it had said that it works"


def test_a_level_stated_at_an_end_long_ago_stays() -> None:
    desk, long_ago = new_desk(), NOW - timedelta(days=95)
    desk.says(desk.opens(at=long_ago), "Nearly.", Status.RESOLVED, long_ago + MINUTE, {desk.webmail.pk: SLOW})
    assert status_of(desk.webmail.pk, NOW) is SLOW


def test_each_line_of_the_journal_names_the_update_that_it_added() -> None:
    desk = new_desk()
    incident = desk.opens()
    desk.says(incident, at=NOW)
    desk.schedules(NOW + MINUTE, NOW + 9 * MINUTE)
    lines = Entry.objects.exclude(update=None).order_by("revision").values_list("action", "update__status")
    assert list(lines) == [("open", "investigating"), ("update", "identified"), ("schedule", "scheduled")]
