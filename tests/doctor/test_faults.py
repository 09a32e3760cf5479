"""The doctor names each fault that is planted in the lab, and invents none."""

import shutil
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.certs import Authority
from tests.doctor.lab import HOSTS, NAME, PRODUCT, RECOVERY, SECONDARY, WWW, Lab, networks

from lightship.config import ChannelConfig, PageConfig, Vault
from lightship.core.steer import Lease, lease_out
from lightship.doctor import Examination, Known, Verdict, World, examine
from lightship.doctor.finding import Finding
from lightship.doctor.zone import scope
from lightship.vault import key_in, new_key
from lightship.zones import open_zone
from lightship.zones.rfc2136 import TsigKey

pytestmark = [pytest.mark.server("bind"), pytest.mark.server("knot"), pytest.mark.server("nginx")]
VIENNA, ZURICH = HOSTS.values()


def drilled(days: int = 3) -> Known:
    return Known(drilled=datetime.now(UTC) - timedelta(days=days), asked=True, key=key_in(RECOVERY))


def examined(lab: Lab, page: PageConfig | None = None, world: World | None = None, **config: Any) -> Examination:
    page = page or lab.page()
    known = config.pop("known", drilled())
    return examine(lab.config(page, **config), page, world or lab.world(), known)


def faults(found: Examination) -> dict[str, list[Finding]]:
    wrong: dict[str, list[Finding]] = {}
    for finding in found.findings:
        if finding.verdict in (Verdict.FAIL, Verdict.WARN):
            wrong.setdefault(finding.check.id, []).append(finding)
    return wrong


def only(found: Examination, *checks: str, words: Iterable[str] = ()) -> None:
    """These checks found something, no other did, and what they say holds these words."""
    wrong = faults(found)
    said = " | ".join(f"{f.check.id}: {f.subject}: {f.evidence}" for group in wrong.values() for f in group)
    assert set(wrong) == set(checks), said
    for word in words:
        assert word in said, said


def test_a_sound_lab_has_no_fault_and_nothing_unchecked(lab: Lab) -> None:
    found = examined(lab)
    assert [f for f in found.findings if f.verdict is not Verdict.OK] == []
    assert len({f.check.id for f in found.findings}) > 40
    assert found.status == 0


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

    def test_an_ipv6_address_on_one_host_only(self, lab: Lab) -> None:
        lab.start("vienna", f"listen [::1]:{lab.port} ssl;")
        page = lab.page()
        six = (replace(page.hosts[0], address=(*page.hosts[0].address, "::1")), page.hosts[1])
        only(examined(lab, replace(page, hosts=six)), "hosts.ipv6", words=["zurich", "vienna has one"])

    def test_changed_content(self, lab: Lab) -> None:
        lab.publish()
        front = lab.home / "zurich" / "index.html"
        real = front.read_bytes()
        front.unlink()
        front.write_bytes(real.replace(b"Harbour", b"Haxxour"))
        (lab.home / "zurich" / "index.html.gz").rename(lab.home / "kept.gz")
        only(examined(lab), "hosts.content", "hosts.compression", words=["zurich", "index.html"])

    def test_another_revision(self, lab: Lab) -> None:
        lab.publish(only=("vienna",))
        only(examined(lab), "hosts.revision", words=["zurich: revision", f"elsewhere there is {lab.revision} of 1"])

    def test_another_ones_signature(self, lab: Lab) -> None:
        page = lab.page(public=bytes(32))
        assert {"hosts.content", "hosts.pulse"} <= set(faults(examined(lab, page)))

    def test_an_old_pulse(self, lab: Lab) -> None:
        world = lab.world(now=lambda: datetime.now(UTC) + timedelta(minutes=20))
        only(examined(lab, world=world), "hosts.pulse", "hosts.clock", "witnesses.fresh", words=["due every 300 s"])

    def test_a_clock_that_is_off(self, lab: Lab) -> None:
        world = lab.world(now=lambda: datetime.now(UTC) - timedelta(seconds=100))
        only(examined(lab, world=world), "hosts.clock", "witnesses.fresh", words=["ahead of this machine"])

    def test_no_compression(self, lab: Lab) -> None:
        lab.start("zurich", "gzip_static off;")
        only(examined(lab), "hosts.compression", words=["zurich"])

    def test_a_page_that_browsers_keep(self, lab: Lab) -> None:
        lab.start("zurich", "add_header Cache-Control max-age=3600; add_header Access-Control-Allow-Origin *;")
        only(examined(lab), "hosts.caching", words=["zurich", "max-age=3600"])

    def test_no_cors(self, lab: Lab) -> None:
        lab.start("zurich", "add_header Cache-Control no-cache;")
        only(examined(lab), "hosts.cors", words=["zurich"])

    def test_hsts_on_one_host_only(self, lab: Lab) -> None:
        usual = "add_header Cache-Control no-cache; add_header Access-Control-Allow-Origin *;"
        lab.start("zurich", f"{usual} add_header Strict-Transport-Security max-age=31536000;")
        only(examined(lab), "hosts.hsts", words=["zurich: max-age=31536000", "vienna: none"])

    def test_a_script_that_a_provider_adds(self, lab: Lab) -> None:
        added = "sub_filter <title> '<script src=https://cdn.example/a.js></script><title>'; gzip_static off;"
        lab.start("zurich", added)
        only(examined(lab), "hosts.alone", "hosts.content", "hosts.compression", words=["https://cdn.example/a.js"])

    def test_only_one_host(self, lab: Lab) -> None:
        page = lab.page()
        only(examined(lab, replace(page, hosts=page.hosts[:1])), "hosts.count")


