"""Witnesses, hosts and a primary on machines of their own: the name follows what answers, and nothing else moves it."""

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.harbour import WITNESSES, Harbour, Host, harbour
from tests.kills import rounds

pytestmark = [
    pytest.mark.server("ip"),
    pytest.mark.server("bind"),
    pytest.mark.server("nginx"),
    pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces are made by root"),
]


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Harbour]:
    with harbour(tmp_path) as made:
        yield made


def settled(lab: Harbour, *names: str) -> None:
    """Until each of them has decided that all is well."""
    lab.wait(lambda: all(lab.log(name).exists() and lab.said(name, "has it") for name in names))


@contextlib.contextmanager
def answers(lab: Harbour) -> Iterator[list[str]]:
    """Every answer that the primary gave while the block ran, without repetitions."""
    seen, over = [lab.leads_to()], threading.Event()

    def look() -> None:
        with contextlib.suppress(Exception):  # the primary may be away
            if (host := lab.leads_to()) != seen[-1]:
                seen.append(host)

    def watch() -> None:
        while not over.wait(0.05):
            look()

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()
        look()


FAULTS: dict[str, Callable[[Host], None]] = {
    "hijacked": Host.hijack,
    "black-holed": Host.black_hole,
    "IPv6 dead": Host.lose_ipv6,
    "certificate expired": Host.expire,
    "killed": Host.kill,
    "hanging in TLS": Host.hang,
    "answering 503": Host.fail,
}


@pytest.mark.long
def test_whatever_becomes_of_the_host_the_name_goes_to_the_other(lab: Harbour) -> None:
    lab.witness(*WITNESSES)
    settled(lab, *WITNESSES)
    for fault in list(FAULTS.values())[: rounds(4)]:
        current = lab.hosts[lab.leads_to()]
        other = "b" if current.name == "a" else "a"
        fault(current)
        lab.wait(lambda other=other: lab.leads_to() == other)  # type: ignore[misc]
        current.repair()
        lab.put()
        lab.let_go()
        lab.wait(lab.all_up)


def test_a_frozen_host_loses_the_name_once_the_other_shows_what_is_newer(lab: Harbour) -> None:
    lab.witness(*WITNESSES)
    settled(lab, *WITNESSES)
    lab.hosts["a"].freeze()
    lab.publish()
    lab.wait(lambda: lab.leads_to() == "b")
    assert lab.said("w1", "status='old'")


def test_one_blind_witness_moves_nothing_and_hinders_nothing(lab: Harbour) -> None:
    lab.witness(*WITNESSES)
    settled(lab, *WITNESSES)
    with answers(lab) as seen:
        lab.blind("w1", "a")
        lab.wait(lambda: lab.said("w1", "a is down for w1, 2 of 3 must say so"))
        lab.blind("w1")
        lab.wait(lambda: lab.said("w1", "zone="))
        assert seen == ["a"]
        lab.hosts["a"].kill()
        lab.wait(lambda: lab.leads_to() == "b")
        lab.nodes["w1"].drop()
        lab.wait(lambda: lab.said("w1", "moved_by="))
    assert seen == ["a", "b"]


def test_witnesses_that_see_different_hosts_give_one_answer(lab: Harbour) -> None:
    lab.witness(*WITNESSES)
    settled(lab, *WITNESSES)
    with answers(lab) as seen:
        lab.blind("w1", "a")
        lab.blind("w2", "b")
        lab.wait(lambda: lab.said("w1", "a is down for w1, 2 of 3 must say so"))
        lab.hosts["a"].kill()
        lab.wait(lambda: lab.leads_to() == "b")
        lab.wait(lambda: lab.said("w2", "b is down for w2, 2 of 3 must say so") or lab.said("w2", "no other host is up"))
    assert seen == ["a", "b"]
    assert [sum(lab.said(name, f"moved={host} ") for name in WITNESSES) for host in "ab"] == [0, 1]


def test_where_all_hosts_are_down_nothing_is_changed_and_staff_are_called(lab: Harbour) -> None:
    lab.witness(*WITNESSES)
    settled(lab, *WITNESSES)
    with answers(lab) as seen:
        for host in lab.hosts.values():
            host.kill()
        for name in WITNESSES:
            lab.wait(lambda name=name: lab.said(name, "no other host is up for 2 witnesses"))  # type: ignore[misc]
            lab.wait(lambda name=name: lab.said(name, "alarm='a is down, and no other host is up"))  # type: ignore[misc]
    assert seen == ["a"]


