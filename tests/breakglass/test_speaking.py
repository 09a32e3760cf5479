"""With no desk and no database: what hosts hold is read, a word is added, and readers find it on every host that is left."""

import asyncio
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests import servers
from tests.breakglass.conftest import DOWN, SEAL, book_now, desk_publishes, faults, laptop_of, utc_now, words_on
from tests.hosts.places import PLACES
from tests.kills import fetched
from tests.publishing.hosts import Broken, Witnessed

from lightship.breakglass.speak import BreakGlass, NothingLeftError, Scene
from lightship.core.model import Facts, HostLink, Status
from lightship.core.rules import Refused
from lightship.core.site.manifest import MANIFEST_PATH, PULSE_PATH, manifest_in, month_list_path, pulse_in
from lightship.core.site.receipt import Verdict
from lightship.core.site.state import STATE_PATH, archive_path
from lightship.core.wire import sha256
from lightship.hosts.folder import Folder
from lightship.publishing.read_only import ReadOnlyHost
from lightship.signing import SigningKey


def test_a_post_reaches_readers_of_every_host_under_a_higher_epoch(vienna: Folder, oslo: Folder, tmp_path: Path) -> None:
    desk_publishes(book_now(), vienna, oslo)
    told = laptop_of(tmp_path / "a", [vienna, oslo]).posts("Webmail is down", "Sign-in fails.", statuses={"webmail00000": DOWN})
    assert told.proven
    for host in (vienna, oslo):
        assert "Sign-in fails." in fetched(f"{host.url}/")[0].decode()
        manifest = manifest_in((host.path / MANIFEST_PATH).read_bytes(), SEAL.verify)
        assert manifest.epoch > 1
        assert manifest.vector == {1: 1}
    assert faults(vienna, oslo) == []
    assert laptop_of(tmp_path / "a", [vienna]).glass.pending_log.pending() == ()


def test_only_the_months_that_were_spoken_of_are_written_again(vienna: Folder, tmp_path: Path) -> None:
    desk_publishes(replace(book_now(), hosts=(HostLink("vienna", vienna.url),)), vienna)
    watched = Witnessed(vienna)
    laptop_of(tmp_path / "a", [watched]).updates("incident0000", "Half is moved.")
    assert {path for path in watched.puts if "incident" in path} == {
        "incidents/incident0000/index.html",
        "api/v2/incidents/incident0000.json",
    }
    assert [path for path in watched.puts if path.startswith("lightship/months/")] == ["lightship/months/2026-11.json"]
    assert faults(vienna) == []


def test_resolving_moves_it_to_its_months_archive(vienna: Folder, oslo: Folder, tmp_path: Path) -> None:
    desk_publishes(book_now(), vienna, oslo)
    told = laptop_of(tmp_path / "a", [vienna, oslo]).updates("incident0000", "It works.", Status.RESOLVED)
    assert told.proven
    assert words_on(vienna) == set()
    assert "It works." in (vienna.path / archive_path("2026-11")).read_text()
    assert faults(vienna, oslo) == []


def test_the_old_desk_is_refused_from_then_on(vienna: Folder, tmp_path: Path) -> None:
    book = book_now()
    desk_publishes(book, vienna)
    told = laptop_of(tmp_path / "a", [vienna]).posts("Webmail is down")
    (receipt,) = desk_publishes(book.said("incident0000", "The desk is back.").said("incident0000", "And speaks."), vienna)
    assert receipt.verdict is Verdict.REFUSED
    assert receipt.existing == told.scene.union.version


def test_a_dead_host_is_named_and_gets_it_when_it_is_back(vienna: Folder, oslo: Folder, tmp_path: Path) -> None:
    desk_publishes(book_now(), vienna, oslo)
    dead = Broken("oslo", oslo.url, complaint="it does not answer")
    told = laptop_of(tmp_path / "a", [vienna, dead]).posts("Webmail is down", "Sign-in fails.")
    assert [receipt.verdict for receipt in told.receipts] == [Verdict.PROVEN, Verdict.FAILED]
    assert not told.proven
    laptop = laptop_of(tmp_path / "a", [vienna, oslo])
    assert [word.incident.name for word in laptop.glass.pending_log.pending()] == ["Webmail is down"]
    assert laptop.publishes().proven
    assert words_on(oslo) == words_on(vienna) >= {"Sign-in fails."}
    assert laptop.glass.pending_log.pending() == ()