class TestCertificates:
    def check(self, lab: Lab, *checks: str, words: Iterable[str]) -> None:
        lab.start("zurich", "# another certificate\n")
        only(examined(lab), *checks, words=words)

    def test_an_expired_one(self, lab: Lab) -> None:
        now = datetime.now(UTC)
        lab.certify("zurich", NAME, f"zurich.{NAME}", since=now - timedelta(days=30), until=now - timedelta(days=2))
        self.check(lab, "certificate.days", words=["zurich", "expired on"])

    def test_one_that_soon_expires(self, lab: Lab) -> None:
        lab.certify("zurich", NAME, f"zurich.{NAME}", until=datetime.now(UTC) + timedelta(days=15, hours=1))
        self.check(lab, "certificate.days", words=["15 days left"])

    def test_one_for_another_name(self, lab: Lab) -> None:
        lab.certify("zurich", f"zurich.{NAME}")
        self.check(lab, "certificate.valid", words=["zurich at 127.82.1.1: Hostname mismatch"])

    def test_one_by_an_authority_that_nobody_trusts(self, lab: Lab) -> None:
        lab.certify("zurich", NAME, f"zurich.{NAME}", authority=Authority("Nobody"))
        self.check(lab, "certificate.valid", words=["unable to get local issuer", "by Nobody"])

    def test_a_caa_record_that_forbids_the_authority(self, lab: Lab) -> None:
        lab.change('@ 60 CAA 0 issue "digicert.com"')
        only(examined(lab), "name.caa", words=["allows digicert.com", "Let's Encrypt"])
        lab.change('@ 60 CAA 0 issue "letsencrypt.org; accounturi=https://acme.example/1"', gone=(("@", "CAA"),))
        only(examined(lab))


