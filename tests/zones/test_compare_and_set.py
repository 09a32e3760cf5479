"""What the providers that compare and set promise beyond the contract: races, lost replies, throttling. On fakes."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from tests.zones.fakes import Fake, Reply, azure, cloudflare, google, route53

from lightship.zones import Conflict, Key, Sets, Zone, ZoneError
from lightship.zones.azure import Azure
from lightship.zones.cloudflare import Cloudflare
from lightship.zones.google import Google
from lightship.zones.route53 import Route53

NAME = "status.acme.example"
A, AAAA, RECORD = ("@", "A"), ("@", "AAAA"), ("_lease", "TXT")
KEYS: tuple[Key, ...] = (A, AAAA, RECORD)
NOTHING: Sets = {key: frozenset() for key in KEYS}


def wish(number: int) -> Sets:
    return {
        A: frozenset({f"192.0.2.{number}"}),
        AAAA: frozenset({f"2001:db8::{number:x}"}),
        RECORD: frozenset({f"7 w{number} 1790000000 - nonce{number}"}),
    }


@dataclass(frozen=True)
class Provider:
    zone: Any
    fake: Any
    throttled: Reply


def _route53(fake: Any) -> Zone:
    return Route53(name=NAME, zone="Z1", key=fake.key, secret=fake.secret, endpoint=fake.url)


def _google(fake: Any) -> Zone:
    return Google(name=NAME, project="acme", zone="acme", key=fake.account(), endpoint=fake.url)


def _azure(fake: Any) -> Zone:
    return Azure(
        name=NAME,
        zone="acme.example",
        subscription="s1",
        resource_group="acme",
        tenant="tenant1",
        client="client1",
        secret=fake.secret,
        endpoint=fake.url,
        login=fake.url,
    )


def _cloudflare(fake: Any) -> Zone:
    return Cloudflare(name=NAME, zone="c0ffee", token=fake.token, endpoint=fake.url)


KINDS: dict[str, tuple[Callable[[], Fake], Callable[[Any], Zone], Reply]] = {
    "route53": (lambda: route53.FakeRoute53("Z1", "acme.example"), _route53, route53.THROTTLED),
    "google": (lambda: google.FakeCloudDns("acme", "acme.example"), _google, google.THROTTLED),
    "azure": (lambda: azure.FakeAzureDns("acme.example"), _azure, azure.THROTTLED),
    "cloudflare": (lambda: cloudflare.FakeCloudflare("c0ffee", "acme.example"), _cloudflare, cloudflare.THROTTLED),
}


@pytest.fixture(params=KINDS)
def provider(request: pytest.FixtureRequest) -> Iterator[Provider]:
    make, zone, throttled = KINDS[request.param]
    with make().running() as fake:
        yield Provider(zone(fake), fake, throttled)


def raced(zone: Zone, wishes: Callable[[int], Sets], existing: Sets) -> tuple[list[int], list[ZoneError]]:
    """Twenty at once, each with its own wish, from the same state: who won, and what the others were told."""
    barrier, won, told = threading.Barrier(20), list[int](), list[ZoneError]()

    def run(number: int) -> None:
        barrier.wait(30)
        try:
            zone.set_records(NAME, wishes(number), expecting=existing)
            won.append(number)
        except ZoneError as error:
            told.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(1, 21)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return won, told


@pytest.mark.parametrize("before", [NOTHING, wish(99)], ids=["from-nothing", "from-another"])
def test_exactly_one_of_twenty_wins_and_the_others_are_told_so(provider: Provider, before: Sets) -> None:
    if before != NOTHING:
        provider.zone.set_records(NAME, before, expecting=NOTHING)
    won, told = raced(provider.zone, wish, before)
    assert len(won) == 1, told
    assert len(told) == 19
    assert {type(error) for error in told} == {Conflict}
    assert provider.zone.read(NAME, KEYS) == wish(won[0])


def test_one_of_twenty_wins_addresses_alone(provider: Provider) -> None:
    """The same without a lease: whoever changes the first set first."""

    def addresses(number: int) -> Sets:
        return {A: wish(number)[A], AAAA: wish(number)[AAAA]}

    before = addresses(99)
    provider.zone.set_records(NAME, before, expecting={})
    won, _ = raced(provider.zone, addresses, before)
    assert len(won) == 1
    assert provider.zone.read(NAME, before) == addresses(won[0])


def test_a_lost_reply_is_settled_by_reading_the_lease(provider: Provider) -> None:
    provider.zone.set_records(NAME, wish(1), expecting=NOTHING)
    provider.fake.lost = 1
    with pytest.raises(ZoneError) as caught:
        provider.zone.set_records(NAME, wish(2), expecting=wish(1))
    assert caught.value.unknown
    assert not caught.value.permanent
    assert provider.zone.read(NAME, [RECORD]) == {RECORD: wish(2)[RECORD]}


def test_a_change_that_was_obeyed_is_never_sent_again(provider: Provider) -> None:
    provider.fake.lost = 1
    with pytest.raises(ZoneError):
        provider.zone.set_records(NAME, wish(1), expecting=NOTHING)
    assert len([each for each in provider.fake.asked if provider.fake.changes(each)]) == 1


def test_throttling_is_no_reason_to_stop(provider: Provider) -> None:
    provider.zone.set_records(NAME, wish(1), expecting=NOTHING)
    provider.fake.instead.append(provider.throttled)
    with pytest.raises(ZoneError) as caught:
        provider.zone.set_records(NAME, wish(2), expecting=wish(1))
    assert not isinstance(caught.value, Conflict)
    assert (caught.value.permanent, caught.value.unknown) == (False, False)
    assert provider.zone.read(NAME, KEYS) == wish(1)


def test_a_server_error_leaves_open_whether_it_was_done(provider: Provider) -> None:
    provider.zone.set_records(NAME, wish(1), expecting=NOTHING)
    provider.fake.instead.append(Reply(503, b"upstream connect error"))
    with pytest.raises(ZoneError) as caught:
        provider.zone.set_records(NAME, wish(2), expecting=wish(1))
    assert (caught.value.permanent, caught.value.unknown) == (False, True)


def test_what_the_provider_does_not_take_is_no_conflict(provider: Provider) -> None:
    with pytest.raises(ZoneError) as caught:
        provider.zone.set_records("status.other.example", {A: frozenset({"192.0.2.1"})}, expecting={})
    assert caught.value.permanent
    assert not isinstance(caught.value, Conflict)


def test_no_address_is_sent_that_is_none(provider: Provider) -> None:
    with pytest.raises(ZoneError, match=r"192\.0\.2\.999") as caught:
        provider.zone.set_records(NAME, {A: frozenset({"192.0.2.999"})}, expecting={})
    assert caught.value.permanent


def test_a_wrong_zone_is_told_as_permanent(provider: Provider) -> None:
    with pytest.raises(ZoneError) as caught:
        replace(provider.zone, zone="wrong.example").read("a.wrong.example", KEYS)
    assert caught.value.permanent


def test_addresses_never_come_to_stand_beside_a_cname(provider: Provider) -> None:
    alias: Sets = {("@", "CNAME"): frozenset({"pages.example.net"})}
    provider.zone.set_records(NAME, alias, expecting={})
    with pytest.raises(Conflict):
        provider.zone.set_records(NAME, {A: frozenset({"192.0.2.1"})}, expecting={A: frozenset()})
    assert provider.zone.read(NAME, [("@", "CNAME"), A]) == {**alias, A: frozenset()}


def test_secrets_are_not_shown(provider: Provider) -> None:
    shown = repr(provider.zone)
    hidden = [value for name in ("secret", "token", "key") if len(value := getattr(provider.fake, name, "")) > 20]
    assert not any(value in shown for value in hidden)
    assert "PRIVATE KEY" not in shown
