"""The name is steered at every kind of zone: by a person, by one witness, and by three that see the same at once."""

import base64
import json
import threading
from collections.abc import Collection
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from ssl import create_default_context
from typing import Any

import pytest
from tests.zones.places import PLACES, Case, Place

from lightship.cli import main
from lightship.config import HostConfig, WitnessConfig
from lightship.core.steering.decide import Witness
from lightship.core.steering.records import RECORD, Health, Vote, place, record_of
from lightship.signing import VerifyKey
from lightship.witness.controller import Controller
from lightship.witness.monitor import HostCheck, Monitor
from lightship.witness.peers import Peers
from lightship.zones import Key, Sets, Zone, ZoneError

A, AAAA = ("@", "A"), ("@", "AAAA")
VIENNA: Sets = {A: frozenset({"192.0.2.10"}), AAAA: frozenset({"2001:db8::10"})}
LINZ: Sets = {A: frozenset({"192.0.2.20"}), AAAA: frozenset()}
HOSTS = (
    HostConfig(name="vienna", kind="folder", url="https://vienna.example", options={}, address=("192.0.2.10", "2001:db8::10")),
    HostConfig(name="linz", kind="folder", url="https://linz.example", options={}, address=("192.0.2.20",)),
)


def _cases() -> list[Any]:
    return [
        pytest.param(case, id=f"{case.kind}-{case.make.__name__}", marks=[pytest.mark.server(name) for name in case.needs])
        for case in PLACES
    ]


@pytest.fixture(params=_cases())
def case(request: pytest.FixtureRequest) -> tuple[str, Place]:
    found: Case = request.param
    return found.kind, found.make(request)


def toml(value: Any) -> str:
    if is_dataclass(value):
        value = {item.name: getattr(value, item.name) for item in fields(value)}
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {toml(each)}" for name, each in value.items()) + " }"
    return json.dumps(value)


def steer(folder: Path, case: tuple[str, Place], capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """`lightship steer WORDS`, on a machine with neither desk nor keys; what it prints."""
    kind, zone = case[0], case[1].zone
    told = {item.name: getattr(zone, item.name) for item in fields(zone) if item.init}  # type: ignore[arg-type]
    hosts = "".join(
        f'[pages.acme.hosts.{host.name}]\nkind = "folder"\nurl = "{host.url}"\naddress = {toml(list(host.address))}\n'
        for host in HOSTS
    )
    options = "".join(f"{name} = {toml(value)}\n" for name, value in told.items())
    public = base64.b64encode(bytes(32)).decode()
    path = folder / "lightship.toml"
    path.write_text(
        f'[pages.acme]\nurl = "https://{zone.name}"\npublic = "{public}"\n{hosts}[pages.acme.zone]\nkind = "{kind}"\n{options}'
    )
    with pytest.raises(SystemExit) as left:
        main(["--config", str(path), "steer", *words])
    out, err = capsys.readouterr()
    assert left.value.code in (0, None), err
    return out


def test_a_person_steers_from_the_file_alone(
    case: tuple[str, Place], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    zone = case[1].zone
    assert "leads to no host" in steer(tmp_path, case, capsys)
    for host, there in (("vienna", VIENNA), ("linz", LINZ)):
        said = steer(tmp_path, case, capsys, "to", host)
        assert f"leads to {host}" in said
        assert ("and stays there" in said) == zone.holds_txt
        assert zone.read(zone.name, there) == there
        assert ("pinned to" in steer(tmp_path, case, capsys)) == zone.holds_txt
    steer(tmp_path, case, capsys, "auto")
    assert zone.read(zone.name, LINZ) == LINZ
    assert "pinned" not in steer(tmp_path, case, capsys)


def test_what_was_set_by_hand_is_told_as_set_though_the_provider_fails_next(
    case: tuple[str, Place], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kind, failing = type(case[1].zone), list[bool]()
    read, point = kind.read, kind.set_records

    def last(self: Zone, name: str, to: Sets, *, expecting: Sets) -> None:
        point(self, name, to, expecting=expecting)
        failing.append(True)

    def no_more(self: Zone, name: str, keys: Collection[Key]) -> Sets:
        if failing:
            raise ZoneError("it cannot be reached")
        return read(self, name, keys)

    monkeypatch.setattr(kind, "set_records", last)
    monkeypatch.setattr(kind, "read", no_more)
    assert "leads to linz" in steer(tmp_path, case, capsys, "to", "linz")
    assert failing


NOW = datetime.now(UTC)
SEEN = {"vienna": Health(False, NOW - timedelta(seconds=9)), "linz": Health(True, NOW - timedelta(minutes=9))}


def controller(zone: Zone, me: str, members: tuple[str, ...], told: list[str]) -> Controller:
    """One that sees Vienna down and Linz up, and has heard from all others that they see the same."""

    def clock() -> datetime:
        return NOW

    config = WitnessConfig(name=me)
    verify_key = VerifyKey(public=bytes(32))
    host_check = HostCheck(f"https://{zone.name}", verify_key, clock, seconds=1.0)
    peers = Peers("acme", [], create_default_context(), clock)
    peers.votes = {name: Vote(NOW, SEEN) for name in members if name != me}
    return Controller(
        page="acme",
        me=Witness(me, members, tuple(place(host.name, host.address) for host in HOSTS), zone.atomic),
        zone=zone,
        monitor=Monitor("acme", HOSTS, host_check, config, health=dict(SEEN)),
        clock=clock,
        tell=lambda subject, body: told.append(subject),
        peers=peers,
        signing_key=None,
        shown={},
    )


def test_a_witness_takes_the_name_from_a_dead_host(case: tuple[str, Place]) -> None:
    zone = case[1].zone
    zone.set_records(zone.name, VIENNA, expecting={})
    alone = controller(zone, "w1", ("w1",), [])
    alone.step()
    assert alone.refused == ""
    assert zone.read(zone.name, LINZ) == LINZ
    record = record_of(zone.read(zone.name, [RECORD]))
    assert record
    assert (record.gen, record.by) == ((1, "w1") if zone.holds_txt else (0, "-"))


def test_of_three_witnesses_at_once_one_moves_the_name_once(case: tuple[str, Place]) -> None:
    zone = case[1].zone
    zone.set_records(zone.name, VIENNA, expecting={})
    members = ("w1", "w2", "w3")
    told: list[str] = []
    crew = [controller(zone, me, members, told) for me in members]
    if zone.holds_votes:
        for each in crew:
            each._vote()
    barrier = threading.Barrier(3)

    def run(each: Controller) -> None:
        barrier.wait(30)
        each.step()

    threads = [threading.Thread(target=run, args=(each,)) for each in crew]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [each.refused for each in crew] == ["", "", ""]
    assert zone.read(zone.name, LINZ) == LINZ
    assert len(told) == 1, told