def test_a_laptop_without_a_hosts_credentials_reads_it_as_a_stranger(vienna: Folder, oslo: Folder, tmp_path: Path) -> None:
    desk_publishes(book_now(), vienna)
    away = ReadOnlyHost("vienna", vienna.url, "the environment has no VIENNA_KEY")
    told = laptop_of(tmp_path / "a", [away, oslo]).posts("Webmail is down", "Sign-in fails.")
    assert [(r.host, r.verdict) for r in told.receipts] == [("vienna", Verdict.FAILED), ("oslo", Verdict.PROVEN)]
    assert words_on(oslo) >= {"Sign-in fails.", "Number 0 fails."}
    assert faults(oslo) == []


def forged(host: Folder) -> None:
    desk_publishes(replace(book_now(), revision=99), host, signing_key=SigningKey(bytes(32)))


def edited(host: Folder) -> None:
    state = host.path / STATE_PATH
    body = state.read_bytes().replace(b"Number 0 fails.", b"All is well, pay to Mallory.")
    state.unlink()
    state.write_bytes(body)


def rewritten_history(host: Folder) -> None:
    """The archive and its list, but not the manifest."""
    archive = host.path / archive_path("2026-10")
    archive.write_bytes(archive.read_bytes().replace(b"works", b"WORKS"))
    shelf = host.path / month_list_path("2026-10")
    shelf.write_bytes(shelf.read_bytes().replace(b'"lightship/archive', b'"lightship/Archive'))


@pytest.mark.parametrize(
    ("harm", "why"),
    [
        (forged, "which is not the page's key"),
        (edited, "lightship/state.json is not what was signed"),
        (rewritten_history, "lightship/months/2026-10.json is not what was signed"),
    ],
)
def test_a_hijacked_host_is_passed_over_and_named(harm: object, why: str, vienna: Folder, oslo: Folder, tmp_path: Path) -> None:
    desk_publishes(book_now(), *([vienna] if harm is forged else [vienna, oslo]))
    harm(oslo)  # type: ignore[operator]
    laptop = laptop_of(tmp_path / "a", [vienna, oslo])
    (lost,) = asyncio.run(laptop.glass.look()).unreadable
    assert (lost.host, why in lost.why) == ("oslo", True), lost
    told = laptop.posts("Webmail is down", "Sign-in fails.")
    assert words_on(vienna) == {"Number 0 fails.", "Sign-in fails."}
    assert faults(vienna) == []
    if harm is not forged:  # its manifest is ours, so it is put right; the place of another key is left alone
        assert told.proven
        assert faults(oslo) == []
    assert [receipt.verdict for receipt in told.receipts][1] is (Verdict.REFUSED if harm is forged else Verdict.PROVEN)


def test_where_nothing_can_be_believed_nothing_is_done(vienna: Folder, tmp_path: Path) -> None:
    desk_publishes(book_now(), vienna)
    edited(vienna)
    laptop = laptop_of(tmp_path / "a", [vienna])
    with pytest.raises(NothingLeftError, match=r"vienna: lightship/state\.json is not what was signed") as refused:
        laptop.posts("Webmail is down")
    assert "--torn HOST" in str(refused.value)
    assert laptop.glass.pending_log.pending() == ()
    told = laptop_of(tmp_path / "a", [vienna], trusting=["vienna"]).posts("Webmail is down", "Sign-in fails.")
    assert told.proven
    assert faults(vienna) == []


