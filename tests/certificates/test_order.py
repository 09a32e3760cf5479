"""Orders at a real authority (Pebble) with the proof in a real zone (BIND)."""

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from tests import acme_server, servers
from tests.certificates.conftest import CHALLENGE, HostLoop
from tests.certs import NOW
from tests.kills import killed, moments, rounds
from tests.name_servers import Layout, secondary

from lightship.certificates import Certificate, keep, new_private_key, order
from lightship.config import CertificateConfig
from lightship.zones import Zone

pytestmark = [pytest.mark.server("bind"), pytest.mark.server("pebble")]


def assert_whole(existing: Certificate | None) -> Certificate:
    """A chain with the key that belongs to it."""
    assert existing is not None
    leaf = x509.load_pem_x509_certificates(existing.chain)[0]
    key = load_pem_private_key(existing.key, None)
    assert key.public_key() == leaf.public_key()
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return existing


def test_a_certificate_comes_with_its_chain_and_leaves_no_challenge_behind(
    keeper: HostLoop, pebble: acme_server.Pebble
) -> None:
    outcome = keeper.keep()
    assert outcome.reason == ""
    assert outcome.renewed
    existing = assert_whole(outcome.certificate)
    leaf, middle = x509.load_pem_x509_certificates(existing.chain)[:2]
    leaf.verify_directly_issued_by(middle)
    middle.verify_directly_issued_by(x509.load_pem_x509_certificate(pebble.root()))
    assert existing.names == keeper.wanted.names
    assert keeper.challenge() == frozenset()
    assert keeper.shelf.challenges() == []


def test_it_lies_where_only_its_owner_may_read_it(keeper: HostLoop) -> None:
    existing = keeper.keep().certificate
    assert existing is not None
    shelf = keeper.shelf
    assert (shelf.chain.read_bytes(), shelf.key.read_bytes()) == (existing.chain, existing.key)
    assert [path.stat().st_mode & 0o777 for path in (shelf.chain, shelf.key, keeper.folder)] == [0o600, 0o600, 0o700]


def test_one_certificate_holds_for_every_name_of_the_zone(keeper: HostLoop) -> None:
    names = (*keeper.wanted.names, f"h1.{keeper.wanted.names[0]}", f"h2.{keeper.wanted.names[0]}")
    existing = keeper.but(names=names).keep().certificate
    assert existing is not None
    assert set(existing.names) == set(names)


def test_nothing_is_ordered_while_there_is_time_left(keeper: HostLoop) -> None:
    existing = assert_whole(keeper.keep().certificate)
    lifetime = existing.until - existing.since
    again = keeper.keep(existing.until - lifetime / 2)
    assert (again.certificate, again.renewed) == (existing, False)


def test_it_is_renewed_in_its_last_third_with_another_key_and_the_same_account(keeper: HostLoop) -> None:
    existing = assert_whole(keeper.keep().certificate)
    new = keeper.keep(existing.until - (existing.until - existing.since) / 4)
    assert new.renewed
    assert assert_whole(new.certificate).key != existing.key


def test_other_names_and_a_spoilt_file_are_reasons_to_order(keeper: HostLoop) -> None:
    assert keeper.keep().renewed
    more = keeper.but(names=(*keeper.wanted.names, f"h1.{keeper.wanted.names[0]}"))
    assert more.keep().renewed
    keeper.shelf.chain.write_text("half of a")
    assert more.keep().renewed
    assert_whole(keeper.shelf.certificate())


def test_it_is_asked_for_anew_by_hand(keeper: HostLoop) -> None:
    first = keeper.keep().certificate
    assert not keeper.keep(by_hand=True).renewed
    forced = keeper.keep(by_hand=True, force=True)
    assert forced.renewed
    assert forced.certificate != first


def test_nonces_that_the_authority_forgets_are_asked_for_again(keeper: HostLoop, bind: Layout, tmp_path: Path) -> None:
    with acme_server.pebble(tmp_path / "pebble", (bind.address, bind.port), PEBBLE_WFE_NONCEREJECT="40") as forgetful:
        assert keeper.but(directory=forgetful.directory, ca=forgetful.ca).keep().reason == ""


def test_a_name_that_is_proven_already_needs_no_second_proof(keeper: HostLoop, bind: Layout, tmp_path: Path) -> None:
    with acme_server.pebble(tmp_path / "pebble", (bind.address, bind.port), PEBBLE_AUTHZREUSE="100") as trusting:
        there = keeper.but(directory=trusting.directory, ca=trusting.ca)
        assert there.keep().renewed
        assert there.keep(force=True).renewed


def test_what_another_machine_put_there_stays(keeper: HostLoop) -> None:
    others = frozenset({"proof-of-another-machine"})
    keeper.zone.set_records(keeper.zone.name, {CHALLENGE: others}, expecting={})
    assert keeper.keep().reason == ""
    assert keeper.challenge() == others
    keeper.zone.set_records(keeper.zone.name, {CHALLENGE: frozenset()}, expecting={})


def test_what_a_killed_process_left_there_is_taken_away(keeper: HostLoop) -> None:
    left = (keeper.zone.name, "proof-of-the-one-before")
    keeper.zone.set_records(keeper.zone.name, {CHALLENGE: frozenset({left[1]})}, expecting={})
    keeper.folder.mkdir()
    keeper.shelf.note_challenges([left])
    assert keeper.keep().reason == ""
    assert keeper.challenge() == frozenset()


