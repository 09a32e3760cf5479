"""Two laptops at once, and commands that are killed: every word survives, and the hosts end in one whole state."""

import asyncio
import multiprocessing
from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from tests.breakglass.conftest import SEAL, Laptop, adding, book_now, desk_publishes, faults, laptop_of, words_on
from tests.hosts.places import PLACES
from tests.kills import killed, moments, rounds
from tests.publishing.book import harbour
from tests.publishing.hosts import Broken

from lightship.breakglass.speak import NothingLeftError
from lightship.core.model import Status
from lightship.core.site.manifest import MANIFEST_PATH, manifest_in
from lightship.hosts import Host
from lightship.hosts.folder import Folder
from lightship.publishing.survey import AGAIN

ROUNDS = rounds(3)
KILLS = rounds(4)
FORK = multiprocessing.get_context("forkserver")


def speak_when(start: Any, folder: Path, hosts: Sequence[Host], name: str, bodies: Sequence[str]) -> None:
    """One laptop, in a process of its own."""
    laptop = laptop_of(folder, hosts, name, again=AGAIN)
    start.wait(30)
    for body in bodies:
        # On a busy machine every host may be in the middle of another's publish for long. Its author calls the command again.
        for attempt in range(20):
            try:
                laptop.updates("incident0000", body)
                break
            except NothingLeftError:
                if attempt == 19:
                    raise


def at_once(tmp_path: Path, sides: dict[str, Sequence[Host]], bodies: dict[str, list[str]]) -> None:
    start = FORK.Barrier(len(sides))
    crew = [
        FORK.Process(target=speak_when, args=(start, tmp_path / name, hosts, name, bodies[name]))
        for name, hosts in sides.items()
    ]
    for process in crew:
        process.start()
    for process in crew:
        process.join(240)
        assert process.exitcode == 0


def versions(*hosts: Host) -> set[tuple[int, int]]:
    existing = [asyncio.run(host.read(MANIFEST_PATH)) for host in hosts]
    return {manifest_in(each.body, SEAL.verify).version for each in existing if each}


@pytest.mark.long
def test_two_laptops_at_once_lose_no_word(vienna: Folder, oslo: Folder, tmp_path: Path) -> None:
    desk_publishes(book_now(), vienna, oslo)
    bodies = {name: [f"{name} {number}." for number in range(ROUNDS)] for name in ("alice", "bob")}
    at_once(tmp_path, {"alice": [vienna, oslo], "bob": [oslo, vienna]}, bodies)
    assert words_on(vienna) == words_on(oslo) == {"Number 0 fails.", *bodies["alice"], *bodies["bob"]}
    assert len(versions(vienna, oslo)) == 1
    assert faults(vienna, oslo) == []


