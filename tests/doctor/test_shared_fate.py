"""Shared fate, witnesses, the vault and rehearsals, judged on values; see test_judging.py."""

import asyncio
import shutil
from collections.abc import Generator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.doctor.findings import Faults, only, table, verdicts
from tests.doctor.lab import NAME, PRODUCT, RECIPIENT, RECOVERY, SEAL, WWW
from tests.doctor.values import (
    NOW,
    NS1,
    MemoryZone,
    Poor,
    environment,
    network,
    page,
    parts,
    votes,
    within,
)

from lightship.config import Config, PageConfig, Peer
from lightship.config.values import Vault
from lightship.core.steering.records import MoveRecord, record_out
from lightship.doctor import Known, Verdict, duty, shared_fate, vaults, witnesses
from lightship.doctor import _drill as rehearsed
from lightship.doctor.asn import Network
from lightship.doctor.shared_fate import Part
from lightship.hosts.folder import Folder
from lightship.vault import CopyTarget, key_in, new_key
from lightship.vault import Part as VaultPart
from lightship.vault.keeping import keep

PRODUCTS = within(89)
FREE = "host zurich does not"


@table(
    sound=(parts(), {}),
    all_hosts_in_the_products_network=(
        parts(vienna=PRODUCTS, zurich=PRODUCTS | {"addresses": frozenset({"127.89.8.8"})}),
        {"fate.network": "host vienna and acme.example: both have the network AS64589", "fate.hosts": "AS64589 Acme"},
    ),
    one_host_in_the_products_network=(parts(vienna=PRODUCTS), {"fate.network": FREE}),
    one_host_in_the_products_prefix=(
        parts(zurich={"addresses": frozenset({"127.89.1.9"}), "networks": frozenset({network(89)})}),
        {"fate.prefix": "127.89.1.0/24; host vienna does not"},
    ),
    one_host_at_the_products_address=(
        parts(zurich={"addresses": frozenset({WWW}), "networks": frozenset({network(89)})}),
        {"fate.address": f"host zurich and {PRODUCT}: both have the address {WWW}; host vienna does not"},
    ),
    hosts_at_one_address=(parts(zurich={"addresses": frozenset({"127.81.1.1"})}), {"fate.hosts": "all have the address"}),
    hosts_in_one_prefix=(parts(zurich={"addresses": frozenset({"127.81.1.9"})}), {"fate.hosts": "all have the /24 or /48"}),
    hosts_in_one_network=(parts(zurich=within(81)), {"fate.hosts": "all have the network AS64581 Vienna Net"}),
    hosts_behind_one_content_network=(
        parts(vienna={"cdn": "Fastly"}, zurich={"cdn": "Fastly"}),
        {"fate.hosts": "all have the content network Fastly"},
    ),
    the_products_content_network=(
        parts(vienna={"cdn": "Fastly"}, product={"cdn": "Fastly"}),
        {"fate.cdn": f"both have the content network Fastly; {FREE}"},
    ),
    one_domain=(parts(product={"domain": NAME}), {"fate.domain": f"both have the domain {NAME}", "fate.mail": NAME}),
    one_registrar=(parts(product={"registrar": "Gandi"}), {"fate.registrar": "both have the registrar Gandi"}),
    the_products_name_servers=(
        parts(product={"servers": frozenset({NS1.name})}),
        {"fate.servers": f"both have the name servers {NS1.name}"},
    ),
    name_servers_in_the_products_network=(
        parts(name={"servers-network": frozenset({network(89)})}),
        {"fate.servers-network": "AS64589 Acme"},
    ),
    mail_in_the_products_network=(
        parts(mail=PRODUCTS | {"domain": PRODUCT}),
        {"fate.mail": f"mail relay mail and {PRODUCT}"},
    ),
    the_products_mail_domain=(parts(mail={"domain": PRODUCT}), {"fate.mail": f"both have the domain {PRODUCT}"}),
    desk_in_the_products_network=(parts(desk=PRODUCTS), {"fate.desk": "AS64589 Acme"}),
    no_desk=(parts(desk=None), {}),
    the_products_certificate=(
        parts(zurich={"certificate": "22" * 8}),
        {"fate.certificate": f"host zurich and {PRODUCT}: both have the certificate 2222"},
    ),
    one_authority=(parts(product={"issuer": "Let's Encrypt"}), {}),
    one_host_only=(parts(zurich=None), {}),
)
def test_shared_fate(value: tuple[Part, ...], faults: Faults) -> None:
    only(shared_fate.judge(value), faults)


