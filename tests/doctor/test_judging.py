"""Each check judges values: what is sound has no fault, and each fault is named by its check alone, with what is wrong.

The same checks run against real servers, with a dozen faults planted, in test_faults.py.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import dns.rrset
import pytest
from tests.certs import Authority
from tests.doctor.findings import Faults, only, table, verdicts
from tests.doctor.lab import NAME, PRODUCT, WITNESSES
from tests.doctor.values import (
    NOW,
    NS2,
    RECORDS,
    SOA,
    VIENNA,
    ZURICH,
    MemoryZone,
    Poor,
    Simple,
    both,
    delegation,
    environment,
    front,
    leaf,
    network,
    odd_leaf,
    page,
    registration,
    visited,
    zone_copy,
)

from lightship.config import PageConfig
from lightship.core.site.manifest import Pulse
from lightship.doctor import Verdict, certificates, hosts, name, registry, zone
from lightship.doctor.checks import CHECKS, Finding
from lightship.doctor.servers import Delegation, Server
from lightship.doctor.visits import Visit
from lightship.zones import ZoneError

# Hosts: (page, what was visited, seconds by which this machine's clock is off)


def six(*names: str, **zurich: Any) -> PageConfig:
    """With the IPv6 address ::1 at these hosts."""
    return page(hosts=tuple(replace(h, address=(*h.address, "::1")) if h.name in names else h for h in page().hosts))


def behind_six(host: str, fault: str = "") -> Visit:
    sound = visited(host)
    return replace(sound, target=replace(sound.target, address="::1"), fault=fault)


OTHER = visited("zurich").manifest
assert OTHER
DEAD = both(fault="Connection refused")
SCRIPT = b"<script src=https://cdn.example/a.js></script>"


@table(
    sound=((page(), both()), {}),
    one_host=((page(hosts=page().hosts[:1]), both()[:2]), {"hosts.count": "there is only vienna"}),
    dead=((page(), DEAD), {"hosts.answer": "zurich at 127.82.1.1: Connection refused"}),
    answers_503=((page(), both(answers=front(503))), {"hosts.answer": "answers 503"}),
    unencrypted=((page(url=f"http://{NAME}"), both()), {"hosts.tls": "is not encrypted"}),
    dead_ipv6=(
        (six("vienna", "zurich"), (*both(), behind_six("vienna"), behind_six("zurich", "Network is unreachable"))),
        {"hosts.ipv6": "zurich: its IPv4 address answers, but ::1 does not", "hosts.answer": "unreachable"},
    ),
    ipv6_on_one=((six("vienna"), (*both(), behind_six("vienna"))), {"hosts.ipv6": "zurich: no IPv6 address, while vienna has"}),
    changed_content=((page(), both(wrong=("index.html",))), {"hosts.content": "zurich: not what was published: index.html"}),
    much_changed=((page(), both(wrong=tuple("abcde"))), {"hosts.content": "and 1 more"}),
    older_revision=(
        (page(), both(manifest=replace(OTHER, revision=6))),
        {"hosts.revision": "zurich: revision 6 of epoch 1; elsewhere there is 7 of 1"},
    ),
    older_epoch=((page(), both(manifest=replace(OTHER, epoch=2))), {"hosts.revision": "vienna: revision 7 of epoch 1"}),
    no_signed_pulse=((page(), both(pulse=None)), {"hosts.pulse": "zurich: no signed pulse"}),
    uncompressed=((page(), both(answers=front(content_encoding=None))), {"hosts.compression": "zurich"}),
    kept_by_browsers=((page(), both(answers=front(cache_control="max-age=3600"))), {"hosts.caching": "says max-age=3600"}),
    kept_as_they_like=((page(), both(answers=front(cache_control=None))), {"hosts.caching": "says nothing"}),
    no_cors=((page(), both(answers=front(access_control_allow_origin=None))), {"hosts.cors": "zurich"}),
    cors_for_one=((page(), both(answers=front(access_control_allow_origin="https://acme.example"))), {"hosts.cors": "zurich"}),
    hsts_on_one=(
        (page(), both(answers=front(strict_transport_security="max-age=31536000"))),
        {"hosts.hsts": "vienna: none; zurich: max-age=31536000"},
    ),
    foreign_script=((page(), both(answers=front(body=SCRIPT))), {"hosts.alone": "zurich: the page fetches https://cdn.exa"}),
    clock_behind=(
        (page(), both(answers=front(date="Sun, 22 Nov 2026 13:58:20 GMT"))),
        {"hosts.clock": "100 s behind this machine"},
    ),
    clock_ahead=(
        (page(), both(answers=front(date="Sun, 22 Nov 2026 14:01:01 GMT"))),
        {"hosts.clock": "61 s ahead of this machine"},
    ),
)
def test_hosts(value: tuple[PageConfig, tuple[Visit, ...]], faults: Faults) -> None:
    only(hosts.judge(*value, NOW), faults)


@pytest.mark.parametrize(("age", "fine"), [(660, True), (661, False)])
def test_a_pulse_may_be_missed_once(age: int, fine: bool) -> None:
    pulse = Pulse(page="harbour00000", revision=7, epoch=1, at=NOW - timedelta(seconds=age), seconds=300)
    only(hosts.judge(page(), both(pulse=pulse), NOW), {} if fine else {"hosts.pulse": f"{age} s old, and due every 300 s"})


def test_a_host_that_cannot_be_found_is_unchecked() -> None:
    findings = list(hosts.judge(page(), both()[:2], NOW))
    assert ("zurich", Verdict.UNCHECKED) in [(f.subject, f.verdict) for f in findings if f.check.id == "hosts.answer"]


# Certificates


@table(
    sound=(both(), {}),
    expired=(both(leaf=leaf(days=-2)), {"certificate.days": "zurich at 127.82.1.1: expired on"}),
    twenty_one_days=(both(leaf=leaf(days=21)), {"certificate.days": "21 days left"}),
    seven_days=(both(leaf=leaf(days=7)), {"certificate.days": "7 days left"}),
    another_name=(
        both(distrust="Hostname mismatch", leaf=leaf("zurich.example")),
        {"certificate.valid": "Hostname mismatch (it is for zurich.example, by Let's Encrypt"},
    ),
    untrusted=(
        both(distrust="unable to get local issuer", leaf=leaf(authority=Authority("Nobody"))),
        {"certificate.valid": "by Nobody"},
    ),
)
def test_certificates(value: tuple[Visit, ...], faults: Faults) -> None:
    only(certificates.judge(value, NOW), faults)


@pytest.mark.parametrize(("days", "verdict"), [(22, Verdict.OK), (21, Verdict.WARN), (8, Verdict.WARN), (7, Verdict.FAIL)])
def test_a_certificate_that_ends_soon_is_graver_than_one_that_ends_later(days: int, verdict: Verdict) -> None:
    findings = certificates.judge((visited("zurich", leaf=leaf(days=days)),), NOW)
    assert verdicts(findings, "certificate.days") == {verdict}


def test_another_kind_of_key_and_one_that_demands_stapled_ocsp() -> None:
    only(certificates.judge(both(leaf=odd_leaf()), NOW), {"certificate.kind": "ECDSA secp256r1: vienna; RSA: zurich"})
    stapled = tuple(replace(visit, leaf=odd_leaf(staple=True)) for visit in both())
    only(certificates.judge(stapled, NOW), {"certificate.staple": "it has must-staple"})


def test_an_expired_certificate_is_one_fault_though_browsers_distrust_it_too() -> None:
    expired = both(leaf=leaf(days=-2), distrust="certificate has expired")
    only(certificates.judge(expired, NOW), {"certificate.days": "expired"})


@pytest.mark.parametrize(
    ("records", "faults"),
    [
        ((), {}),
        (('0 issue "letsencrypt.org"',), {}),
        (('0 issue "letsencrypt.org; accounturi=https://acme.example/1"',), {}),
        (('0 issue "digicert.com"',), {"name.caa": f"{NAME} allows digicert.com, and the certificate is by Let's"}),
        (('0 issue ";"',), {"name.caa": f"{NAME} allows nobody"}),
        (('0 issuewild "digicert.com"',), {}),
        (('0 issue "\\255.example"',), {"name.caa": f"{NAME} allows \ufffd.example"}),
    ],
)
def test_caa(records: tuple[str, ...], faults: Faults) -> None:
    findings = list(name.caa(NAME, both(), environment({(NAME, "CAA"): records} if records else {})))
    only(findings, faults)


def test_caa_of_the_name_above_counts_where_the_name_has_none() -> None:
    sound = visited("vienna")
    below = (replace(sound, target=replace(sound.target, url=f"https://status.{NAME}")),)
    findings = name.caa(f"status.{NAME}", below, environment({(NAME, "CAA"): ('0 issue "digicert.com"',)}))
    only(findings, {"name.caa": f"{NAME} allows digicert.com"})


def test_an_authority_of_an_unknown_name_in_caa_is_unchecked() -> None:
    mine = both(leaf=leaf(authority=Authority("Acme internal")))[2:]
    assert verdicts(name.caa(NAME, mine, environment({(NAME, "CAA"): ('0 issue "digicert.com"',)})), "name.caa") == {
        Verdict.UNCHECKED
    }


# The name


def a_record(*lines: str) -> Delegation:
    return delegation(*(line for line in RECORDS if " A " not in line), *lines)


@table(
    sound=(delegation(), {}),
    long_ttl=(a_record(f"3600 A {VIENNA}"), {"name.ttl": "3600 s"}),
    ttl_of_61=(a_record(f"61 A {VIENNA}"), {"name.ttl": "61 s"}),
    points_elsewhere=(a_record("30 A 192.0.2.9"), {"name.points": "192.0.2.9, which is not a host's"}),
    points_nowhere=(a_record(), {"name.points": "it points at nothing"}),
    points_at_both=(a_record(f"30 A {VIENNA}", f"30 A {ZURICH}"), {"name.points": "hosts vienna, zurich"}),
    points_at_both_and_elsewhere=(a_record(f"30 A {VIENNA}", "30 A 192.0.2.9"), {"name.points": "which is not a host's"}),
    hints=(
        delegation(*RECORDS, f"30 HTTPS 1 . alpn=h2 ipv4hint={VIENNA}"),
        {"name.hints": "its HTTPS record has ipv4hint"},
    ),
    https_without_hints=(delegation(*RECORDS, "30 HTTPS 1 . alpn=h2"), {}),
    absence_kept_long=(
        delegation(SOA.replace("30 SOA", "900 SOA").replace("604800 30", "604800 900"), *RECORDS[1:]),
        {"name.negative": "900 s"},
    ),
    delegation_kept_briefly=(
        delegation(*(line.replace("3600 NS", "300 NS") for line in RECORDS)),
        {"name.delegation": "only 300 s"},
    ),
    slow_cname=(delegation(chain=((NAME, 3600),)), {"name.chain": f"{NAME} (3600 s)"}),
    quick_cname=(delegation(chain=((NAME, 60),)), {}),
    secondary_behind=(
        delegation(copies=(zone_copy(), zone_copy(NS2, RECORDS[0].replace(" 5 3600", " 4 3600"), *RECORDS[1:]))),
        {"name.agree": f"ns2.{NAME} (127.84.1.53) has serial 4, ns1.{NAME} (127.0.0.1) has 5"},
    ),
    dead_secondary=(
        delegation(copies=(zone_copy(), zone_copy(NS2, fault="it does not answer"))),
        {"name.servers": f"ns2.{NAME} (127.84.1.53): it does not answer"},
    ),
    one_prefix=(
        delegation(copies=(zone_copy(), zone_copy(replace(NS2, address="127.0.0.9")))),
        {"name.spread": "all its name servers are in 127.0.0.0/24"},
    ),
    one_network=(
        delegation(copies=(zone_copy(), zone_copy(replace(NS2, network=network(0))))),
        {"name.spread": "in AS64500 Delta DNS"},
    ),
    named_in_the_products_domain=(
        delegation(copies=(zone_copy(), zone_copy(replace(NS2, name=f"ns2.{PRODUCT}")))),
        {"name.independent": f"ns2.{PRODUCT} depends on it"},
    ),
    named_in_a_domain_that_only_ends_alike=(
        delegation(copies=(zone_copy(), zone_copy(replace(NS2, name=f"not{PRODUCT}")))),
        {},
    ),
)
def test_the_name(value: Delegation, faults: Faults) -> None:
    only(name.judge(page(), value, environment()), faults)


def test_a_secondary_that_follows_in_time_agrees() -> None:
    late = delegation(copies=(zone_copy(), zone_copy(NS2, RECORDS[0].replace(" 5 3600", " 4 3600"), *RECORDS[1:])))
    soa = {(NS2.address, NAME, "SOA"): (30, (SOA.split(maxsplit=2)[2],))}
    only(name.judge(page(), late, environment(answers=soa, patience=1.0)), {})


@pytest.mark.parametrize(
    ("copies", "check"),
    [((), "name.servers"), ((zone_copy(), zone_copy(Server("ns2.dot", "127.9.9.9", None))), "name.spread")],
)
def test_what_of_the_name_cannot_be_known_is_unchecked(copies: tuple[Any, ...], check: str) -> None:
    findings = list(name.judge(page(), delegation(copies=copies), environment()))
    only(findings, {})
    assert verdicts(findings, check) >= {Verdict.UNCHECKED}


def test_a_name_that_is_an_alias_has_no_address_to_compare() -> None:
    findings = list(name.judge(page(), a_record("30 CNAME host.example."), environment()))
    assert verdicts(findings, "name.points") == {Verdict.UNCHECKED}


@pytest.mark.parametrize(
    ("ttl", "value", "words"),
    [(30, VIENNA, ""), (900, VIENNA, "it keeps the name for 900 s, and 30 s were given"), (30, ZURICH, "no longer say")],
)
def test_resolvers(ttl: int, value: str, words: str) -> None:
    answers = {("127.88.1.53", NAME, "A"): (ttl, (value,))}
    asked = environment(answers=answers, open_resolvers={"stubborn": "127.88.1.53", "dead": "127.99.1.1"})
    findings = list(name.judge(page(), delegation(), asked))
    only(findings, {"name.resolvers": f"stubborn: {'it' if words else ''}"} if words else {})
    assert all(words in f.evidence for f in findings if f.subject == "stubborn")
    assert [f.subject for f in findings if f.verdict is Verdict.UNCHECKED] == ["dead"]


# Moving it


def moved(
    made: MemoryZone, behind: Iterable[str] = (), members: Iterable[str] = WITNESSES, seen: Delegation | None = None
) -> list[Finding]:
    asked = environment(zone=made, behind=frozenset(behind), patience=0.05)
    return list(zone.judge(made, seen or delegation(), asked, set(members)))


REFUSED = ZoneError("the primary refuses: BADSIG", permanent=True)


@table(
    sound=(MemoryZone(), {}),
    read_only=(MemoryZone(refusing={"_canary": ZoneError("the primary refuses")}), {"zone.writes": "the primary refuses"}),
    wrong_key=(MemoryZone(refusing={"_canary": REFUSED}), {"zone.writes": "BADSIG"}),
    takes_anything=(
        MemoryZone(blind=True),
        {"zone.writes": "it took a change whose expectation was wrong", "zone.spreads": "not after 0 s"},
    ),
    long_floor=(MemoryZone(ttl=300), {"zone.floor": "300 s is the least it takes"}),
    floor_of_60=(MemoryZone(ttl=60), {}),
    writes_everything=(MemoryZone(refusing={}), {"zone.scope": f"it could write lightship-scope.{NAME}"}),
    reads_then_writes=(Simple(), {"zone.compares": "it reads, then writes"}),
    holds_no_text=(Poor(), {"zone.compares": "it reads, then writes"}),
)
def test_moving_the_name(value: MemoryZone, faults: Faults) -> None:
    before = dict(value.sets)
    only(moved(value), faults)
    if not value.blind:
        left = {key: values for key, values in value.sets.items() if values}
        assert left == before, "nothing is left in the zone"


def test_a_name_server_that_does_not_follow_the_canary() -> None:
    only(moved(MemoryZone(), [NS2.address]), {"zone.spreads": f"ns2.{NAME} (127.84.1.53): not after 0 s"})


def test_a_zone_that_fails_over_the_stray_name_says_nothing_of_its_scope() -> None:
    findings = moved(MemoryZone(refusing={"lightship-scope": ZoneError("no answer")}))
    assert verdicts(findings, "zone.scope") == {Verdict.UNCHECKED}


def test_the_operators_key_must_write_everything() -> None:
    made = MemoryZone(refusing={})
    made.key = type("Key", (), {"name": "operator"})()  # type: ignore[attr-defined]
    assert verdicts(moved(made), "zone.scope") == {Verdict.UNCHECKED}
    assert verdicts(moved(made, members={"operator", "w1"}), "zone.scope") == {Verdict.WARN}


def test_a_signed_zone_whose_canary_is_not_signed() -> None:
    keys = {"DNSKEY": dns.rrset.from_text(f"{NAME}.", 30, "IN", "DNSKEY", "257 3 13 AwEAAQ==")}
    signed = replace(zone_copy(), sets={**zone_copy().sets, **keys})
    findings = moved(MemoryZone(), seen=delegation(copies=(signed, zone_copy(NS2))))
    only(findings, {"name.dnssec": f"_canary.{NAME}: what is written is not signed"})


# The domain


@table(
    sound=(registration(), {}),
    lapses=(registration(20), {"registry.expiry": "20 days left"}),
    lapsed=(registration(-3), {"registry.expiry": "-3 days left"}),
    unlocked=(registration(locked=False), {"registry.locks": "without client transfer prohibited, client update"}),
    half_locked=(registration(status=frozenset({"client transfer prohibited"})), {"registry.locks": "client update prohib"}),
    untold=(registration(expires=None), {}),
    unasked=(None, {}),
)
def test_the_domain(value: Any, faults: Faults) -> None:
    only(registry.judge(NAME, value, NOW), faults)


@pytest.mark.parametrize(("days", "verdict"), [(61, Verdict.OK), (60, Verdict.WARN), (15, Verdict.WARN), (14, Verdict.FAIL)])
def test_a_domain_that_lapses_soon_is_graver(days: int, verdict: Verdict) -> None:
    assert verdicts(registry.judge(NAME, registration(days), NOW), "registry.expiry") == {verdict}


def test_a_registry_that_does_not_answer_is_no_fault_and_no_comfort() -> None:
    assert {f.verdict for f in registry.judge(NAME, None, NOW)} == {Verdict.UNCHECKED}


def test_each_check_is_at_fault_somewhere() -> None:
    texts = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    assert [check for check in CHECKS if f'"{check}"' not in texts] == []