def failed(keeper: HostLoop, **how: Any) -> str:
    """Why no certificate came; and none is left half done."""
    outcome = keeper.keep(**how)
    assert outcome.certificate is None
    assert not outcome.renewed
    return outcome.reason


def test_a_zone_that_refuses_the_key_is_told(keeper: HostLoop, bind: Layout, tmp_path: Path) -> None:
    stranger = HostLoop(keeper.wanted, bind.zone("w1"), tmp_path / "stranger")
    assert "cannot be put into the zone" in failed(stranger)
    assert "let the key w1 change" in failed(stranger, by_hand=True)


def test_a_zone_that_is_dead_is_told(keeper: HostLoop, bind: Layout, tmp_path: Path) -> None:
    dead = HostLoop(keeper.wanted, bind.zone(port=servers.free_port()), tmp_path / "dead")
    assert "cannot be reached" in failed(dead)


def test_a_name_server_that_lags_is_waited_for_and_named(
    keeper: HostLoop, bind: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(order, "PATIENCE", 1.0)  # three minutes are too long for a test
    place = Layout(name=bind.name)
    (tmp_path / "second").mkdir()
    with secondary(tmp_path / "second", bind, place):  # which the primary notifies of nothing
        where = f"[{place.address}]:{place.port}"
        words = failed(keeper.but(nameservers=(*keeper.wanted.nameservers, where)))
    assert f"does not show at {place.address}:{place.port}" in words
    assert keeper.challenge() == frozenset()


def test_an_authority_that_does_not_see_the_proof_says_so(keeper: HostLoop, tmp_path: Path) -> None:
    with acme_server.pebble(tmp_path / "pebble", ("127.0.0.1", servers.free_port())) as blind:
        words = failed(keeper.but(directory=blind.directory, ca=blind.ca))
    assert "does not accept the proof" in words
    assert keeper.zone.name in words
    assert keeper.challenge() == frozenset()


@pytest.mark.parametrize("name", ["elsewhere.example", "_odd.acmestatus.net"])
def test_a_name_that_cannot_have_one_is_told(keeper: HostLoop, name: str) -> None:
    assert failed(keeper.but(names=(name,)))


def test_an_authority_that_is_dead_or_a_stranger_is_told(keeper: HostLoop, tmp_path: Path) -> None:
    dead = keeper.but(directory=f"https://127.0.0.1:{servers.free_port()}/dir")
    assert "cannot be reached" in failed(dead)
    strange = failed(keeper.but(ca=None), by_hand=True)
    assert "certificate" in strange
    assert "cannot be reached" in strange


def test_an_account_key_that_is_none_is_told_without_showing_it(keeper: HostLoop) -> None:
    words = failed(keeper.but(account="-----BEGIN s3cret-----"))
    assert "`account`" in words
    assert "s3cret" not in words


def test_after_a_failure_the_authority_is_left_alone_for_a_while(keeper: HostLoop, pebble: acme_server.Pebble) -> None:
    dead = keeper.but(directory=f"https://127.0.0.1:{servers.free_port()}/dir")
    existing = assert_whole(keeper.keep().certificate)
    late = existing.until - timedelta(days=1)
    assert dead.keep(late).reason
    assert keeper.keep(late + timedelta(minutes=14)).reason, "too early"
    assert keeper.keep(late + timedelta(minutes=16)).reason == ""
    assert dead.keep(late, force=True).reason
    assert keeper.keep(late, force=True, by_hand=True).reason == "", "a person does not wait"


def test_the_old_certificate_stays_while_no_new_one_comes(keeper: HostLoop) -> None:
    existing = assert_whole(keeper.keep().certificate)
    dead = keeper.but(directory=f"https://127.0.0.1:{servers.free_port()}/dir")
    outcome = dead.keep(existing.until - timedelta(days=1))
    assert outcome.reason
    assert outcome.certificate == existing == keeper.shelf.certificate()


def test_of_two_at_once_one_orders(keeper: HostLoop) -> None:
    found: list[bool] = []
    start = threading.Barrier(2)

    def one() -> None:
        start.wait()
        made = keep(keeper.wanted, keeper.zone, keeper.folder, NOW)
        found.append(made is not None and made.renewed)

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [False, True]


@pytest.mark.long
def test_killed_at_any_moment_it_leaves_a_whole_pair_and_the_next_round_clears_up(keeper: HostLoop) -> None:
    existing = assert_whole(keeper.keep().certificate)
    for moment in moments(rounds(6), longest=1.3):
        killed(order_forever, (keeper.wanted, keeper.zone, keeper.folder), moment, preload=("lightship.certificates",))
        assert_whole(keeper.shelf.certificate())
        assert keeper.keep(existing.since, by_hand=True, force=True).reason == ""
        assert keeper.challenge() == frozenset()


def order_forever(ready: Any, wanted: CertificateConfig, zone: Zone, folder: Path) -> None:
    ready.set()
    while True:
        keep(wanted, zone, folder, NOW, by_hand=True, force=True)


def test_an_account_has_a_key_of_its_own() -> None:
    assert new_private_key() != new_private_key()
