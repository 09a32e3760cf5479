"""The roster as rows: who is on duty, who holds the clock, and who changed what when."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from django.contrib.auth.models import User
from tests.store.desk import MINUTE, NOW, Desk, new_desk

from lightship.core.duty import roster as core
from lightship.core.duty.hours import Hours
from lightship.core.duty.roster import Duty, Every, Shift, Window
from lightship.core.rules import Refused
from lightship.store.duty import changes, facts, handover, roster
from lightship.store.models import Alert, HandOver, Nudge, Override, Page, Rotation, Staffer

WRITER, DEPUTY = Duty.WRITER, Duty.DEPUTY
HOUR = timedelta(hours=1)


@pytest.fixture
def desk() -> Desk:
    return new_desk()


@pytest.fixture
def alice() -> User:
    return User.objects.create(username="alice", email="alice@acme.test", first_name="Alice")


@pytest.fixture
def bob() -> User:
    return User.objects.create(username="bob", email="bob@acme.test", first_name="Bob")


@pytest.fixture
def carol() -> User:
    return User.objects.create(username="carol", email="carol@acme.test", first_name="Carol")


def daily(*members: User, duty: Duty = WRITER, at: int = 15) -> core.Rotation:
    """NOW is 22 November 14:00 UTC: the first has it from the 21st at 15:00, the second from the 22nd."""
    window = Window(begins=time(at), zone="Etc/UTC", members=tuple(str(user.pk) for user in members))
    return core.Rotation(duty=duty, every=Every.DAY, start=date(2026, 11, 21), windows=(window,))


def rotate(page: Page, *rotations: core.Rotation, by: User | None = None) -> list[Rotation]:
    return [changes.rotate(page, rotation, by, NOW - timedelta(days=30)) for rotation in rotations]


def test_the_roster_names_people_and_a_closed_account_leaves_a_gap(desk: Desk, alice: User, bob: User) -> None:
    rotate(desk.page, daily(alice, bob), daily(bob, alice, duty=DEPUTY))
    assert roster.on_duty(desk.page, NOW) == {WRITER: alice, DEPUTY: bob}
    assert roster.on_duty(desk.page, NOW + HOUR) == {WRITER: bob, DEPUTY: alice}
    bob.is_active = False
    bob.save()
    assert roster.on_duty(desk.page, NOW) == {WRITER: alice}
    assert roster.holder(desk.page, NOW) == {WRITER: alice}


def test_while_nothing_is_open_the_roster_changes_by_itself(desk: Desk, alice: User, bob: User) -> None:
    rotate(desk.page, daily(alice, bob))
    assert [roster.holder(desk.page, NOW + n * MINUTE)[WRITER] for n in (0, 59, 60)] == [alice, alice, bob]
    assert roster.pending(desk.page, NOW + HOUR) == ()


def test_while_something_is_open_the_old_holder_keeps_the_clock_until_both_confirm(desk: Desk, alice: User, bob: User) -> None:
    rotate(desk.page, daily(alice, bob))
    desk.opens()
    later = NOW + 70 * MINUTE
    assert roster.on_duty(desk.page, later)[WRITER] == bob
    assert roster.holder(desk.page, later)[WRITER] == alice
    given = handover.hand_over(desk.page, WRITER, alice, later)
    assert given.at is None
    assert roster.holder(desk.page, later + MINUTE)[WRITER] == alice
    assert Nudge.objects.get().person == bob
    taken = handover.take_over(desk.page, WRITER, bob, later + 2 * MINUTE)
    assert (taken.pk, taken.at) == (given.pk, later + 2 * MINUTE)
    assert roster.holder(desk.page, later + MINUTE)[WRITER] == alice
    assert roster.holder(desk.page, later + 2 * MINUTE)[WRITER] == bob
    assert roster.pending(desk.page, later + 2 * MINUTE) == ()
    assert taken.shown[0]["name"] == "Webmail is down"
    assert taken.shown[0]["body"] == "Sign-in fails."
    assert taken.shown[0]["due"]


def test_the_taker_may_confirm_first(desk: Desk, alice: User, bob: User) -> None:
    rotate(desk.page, daily(alice, bob))
    desk.opens()
    assert handover.take_over(desk.page, WRITER, bob, NOW + HOUR).at is None
    assert roster.holder(desk.page, NOW + HOUR + MINUTE)[WRITER] == alice
    assert handover.hand_over(desk.page, WRITER, alice, NOW + HOUR + MINUTE).at


def test_when_all_is_resolved_the_roster_counts_again(desk: Desk, alice: User, bob: User) -> None:
    rotate(desk.page, daily(alice, bob))
    incident = desk.opens()
    desk.resolves(incident, NOW + 90 * MINUTE)
    assert roster.holder(desk.page, NOW + 89 * MINUTE)[WRITER] == alice
    assert roster.holder(desk.page, NOW + 90 * MINUTE)[WRITER] == bob


def test_one_incident_after_another_is_one_time_of_being_open(desk: Desk, alice: User, bob: User) -> None:
    """The first ends after the second has begun: nobody had a calm moment in which the roster could change."""
    rotate(desk.page, daily(alice, bob))
    first = desk.opens()
    desk.opens("IMAP is slow", NOW + 70 * MINUTE)
    desk.resolves(first, NOW + 80 * MINUTE)
    assert roster.open_since(desk.page, NOW + 3 * HOUR) == NOW
    assert roster.holder(desk.page, NOW + 3 * HOUR)[WRITER] == alice


def test_practice_and_planned_work_hold_up_no_change(desk: Desk, alice: User, bob: User) -> None:
    incident = desk.opens()
    incident.practice = True
    incident.save()
    desk.schedules(NOW + MINUTE, NOW + 5 * HOUR)
    assert roster.open_since(desk.page, NOW + HOUR) is None


def test_what_everybody_forgot_holds_up_no_change(desk: Desk) -> None:
    desk.opens(at=NOW - timedelta(days=31))
    assert roster.open_since(desk.page, NOW) is None
    desk.opens("IMAP is slow", at=NOW - timedelta(days=29))
    assert roster.open_since(desk.page, NOW) == NOW - timedelta(days=29)


def test_an_alert_is_something_open_until_it_is_closed(desk: Desk) -> None:
    Alert.objects.create(page=desk.page, at=NOW, source="person", summary="Sign-in fails", closed_at=NOW + HOUR)
    Alert.objects.create(page=desk.page, at=NOW + 59 * MINUTE, source="person", summary="IMAP fails")
    Alert.objects.create(page=desk.page, at=NOW - HOUR, source="drill", summary="Practice", practice=True)
    assert roster.open_since(desk.page, NOW - MINUTE) is None
    assert roster.open_since(desk.page, NOW + MINUTE) == NOW
    assert roster.open_since(desk.page, NOW + 5 * HOUR) == NOW


def test_one_tap_takes_the_pen_until_the_rosters_next_change(desk: Desk, alice: User, bob: User, carol: User) -> None:
    rotate(desk.page, daily(alice, bob))
    row = handover.speak_now(desk.page, carol, NOW)
    assert (row.giver, row.taker, row.kind, row.at) == (alice, carol, "take", NOW)
    assert roster.holder(desk.page, NOW + 59 * MINUTE)[WRITER] == carol
    assert roster.holder(desk.page, NOW + HOUR)[WRITER] == bob
    with pytest.raises(Refused, match="You hold it already"):
        handover.speak_now(desk.page, carol, NOW + MINUTE)


def test_what_is_passed_on_stays_until_it_is_accepted(desk: Desk, alice: User, bob: User, carol: User) -> None:
    rotate(desk.page, daily(alice, bob))
    with pytest.raises(Refused, match="You do not hold it"):
        handover.pass_on(desk.page, carol, bob, NOW)
    offer = handover.pass_on(desk.page, carol, alice, NOW)
    assert roster.holder(desk.page, NOW + MINUTE)[WRITER] == alice
    assert handover.offers(desk.page, NOW + MINUTE) == [offer]
    assert [nudge.person for nudge in Nudge.objects.all()] == [carol]
    handover.take_over(desk.page, WRITER, carol, NOW + 2 * MINUTE)
    assert roster.holder(desk.page, NOW + 2 * MINUTE)[WRITER] == carol
    assert handover.offers(desk.page, NOW + 3 * MINUTE) == []


def test_an_offer_may_be_declined_and_both_learn_of_it(desk: Desk, alice: User, bob: User, carol: User) -> None:
    rotate(desk.page, daily(alice, bob))
    offer = handover.pass_on(desk.page, carol, alice, NOW)
    with pytest.raises(Refused, match="between others"):
        handover.decline(offer, bob, NOW)
    handover.decline(offer, carol, NOW + MINUTE)
    assert handover.offers(desk.page, NOW + MINUTE) == []
    assert roster.holder(desk.page, NOW + MINUTE)[WRITER] == alice
    assert Nudge.objects.filter(person=alice, subject__startswith="Carol declined").count() == 1
    with pytest.raises(Refused, match="settled already"):
        handover.decline(offer, alice, NOW + 2 * MINUTE)
    with pytest.raises(Refused, match="Nothing waits for you"):
        handover.take_over(desk.page, WRITER, carol, NOW + 2 * MINUTE)


def test_both_sides_are_told_once_that_a_change_waits(desk: Desk, alice: User, bob: User) -> None:
    rotate(desk.page, daily(alice, bob))
    desk.opens()
    assert handover.announce(desk.page, NOW) == 0
    assert [handover.announce(desk.page, NOW + n * HOUR) for n in (1, 2)] == [2, 0]
    assert sorted(nudge.subject for nudge in Nudge.objects.all()) == [
        "Your duty begins: take over Acme Hosting",
        "Your duty ends: hand over Acme Hosting",
    ]


def test_changes_are_rows_that_say_who_and_when(desk: Desk, alice: User, bob: User) -> None:
    (old,) = rotate(desk.page, daily(alice), by=bob)
    new = changes.rotate(desk.page, daily(bob), alice, NOW, instead=old)
    old.refresh_from_db()
    assert (old.made_by, old.ended_at, old.ended_by) == (bob, NOW, alice)
    assert (new.made_at, new.made_by, new.ended_at) == (NOW, alice, None)
    assert roster.on_duty(desk.page, NOW - MINUTE) == {WRITER: alice}
    assert roster.on_duty(desk.page, NOW) == {WRITER: bob}
    with pytest.raises(Refused, match="colleague changed it"):
        changes.rotate(desk.page, daily(alice), alice, NOW, instead=old)
    assert Rotation.objects.count() == 2


def test_a_swap_exchanges_two_shifts_and_is_taken_back_whole(desk: Desk, alice: User, bob: User) -> None:
    rotate(desk.page, daily(alice, bob))
    one, other = roster.shifts(desk.page, NOW, NOW + 2 * HOUR)
    first, _ = changes.swap(desk.page, one, other, alice, NOW)
    assert [roster.on_duty(desk.page, NOW + n * HOUR)[WRITER] for n in (0, 2)] == [bob, alice]
    changes.take_back(first, bob, NOW + MINUTE)
    assert [roster.on_duty(desk.page, NOW + n * HOUR)[WRITER] for n in (1 / 60, 2)] == [alice, bob]
    assert Override.objects.filter(ended_by=bob).count() == 2


def test_a_swap_of_shifts_that_changed_meanwhile_is_refused(desk: Desk, alice: User, bob: User) -> None:
    rotate(desk.page, daily(alice, bob))
    one, other = roster.shifts(desk.page, NOW, NOW + 2 * HOUR)
    changes.override(desk.page, replace(one, person=str(bob.pk), starts=NOW), alice, NOW)
    with pytest.raises(Refused, match="has changed meanwhile"):
        changes.swap(desk.page, one, other, alice, NOW)
    with pytest.raises(Refused, match="same person"):
        changes.swap(desk.page, other, other, alice, NOW)


@pytest.mark.parametrize(
    ("starts", "ends", "message"),
    [(2, 1, "ends before it begins"), (-3, -1, "That time is over"), (1, 24 * 400, "a year at most")],
)
def test_an_override_that_cannot_be_meant_is_refused(desk: Desk, alice: User, starts: int, ends: int, message: str) -> None:
    with pytest.raises(Refused, match=message):
        changes.override(desk.page, Shift(WRITER, str(alice.pk), NOW + starts * HOUR, NOW + ends * HOUR), alice, NOW)


def test_a_support_agent_cannot_be_on_duty(desk: Desk, alice: User, bob: User) -> None:
    Staffer.objects.create(user=bob, role="front_line")
    with pytest.raises(Refused, match="bob cannot write"):
        rotate(desk.page, daily(alice, bob))
    rotate(desk.page, daily(alice))
    with pytest.raises(Refused, match="bob cannot write"):
        handover.pass_on(desk.page, bob, alice, NOW)
    with pytest.raises(Refused, match="bob cannot write"):
        handover.speak_now(desk.page, bob, NOW)
    assert not HandOver.objects.exists()


def test_staffed_hours_are_published_as_text_and_kept_as_hours(desk: Desk, alice: User) -> None:
    office = Hours(days=(0, 1, 2, 3, 4), begins=time(8), until=time(18), zone="Europe/Vienna")
    assert changes.staff(desk.page, [office], alice, NOW)
    page = Page.objects.get()
    assert page.staffed == "Monday to Friday 08:00 to 18:00, Vienna time"
    assert roster.policy(page).staffed == (office,)
    assert not changes.staff(page, [office], alice, NOW)
    with pytest.raises(Refused, match="use a name like Europe/Vienna"):
        changes.staff(page, [replace(office, zone="Wien")], alice, NOW)
    assert changes.staff(page, [], alice, NOW)
    assert Page.objects.get().staffed == "" and Page.objects.get().policy == {}


def test_a_page_that_nobody_made_a_roster_for_has_no_holder(desk: Desk) -> None:
    assert roster.holder(desk.page, NOW) == {}
    assert not roster.is_made(desk.page)


def test_the_doctor_is_told_of_gaps_by_the_minute_and_of_one_who_is_alone(desk: Desk, alice: User, bob: User) -> None:
    assert not facts.facts(desk.page, NOW).made
    rotate(desk.page, daily(alice))
    told = facts.facts(desk.page, NOW)
    assert (told.made, [(gap.missing, gap.starts, gap.ends) for gap in told.gaps]) == (
        True,
        [((DEPUTY,), NOW, NOW + core.AHEAD)],
    )
    rotate(desk.page, daily(alice, bob, duty=DEPUTY))
    told = facts.facts(desk.page, NOW)
    assert told.gaps == ()
    assert [one.people for one in told.alone[:1]] == [("alice", "alice")]
