"""Nudges as rows and as letters: made once, sent once, in order, by a way that reaches the person; none about what is over."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from tests.django_settings import CONFIG
from tests.smtp_sink import Sink, sink
from tests.store.desk import NOW, Desk, new_desk

from lightship.config import Config
from lightship.config.values import BackEndConfig
from lightship.core.duty.policy import Policy
from lightship.core.duty.roster import Duty
from lightship.core.model import Facts, Status
from lightship.store import journal
from lightship.store.duty import chain, contacts, delivery, links, nudges
from lightship.store.models import Alert, Contact, Incident, Nudge, Page, Report, Staffer

WRITER, DEPUTY = "Update by 14:30 UTC: Webmail is down", "Update by 14:30 UTC: Webmail is down"
NAMES = ("alice", "bob", "carol", "erin", "frank")


@dataclass
class Crew:
    """Alice writes, Bob is her deputy, Carol approves, Erin leads; Frank is on the list alone."""

    desk: Desk
    config: Config
    relay: Sink
    users: dict[str, User]

    def holder(self, page: Page, at: datetime) -> Mapping[Duty, User]:
        return {duty: self.users[name] for duty, name in zip(Duty, NAMES, strict=False)}

    def tick(self, minutes: float) -> list[str]:
        """What a worker does at that time, counted from the incident's first update; who gets a letter."""
        before = len(self.relay.letters)
        self.desk.page.refresh_from_db()
        nudges.plan(self.desk.page, at(minutes), self.holder)
        nudges.deliver(self.config, at(minutes), self.holder)
        names = " ".join(name for name, _ in self.relay.subjects[before:])
        return names.replace("erin carol", "carol erin").split()  # they share a step, and no order

    def promises(self, incident: Incident, minutes: float, promise: float, status: Status = Status.IDENTIFIED) -> None:
        new = journal.NewUpdate(status=status, body="Half is moved.", facts=Facts(next_update=at(promise)))
        journal.update(incident, new, self.users["alice"], at(minutes))


