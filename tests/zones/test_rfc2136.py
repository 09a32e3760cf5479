"""What only name servers of one's own do: keys that may little, clocks that differ, replies that get lost, and the records of
other hands in the zone."""

import contextlib
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.tsig
import dns.update
import pytest
from tests import name_servers
from tests.kills import rounds
from tests.name_servers import Layout
from tests.zones.lossy import lossy

from lightship.core.steering.records import POINTERS
from lightship.zones import TXT_TTL, Conflict, Sets, ZoneError
from lightship.zones.rfc2136 import Rfc2136, TsigKey

A, AAAA, CNAME, RECORD = ("@", "A"), ("@", "AAAA"), ("@", "CNAME"), ("_lease", "TXT")
HERE: Sets = {A: frozenset({"192.0.2.10"}), AAAA: frozenset({"2001:db8::10"})}
THERE: Sets = {A: frozenset({"192.0.2.20"}), AAAA: frozenset({"2001:db8::20"})}
CRASHES = -(-rounds(12) // 6)
"""Of each kind, plain and signed, so that all together see as many as asked."""
KINDS = [pytest.param(kind, marks=pytest.mark.server(kind)) for kind in name_servers.PRIMARIES]


@pytest.fixture(params=KINDS)
def primary(request: pytest.FixtureRequest) -> Layout:
    layout: Layout = request.getfixturevalue(request.param)
    return layout


@pytest.fixture(params=KINDS[:2])
def strict(request: pytest.FixtureRequest) -> Layout:
    """One that can say by name and type what a key may change. They are those, too, that know DNAME."""
    layout: Layout = request.getfixturevalue(request.param)
    return layout


@pytest.fixture
def zone(primary: Layout) -> Rfc2136:
    """At a name of its own below the zone's top, with the operator's key."""
    return primary.zone(name=f"{secrets.token_hex(6)}.{primary.name}", zone=primary.name)


def written(primary: Layout, change: Callable[[dns.update.UpdateMessage], None]) -> None:
    """By another hand: dnspython alone, with the operator's key."""
    update = dns.update.UpdateMessage(primary.name, keyring=dns.tsig.Key("operator", primary.keys["operator"]))
    change(update)
    assert dns.query.tcp(update, primary.address, 10, primary.port).rcode() == dns.rcode.NOERROR


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(ZoneError) as caught:
        call()
    assert caught.value.permanent
    assert not isinstance(caught.value, Conflict)
    return str(caught.value)


@pytest.mark.parametrize("other", ["w2._vote", "www"])
def test_a_key_may_change_the_name_the_lease_and_its_own_vote_and_nothing_else(strict: Layout, other: str) -> None:
    zone = strict.zone("w1")
    own: Sets = {**HERE, RECORD: frozenset({"1 w1 nonce"}), ("w1._vote", "TXT"): frozenset({"1790000000 11"})}
    zone.set_records(zone.name, own, expecting=zone.read(zone.name, own))
    words = refused(lambda: zone.set_records(zone.name, {(other, "TXT"): frozenset({"x"})}, expecting={}))
    assert "w1" in words
    assert "change these names and types" in words
    assert zone.read(zone.name, own) == own


@pytest.mark.server("powerdns")
def test_a_key_of_powerdns_is_good_for_the_whole_zone(powerdns: Layout) -> None:
    zone = powerdns.zone("w1")
    zone.set_records(zone.name, {("w2._vote", "TXT"): frozenset({"not mine"})}, expecting={})
    assert zone.read(zone.name, [("w2._vote", "TXT")]) == {("w2._vote", "TXT"): frozenset({"not mine"})}


def test_a_key_that_the_server_does_not_have_is_named(primary: Layout, zone: Rfc2136) -> None:
    stranger = replace(zone, key=TsigKey(name="mallory", secret=zone.key.secret))
    assert "key mallory" in refused(lambda: stranger.set_records(zone.name, HERE, expecting={}))
    assert "key mallory" in refused(lambda: stranger.read(zone.name, POINTERS))


def test_a_wrong_secret_is_named(zone: Rfc2136) -> None:
    forger = replace(zone, key=replace(zone.key, secret="d3Jvbmc="))
    assert "secret" in refused(lambda: forger.set_records(zone.name, HERE, expecting={}))
    assert "secret" in refused(lambda: forger.read(zone.name, POINTERS))
    assert "d3Jvbmc=" not in repr(forger)


@pytest.mark.parametrize("skew", [-400, 400])
def test_a_clock_that_is_wrong_by_more_than_five_minutes_is_named(
    zone: Rfc2136, skew: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = time.time
    # dnspython signs with the machine's clock and takes no other.
    monkeypatch.setattr(time, "time", lambda: right() + skew)
    assert "clock" in refused(lambda: zone.set_records(zone.name, HERE, expecting={}))
    monkeypatch.setattr(time, "time", lambda: right() + skew / 2)
    zone.set_records(zone.name, HERE, expecting={})


def test_a_server_that_does_not_have_the_zone_is_told(primary: Layout) -> None:
    elsewhere = primary.zone(name="status.other.example", zone="other.example")
    assert "is not the primary of other.example" in refused(lambda: elsewhere.set_records(elsewhere.name, HERE, expecting={}))
    assert "is `server` the primary" in refused(lambda: elsewhere.read(elsewhere.name, POINTERS))


@pytest.mark.server("bind")
@pytest.mark.parametrize("kind", KINDS)
def test_a_secondary_hears_of_each_change_at_once_and_takes_none_itself(kind: str, tmp_path: Path) -> None:
    place = Layout()
    (tmp_path / "primary").mkdir()
    (tmp_path / "secondary").mkdir()
    layout = Layout(notify=((place.address, place.port),))
    start = name_servers.PRIMARIES[kind]
    with start(tmp_path / "primary", layout), name_servers.secondary(tmp_path / "secondary", layout, place):
        zone, aside = layout.zone("w1"), layout.zone("transfer", port=place.port)
        for sets in (HERE, THERE, HERE):
            zone.set_records(zone.name, sets, expecting={})
            # BIND waits 5 s before a second NOTIFY, unless told not to.
            deadline = time.monotonic() + (4 if kind == "bind" else 20)
            while _address(place, layout.name) != sets[A] and time.monotonic() < deadline:
                time.sleep(0.01)
            assert _address(place, layout.name) == sets[A]
        assert "primary" in refused(lambda: aside.set_records(zone.name, HERE, expecting={}))


def _address(place: Layout, name: str) -> frozenset[str]:
    answer = dns.query.udp(dns.message.make_query(name, "A"), place.address, 5, place.port)
    return frozenset(str(rdata) for rrset in answer.answer for rdata in rrset)


@pytest.mark.server("bind")
@pytest.mark.server("unbound")
def test_a_caching_resolver_keeps_the_old_address_for_the_ttl_and_no_longer(bind: Layout, tmp_path: Path) -> None:
    zone = bind.zone(name=f"{secrets.token_hex(6)}.{bind.name}", zone=bind.name, ttl=1)
    zone.set_records(zone.name, HERE, expecting={})
    with name_servers.unbound(tmp_path, Layout(name=bind.name), {bind.name: [(bind.address, bind.port)]}) as resolver:
        assert _address(resolver, zone.name) == HERE[A]
        zone.set_records(zone.name, THERE, expecting=HERE)
        deadline = time.monotonic() + 4
        while _address(resolver, zone.name) == HERE[A] and time.monotonic() < deadline:
            time.sleep(0.05)
        assert _address(resolver, zone.name) == THERE[A]


def test_leases_and_votes_have_a_ttl_of_their_own(primary: Layout, zone: Rfc2136) -> None:
    zone.set_records(zone.name, {**HERE, RECORD: frozenset({"1 w1 nonce"})}, expecting={})
    answer = dns.query.tcp(dns.message.make_query(f"_lease.{zone.name}", "TXT"), primary.address, 5, primary.port)
    assert answer.answer[0].ttl == TXT_TTL


@pytest.mark.parametrize("hanging", [False, True], ids=["closed", "hanging"])
def test_a_change_whose_reply_was_lost_is_of_unknown_fate_and_the_lease_tells(
    primary: Layout, zone: Rfc2136, hanging: bool
) -> None:
    record: Sets = {RECORD: frozenset({f"1 w1 {secrets.token_hex(8)}"})}
    with lossy(primary.address, primary.port, share=1, hanging=hanging) as port:
        deaf = replace(zone, port=port, timeout=0.5)
        with pytest.raises(ZoneError) as caught:
            deaf.set_records(zone.name, {**HERE, **record}, expecting={RECORD: frozenset()})
        assert caught.value.unknown
        assert not caught.value.permanent
        with pytest.raises(ZoneError) as caught:
            deaf.read(zone.name, HERE)
        assert not caught.value.unknown
    assert zone.read(zone.name, record) == record
    with pytest.raises(Conflict):
        zone.set_records(zone.name, {**HERE, **record}, expecting={RECORD: frozenset()})


def test_an_address_beside_a_cname_is_a_conflict_and_not_skipped_in_silence(zone: Rfc2136) -> None:
    alias: Sets = {CNAME: frozenset({"pages.example.net"})}
    zone.set_records(zone.name, alias, expecting={})
    with pytest.raises(Conflict):
        zone.set_records(zone.name, HERE, expecting={})
    zone.set_records(zone.name, {**HERE, CNAME: frozenset()}, expecting=alias)
    with pytest.raises(Conflict):
        zone.set_records(zone.name, alias, expecting={})
    assert zone.read(zone.name, POINTERS) == {**HERE, CNAME: frozenset()}


def test_a_cname_at_the_top_of_a_zone_is_refused_before_it_is_sent(primary: Layout) -> None:
    zone = primary.zone()
    words = refused(lambda: zone.set_records(zone.name, {CNAME: frozenset({"pages.example.net"})}, expecting={}))
    assert "address" in words
    aside = f"aside.{zone.name}"
    assert "beside" in refused(lambda: zone.set_records(aside, {**HERE, CNAME: frozenset({"pages.example.net"})}, expecting={}))


def test_what_is_no_record_is_refused_before_it_is_sent(zone: Rfc2136) -> None:
    assert "type AAAA" in refused(lambda: zone.set_records(zone.name, {AAAA: frozenset({"192.0.2.1"})}, expecting={}))
    assert "not in the zone" in refused(lambda: zone.set_records("example.org", HERE, expecting={}))


def test_a_name_in_capitals_by_another_hand_can_still_be_expected(primary: Layout, zone: Rfc2136) -> None:
    written(primary, lambda update: update.add(f"{zone.name.upper()}.", 60, "CNAME", "PAGES.Example.NET."))
    existing = zone.read(zone.name.upper(), POINTERS)
    assert existing[CNAME] == {"pages.example.net"}
    zone.set_records(zone.name, {**HERE, CNAME: frozenset()}, expecting=existing)
    assert zone.read(zone.name, POINTERS) == {**HERE, CNAME: frozenset()}


def test_a_dname_above_the_name_is_named(strict: Layout) -> None:
    above = f"{secrets.token_hex(6)}.{strict.name}"
    zone = strict.zone(name=f"status.{above}", zone=strict.name)
    written(strict, lambda update: update.add(f"{above}.", 60, "DNAME", "example.net."))
    assert "DNAME" in refused(lambda: zone.read(zone.name, POINTERS))


def test_many_sets_are_read_whole_and_at_once(zone: Rfc2136) -> None:
    many: Sets = {(f"w{number}._vote", "TXT"): frozenset({f"{number} " + "x" * 400}) for number in range(40)}
    zone.set_records(zone.name, many, expecting={})
    assert zone.read(zone.name, many) == many


@pytest.mark.long
@pytest.mark.parametrize("signed", [False, True], ids=["plain", "signed"])
@pytest.mark.parametrize("kind", KINDS)
def test_what_a_primary_said_was_done_outlives_its_crash(kind: str, signed: bool, tmp_path: Path) -> None:
    """A primary that comes back with older addresses would move the name by itself."""
    layout = Layout(signed=signed)
    # A busy machine may need long for a write. The writer ends at its first error, which must be the crash.
    zone, done = layout.zone("w1", timeout=60), [0]

    def write(enough: threading.Event) -> None:
        with contextlib.suppress(ZoneError):
            while True:
                number = done[-1] + 1
                zone.set_records(
                    zone.name, {A: frozenset({f"192.0.2.{number % 250}"}), RECORD: frozenset({str(number)})}, expecting={}
                )
                done.append(number)
                if number % 10 == 0:
                    enough.set()

    for _ in range(CRASHES):
        enough = threading.Event()
        writer = threading.Thread(target=write, args=(enough,))
        with name_servers.PRIMARIES[kind](tmp_path, layout):
            writer.start()
            assert enough.wait(120)
        writer.join()
        with pytest.raises(ZoneError) as caught:
            zone.set_records(zone.name, HERE, expecting={})
        assert not caught.value.unknown
        with name_servers.PRIMARIES[kind](tmp_path, layout):
            existing = zone.read(zone.name, [A, RECORD])
            # The last one may have been done without our hearing of it.
            number = int(next(iter(existing[RECORD])))
            assert number in (done[-1], done[-1] + 1)
            assert existing[A] == {f"192.0.2.{number % 250}"}
            zone.set_records(zone.name, existing, expecting=existing)
        done.append(number)


@pytest.fixture(scope="module")
def over_ipv6(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Layout]:
    with name_servers.bind(tmp_path_factory.mktemp("ipv6"), Layout(address="::1")) as layout:
        yield layout


@pytest.mark.server("bind")
def test_a_primary_may_be_reached_over_ipv6_or_by_name(over_ipv6: Layout, bind: Layout) -> None:
    for zone in (over_ipv6.zone("w1"), bind.zone("w1", server="localhost")):
        existing = zone.read(zone.name, HERE)
        zone.set_records(zone.name, HERE, expecting=existing)
        assert zone.read(zone.name, HERE) == HERE
    with pytest.raises(ZoneError, match="give its address"):
        bind.zone(server="no-such-machine.invalid").read(bind.name, HERE)