@pytest.mark.long
@pytest.mark.server("seaweedfs")
@pytest.mark.server("nginx")
@pytest.mark.server("sshd")
def test_three_laptops_on_an_object_store_and_sftp_lose_no_word(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    hosts = [PLACES["object_store"][0](request).host, PLACES["sftp"][0](request).host]
    desk_publishes(book_now(), *hosts)
    names = ("alice", "bob", "carol")
    bodies = {name: [f"{name} {number}." for number in range(max(ROUNDS // 3, 1))] for name in names}
    at_once(tmp_path, dict.fromkeys(names, hosts), bodies)
    # A laptop that gave up on a host in the crowd keeps its word, and brings it with its next command.
    for name in names:
        laptop_of(tmp_path / name, hosts).publishes()
    said = {"Number 0 fails.", *(body for name in names for body in bodies[name])}
    assert [words_on(host) for host in hosts] == [said, said]
    assert faults(*hosts) == []


def test_two_that_reached_different_hosts_are_joined_when_a_third_sees_both(
    vienna: Folder, oslo: Folder, tmp_path: Path
) -> None:
    """Crossing ranks: Alice spoke twice on one side of a cut, Bob once on the other."""
    desk_publishes(book_now(), vienna, oslo)
    alice = laptop_of(tmp_path / "alice", [vienna, Broken("oslo", oslo.url)], "alice")
    bob = laptop_of(tmp_path / "bob", [Broken("vienna", vienna.url), oslo], "bob")
    # A broken host is still read as a stranger: cut that too.
    alice, bob = cut(alice, vienna), cut(bob, oslo)
    alice.updates("incident0000", "Alice one.")
    alice.updates("incident0000", "Alice two.")
    bob.updates("incident0000", "Bob one.")
    assert words_on(vienna) == {"Number 0 fails.", "Alice one.", "Alice two."}
    assert words_on(oslo) == {"Number 0 fails.", "Bob one."}
    assert laptop_of(tmp_path / "carol", [vienna, oslo], "carol").publishes().proven
    assert words_on(vienna) == words_on(oslo) == {"Number 0 fails.", "Alice one.", "Alice two.", "Bob one."}
    assert len(versions(vienna, oslo)) == 1
    assert faults(vienna, oslo) == []


def cut(laptop: Laptop, reachable: Host) -> Laptop:
    """Cut off from all but one of its hosts, for strangers too."""
    hosts = [host if host.name == reachable.name else Broken(host.name, "http://127.0.0.1:9") for host in laptop.glass.hosts]
    return laptop_of(laptop.glass.pending_log.path.parent, hosts, laptop.name)


def test_the_same_number_with_other_words_is_seen_and_joined(vienna: Folder, oslo: Folder, tmp_path: Path) -> None:
    """Should two ever draw the same epoch."""
    book = book_now()
    desk_publishes(book.said("incident0000", "Vienna's."), vienna)
    desk_publishes(book.said("incident0000", "Oslo's.").__class__(**vars_of(book, "Oslo's.")), oslo)
    assert len(versions(vienna, oslo)) == 1
    assert laptop_of(tmp_path / "alice", [vienna, oslo]).publishes().proven
    assert words_on(vienna) == words_on(oslo) == {"Number 0 fails.", "Vienna's.", "Oslo's."}


def vars_of(book: Any, body: str) -> dict[str, Any]:
    """The fields of a book in which another update than the first side's was said under the same number."""
    said = book.said("incident0000", body)
    incident = said.incident("incident0000")
    (*first, last) = incident.updates
    renamed = type(last)(**{name: getattr(last, name) for name in last.__slots__} | {"id": "others000000"})
    changed = type(incident)(**{name: getattr(incident, name) for name in incident.__slots__} | {"updates": (*first, renamed)})
    others = tuple(each for each in said.incidents if each.id != incident.id)
    return {**{name: getattr(said, name) for name in said.__dataclass_fields__}, "incidents": (*others, changed)}


def speak_in_child(ready: Any, folder: Path, hosts: Sequence[Host], body: str, status: Status) -> None:
    laptop = laptop_of(folder, hosts)
    asyncio.run(laptop.glass.look())  # everything that a process does once in its life
    ready.set()
    laptop.speaks(adding("incident0000", body, status, body))


@pytest.mark.long
def test_a_command_killed_at_any_moment_loses_nothing_and_the_next_one_ends_it(
    vienna: Folder, oslo: Folder, tmp_path: Path
) -> None:
    desk_publishes(book_now(), vienna, oslo)
    hosts, said, kept = [vienna, oslo], {"Number 0 fails.", "Nobody is killed."}, []
    started = monotonic()
    laptop_of(tmp_path / "a", hosts).speaks(adding("incident0000", "Nobody is killed.", Status.IDENTIFIED, "whole"))
    whole = monotonic() - started  # the kills fall within what one command takes on this machine
    for number, moment in enumerate(moments(KILLS, whole)):
        body = f"Word {number}."
        killed(speak_in_child, (tmp_path / "a", hosts, body, Status.IDENTIFIED), moment, preload=("tests.publishing.book",))
        laptop = laptop_of(tmp_path / "a", hosts)
        pending = {update.body for word in laptop.glass.pending_log.pending() for update in word.incident.updates}
        kept.append(body in pending)
        told = laptop.publishes()
        assert told.proven, told.receipts
        said |= pending | (words_on(vienna) & {body})
        assert words_on(vienna) == words_on(oslo) == said
        assert faults(vienna, oslo) == []
        assert laptop.glass.pending_log.pending() == ()
    assert any(kept), "no kill fell between keeping the word and proving it: the rounds prove nothing"


@pytest.mark.long
def test_one_killed_while_it_resolves_is_ended_by_the_next_though_it_was_alone_with_one_host(
    vienna: Folder, tmp_path: Path
) -> None:
    """The archive of the month changes before the manifest does: what the kill leaves is torn, and known to this laptop."""
    for number, moment in enumerate(moments(KILLS // 2, 0.9, seed=2)):
        host = Folder("vienna", vienna.url, vienna.path)
        desk_publishes(harbour(), host) if number == 0 else None
        killed(speak_in_child, (tmp_path / "a", [host], f"Over {number}.", Status.RESOLVED), moment)
        laptop = laptop_of(tmp_path / "a", [host])
        assert laptop.publishes().proven
        assert faults(host) == []