@pytest.mark.parametrize(
    ("changed", "check", "verdict"),
    [
        ({"vienna": PRODUCTS}, "fate.network", Verdict.WARN),
        ({"vienna": PRODUCTS, "zurich": PRODUCTS}, "fate.network", Verdict.FAIL),
        ({"product": {"servers": frozenset({NS1.name})}}, "fate.servers", Verdict.FAIL),
        ({"product": {"registrar": "Gandi"}}, "fate.registrar", Verdict.WARN),
        ({"vienna": {"addresses": frozenset()}}, "fate.network", Verdict.UNCHECKED),
        ({"vienna": {"networks": frozenset()}}, "fate.network", Verdict.UNCHECKED),
        ({"name": {"registrar": ""}}, "fate.registrar", Verdict.UNCHECKED),
    ],
)
def test_what_is_shared_weighs_as_much_as_it_takes_down(
    changed: Mapping[str, Mapping[str, Any]], check: str, verdict: Verdict
) -> None:
    assert verdict in verdicts(shared_fate.judge(parts(**changed)), check)


def test_the_matrix_names_each_part_beside_each_product() -> None:
    shared = shared_fate.matrix(parts(vienna=PRODUCTS))
    assert [(s.part, s.watched, s.aspect) for s in shared] == [("host vienna", PRODUCT, "network")]
    own, products = shared_fate.split(parts())
    assert (own[0].label, [product.label for product in products]) == (NAME, [PRODUCT])


def test_a_network_is_known_by_its_number_however_its_name_is_spelt() -> None:
    spelt = {"networks": frozenset({Network(network(81).number, "VIENNA-NET - Vienna Net GmbH, AT")})}
    only(shared_fate.judge(parts(zurich=spelt)), {"fate.hosts": "all have the network AS64581"})


# Witnesses


PINNED = record_out(MoveRecord(4, "alice", NOW, 0, ("zurich",), "n"))


@table(
    sound=((page(), MemoryZone()), {}),
    none=((page(witnesses=()), MemoryZone()), {"witnesses.count": "nobody"}),
    two=((page(witnesses=page().witnesses[:2]), MemoryZone()), {"witnesses.count": "only w1, w2"}),
    silent=((page(), MemoryZone(sets=votes({"w1": 1, "w2": 1}))), {"witnesses.fresh": "w3: it has not voted"}),
    slow=((page(), MemoryZone(sets=votes({"w1": 1, "w2": 40, "w3": 1}))), {"witnesses.fresh": "its last vote is 40 s old"}),
    ahead=((page(), MemoryZone(sets=votes({"w1": 1, "w2": -99, "w3": 1}))), {"witnesses.fresh": "its clock is 99 s ahead"}),
    no_lease=((page(), MemoryZone(sets=votes(record="rubbish"))), {"witnesses.lease": "is no lease"}),
    pinned=((page(), MemoryZone(sets=votes(record=PINNED))), {"witnesses.lease": "alice pinned it to zurich"}),
    never_moved=((page(), MemoryZone(sets=votes(record=record_out(MoveRecord(0, "-", NOW, 0, (), "n"))))), {}),
    a_zone_without_texts=((page(), Poor()), {}),
)
def test_witnesses(value: tuple[PageConfig, MemoryZone], faults: Faults) -> None:
    only(witnesses.judge(*value, environment()), faults)


def test_nobody_to_ask_is_graver_than_one_who_is_alone() -> None:
    assert verdicts(witnesses.judge(page(witnesses=()), MemoryZone(), environment()), "witnesses.count") == {Verdict.FAIL}
    alone = page(witnesses=(Peer(name="w1"),))
    assert verdicts(witnesses.judge(alone, MemoryZone(), environment()), "witnesses.count") == {Verdict.WARN}


def state(*numbers: int) -> dict[str, dict[str, Any]]:
    return {f"w{n}": within(number) for n, number in enumerate(numbers, 1)}


@table(
    sound=(parts(**state(0, 84, 86)), {}),
    beside_a_host=(parts(**state(81, 84, 86)), {"witnesses.spread": "w1: it stands in the network of host vienna"}),
    beside_the_product=(parts(**state(0, 89, 86)), {"witnesses.spread": f"w2: it stands in the network of {PRODUCT}"}),
    all_in_one_network=(parts(**state(84, 84, 84)), {"witnesses.spread": "all of them: 3 witnesses in 1 networks"}),
    two_in_two=(parts(**state(84, 86)), {}),
    without_addresses=(parts(), {}),
)
def test_where_witnesses_stand(value: tuple[Part, ...], faults: Faults) -> None:
    only(witnesses.apart(value), faults)