class TestTheName:
    def test_a_long_ttl(self, lab: Lab) -> None:
        lab.change(f"@ 3600 A {VIENNA}", gone=(("@", "A"),))
        only(examined(lab), "name.ttl", words=["3600 s"])

    def test_a_name_that_points_elsewhere(self, lab: Lab) -> None:
        lab.change("@ 30 A 192.0.2.9", gone=(("@", "A"),))
        only(examined(lab), "name.points", words=["192.0.2.9"])
        lab.change(f"@ 30 A {VIENNA}", f"@ 30 A {ZURICH}", gone=(("@", "A"),))
        only(examined(lab), "name.points", words=["vienna, zurich"])

    def test_addresses_in_an_https_record(self, lab: Lab) -> None:
        lab.change(f"@ 30 HTTPS 1 . alpn=h2 ipv4hint={VIENNA}")
        only(examined(lab), "name.hints", words=["ipv4hint"])
        lab.change("@ 30 HTTPS 1 . alpn=h2", gone=(("@", "HTTPS"),))
        only(examined(lab))

    def test_a_secondary_that_stays_behind(self, lab: Lab) -> None:
        old = lab.primary.zone_file.replace(" 1 3600 600", " 0 3600 600").replace(f"30 A {VIENNA}", f"30 A {ZURICH}")
        lab.start_secondary(frozen=old)
        only(examined(lab), "name.agree", "zone.spreads", words=["ns2.acmestatus.net (127.84.1.53) has serial 0", "not after"])

    def test_a_dead_secondary(self, lab: Lab) -> None:
        lab.kill("secondary")
        only(examined(lab), "name.servers", words=["ns2.acmestatus.net (127.84.1.53): it does not answer"])

    def test_name_servers_in_one_network(self, lab: Lab) -> None:
        only(examined(lab, world=lab.world(table=networks(n84=0))), "name.spread", words=["AS64500 Delta DNS"])

    def test_a_name_server_that_is_named_in_the_products_domain(self, lab: Lab) -> None:
        lab.start_resolver(f"ns2.{PRODUCT}. 3600 A {SECONDARY}", more=True)
        lab.change(f"@ 3600 NS ns2.{PRODUCT}.")
        only(examined(lab), "name.independent", words=[f"ns2.{PRODUCT} depends on it"])

    def test_a_resolver_that_keeps_the_name_for_longer(self, lab: Lab) -> None:
        world = lab.world(open_resolvers={"stubborn": lab.stubborn, "dead": "127.99.1.1"}, seconds=0.5)
        found = examined(lab, world=world)
        only(found, "name.resolvers", words=["stubborn", "900 s"])
        assert [f.subject for f in found.findings if f.verdict is Verdict.UNCHECKED] == ["dead"]


class TestMovingIt:
    def test_no_zone(self, lab: Lab) -> None:
        only(examined(lab, lab.page(zone=None)), "zone.configured")

    def test_a_key_that_may_only_read(self, lab: Lab) -> None:
        only(examined(lab, lab.page(zone=lab.zone("transfer"))), "zone.writes", words=["refuses"])

    def test_a_wrong_key(self, lab: Lab) -> None:
        wrong = lab.zone(key=TsigKey(name="w1", secret="d3Jvbmc="))
        only(examined(lab, lab.page(zone=wrong)), "zone.writes", words=["BADSIG"])

    def test_a_dead_primary_is_a_dead_name_server_too(self, lab: Lab) -> None:
        only(examined(lab, lab.page(zone=lab.zone(port=lab.plain))), "zone.writes", words=["cannot be reached"])

    def test_a_key_that_may_write_everything(self, lab: Lab) -> None:
        found = scope(open_zone(lab.zone("operator")), {"operator", "w1"})
        assert (found.verdict, found.evidence) == (Verdict.WARN, f"it could write lightship-scope.{NAME}")

    def test_the_operators_key_must_write_everything(self, lab: Lab) -> None:
        found = examined(lab, lab.page(zone=lab.zone("operator")))
        assert [f.verdict for f in found.findings if f.check.id == "zone.scope"] == [Verdict.UNCHECKED]
        only(found)

    def test_a_witness_has_no_way_to_the_vault_and_says_so(self, lab: Lab) -> None:
        page = lab.page()
        found = examined(lab, replace(page, hosts=tuple(replace(host, options={}) for host in page.hosts)))
        assert {f.verdict for f in found.findings if f.check.id == "vault.present"} == {Verdict.UNCHECKED}
        only(found)

    def test_a_long_ttl_in_lightship_toml(self, lab: Lab) -> None:
        only(examined(lab, lab.page(zone=lab.zone(ttl=300))), "zone.floor", words=["300 s"])

    def test_nothing_is_left_in_the_zone(self, lab: Lab) -> None:
        examined(lab)
        held = lab.primary.zone("operator").read(NAME, [("_canary", "TXT"), ("lightship-scope", "TXT")])
        assert not any(held.values())


