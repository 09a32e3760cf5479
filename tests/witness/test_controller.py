"""One step of a controller, on a real name server: also where the zone holds no votes, cannot compare, or loses replies."""

import re
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

import pytest
from tests import name_servers

from lightship.cli.shared import ROOMS
from lightship.config import ConfigError, HostConfig, Peer, WitnessConfig, load
from lightship.core.steering.decide import Witness
from lightship.core.steering.records import FRESH, POINTERS, RECORD, Health, Sets, Vote, place, pointed, signed_vote_in
from lightship.signing import SigningKey, VerifyKey
from lightship.witness import peers, run
from lightship.witness.controller import Controller
from lightship.witness.monitor import HostCheck, Monitor
from lightship.zones import ZoneError
from lightship.zones.rfc2136 import Rfc2136

NAMES = ("w1", "w2", "w3")
PLACES = (place("a", ["192.0.2.1"]), place("b", ["192.0.2.2"]))
SEAL = SigningKey(bytes(32))


@dataclass(frozen=True, kw_only=True)
class Voteless(Rfc2136):
    """A name server of the class of Route 53: conditions, but no room for votes."""

    holds_votes: ClassVar[bool] = False


@dataclass(frozen=True, kw_only=True)
class Plain(Voteless):
    """Of the class of most providers: no conditions either."""

    atomic: ClassVar[bool] = False


@pytest.fixture
def primary(tmp_path: Path) -> Iterator[name_servers.Layout]:
    with name_servers.bind(tmp_path, name_servers.Layout(records="@ 30 A 192.0.2.1\n")) as layout:
        yield layout


def now() -> datetime:
    return datetime.now(UTC)


def controllers_of(primary: name_servers.Layout, kind: type[Rfc2136], subjects: list[str], **seen: str) -> list[Controller]:
    """Witnesses who see a and b as given (`du`: a down, b up), and have each other's votes."""
    made = []
    votes = {name: Vote(now(), {h: Health(x == "u", now()) for h, x in zip("ab", seen[name], strict=True)}) for name in seen}
    for name in seen:
        zone = primary.zone(name)
        fields = {f: getattr(zone, f) for f in ("name", "server", "port", "key")}
        host_check = HostCheck("https://acmestatus.net", VerifyKey(SEAL.public), now)
        monitor = Monitor(
            "acme", [HostConfig(name="a", kind="folder", url="", options={})], host_check, WitnessConfig(name=name)
        )
        monitor.health |= votes[name].health
        others = [Peer(name=other, public=SEAL.public) for other in NAMES if other != name]
        peer_votes = peers.Peers("acme", others, ssl.create_default_context(), now)
        peer_votes.votes |= {other: vote for other, vote in votes.items() if other != name}
        me = Witness(name, NAMES, PLACES, kind.atomic)
        made.append(
            Controller(
                "acme", me, kind(**fields), monitor, now, lambda subject, _: subjects.append(subject), peer_votes, SEAL, {}
            )
        )
    return made


def leads_to(primary: name_servers.Layout) -> tuple[str, ...] | None:
    return pointed(primary.zone().read(primary.name, POINTERS), PLACES)