def test_a_witness_whose_clock_is_an_hour_off_counts_for_nobody(lab: Harbour) -> None:
    lab.witness("w1", "w2")
    lab.witness("w3", ahead=3600)
    settled(lab, "w1", "w2")
    with answers(lab) as seen:
        lab.blind("w1", "a")
        lab.blind("w3", "a")
        lab.wait(lambda: lab.said("w1", "a is down for w1, 2 of 3 must say so"))
        lab.wait(lambda: lab.said("w3", "only w3 of the witnesses"))
        lab.wait(lambda: lab.said("w3", "this machine's clock is +36"))
        assert seen == ["a"]
        lab.nodes["w1"].drop()
        lab.hosts["a"].kill()
        lab.wait(lambda: lab.leads_to() == "b")
    assert seen == ["a", "b"]


def test_a_wrong_key_is_told_and_the_others_go_on(lab: Harbour) -> None:
    lab.witness("w1", "w2")
    lab.witness("w3", key="d3Jvbmcgd3Jvbmcgd3Jvbmcgd3Jvbmc=")
    settled(lab, "w1", "w2")
    with answers(lab) as seen:
        lab.wait(lambda: lab.said("w3", "has another secret for the key w3 (BADSIG): correct `key.secret`"))
        lab.wait(lambda: lab.said("w3", "alarm='the zone: "))
        assert lab.witnesses["w3"].poll() is None
        assert seen == ["a"]
        lab.hosts["a"].kill()
        lab.wait(lambda: lab.leads_to() == "b")
    assert lab.log("w3").read_text().count("BADSIG") < 6, "a key that is refused is not tried again and again"


def steer(lab: Harbour, *words: str) -> str:
    """`lightship steer`, with the operator's key, from a machine that is no witness."""
    path = lab.config("w1", lab.layout.keys["operator"])
    path.write_text(path.read_text().replace('key = { name = "w1"', 'key = { name = "operator"'))
    command = [*lab.nodes["reader"].prefix, sys.executable, "-m", "lightship.cli", "--config", str(path), "steer", *words]
    answer = subprocess.run(command, capture_output=True, text=True)
    return answer.stdout + answer.stderr


def test_a_person_sets_where_the_name_leads_and_lets_go(lab: Harbour) -> None:
    assert "acmestatus.net leads to a (A 10.77.10.2; AAAA fd77:0:0:10::2)\nw1: never voted" in steer(lab)
    lab.witness("w2", "w3")
    settled(lab, "w2", "w3")
    assert "leads to b and stays there" in steer(lab, "to", "b")
    assert lab.leads_to() == "b"
    lab.wait(lambda: lab.said("w2", "pinned to b by"))
    lab.hosts["b"].kill()
    lab.wait(lambda: lab.said("w2", "it is pinned to b, which is down: run `lightship steer auto`"))
    assert lab.leads_to() == "b"
    assert "Witnesses steer acmestatus.net again; it leads to b." in steer(lab, "auto")
    lab.wait(lambda: lab.leads_to() == "a")
    shown = json.loads(steer(lab, "--json", "show"))
    assert (shown["hosts"], shown["gen"], shown["pin"]) == (["a"], 3, [])
    assert shown["witnesses"]["w2"]["hosts"]["b"]["up"] is False
    assert "no page 'other'; there is acme" in steer(lab, "--page", "other")
    assert "the name cannot lead to c: hosts with an `address` or `cname` are a, b" in steer(lab, "to", "c")


def test_a_primary_that_restarts_moves_nothing_and_a_host_that_died_meanwhile_loses_the_name_then(lab: Harbour) -> None:
    lab.witness(*WITNESSES)
    settled(lab, *WITNESSES)
    with answers(lab) as seen:
        lab.stop_primary()
        lab.wait(lambda: all(lab.said(name, "zone=") for name in WITNESSES))
        lab.start_primary()
        lab.wait(lab.all_up)
        assert seen == ["a"]
        lab.stop_primary()
        lab.hosts["a"].kill()
        lab.wait(lambda: lab.said("w1", "status='refused'"))
        lab.start_primary()
        lab.wait(lambda: lab.leads_to() == "b")
    assert seen == ["a", "b"]