class TestTheDomain:
    def test_one_that_soon_lapses(self, lab: Lab) -> None:
        lab.rdap.set(NAME, "Gandi", 20)
        only(examined(lab), "registry.expiry", words=["20 days left"])

    def test_one_without_a_lock(self, lab: Lab) -> None:
        lab.rdap.set(NAME, "Gandi", 400, locked=False)
        only(examined(lab), "registry.locks", words=["client transfer prohibited"])

    def test_a_registry_that_does_not_answer_is_no_fault_and_no_comfort(self, lab: Lab) -> None:
        found = examined(lab, world=lab.world(rdap="http://127.0.0.1:1"))
        only(found)
        unsure = {f.check.id for f in found.findings if f.verdict is Verdict.UNCHECKED}
        assert unsure == {"registry.expiry", "registry.locks", "fate.registrar"}


class TestSharedFate:
    def test_all_hosts_in_the_products_network(self, lab: Lab) -> None:
        found = examined(lab, world=lab.world(table=networks(n81=89, n82=89)))
        only(found, "fate.network", "fate.hosts", words=["host vienna and acme.example", "AS64589"])
        assert {f.verdict for f in faults(found)["fate.network"]} == {Verdict.FAIL}

    def test_one_host_in_the_products_network(self, lab: Lab) -> None:
        found = examined(lab, world=lab.world(table=networks(n81=89)))
        only(found, "fate.network", words=["host zurich does not"])
        assert {f.verdict for f in faults(found)["fate.network"]} == {Verdict.WARN}
        assert [(s.part, s.watched, s.aspect) for s in found.shared] == [("host vienna", PRODUCT, "network")]

    def test_a_host_at_the_products_address(self, lab: Lab) -> None:
        page = lab.page()
        hosts = (page.hosts[0], replace(page.hosts[1], address=(*page.hosts[1].address, WWW)))
        wrong = faults(examined(lab, replace(page, hosts=hosts)))
        assert [f.subject for f in wrong["fate.address"]] == [f"host zurich and {PRODUCT}"]

    def test_hosts_in_one_network(self, lab: Lab) -> None:
        only(examined(lab, world=lab.world(table=networks(n82=81))), "fate.hosts", words=["AS64581 Vienna Net"])

    def test_one_registrable_domain(self, lab: Lab) -> None:
        page = lab.page(watches=(f"https://{PRODUCT}:{lab.shop}", f"www.{NAME}"))
        assert faults(examined(lab, page))["fate.domain"][0].evidence == f"both have the domain {NAME}"

    def test_one_registrar(self, lab: Lab) -> None:
        lab.rdap.set(PRODUCT, "Gandi", 400)
        only(examined(lab), "fate.registrar", words=["both have the registrar Gandi"])

    def test_name_servers_in_the_products_network(self, lab: Lab) -> None:
        found = examined(lab, world=lab.world(table=networks(n0=89, n84=89)))
        only(found, "name.spread", "fate.servers-network", words=["AS64589 Acme"])

    def test_the_products_name_servers(self, lab: Lab) -> None:
        lab.start_resolver(f"@ NS ns2.{NAME}.", more=True)
        only(examined(lab), "fate.servers", words=[f"both have the name servers ns2.{NAME}"])

    def test_a_mail_relay_in_the_products_network(self, lab: Lab) -> None:
        mail = ChannelConfig(name="mail", kind="email", options={"host": f"mail.{PRODUCT}", "sender": f"status@{NAME}"})
        found = examined(lab, channels=(mail,))
        only(found, "fate.mail", words=["mail relay mail and acme.example", WWW, f"domain {PRODUCT}"])

    def test_a_desk_in_the_products_network(self, lab: Lab) -> None:
        only(examined(lab, world=lab.world(table=networks(n87=89))), "fate.desk", words=["AS64589 Acme"])

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
    def test_none(self, lab: Lab) -> None:
        only(examined(lab, lab.page(witnesses=())), "witnesses.count")

    def test_two(self, lab: Lab) -> None:
        only(examined(lab, lab.page(witnesses=lab.page().witnesses[:2])), "witnesses.count", words=["only w1, w2"])

    def test_one_that_is_silent(self, lab: Lab) -> None:
        lab.vote({"w1": 1, "w2": 40})
        found = examined(lab)
        only(found, "witnesses.fresh", words=["w3: it has not voted", "w2: its last vote is 4"])

    def test_a_lease_that_is_none(self, lab: Lab) -> None:
        lab.vote(lease="rubbish")
        only(examined(lab), "witnesses.lease", words=["is no lease"])

    def test_a_pin(self, lab: Lab) -> None:
        lab.vote(lease=lease_out(Lease(4, "alice", datetime.now(UTC), 0, ("zurich",), "n")))
        only(examined(lab), "witnesses.lease", words=["alice pinned it to zurich"])

    def test_one_beside_a_host_and_the_product(self, lab: Lab) -> None:
        page = lab.page()
        places = {"w1": "127.81.7.7", "w2": "127.89.7.7", "w3": "127.86.7.7"}
        fellows = tuple(replace(fellow, url=f"https://{places[fellow.name]}") for fellow in page.witnesses)
        found = examined(lab, replace(page, witnesses=fellows))
        only(
            found,
            "witnesses.spread",
            words=["witness w1: it stands in the network of host vienna", f"w2: it stands in the network of {PRODUCT}"],
        )


