"""What is peculiar to one provider: paging, patience, sets that are not simple, locks, tokens. On the named fakes."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.zones.fakes import Reply
from tests.zones.fakes.azure import REFUSED, THROTTLED, FakeAzureDns
from tests.zones.fakes.cloudflare import IDENTICAL, INVALID, FakeCloudflare
from tests.zones.fakes.google import FakeCloudDns, private_key
from tests.zones.fakes.route53 import BUSY, FakeRoute53

from lightship.zones import Conflict, ZoneError
from lightship.zones.azure import Azure
from lightship.zones.cloudflare import STALE, Cloudflare
from lightship.zones.google import Google
from lightship.zones.route53 import Route53

NAME = "status.acme.example"
A, AAAA, RECORD = ("@", "A"), ("@", "AAAA"), ("_lease", "TXT")
ONE = {A: frozenset({"192.0.2.1"}), AAAA: frozenset({"2001:db8::1"}), RECORD: frozenset({"1"})}
TWO = {A: frozenset({"192.0.2.2"}), AAAA: frozenset({"2001:db8::2"}), RECORD: frozenset({"2"})}


@pytest.fixture
def aws() -> Iterator[FakeRoute53]:
    with FakeRoute53("Z1", "acme.example").running() as fake:
        yield fake


def route53(fake: FakeRoute53) -> Route53:
    return Route53(name=NAME, zone="Z1", key=fake.key, secret=fake.secret, endpoint=fake.url)


@pytest.fixture
def gcp() -> Iterator[FakeCloudDns]:
    with FakeCloudDns("acme", "acme.example").running() as fake:
        yield fake


def google(fake: FakeCloudDns) -> Google:
    return Google(name=NAME, project="acme", zone="acme", key=fake.account(), endpoint=fake.url)


@pytest.fixture
def microsoft() -> Iterator[FakeAzureDns]:
    with FakeAzureDns("acme.example").running() as fake:
        yield fake


def azure(fake: FakeAzureDns, **options: str) -> Azure:
    who: dict[str, Any] = dict(options) or {"tenant": "tenant1", "client": "client1", "secret": fake.secret, "login": fake.url}
    return Azure(name=NAME, zone="acme.example", subscription="s1", resource_group="acme", endpoint=fake.url, **who)


@pytest.fixture
def flare() -> Iterator[FakeCloudflare]:
    with FakeCloudflare("c0ffee", "acme.example").running() as fake:
        yield fake


def cloudflare(fake: FakeCloudflare) -> Cloudflare:
    return Cloudflare(name=NAME, zone="c0ffee", token=fake.token, endpoint=fake.url)


def test_route_53_is_read_to_the_last_page_and_not_beyond_the_name(aws: FakeRoute53) -> None:
    zone, aws.page = route53(aws), 1
    zone.set_records(NAME, ONE, expecting={})
    zone.set_records(f"a.{NAME}", {A: TWO[A]}, expecting={})
    aws.sets[f"{NAME}.", "MX"] = (300, ("10 mail.example.",))
    assert zone.read(NAME, ONE) == ONE


def test_route_53_is_waited_for_until_all_its_servers_have_it(aws: FakeRoute53) -> None:
    aws.pending = 3
    route53(aws).set_records(NAME, ONE, expecting={})
    assert list(aws.asked_for.values()) == [4]


def test_route_53_says_it_was_taken_if_it_is_not_everywhere_in_time(aws: FakeRoute53, monkeypatch: pytest.MonkeyPatch) -> None:
    aws.pending = 10**6
    monkeypatch.setattr("lightship.zones.route53.PATIENCE", 0.3)  # Not 90 s of every run of the tests.
    with pytest.raises(ZoneError, match="took the change") as caught:
        route53(aws).set_records(NAME, ONE, expecting={})
    assert caught.value.unknown
    assert route53(aws).read(NAME, ONE) == ONE


def test_route_53_deletes_with_the_ttl_as_it_is(aws: FakeRoute53) -> None:
    aws.sets[f"{NAME}.", "A"] = (86400, ("192.0.2.1",))
    route53(aws).set_records(NAME, {A: TWO[A]}, expecting={A: ONE[A]})
    assert aws.sets[f"{NAME}.", "A"] == (30, ("192.0.2.2",))


def test_route_53_that_is_busy_may_be_asked_again(aws: FakeRoute53) -> None:
    aws.instead.append(BUSY)
    with pytest.raises(ZoneError, match="earlier one") as caught:
        route53(aws).set_records(NAME, ONE, expecting={})
    assert not caught.value.permanent


def test_route_53_refuses_to_touch_an_alias(aws: FakeRoute53) -> None:
    aws.aliases.add((f"{NAME}.", "A"))
    with pytest.raises(ZoneError, match="is an alias") as caught:
        route53(aws).set_records(NAME, ONE, expecting={})
    assert caught.value.permanent


def test_route_53_takes_bytes_in_its_own_way(aws: FakeRoute53) -> None:
    text = {RECORD: frozenset({'grün \\ "7" 065'})}
    route53(aws).set_records(NAME, text, expecting={})
    assert aws.sets[f"_lease.{NAME}.", "TXT"][1] == ('"gr\\303\\274n \\\\ \\"7\\" 065"',)
    assert route53(aws).read(NAME, text) == text


def test_cloud_dns_is_read_to_the_last_page(gcp: FakeCloudDns) -> None:
    zone, gcp.page = google(gcp), 1
    zone.set_records(NAME, ONE, expecting={})
    assert zone.read(NAME, ONE) == ONE


def test_cloud_dns_is_waited_for_until_it_is_done(gcp: FakeCloudDns) -> None:
    gcp.pending = 3
    google(gcp).set_records(NAME, ONE, expecting={})
    assert list(gcp.asked_for.values()) == [4]


def test_cloud_dns_gives_one_token_for_many_requests(gcp: FakeCloudDns) -> None:
    zone = google(gcp)
    zone.set_records(NAME, ONE, expecting={})
    zone.read(NAME, ONE)
    assert len(gcp.tokens) == 1


def test_cloud_dns_is_asked_for_a_new_token_when_the_old_one_ends(gcp: FakeCloudDns) -> None:
    zone, gcp.lifetime = google(gcp), 60  # Which google-auth holds for ended.
    zone.read(NAME, ONE)
    zone.read(NAME, ONE)
    assert len(gcp.tokens) > 1


def test_cloud_dns_refuses_to_touch_a_routing_policy(gcp: FakeCloudDns) -> None:
    gcp.sets[f"{NAME}.", "A"] = {"name": f"{NAME}.", "type": "A", "ttl": 30, "routingPolicy": {"geo": {}}}
    with pytest.raises(ZoneError, match="routing policy") as caught:
        google(gcp).read(NAME, ONE)
    assert caught.value.permanent


@pytest.mark.parametrize("key", ["not JSON", "[]", "3", json.dumps({"type": "service_account"})])
def test_a_key_that_google_did_not_make_is_refused_at_once(key: str) -> None:
    with pytest.raises(ValueError, match="JSON of a service account"):
        Google(name=NAME, project="acme", zone="acme", key=key)


def test_a_good_key_of_google_is_taken(gcp: FakeCloudDns) -> None:
    stranger = gcp.account(private_key())
    with pytest.raises(ZoneError, match="gives no token") as caught:
        Google(name=NAME, project="acme", zone="acme", key=stranger, endpoint=gcp.url).read(NAME, ONE)
    assert caught.value.permanent


def test_azure_takes_back_what_was_done_if_the_rest_fails(microsoft: FakeAzureDns) -> None:
    zone = azure(microsoft)
    zone.set_records(NAME, ONE, expecting={})
    microsoft.instead.extend([None, REFUSED])  # The lease is changed, and then someone has changed A.
    with pytest.raises(Conflict):
        zone.set_records(NAME, TWO, expecting=ONE)
    assert zone.read(NAME, ONE) == ONE


def test_azure_takes_back_what_was_made_and_not_there_before(microsoft: FakeAzureDns) -> None:
    zone = azure(microsoft)
    microsoft.instead.extend([None, None, REFUSED])
    with pytest.raises(Conflict):
        zone.set_records(NAME, ONE, expecting={key: frozenset() for key in ONE})
    assert microsoft.sets == {}


def test_azure_says_what_it_could_not_take_back(microsoft: FakeAzureDns) -> None:
    zone = azure(microsoft)
    zone.set_records(NAME, ONE, expecting={})
    for why in ([None, REFUSED, THROTTLED], [None, Reply(503)]):
        record = zone.read(NAME, [RECORD])
        microsoft.instead.extend(why)
        with pytest.raises(ZoneError, match=f"_lease.{NAME} TXT had been changed before") as caught:
            zone.set_records(NAME, TWO, expecting={A: ONE[A], **record})
        assert caught.value.unknown
        assert zone.read(NAME, ONE) == {**ONE, RECORD: TWO[RECORD]}


def test_azure_takes_the_lease_before_all_else(microsoft: FakeAzureDns) -> None:
    azure(microsoft).set_records(NAME, ONE, expecting={})
    kinds = [each.path.split("/")[-2] for each in microsoft.asked if each.method == "PUT"]
    assert kinds == ["TXT", "A", "AAAA"]


def test_azure_gives_one_token_for_many_requests_and_a_new_one_when_it_ends(microsoft: FakeAzureDns) -> None:
    zone = azure(microsoft)
    zone.set_records(NAME, ONE, expecting={})
    zone.read(NAME, ONE)
    assert len(microsoft.tokens) == 1
    zone, microsoft.lifetime = azure(microsoft), 60  # A minute before its end a token is not used any more.
    zone.read(NAME, [A])
    zone.read(NAME, [A])
    assert len(microsoft.tokens) == 3


def test_azure_takes_a_token_that_is_given(microsoft: FakeAzureDns) -> None:
    azure(microsoft).read(NAME, [A])
    zone = azure(microsoft, token=next(iter(microsoft.tokens)))
    zone.set_records(NAME, ONE, expecting={})
    assert zone.read(NAME, ONE) == ONE


@pytest.mark.parametrize("who", [{}, {"tenant": "t"}, {"tenant": "t", "client": "c", "secret": "s", "token": "t"}])
def test_azure_wants_a_principal_or_a_token(who: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="service principal, or else a token"):
        Azure(name=NAME, zone="acme.example", subscription="s1", resource_group="acme", **who)


def test_azure_does_not_take_a_missing_zone_for_missing_records(microsoft: FakeAzureDns) -> None:
    zone = Azure(
        name="a.b.example", zone="b.example", subscription="s1", resource_group="acme", token="t", endpoint=microsoft.url
    )
    microsoft.tokens["t"] = 1e12
    with pytest.raises(ZoneError) as caught:
        zone.read("a.b.example", [A])
    assert caught.value.permanent


def test_cloudflare_is_read_to_the_last_page(flare: FakeCloudflare) -> None:
    zone, flare.page = cloudflare(flare), 1
    several = {A: frozenset({"192.0.2.1", "192.0.2.2", "192.0.2.3"})}
    zone.set_records(NAME, several, expecting={})
    assert zone.read(NAME, several) == several


def test_cloudflare_must_not_stand_in_between(flare: FakeCloudflare) -> None:
    zone = cloudflare(flare)
    zone.set_records(NAME, ONE, expecting={})
    assert {each["proxied"] for each in flare.records.values()} == {False}
    next(each for each in flare.records.values() if each["type"] == "A")["proxied"] = True
    with pytest.raises(ZoneError, match="switch it to DNS only") as caught:
        zone.read(NAME, ONE)
    assert caught.value.permanent


def test_cloudflare_is_left_without_a_lock(flare: FakeCloudflare) -> None:
    zone = cloudflare(flare)
    zone.set_records(NAME, ONE, expecting={})
    flare.instead.extend([None, INVALID])
    with pytest.raises(ZoneError):
        zone.set_records(f"b.{NAME}", ONE, expecting={})
    assert {each["name"] for each in flare.records.values()} == {NAME, f"_lease.{NAME}"}


def test_the_first_set_at_cloudflare_is_not_made_twice(flare: FakeCloudflare) -> None:
    zone = cloudflare(flare)
    flare.records["l1"] = _lock("l1", "2999-01-01T00:00:00Z")
    with pytest.raises(Conflict, match="at this moment"):
        zone.set_records(NAME, ONE, expecting={})
    assert list(flare.records) == ["l1"]


def test_a_lock_at_cloudflare_that_goes_while_it_is_looked_at_is_a_conflict_too(flare: FakeCloudflare) -> None:
    flare.instead.append(IDENTICAL)
    with pytest.raises(Conflict, match="at this moment"):
        cloudflare(flare).set_records(NAME, ONE, expecting={})


def test_a_lock_at_cloudflare_whose_holder_died_is_broken(flare: FakeCloudflare) -> None:
    flare.age = STALE + 60
    zone = cloudflare(flare)
    flare.lost = 2  # The lock is made, and its holder dies.
    with pytest.raises(ZoneError):
        zone.set_records(NAME, ONE, expecting={})
    assert [each["name"] for each in flare.records.values()] == [f"_lock.{NAME}"]
    flare.lost = 0
    with pytest.raises(Conflict):
        zone.set_records(NAME, ONE, expecting={})
    flare.age = 0
    zone.set_records(NAME, ONE, expecting={})
    assert zone.read(NAME, ONE) == ONE


def _lock(number: str, made: str) -> dict[str, object]:
    return {"id": number, "name": f"_lock.{NAME}", "type": "TXT", "content": '"locked"', "ttl": 60, "created_on": made}


def test_enterprise_zones_of_cloudflare_go_down_to_thirty_seconds() -> None:
    Cloudflare(name=NAME, zone="c0ffee", token="t", ttl=30, enterprise=True)
    with pytest.raises(ValueError, match=r"60 or more with Cloudflare \(30 with `enterprise`\), not 30"):
        Cloudflare(name=NAME, zone="c0ffee", token="t", ttl=30)