# The vault: real folders on a disk


@pytest.fixture
def vaulted(tmp_path: Path) -> PageConfig:
    sound = page()
    return replace(sound, hosts=tuple(replace(host, options={"path": tmp_path / host.name}) for host in sound.hosts))


def fill(page: PageConfig, recipient: str = RECIPIENT, *, days_ago: int = 0) -> None:
    def parts_of_vault() -> Generator[VaultPart, None, None]:
        yield VaultPart("desk.Page", b"{}")

    folders = [Folder(host.name, host.url, Path(str(host.options["path"]))) for host in page.hosts]
    targets = [CopyTarget(folder.name, folder.vault_place(), SEAL, "harbour00000", 1) for folder in folders]
    copies = asyncio.run(keep(parts_of_vault(), targets, [recipient], NOW - timedelta(days=days_ago)))
    assert not any(copy.reason for copy in copies), copies


def vault_faults(page: PageConfig, recovery: tuple[str, ...] = (RECIPIENT,), key: Any = RECOVERY) -> list[Any]:
    config = Config(path=Path("lightship.toml"), base=Path(), pages={page.slug: page}, vault=Vault(recovery=recovery))
    return list(vaults.judge(config, page, key_in(key) if key else None, NOW))


def test_a_vault_on_every_host_that_the_key_opens_is_sound(vaulted: PageConfig) -> None:
    fill(vaulted)
    assert {finding.verdict for finding in vault_faults(vaulted)} == {Verdict.OK}


def test_a_vault_without_a_recovery_key(vaulted: PageConfig) -> None:
    only(vault_faults(vaulted, recovery=()), {"vault.recipients": "no recovery key is configured"})


def test_a_host_without_a_vault(vaulted: PageConfig, tmp_path: Path) -> None:
    fill(vaulted)
    shutil.rmtree(tmp_path / "zurich.vault")
    only(vault_faults(vaulted), {"vault.present": "zurich: there is none"})


def test_a_part_of_the_vault_that_is_lost(vaulted: PageConfig, tmp_path: Path) -> None:
    fill(vaulted)
    next((tmp_path / "vienna.vault" / "parts").glob("*/*")).unlink()
    only(vault_faults(vaulted), {"vault.present": "vienna: the vault is not whole"})


def test_a_vault_that_nobody_keeps(vaulted: PageConfig) -> None:
    fill(vaulted, days_ago=5)
    only(vault_faults(vaulted), {"vault.present": "signed 5 days ago: nobody keeps it"})


def test_a_vault_for_another_recovery_key(vaulted: PageConfig) -> None:
    fill(vaulted, new_key()[1])
    only(vault_faults(vaulted), {"vault.opens": "this key does not open the vault"})


def test_a_vault_that_no_key_was_tried_on_is_unchecked(vaulted: PageConfig) -> None:
    fill(vaulted)
    findings = vault_faults(vaulted, key=None)
    only(findings, {})
    assert verdicts(findings, "vault.opens") == {Verdict.UNCHECKED}


def test_a_machine_without_credentials_says_that_it_did_not_look() -> None:
    findings = vault_faults(page())
    only(findings, {})
    assert verdicts(findings, "vault.present") == {Verdict.UNCHECKED}


# Rehearsals


@table(
    lately=(Known(drilled=NOW - timedelta(days=90), asked=True), {}),
    overdue=(Known(drilled=NOW - timedelta(days=91), asked=True), {"drill.age": "91 days ago"}),
    failed=(
        Known(drilled=NOW - timedelta(days=3), asked=True, failed=("Restore the desk",)),
        {"drill.age": "3 days ago, and it failed: Restore the desk"},
    ),
    never=(Known(asked=True), {"drill.age": "never"}),
    not_asked=(Known(), {}),
)
def test_rehearsals(value: Known, faults: Faults) -> None:
    only(rehearsed(page(), value, NOW), faults)


# Duty


@table(
    reached=((), {}),
    one_is_not=((("bob", "lightship.toml has no channel"),), {"duty.reach": "lightship.toml has no channel"}),
    not_asked=(None, {}),
)
def test_whoever_is_on_duty_and_cannot_be_reached_is_named(value: tuple[tuple[str, str], ...] | None, faults: Faults) -> None:
    facts = None if value is None else duty.DutyFacts(made=True, unreachable=value)
    only(list(duty.judge("acme", facts)), faults)
