"""The doctor names faults that are planted in the lab, and invents none: what it gathers, and how, against real servers.

Every fault that a check knows is judged on values in test_judging.py and test_fate.py.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.doctor.lab import HOSTS, NAME, PRODUCT, RECOVERY, Lab, networks

from lightship.config import PageConfig
from lightship.doctor import Environment, Examination, Known, Verdict, examine
from lightship.doctor.checks import Finding
from lightship.doctor.duty import DutyFacts
from lightship.doctor.zone import scope
from lightship.vault import key_in, new_key
from lightship.zones import open_zone

pytestmark = [pytest.mark.server("bind"), pytest.mark.server("knot"), pytest.mark.server("nginx")]
VIENNA, ZURICH = HOSTS.values()


def drilled(days: int = 3) -> Known:
    return Known(drilled=datetime.now(UTC) - timedelta(days=days), asked=True, duty=DutyFacts(made=True), key=key_in(RECOVERY))


def examined(lab: Lab, page: PageConfig | None = None, environment: Environment | None = None, **config: Any) -> Examination:
    page = page or lab.page()
    known = config.pop("known", drilled())
    return examine(lab.config(page, **config), page, environment or lab.environment(), known)


def faults(examination: Examination) -> dict[str, list[Finding]]:
    wrong: dict[str, list[Finding]] = {}
    for finding in examination.findings:
        if finding.verdict in (Verdict.FAIL, Verdict.WARN):
            wrong.setdefault(finding.check.id, []).append(finding)
    return wrong


def only(examination: Examination, *checks: str, words: Iterable[str] = ()) -> None:
    """These checks found something, no other did, and what they say holds these words."""
    wrong = faults(examination)
    evidence = " | ".join(f"{f.check.id}: {f.subject}: {f.evidence}" for group in wrong.values() for f in group)
    assert set(wrong) == set(checks), evidence
    for word in words:
        assert word in evidence, evidence


def test_a_sound_lab_has_no_fault_and_nothing_unchecked(lab: Lab) -> None:
    examination = examined(lab)
    assert [f for f in examination.findings if f.verdict is not Verdict.OK] == []
    assert len({f.check.id for f in examination.findings}) > 40
    assert examination.status == 0


class TestHosts:
    def test_a_dead_host(self, lab: Lab) -> None:
        lab.kill("zurich")
        only(examined(lab), "hosts.answer", words=["zurich", "nothing listens there"])

    def test_a_host_that_answers_503(self, lab: Lab) -> None:
        lab.start("zurich", "location = / { return 503; } location = /index.html { return 503; }")
        only(examined(lab), "hosts.answer", "hosts.content", words=["answers 503"])

    def test_an_ipv6_address_that_does_not_work(self, lab: Lab) -> None:
        page = lab.page()
        six = [replace(host, address=(*host.address, "::1")) for host in page.hosts]
        only(examined(lab, replace(page, hosts=tuple(six))), "hosts.answer", "hosts.ipv6", "fate.hosts", words=["::1"])

    def test_changed_content(self, lab: Lab) -> None:
        lab.publish()
        front = lab.home / "zurich" / "index.html"
        real = front.read_bytes()
        front.unlink()
        front.write_bytes(real.replace(b"Harbour", b"Haxxour"))
        (lab.home / "zurich" / "index.html.gz").rename(lab.home / "kept.gz")
        only(examined(lab), "hosts.content", "hosts.compression", words=["zurich", "index.html"])

    def test_another_ones_signature(self, lab: Lab) -> None:
        page = lab.page(public=bytes(32))
        assert {"hosts.content", "hosts.pulse"} <= set(faults(examined(lab, page)))


class TestCertificates:
    def check(self, lab: Lab, *checks: str, words: Iterable[str]) -> None:
        lab.start("zurich", "# another certificate\n")
        only(examined(lab), *checks, words=words)

    def test_an_expired_one(self, lab: Lab) -> None:
        now = datetime.now(UTC)
        lab.certify("zurich", NAME, f"zurich.{NAME}", since=now - timedelta(days=30), until=now - timedelta(days=2))
        self.check(lab, "certificate.days", words=["zurich", "expired on"])

    def test_one_for_another_name(self, lab: Lab) -> None:
        lab.certify("zurich", f"zurich.{NAME}")
        self.check(lab, "certificate.valid", words=["zurich at 127.82.1.1: Hostname mismatch"])

    def test_a_caa_record_that_forbids_the_authority(self, lab: Lab) -> None:
        lab.change('@ 60 CAA 0 issue "digicert.com"')
        only(examined(lab), "name.caa", words=["allows digicert.com", "Let's Encrypt"])
        lab.change('@ 60 CAA 0 issue "letsencrypt.org; accounturi=https://acme.example/1"', gone=(("@", "CAA"),))
        only(examined(lab))


class TestTheName:
    def test_a_secondary_that_stays_behind(self, lab: Lab) -> None:
        old = lab.primary.zone_file.replace(" 1 3600 600", " 0 3600 600").replace(f"30 A {VIENNA}", f"30 A {ZURICH}")
        lab.start_secondary(frozen=old)
        only(examined(lab), "name.agree", "zone.spreads", words=["ns2.acmestatus.net (127.84.1.53) has serial 0", "not after"])

    def test_a_resolver_that_keeps_the_name_for_longer(self, lab: Lab) -> None:
        environment = lab.environment(open_resolvers={"stubborn": lab.stubborn, "dead": "127.99.1.1"}, seconds=0.5)
        examination = examined(lab, environment=environment)
        only(examination, "name.resolvers", words=["stubborn", "900 s"])
        assert [f.subject for f in examination.findings if f.verdict is Verdict.UNCHECKED] == ["dead"]


class TestMovingIt:
    def test_no_zone(self, lab: Lab) -> None:
        only(examined(lab, lab.page(zone=None)), "zone.configured")

    def test_a_key_that_may_only_read(self, lab: Lab) -> None:
        only(examined(lab, lab.page(zone=lab.zone("transfer"))), "zone.writes", words=["refuses"])

    def test_a_key_that_may_write_everything(self, lab: Lab) -> None:
        finding = scope(open_zone(lab.zone("operator")), {"operator", "w1"})
        assert (finding.verdict, finding.evidence) == (Verdict.WARN, f"it could write lightship-scope.{NAME}")

    def test_the_operators_key_must_write_everything(self, lab: Lab) -> None:
        examination = examined(lab, lab.page(zone=lab.zone("operator")))
        assert [f.verdict for f in examination.findings if f.check.id == "zone.scope"] == [Verdict.UNCHECKED]
        only(examination)

    def test_nothing_is_left_in_the_zone(self, lab: Lab) -> None:
        examined(lab)
        sets = lab.primary.zone("operator").read(NAME, [("_canary", "TXT"), ("lightship-scope", "TXT")])
        assert not any(sets.values())


class TestTheDomain:
    def test_a_registry_that_does_not_answer_is_no_fault_and_no_comfort(self, lab: Lab) -> None:
        examination = examined(lab, environment=lab.environment(rdap="http://127.0.0.1:1"))
        only(examination)
        unsure = {f.check.id for f in examination.findings if f.verdict is Verdict.UNCHECKED}
        assert unsure == {"registry.expiry", "registry.locks", "fate.registrar"}


class TestSharedFate:
    def test_one_host_in_the_products_network(self, lab: Lab) -> None:
        examination = examined(lab, environment=lab.environment(table=networks(n81=89)))
        only(examination, "fate.network", words=["host zurich does not"])
        assert {f.verdict for f in faults(examination)["fate.network"]} == {Verdict.WARN}
        assert [(s.part, s.watched, s.aspect) for s in examination.shared] == [("host vienna", PRODUCT, "network")]

    def test_the_products_certificate(self, lab: Lab) -> None:
        lab.certify("zurich", NAME, f"zurich.{NAME}", PRODUCT)
        lab.start("zurich")
        lab.start("www", tls="zurich")
        only(examined(lab), "fate.certificate", words=["host zurich"])
        lab.start("zurich")

    def test_one_content_network(self, lab: Lab) -> None:
        usual = "add_header Cache-Control no-cache; add_header Access-Control-Allow-Origin *;"
        for site in ("vienna", "www"):
            lab.start(site, f'{usual} add_header Via "1.1 varnish (Fastly)" always;')
        only(examined(lab), "fate.cdn", words=["content network Fastly", "host zurich does not"])


class TestWitnesses:
    def test_one_that_is_silent(self, lab: Lab) -> None:
        lab.vote({"w1": 1, "w2": 40})
        examination = examined(lab)
        only(examination, "witnesses.fresh", words=["w3: it has not voted", "w2: its last vote is 4"])

    def test_one_beside_a_host_and_the_product(self, lab: Lab) -> None:
        page = lab.page()
        places = {"w1": "127.81.7.7", "w2": "127.89.7.7", "w3": "127.86.7.7"}
        peers = tuple(replace(peer, url=f"https://{places[peer.name]}") for peer in page.witnesses)
        examination = examined(lab, replace(page, witnesses=peers))
        only(
            examination,
            "witnesses.spread",
            words=["witness w1: it stands in the network of host vienna", f"w2: it stands in the network of {PRODUCT}"],
        )


class TestTheVault:
    def test_another_recovery_key(self, lab: Lab) -> None:
        lab.keep_vault(new_key()[1])
        only(examined(lab), "vault.opens", words=["this key does not open the vault"])