class TestTheVault:
    def test_no_recovery_key(self, lab: Lab) -> None:
        only(examined(lab, vault=Vault()), "vault.recipients")

    def test_a_host_without_it(self, lab: Lab) -> None:
        lab.keep_vault()
        shutil.rmtree(lab.home / "zurich.vault")
        only(examined(lab), "vault.present", words=["zurich: there is none"])

    def test_a_part_that_is_lost(self, lab: Lab) -> None:
        lab.keep_vault()
        next((lab.home / "vienna.vault" / "parts").glob("*/*")).unlink()
        only(examined(lab), "vault.present", words=["vienna: the vault is not whole"])

    def test_one_that_nobody_keeps(self, lab: Lab) -> None:
        lab.keep_vault(days_ago=5)
        only(examined(lab), "vault.present", words=["signed 5 days ago: nobody keeps it"])

    def test_another_recovery_key(self, lab: Lab) -> None:
        lab.keep_vault(new_key()[1])
        only(examined(lab), "vault.opens", words=["this key does not open the vault"])


class TestRehearsals:
    def test_one_that_is_overdue(self, lab: Lab) -> None:
        only(examined(lab, known=drilled(91)), "drill.age", words=["91 days ago"])

    def test_one_that_failed(self, lab: Lab) -> None:
        known = replace(drilled(), failed=("Restore the desk",))
        only(examined(lab, known=known), "drill.age", words=["it failed: Restore the desk"])

    def test_none_at_all(self, lab: Lab) -> None:
        only(examined(lab, known=replace(drilled(), drilled=None)), "drill.age", words=["never"])
