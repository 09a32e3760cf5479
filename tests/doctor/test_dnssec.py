"""A zone that BIND signs itself, looked at as it is and as it will be."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import dns.dnssec
import dns.name
import dns.resolver
import dns.rrset
import pytest
from tests.doctor.lab import networks
from tests.name_servers import Layout, bind

from lightship.doctor import Environment, Verdict, name, zone
from lightship.doctor.servers import Delegation, Server, zone_copy

pytestmark = pytest.mark.server("bind")


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Layout]:
    layout = Layout(signed=True, records="@ 30 A 192.0.2.1")
    with bind(tmp_path_factory.mktemp("signed"), layout):
        yield layout


def environment(layout: Layout) -> Environment:
    return Environment(port=layout.port, table=networks(), resolver=dns.resolver.Resolver(configure=False), seconds=2.0)


def seen(layout: Layout, *, right: bool = True) -> Delegation:
    """With the DS that the parent should have, or one of another key."""
    copy = zone_copy(Server("ns1", layout.address, None), layout.name, layout.name, environment(layout))
    keys = copy.sets["DNSKEY"]
    ours = dns.dnssec.make_ds(dns.name.from_text(layout.name), keys[0], "SHA256")
    ds = dns.rrset.from_rdata(keys.name, 3600, ours if right else ours.replace(digest=bytes(32)))
    return Delegation(name=layout.name, apex=layout.name, copies=(copy,), ds=ds)


def test_a_sound_one_is_well(signed: Layout) -> None:
    assert [f.verdict for f in name.dnssec(seen(signed), datetime.now(UTC))] == [Verdict.OK]


def test_signatures_that_end_soon(signed: Layout) -> None:
    ends = min(item[0].expiration for item in seen(signed).copies[0].signatures.values())
    soon = datetime.fromtimestamp(ends, UTC) - timedelta(days=2)
    findings = list(name.dnssec(seen(signed), soon))
    assert findings[0].verdict is Verdict.FAIL and "ends" in findings[0].evidence


def test_signatures_that_have_ended(signed: Layout) -> None:
    findings = list(name.dnssec(seen(signed), datetime.now(UTC) + timedelta(days=60)))
    assert findings[0].verdict is Verdict.FAIL and "is not valid" in findings[0].evidence


def test_a_ds_of_another_key(signed: Layout) -> None:
    findings = list(name.dnssec(seen(signed, right=False), datetime.now(UTC)))
    assert (findings[0].verdict, findings[0].evidence) == (Verdict.FAIL, "the parent's DS matches none of its keys")


def test_a_ds_without_a_key(signed: Layout) -> None:
    delegation = seen(signed)
    bare = replace(delegation.copies[0], sets={k: v for k, v in delegation.copies[0].sets.items() if k != "DNSKEY"})
    assert [f.verdict for f in name.dnssec(replace(delegation, copies=(bare,)), datetime.now(UTC))] == [Verdict.FAIL]


def test_what_is_written_now_is_signed_as_it_is_written(signed: Layout) -> None:
    findings = list(zone.judge(signed.zone("w1"), seen(signed), environment(signed), {"w1"}))
    assert {f.check.id: f.verdict for f in findings if f.check.id == "name.dnssec"} == {"name.dnssec": Verdict.OK}