@pytest.mark.server("bind")
@pytest.mark.parametrize("kind", [Voteless, Plain])
def test_without_votes_in_the_zone_one_of_those_who_agree_moves_the_name(
    primary: name_servers.Layout, kind: type[Rfc2136]
) -> None:
    subjects: list[str] = []
    controllers = controllers_of(primary, kind, subjects, w1="uu", w2="du", w3="du")
    threads = [threading.Thread(target=controller.step) for controller in controllers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert leads_to(primary) == ("b",)
    assert subjects == ["acme: acmestatus.net now leads to b"]
    assert primary.zone().read(primary.name, [("w2._vote", "TXT")]) == {("w2._vote", "TXT"): frozenset()}
    assert all(
        signed_vote_in(controller.shown["acme"], "acme", controller.me.name, VerifyKey(SEAL.public).verify)
        for controller in controllers
    )
    if kind is Plain:
        assert (
            controllers[2].reason == "hold a is down: w2 moves it, for this zone cannot compare"
            or "b has it" in controllers[2].reason
        )


@pytest.mark.server("bind")
def test_a_minority_that_hears_nobody_moves_nothing_without_votes_in_the_zone(primary: name_servers.Layout) -> None:
    subjects: list[str] = []
    for controller in controllers_of(primary, Plain, subjects, w3="du"):
        controller.step()
        assert "only w3 of the witnesses w1, w2, w3 votes" in controller.reason
    assert leads_to(primary) == ("a",)


@pytest.mark.server("bind")
@pytest.mark.parametrize("lost", ["the reply", "the question"])
def test_what_became_of_a_move_whose_reply_was_lost_is_read_from_the_move_record(
    primary: name_servers.Layout, lost: str
) -> None:
    subjects: list[str] = []

    class Lossy(Voteless):
        """Loses one reply, or one question."""

        def set_records(self, name: str, to: Sets, *, expecting: Sets) -> None:
            if losses and losses.pop() == "the question":
                raise ZoneError("no answer", unknown=True)
            super().set_records(name, to, expecting=expecting)
            if lost == "the reply" and not done:
                done.append(True)
                raise ZoneError("no answer", unknown=True)

    losses, done = [lost], list[bool]()
    controller = controllers_of(primary, Lossy, subjects, w1="du", w2="du")[0]
    controller.step()
    assert leads_to(primary) == ("b",)
    assert subjects == ["acme: acmestatus.net now leads to b"]
    assert controller.record is not None
    assert controller.record.gen == 1, "it was not moved twice"


@pytest.mark.server("bind")
def test_a_move_is_told_also_where_the_provider_failed_right_after_it(primary: name_servers.Layout) -> None:
    subjects: list[str] = []

    class Stumbling(Voteless):
        """Makes the move, then cannot say when all its name servers have it."""

        def set_records(self, name: str, to: Sets, *, expecting: Sets) -> None:
            super().set_records(name, to, expecting=expecting)
            raise ZoneError("it answers 503")

    controller = controllers_of(primary, Stumbling, subjects, w1="du", w2="du")[0]
    controller.step()
    assert (leads_to(primary), subjects) == (("b",), [])
    controller.step()
    controller.step()
    assert subjects == ["acme: acmestatus.net now leads to b"]


@pytest.mark.server("bind")
def test_a_move_that_came_only_half_way_is_not_told_as_one(primary: name_servers.Layout) -> None:
    subjects: list[str] = []

    class Halting(Voteless):
        """Of the class of Azure: the move record goes first, and the rest may not follow."""

        def set_records(self, name: str, to: Sets, *, expecting: Sets) -> None:
            super().set_records(name, {RECORD: to[RECORD]}, expecting=expecting)
            raise ZoneError("no answer", unknown=True)

    controller = controllers_of(primary, Halting, subjects, w1="du", w2="du")[0]
    controller.step()
    assert (leads_to(primary), subjects) == (("a",), [])


@pytest.mark.server("bind")
def test_where_one_moves_for_all_it_is_never_one_whom_the_zone_refuses(primary: name_servers.Layout) -> None:
    subjects: list[str] = []

    class Closed(Plain):
        def read(self, name: str, keys: object) -> Sets:
            raise ZoneError("it cannot be reached from here")

    first, second = controllers_of(primary, Plain, subjects, w1="du", w2="du", w3="du")[:2]
    first.zone = Closed(**{f: getattr(first.zone, f) for f in ("name", "server", "port", "key")})
    first.step()
    shown = first.shown.pop("acme")
    first.step()
    first.show()
    assert "acme" not in first.shown, "it votes no more"
    second.step()
    assert second.reason == "hold a is down: w1 moves it, for this zone cannot compare"
    vote = signed_vote_in(shown, "acme", "w1", VerifyKey(SEAL.public).verify)
    assert vote
    second.peers.votes["w1"] = Vote(vote.at - FRESH - timedelta(seconds=1), vote.health)
    second.step()
    assert leads_to(primary) == ("b",)


@pytest.mark.server("bind")
def test_staff_hear_of_a_zone_that_answers_nonsense(primary: name_servers.Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    subjects: list[str] = []

    class Mad(Plain):
        def read(self, name: str, keys: object) -> Sets:
            raise KeyError("result")

    controller = controllers_of(primary, Mad, subjects, w1="uu", w2="uu")[0]
    controller.step()
    monkeypatch.setattr("lightship.witness.controller.LASTING", 0.0)
    controller.step()
    assert subjects == ["acme: the zone: Lightship itself failed over it (KeyError); see the log"]


@pytest.mark.server("bind")
def test_a_clock_that_was_set_back_keeps_no_witness_from_voting(primary: name_servers.Layout) -> None:
    controller = controllers_of(primary, Voteless, [], w1="uu", w2="uu")[0]
    controller.vote = Vote(now() + timedelta(hours=1), dict(controller.monitor.health))
    controller.show()
    assert abs(controller.vote.at - now()) < FRESH


FILE = f"""
[witness]
name = "w1"
WITNESS
[pages.acme]
url = "https://acmestatus.net"
public = "{SEAL.public_text}"
[pages.acme.hosts.a]
kind = "folder"
url = "https://a.acmestatus.net"
ADDRESS
[pages.acme.witnesses.w1]
[pages.acme.witnesses.NAME]
[pages.acme.zone]
kind = "google"
name = "acmestatus.net"
project = "p"
zone = "z"
"""


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({}, ["pages.acme.hosts: none has an `address`", "witness.listen: is missing", "witness.key: is missing"]),
        ({"NAME": "w2"}, ["pages.acme.witnesses.w2: needs `url` and `public`, for this kind of zone holds no votes"]),
        ({'"w1"': '"w9"', "NAME": "w2"}, ["pages.acme.witnesses: does not name w9, which [witness] says"]),
    ],
)
def test_a_witness_says_at_once_all_that_it_lacks(tmp_path: Path, changes: dict[str, str], faults: list[str]) -> None:
    text = FILE
    for old, new in {**changes, "NAME": "w2", "WITNESS": "", "ADDRESS": ""}.items():
        text = text.replace(old, new)
    path = tmp_path / "lightship.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as refused:
        run(load(path, {}, ROOMS, ("desk", "keys")), now)
    for fault in faults:
        assert fault in str(refused.value)


def test_a_file_without_witness_or_zone_is_refused_with_what_to_add(tmp_path: Path) -> None:
    path = tmp_path / "lightship.toml"
    text = re.sub(r"\[pages.acme.zone\].*", "", FILE, flags=re.S).replace("WITNESS", "").replace("ADDRESS", "")
    path.write_text(text.replace("NAME", "w2"))
    with pytest.raises(ConfigError, match="none has a zone: there is no name to steer"):
        run(load(path, {}, ROOMS, ("desk", "keys")), now)
    with pytest.raises(ConfigError, match=r"\[witness\] says which of the witnesses this machine is"):
        run(load(path, {}, ROOMS, ("desk", "keys", "witness")), now)
