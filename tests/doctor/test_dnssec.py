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

from lightship.doctor import Environment, Verdict, dnssec, zone
from lightship.doctor.servers import Delegation, Server, view

pytestmark = pytest.mark.server("bind")


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Layout]:
    layout = Layout(signed=True, records="@ 30 A 192.0.2.1")
    with bind(tmp_path_factory.mktemp("signed"), layout):
        yield layout


def world(layout: Layout) -> Environment:
    return Environment(port=layout.port, table=networks(), resolver=dns.resolver.Resolver(configure=False), seconds=2.0)


def seen(layout: Layout, *, right: bool = True) -> Delegation:
    """With the DS that the parent should have, or one of another key."""
    found = view(Server("ns1", layout.address, None), layout.name, layout.name, world(layout))
    keys = found.sets["DNSKEY"]
    ours = dns.dnssec.make_ds(dns.name.from_text(layout.name), keys[0], "SHA256")
    ds = dns.rrset.from_rdata(keys.name, 3600, ours if right else ours.replace(digest=bytes(32)))
    return Delegation(name=layout.name, apex=layout.name, views=(found,), ds=ds)


def test_a_sound_one_is_well(signed: Layout) -> None:
    assert [f.verdict for f in dnssec.judge(seen(signed), datetime.now(UTC))] == [Verdict.OK]


def test_signatures_that_end_soon(signed: Layout) -> None:
    ends = min(item[0].expiration for item in seen(signed).views[0].signatures.values())
    soon = datetime.fromtimestamp(ends, UTC) - timedelta(days=2)
    found = list(dnssec.judge(seen(signed), soon))
    assert found[0].verdict is Verdict.FAIL and "ends" in found[0].evidence


def test_signatures_that_have_ended(signed: Layout) -> None:
    found = list(dnssec.judge(seen(signed), datetime.now(UTC) + timedelta(days=60)))
    assert found[0].verdict is Verdict.FAIL and "is not valid" in found[0].evidence


def test_a_ds_of_another_key(signed: Layout) -> None:
    found = list(dnssec.judge(seen(signed, right=False), datetime.now(UTC)))
    assert (found[0].verdict, found[0].evidence) == (Verdict.FAIL, "the parent's DS matches none of its keys")


def test_a_ds_without_a_key(signed: Layout) -> None:
    found = seen(signed)
    bare = replace(found.views[0], sets={k: v for k, v in found.views[0].sets.items() if k != "DNSKEY"})
    assert [f.verdict for f in dnssec.judge(replace(found, views=(bare,)), datetime.now(UTC))] == [Verdict.FAIL]


def test_what_is_written_now_is_signed_as_it_is_written(signed: Layout) -> None:
    found = list(zone.judge(signed.zone("w1"), seen(signed), world(signed), {"w1"}))
    assert {f.check.id: f.verdict for f in found if f.check.id == "name.dnssec"} == {"name.dnssec": Verdict.OK}