def test_the_rules_are_those_of_a_desk(vienna: Folder, tmp_path: Path) -> None:
    desk_publishes(book_now(), vienna)
    laptop = laptop_of(tmp_path / "a", [vienna])
    with pytest.raises(Refused, match="25,000 are the most"):
        laptop.posts("Webmail is down", "x" * 30_000)
    with pytest.raises(Refused, match="cannot be “completed”"):
        laptop.updates("incident0000", "Done.", Status.COMPLETED)
    assert laptop.glass.pending_log.pending() == ()
    assert words_on(vienna) == {"Number 0 fails."}


@pytest.mark.parametrize(("minutes", "seconds"), [(None, 300), (5, 300), (30, 900), (600, 3600)])
def test_the_pulse_lasts_until_the_person_promised_to_be_back(
    minutes: int | None, seconds: int, vienna: Folder, tmp_path: Path
) -> None:
    """Nobody refreshes it meanwhile: a page turns to unknown at twice the pulse and a minute."""
    desk_publishes(book_now(), vienna)
    due = utc_now() + timedelta(minutes=minutes) if minutes else None
    laptop_of(tmp_path / "a", [vienna]).posts("Webmail is down", facts=Facts(next_update=due))
    found = pulse_in((vienna.path / PULSE_PATH).read_bytes(), SEAL.verify).seconds
    assert seconds - 5 <= found <= seconds


def test_a_command_that_is_called_again_says_it_once(vienna: Folder, oslo: Folder, tmp_path: Path) -> None:
    """As after a kill: the word was kept, but was not proven everywhere."""
    desk_publishes(book_now(), vienna, oslo)
    dead = Broken("oslo", oslo.url)
    laptop_of(tmp_path / "a", [vienna, dead]).updates("incident0000", "Half is moved.")
    again = laptop_of(tmp_path / "a", [vienna, oslo])
    assert again.updates("incident0000", "Half is moved.").proven
    existing = asyncio.run(vienna.read(STATE_PATH))
    assert existing and existing.body.count(b"Half is moved.") == 1


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=[pytest.mark.server(name) for name in PLACES[kind][1]]) for kind in PLACES]
)
def test_on_every_kind_of_host_beside_one_that_is_dead(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    host = PLACES[kind][0](request).host
    dead = Folder("dead", f"http://127.0.0.1:{servers.free_port()}", tmp_path / "file" / "below")
    (tmp_path / "file").write_text("")
    desk_publishes(book_now(), host)
    told = laptop_of(tmp_path / "a", [host, dead]).posts("Webmail is down", "Sign-in fails.")
    assert [receipt.proven for receipt in told.receipts] == [True, False]
    assert words_on(host) == {"Number 0 fails.", "Sign-in fails."}
    assert faults(host) == []


def test_a_wiped_host_is_filled_again_with_all_of_the_history(vienna: Folder, oslo: Folder, tmp_path: Path) -> None:
    desk_publishes(book_now(), vienna)
    told = laptop_of(tmp_path / "a", [vienna, oslo]).posts("Webmail is down", "Sign-in fails.")
    assert told.proven
    assert faults(oslo) == []
    for path in ("history/2026-09/index.html", archive_path("2026-09"), "incidents/incident0005/index.html"):
        assert sha256((oslo.path / path).read_bytes()) == sha256((vienna.path / path).read_bytes())


@dataclass(frozen=True)
class Crowded(BreakGlass):
    """Its third look meets only hosts that are in the middle of somebody's publish."""

    looks: list[int] = field(default_factory=list, compare=False)

    async def look(self) -> Scene:
        self.looks.append(len(self.looks))
        if len(self.looks) == 3:
            raise NothingLeftError("every host is being written to")
        return await super().look()


def test_a_look_that_meets_only_unfinished_publishes_is_taken_again(vienna: Folder, tmp_path: Path) -> None:
    desk_publishes(book_now(), vienna)
    alice = laptop_of(tmp_path / "alice", [vienna])
    glass = Crowded(**{each.name: getattr(alice.glass, each.name) for each in fields(BreakGlass)})
    outcome = replace(alice, glass=glass).updates("incident0000", "Half is moved.")
    assert (outcome.proven, len(glass.looks)) == (True, 4)
    assert "Half is moved." in words_on(vienna)
