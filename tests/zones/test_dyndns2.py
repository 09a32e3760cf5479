"""The dyndns2 protocol: every word of it, and when a client must hold its tongue. Words from a named fake, names from BIND."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from tests import servers
from tests.name_servers import Layout
from tests.zones.fakes import Reply
from tests.zones.fakes.dyndns2 import FakeDyndns2

from lightship.zones import Conflict, Sets, ZoneError, dyndns2
from lightship.zones.dyndns2 import ACCOUNT, HOST, REST, SAME, WAIT, Dyndns2, Patience

A, AAAA, RECORD = ("@", "A"), ("@", "AAAA"), ("_lease", "TXT")
ONE: Sets = {A: frozenset({"192.0.2.1"}), AAAA: frozenset({"2001:db8::1"})}
TWO: Sets = {A: frozenset({"192.0.2.2"}), AAAA: frozenset({"2001:db8::2"})}


@dataclass(frozen=True)
class Place:
    zone: Dyndns2
    fake: FakeDyndns2


@pytest.fixture
def place(bind: Layout) -> Iterator[Place]:
    name = f"{secrets.token_hex(6)}.{bind.name}"
    with FakeDyndns2(bind.zone(name=name, zone=bind.name, ttl=60)).running() as fake:
        where = [f"{bind.address}:{bind.port}"]
        yield Place(Dyndns2(name=name, server=f"{fake.url}/", user="acme", password=fake.password, nameservers=where), fake)


def refused(place: Place, name: str = "") -> ZoneError:
    with pytest.raises(ZoneError) as caught:
        place.zone.set_records(name or place.zone.name, ONE, expecting={})
    return caught.value


@pytest.mark.server("bind")
def test_both_families_go_in_one_update_and_the_other_one_stays(place: Place) -> None:
    place.zone.set_records(place.zone.name, ONE, expecting={A: frozenset()})
    place.zone.set_records(place.zone.name, {A: TWO[A]}, expecting=ONE)
    assert place.zone.read(place.zone.name, ONE) == {A: TWO[A], AAAA: ONE[AAAA]}
    assert [(each.query["myip"], each.query["myipv6"]) for each in place.fake.asked] == [
        ("192.0.2.1", "2001:db8::1"),
        ("192.0.2.2", "2001:db8::1"),
    ]


@pytest.mark.server("bind")
def test_what_changes_nothing_is_not_sent(place: Place) -> None:
    place.zone.set_records(place.zone.name, ONE, expecting={})
    place.zone.set_records(place.zone.name, ONE, expecting={})
    assert len(place.fake.asked) == 1


@pytest.mark.server("bind")
def test_another_expectation_is_a_conflict_and_nothing_is_sent(place: Place) -> None:
    with pytest.raises(Conflict):
        place.zone.set_records(place.zone.name, ONE, expecting=TWO)
    assert place.fake.asked == []


@pytest.mark.server("bind")
@pytest.mark.parametrize("word", [*ACCOUNT, *HOST])
def test_what_only_a_person_can_put_right_stops_the_caller(place: Place, word: str) -> None:
    place.fake.say(word)
    first, second = refused(place), refused(place)
    assert first.permanent
    assert second.permanent
    assert f"({word})" in str(first)
    assert "not asked again" in str(second)
    assert len(place.fake.asked) == 1


@pytest.mark.server("bind")
@pytest.mark.parametrize("word", WAIT)
def test_trouble_over_there_is_waited_out(place: Place, word: str) -> None:
    place.fake.say(word)
    first, second = refused(place), refused(place)
    assert (first.permanent, first.unknown) == (False, False)
    assert not second.permanent
    assert "30 min" in str(second)
    assert len(place.fake.asked) == 1


@pytest.mark.server("bind")
def test_a_host_that_it_does_not_know_does_not_stop_the_others(place: Place) -> None:
    assert "no such host" in str(refused(place, f"canary.{place.zone.name.partition('.')[2]}"))
    place.zone.set_records(place.zone.name, ONE, expecting={})
    assert place.zone.read(place.zone.name, ONE) == ONE


@pytest.mark.server("bind")
@pytest.mark.parametrize(("status", "word"), [(401, "badauth"), (403, "!yours"), (404, "nohost")])
def test_a_status_of_http_is_understood_as_the_word_it_stands_for(place: Place, status: int, word: str) -> None:
    place.fake.say("<h1>Sorry</h1>", status=status)
    assert f"({word})" in str(refused(place))
    assert refused(place).permanent


@pytest.mark.server("bind")
@pytest.mark.parametrize(("status", "unknown"), [(429, False), (503, True)])
def test_a_busy_server_is_asked_again(place: Place, status: int, unknown: bool) -> None:
    place.fake.instead.append(Reply(status, b"later"))
    error = refused(place)
    assert (error.permanent, error.unknown) == (False, unknown)
    place.zone.set_records(place.zone.name, ONE, expecting={})


@pytest.mark.server("bind")
def test_an_answer_that_is_none_is_an_error(place: Place) -> None:
    place.fake.say("<html>Welcome to the hotel's network</html>")
    assert "no word of the protocol" in str(refused(place))


@pytest.mark.server("bind")
def test_good_that_never_shows_is_not_taken_for_done(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lightship.zones.dyndns2.PATIENCE", 0.3)  # Not a minute of every run of the tests.
    place.fake.say("good 192.0.2.1")
    error = refused(place)
    assert "do not show it" in str(error)
    assert error.unknown


@pytest.mark.server("bind")
def test_a_lost_reply_is_settled_by_reading_again(place: Place) -> None:
    place.fake.lost = 1
    assert refused(place).unknown
    assert len(place.fake.asked) == 1
    assert place.zone.read(place.zone.name, ONE) == ONE


@pytest.mark.server("bind")
def test_a_text_or_an_alias_cannot_be_held(place: Place) -> None:
    for key in (RECORD, ("@", "CNAME"), ("www", "A")):
        value = "192.0.2.1" if key[1] == "A" else "x.example"
        with pytest.raises(ZoneError, match="only the addresses of a name") as caught:
            place.zone.set_records(place.zone.name, {key: frozenset({value})}, expecting={})
        assert caught.value.permanent
    assert place.fake.asked == []
    assert not place.zone.holds_txt


@pytest.mark.server("bind")
def test_whoever_is_no_authority_is_not_believed(place: Place, bind: Layout) -> None:
    with pytest.raises(ZoneError, match="not as an authority"):
        place.zone.read("status.other.example", [A])
    zone = Dyndns2(
        name=place.zone.name,
        server=place.fake.url,
        user="acme",
        password="p",
        nameservers=[f"127.0.0.1:{servers.free_port()}", *place.zone.nameservers],
    )
    assert zone.read(zone.name, [A]) == {A: frozenset()}


def test_the_ignored_client_knows_that_it_is_ignored() -> None:
    patience = Patience()
    with pytest.raises(ZoneError, match="has blocked this client"):
        patience.hear("n", "hostname=n&myip=192.0.2.1", "good 127.0.0.1", 0.0)
    patience.hear("n", "hostname=n&myip=192.0.2.1", "good 192.0.2.1", 0.0)


def test_after_trouble_it_is_asked_again_when_half_an_hour_is_over() -> None:
    patience = Patience()
    with pytest.raises(ZoneError):
        patience.hear("n", "q", "911", 1000.0)
    with pytest.raises(ZoneError, match="for 1 min"):
        patience.allows("n", "q", 1000.0 + REST - 1)
    assert patience.allows("n", "q", 1000.0 + REST)


def test_what_changed_nothing_is_not_repeated_for_a_while() -> None:
    patience = Patience()
    patience.hear("n", "q", "nochg", 1000.0)
    assert not patience.allows("n", "q", 1000.0 + SAME - 1)
    assert patience.allows("n", "other", 1000.0)
    assert patience.allows("m", "q", 1000.0)
    assert patience.allows("n", "q", 1000.0 + SAME)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"server": "http://update.dedyn.io/"}, "should be an https:// URL"),
        ({"ttl": 30}, "60 or more with dyndns2, not 30"),
        ({"nameservers": ["ns1.example"]}, "'ns1.example' is not an address"),
        ({"nameservers": ["192.0.2.1:port"]}, "is not an address"),
    ],
)
def test_what_cannot_work_is_refused_at_once(options: dict[str, object], words: str) -> None:
    given = {"name": "a.dedyn.io", "server": "https://update.dedyn.io/", "user": "a", "password": "p", **options}
    with pytest.raises(ValueError, match=words):
        Dyndns2(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize("place", ["192.0.2.1", "192.0.2.1:5353", "2001:db8::1", "[2001:db8::1]:5353"])
def test_a_name_server_is_an_address_with_or_without_a_port(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    zone = Dyndns2(name="a.dedyn.io", server="https://update.dedyn.io/", user="a", password="p", nameservers=[place])
    asked: list[tuple[str, int]] = []

    def silent(server: tuple[str, int], name: str, kind: str) -> None:
        asked.append(server)
        raise LookupError("it does not answer")

    monkeypatch.setattr(dyndns2, "ask", silent)  # no server listens at port 53 here
    with pytest.raises(ZoneError, match="can be read: it does not answer"):
        zone.read("a.dedyn.io", [A])
    ((address, port),) = asked
    assert address in place
    assert port == (5353 if place.endswith("5353") else 53)