def at(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def mail(port: int, name: str = "mail", timeout: float = 5.0) -> BackEndConfig:
    options = {"host": "127.0.0.1", "port": port, "sender": "status@acme.test", "timeout": timeout}
    return BackEndConfig(name=name, kind="email", options=options)


@pytest.fixture
def relay() -> Iterator[Sink]:
    with sink() as relay:
        yield relay


@pytest.fixture
def crew(database: object, relay: Sink) -> Crew:
    desk = new_desk()
    users = {name: User.objects.create(username=name, email=f"{name}@acme.test") for name in NAMES}
    desk.page.policy = Policy(escalation=(str(users["frank"].pk),)).stored()
    desk.page.save(update_fields=["policy"])
    return Crew(desk, replace(CONFIG, channels=(mail(relay.port),)), relay, users)


def test_the_chain_is_walked_by_mail_and_nobody_is_told_twice(crew: Crew) -> None:
    crew.desk.opens()
    assert [crew.tick(minute) for minute in (19, 20, 21, 27, 28, 30, 35, 36, 45, 46, 300)] == [
        [], ["alice"], [], ["bob"], [], [], ["carol", "erin"], [], ["frank"], [], [],
    ]  # fmt: skip
    assert [received.subject for received in crew.relay.letters][:2] == [WRITER, DEPUTY]
    assert crew.relay.letters[2].subject == "LATE: update was due 14:30 UTC: Webmail is down"


def test_two_workers_make_and_send_each_nudge_once(crew: Crew) -> None:
    crew.desk.opens()
    assert [nudges.plan(crew.desk.page, at(20), crew.holder) for _ in range(2)] == [1, 0]
    assert [nudges.deliver(crew.config, at(20), crew.holder) for _ in range(2)] == [1, 0]


def test_a_post_stops_the_chain_and_its_promise_starts_another(crew: Crew) -> None:
    incident = crew.desk.opens()
    assert crew.tick(20) == ["alice"]
    crew.promises(incident, 22, 52)
    assert [crew.tick(minute) for minute in (27, 35, 41, 42)] == [[], [], [], ["alice"]]


def test_what_was_resolved_before_the_letter_went_out_nudges_nobody(crew: Crew) -> None:
    incident = crew.desk.opens()
    assert nudges.plan(crew.desk.page, at(20), crew.holder) == 1
    crew.desk.resolves(incident, at(20.1))
    assert nudges.deliver(crew.config, at(20.2), crew.holder) == 0
    assert crew.relay.letters == []
    assert not Nudge.objects.exists()
    assert crew.tick(300) == []


def test_a_maintenance_that_promises_nothing_nudges_nobody(crew: Crew) -> None:
    crew.desk.schedules(at(10), at(20))
    journal.keep_time(crew.desk.page, at(11))
    assert crew.tick(300) == []


def test_the_deputy_is_spared_once_alice_is_on_it_and_the_rest_is_not(crew: Crew) -> None:
    incident = crew.desk.opens()
    crew.tick(20)
    assert nudges.acknowledge(crew.desk.page, incident.pk, crew.users["alice"], at(21)) == 1
    assert [crew.tick(minute) for minute in (27, 35, 45)] == [[], ["carol", "erin"], ["frank"]]


def test_an_acknowledgement_of_one_promise_is_none_of_the_next(crew: Crew) -> None:
    incident = crew.desk.opens()
    crew.tick(20)
    nudges.acknowledge(crew.desk.page, incident.pk, crew.users["alice"], at(21))
    crew.promises(incident, 22, 52)
    assert nudges.acknowledge(crew.desk.page, incident.pk, crew.users["alice"], at(23)) == 0
    assert [crew.tick(minute) for minute in (42, 49)] == [["alice"], ["bob"]]


def test_the_first_word_has_ten_minutes_and_the_same_chain(crew: Crew) -> None:
    alert = Alert.objects.create(page=crew.desk.page, at=NOW, source="person", summary="Customers report errors")
    assert [crew.tick(minute) for minute in (0, 1, 7, 10, 15, 25)] == [
        ["alice"], [], ["bob"], [], ["carol", "erin"], ["frank"],
    ]  # fmt: skip
    assert crew.relay.letters[0].subject == "First word by 14:10 UTC: Customers report errors"
    assert Nudge.objects.order_by("at")[0].path == "/p/acme/open/"
    Alert.objects.filter(pk=alert.pk).update(closed_at=at(26))
    assert crew.tick(27) == []


def test_a_worker_that_was_down_makes_up_for_it_once_and_in_order(crew: Crew) -> None:
    crew.desk.opens()
    crew.desk.opens("The panel is slow", at=at(2))
    assert crew.tick(90) == ["alice", "bob", "carol", "erin", "frank"]
    assert all(received.subject.endswith("Webmail is down, and 1 more") for received in crew.relay.letters)
    assert crew.tick(91) == []


def test_whoever_cannot_be_reached_is_followed_by_the_next_at_once_and_tried_again(crew: Crew) -> None:
    crew.desk.opens()
    crew.relay.refused = {"alice@acme.test", "bob@acme.test"}
    assert crew.tick(20) == ["carol", "erin"]
    errors = dict(Nudge.objects.exclude(error="").values_list("person__username", "error"))
    assert set(errors) == {"alice", "bob"}
    assert "no such mailbox" in errors["alice"]
    crew.relay.refused = set()
    assert set(crew.tick(20.5)) == {"alice", "bob"}
    assert crew.tick(21) == []


def test_if_nobody_can_be_reached_every_channel_of_the_file_is_told_once(crew: Crew) -> None:
    crew.desk.opens()
    crew.relay.refused = {f"{name}@acme.test" for name in NAMES}
    room = mail(crew.relay.port, "room")
    crew.config = replace(
        crew.config, channels=(*crew.config.channels, replace(room, options={**room.options, "to": ("ops@acme.test",)}))
    )
    assert crew.tick(20) == ["ops"]
    assert "None of the staff could be reached" in crew.relay.letters[0].body
    assert crew.tick(22) == []
    assert Report.objects.get(kind=nudges.UNREACHED).facts["due"] == at(30).isoformat()


def test_contacts_are_tried_in_their_order_and_the_avoided_channel_last(crew: Crew) -> None:
    alice = crew.users["alice"]
    crew.config = replace(crew.config, channels=(mail(crew.relay.port), mail(crew.relay.port, "other")))
    for position, (channel, address) in enumerate([("gone", "x@y"), ("mail", "one@a"), ("other", "two@b")]):
        Contact.objects.create(user=alice, channel=channel, address=address, position=position)
    assert [way.address for way in contacts.ways(crew.config, alice)] == ["one@a", "two@b"]
    assert [way.address for way in contacts.ways(crew.config, alice, "mail")] == ["two@b", "one@a"]
    crew.desk.opens()
    crew.relay.refused = {"one@a"}
    assert crew.tick(20) == ["two"]
    assert Nudge.objects.get().channel == "other"


def test_a_relay_that_swallows_everything_holds_up_nobody_else(crew: Crew) -> None:
    with sink() as hole:
        hole.hangs = True
        crew.config = replace(crew.config, channels=(*crew.config.channels, mail(hole.port, "hole", timeout=30.0)))
        Contact.objects.create(user=crew.users["alice"], channel="hole", address="alice@acme.test")
        crew.desk.opens()
        crew.relay.after_yes = lambda received: hole.over.set() if received.to == "frank@acme.test" else None
        assert crew.tick(60) == ["bob", "carol", "erin", "frank"], "and only then did the hole let go"
    assert "closed the connection" in Nudge.objects.get(person=crew.users["alice"]).error


def test_a_copy_has_the_message_id_and_the_link_of_the_first(crew: Crew) -> None:
    """The worker died between the relay's yes and our record: the claim runs out, and another sends it again."""
    crew.desk.opens()
    crew.tick(20)
    Nudge.objects.update(sent_at=None, claimed_until=at(20) + delivery.LEASE)
    assert crew.tick(21) == [], "the claim holds"
    assert crew.tick(22) == ["alice"]
    first, copy = crew.relay.letters
    assert first.id == copy.id == f"<nudge-{Nudge.objects.get().pk}@acme.test>"
    assert first.body == copy.body
    assert Nudge.objects.get().attempts == 2


def test_the_row_holds_no_token_that_opens_anything(crew: Crew) -> None:
    crew.desk.opens()
    crew.tick(20)
    nudge, body = Nudge.objects.get(), crew.relay.letters[0].body
    token = body.partition("http://desk.test/go/")[2].split("/")[0]
    assert links.find(token) == nudge
    assert token not in str(Nudge.objects.values().get())
    assert links.find(nudge.link_digest) is None
    assert links.find("") is None


def test_a_message_that_nobody_could_send_in_time_is_not_sent_a_day_later(crew: Crew) -> None:
    made = nudges.enqueue(
        crew.desk.page, kind="alarm", step="alarm", key="alarm 1", people=[crew.users["bob"]], due=NOW, at=NOW,
        subject="Not published", body="No host serves it.", subjects=["webmail"],
    )  # fmt: skip
    assert made == 1
    assert nudges.deliver(crew.config, at(24 * 60), crew.holder) == 0
    assert nudges.deliver(crew.config, at(1), crew.holder) == 1


def test_a_message_is_made_once_for_each_person_however_long_its_key(crew: Crew) -> None:
    def made(*names: str, key: str) -> int:
        people = [crew.users[name] for name in names]
        return nudges.enqueue(
            crew.desk.page, kind="alarm", step="alarm", key=key, people=people, due=NOW, at=NOW, subject="S\nBcc: x", body="B"
        )

    assert made("alice", key="x" * 400) == 1
    assert made("alice", "bob", key="x" * 400) == 1
    assert made("alice", key="x" * 399) == 1
    assert {nudge.subject for nudge in Nudge.objects.all()} == {"S Bcc: x"}


@pytest.mark.parametrize(
    ("channel", "address", "email", "reason"),
    [
        ("", "", "alice@acme.test", ""),
        ("", "", "", "no contact, and no mail address"),
        ("pager", "x", "alice@acme.test", ""),
        ("pager", "x", "", "has no channel pager any more"),
        ("mail", "not an address", "", "is no address of mail"),
        ("mail", "alice@elsewhere.test", "", ""),
    ],
)
def test_who_cannot_be_reached_is_known_before_the_night(
    crew: Crew, channel: str, address: str, email: str, reason: str
) -> None:
    alice = crew.users["alice"]
    User.objects.filter(pk=alice.pk).update(email=email)
    alice.refresh_from_db()
    if channel:
        Contact.objects.create(user=alice, channel=channel, address=address)
    answer = contacts.unreachable(crew.config, alice)
    assert (reason in answer) if reason else answer == ""
    assert contacts.unreachable(CONFIG, alice) == "lightship.toml has no channel"


def test_without_a_roster_or_a_list_all_who_may_write_are_nudged(crew: Crew) -> None:
    crew.desk.page.policy = {}
    crew.desk.page.save(update_fields=["policy"])
    User.objects.filter(username="frank").update(is_active=False)
    crew.desk.opens()
    nudges.plan(crew.desk.page, at(20), lambda page, now: {})
    assert nudges.deliver(crew.config, at(20)) == 4
    assert sorted(name for name, _ in crew.relay.subjects) == ["alice", "bob", "carol", "erin"]


def test_a_role_of_a_newer_version_does_not_stop_the_clock() -> None:
    desk = new_desk()
    alice, dora = (User.objects.create(username=name) for name in ("alice", "dora"))
    Staffer.objects.create(user=dora, role="observer")
    assert chain.escalation(desk.page) == [alice]
