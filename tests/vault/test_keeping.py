"""The vault on real disks with real age: only what changed is sent, and nothing but the recovery key opens it."""

import asyncio
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.kills import killed, moments, rounds

from lightship import vault
from lightship.core.vault import GRACE, INDEX_PATH, SPARE_PATH, path_of, spare_in
from lightship.hosts import File, Held, HostError
from lightship.hosts.folder import PrivateFolder
from lightship.signing import SigningKey
from lightship.vault import Copy, CopyTarget, Part, Subfolder, VaultError, keeping

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
SEAL = SigningKey(bytes(range(32)))
KEY, RECIPIENT = vault.new_key()
PIECES = [Part("head", b"{}"), *(Part("desk.Wording", f"rows of part {n}".encode() * 50) for n in range(40))]


def shelf(path: Path, **more: Any) -> CopyTarget:
    return replace(CopyTarget("vienna", PrivateFolder(path), SEAL, "acmepage0001", 1), **more)


def keep(
    pieces: Iterable[Part], *shelves: CopyTarget, to: str = RECIPIENT, now: datetime = NOW, closely: bool = False
) -> list[Copy]:
    return asyncio.run(keeping.keep(begun(pieces), shelves, [to], now, closely=closely))


def begun(pieces: Iterable[Part]) -> Generator[Part, None, None]:
    return (piece for piece in pieces)


def read(path: Path, key: str = KEY, signing_key: SigningKey = SEAL) -> list[Part]:
    index = asyncio.run(vault.look(PrivateFolder(path), signing_key.verify))
    assert index is not None
    bodies = asyncio.run(vault.fetch([PrivateFolder(path)], index, signing_key.verify))
    return [vault.opened(body, vault.key_in(key)) for body in bodies]


def names(path: Path) -> set[str]:
    return {file.name for file in (path / "parts").rglob("*") if file.is_file()}


def with_one_changed() -> list[Part]:
    return [*PIECES[:7], Part("desk.Wording", b"one row more"), *PIECES[8:]]


def test_what_is_kept_is_read_back_in_order(tmp_path: Path) -> None:
    (copy,) = keep(PIECES, shelf(tmp_path))
    assert (copy.reason, copy.parts, copy.put) == ("", 41, 41)
    assert read(tmp_path) == PIECES


def test_nothing_is_sent_where_nothing_changed(tmp_path: Path) -> None:
    keep(PIECES, shelf(tmp_path))
    (copy,) = keep(PIECES, shelf(tmp_path), now=NOW + timedelta(hours=1))
    assert (copy.put, copy.sent) == (0, 0)


def test_one_changed_part_is_all_that_is_sent(tmp_path: Path) -> None:
    (first,) = keep(PIECES, shelf(tmp_path))
    (copy,) = keep(with_one_changed(), shelf(tmp_path), now=NOW + timedelta(minutes=1))
    assert copy.put == 1
    assert copy.sent < first.sent / 4
    assert read(tmp_path) == with_one_changed()


def test_rows_that_went_leave_the_index_though_no_part_is_new(tmp_path: Path) -> None:
    keep(PIECES, shelf(tmp_path))
    keep(PIECES[:5], shelf(tmp_path))
    assert read(tmp_path) == PIECES[:5]


def test_parts_that_nothing_needs_stay_an_hour_and_then_go(tmp_path: Path) -> None:
    keep(PIECES, shelf(tmp_path))
    keep(with_one_changed(), shelf(tmp_path))
    assert len(names(tmp_path)) == 42
    keep(with_one_changed()[:20], shelf(tmp_path), now=NOW + GRACE + timedelta(seconds=1))
    assert len(names(tmp_path)) == 41
    keep(with_one_changed()[:19], shelf(tmp_path), now=NOW + 3 * GRACE)
    assert len(names(tmp_path)) == 20
    assert read(tmp_path) == with_one_changed()[:19]


def test_a_day_later_the_index_is_signed_anew_to_say_that_somebody_looks_after_it(tmp_path: Path) -> None:
    keep(PIECES, shelf(tmp_path))
    keep(PIECES, shelf(tmp_path), now=NOW + timedelta(days=1, seconds=1))
    index = asyncio.run(vault.look(PrivateFolder(tmp_path), SEAL.verify))
    assert index is not None
    assert index.at == NOW + timedelta(days=1, seconds=1)


def test_other_recovery_keys_make_every_part_anew(tmp_path: Path) -> None:
    keep(PIECES, shelf(tmp_path))
    key, recipient = vault.new_key()
    assert keep(PIECES, shelf(tmp_path), to=recipient)[0].put == 41
    assert read(tmp_path, key) == PIECES
    with pytest.raises(VaultError, match="does not open"):
        read(tmp_path)


def test_a_wrong_key_is_told_as_that(tmp_path: Path) -> None:
    keep(PIECES, shelf(tmp_path))
    with pytest.raises(VaultError, match="this key does not open the vault"):
        read(tmp_path, vault.new_key()[0])


def test_a_key_is_read_as_it_was_typed_from_paper() -> None:
    typed = " ".join(KEY[at : at + 5] for at in range(0, len(KEY), 5)).lower()
    for text in (KEY, typed, f"# created: today\n# public key: {RECIPIENT}\n{KEY}\n", typed.replace(" ", "\n")):
        assert str(vault.key_in(text)) == KEY
    with pytest.raises(VaultError, match="a letter of the recovery key is wrong"):
        vault.key_in(KEY[:-1] + ("Q" if KEY[-1] != "Q" else "P"))
    with pytest.raises(VaultError, match="begins with AGE-SECRET-KEY-1"):
        vault.key_in(RECIPIENT)


def test_a_part_that_was_changed_or_is_gone_is_named_and_nothing_is_opened(tmp_path: Path) -> None:
    keep(PIECES, shelf(tmp_path))
    index = asyncio.run(vault.look(PrivateFolder(tmp_path), SEAL.verify))
    assert index is not None
    victim = tmp_path / path_of(index.parts[3])
    body = victim.read_bytes()
    victim.write_bytes(body[:-1] + bytes([body[-1] ^ 1]))
    with pytest.raises(VaultError, match=f"part {index.parts[3]} was changed by another hand"):
        read(tmp_path)
    victim.unlink()
    with pytest.raises(VaultError, match=f"part {index.parts[3]} is missing"):
        read(tmp_path)


def test_what_one_host_lost_another_still_has(tmp_path: Path) -> None:
    shelves = [shelf(tmp_path / "a", host="a"), shelf(tmp_path / "b", host="b")]
    keep(PIECES, *shelves)
    index = asyncio.run(vault.look(PrivateFolder(tmp_path / "a"), SEAL.verify))
    assert index is not None
    (tmp_path / "a" / path_of(index.parts[1])).unlink()
    (tmp_path / "b" / path_of(index.parts[2])).unlink()
    bodies = asyncio.run(vault.fetch([PrivateFolder(tmp_path / "a"), PrivateFolder(tmp_path / "b")], index, SEAL.verify))
    assert [vault.opened(body, vault.key_in(KEY)) for body in bodies] == PIECES


def test_what_was_spoilt_is_put_again_by_a_closer_look(tmp_path: Path) -> None:
    keep(PIECES, shelf(tmp_path))
    victims = sorted((tmp_path / "parts").rglob("*/*"))[:2]
    victims[0].write_bytes(b"rubbish")
    victims[1].unlink()
    assert keep(PIECES, shelf(tmp_path))[0].put == 0
    assert keep(PIECES, shelf(tmp_path), closely=True)[0].put == 2
    assert read(tmp_path) == PIECES


def test_a_stranger_learns_neither_words_nor_labels_nor_the_names_of_parts(tmp_path: Path) -> None:
    keep(PIECES, shelf(tmp_path / "ours"))
    keep(PIECES, shelf(tmp_path / "theirs", signing_key=SigningKey(bytes(32))))
    for file in (tmp_path / "ours").rglob("*"):
        if file.is_file():
            assert b"rows of part" not in file.read_bytes()
            assert b"desk.Text" not in file.read_bytes()
    assert names(tmp_path / "ours").isdisjoint(names(tmp_path / "theirs"))
    assert (tmp_path / "ours").stat().st_mode & 0o777 == 0o700


def test_a_vault_of_another_key_page_or_newer_desk_is_left_alone(tmp_path: Path) -> None:
    keep(PIECES, shelf(tmp_path, epoch=5))
    before = (tmp_path / INDEX_PATH).read_bytes()
    for other, words in (
        (shelf(tmp_path, signing_key=SigningKey(bytes(32))), "not signed with this page's key"),
        (shelf(tmp_path, page="otherpage001"), "another page's vault"),
        (shelf(tmp_path, epoch=4), "a newer desk"),
    ):
        (copy,) = keep(PIECES[:3], other)
        assert words in copy.reason
        assert (tmp_path / INDEX_PATH).read_bytes() == before
    assert keep(PIECES, shelf(tmp_path, epoch=6))[0].reason == ""


@dataclass
class FakeFull:
    """A disk that is full after so many writes: no real one is full for just one test."""

    place: PrivateFolder
    writes: int = 0
    log: list[str] = field(default_factory=list)

    async def read(self, path: str) -> Held | None:
        return await self.place.read(path)

    async def put(self, files: Any) -> None:
        self.log += [file.path for file in files]
        if self.writes == 0:
            raise HostError("the disk is full: make room")
        self.writes -= 1
        await self.place.put(files)


def test_one_copy_that_fails_holds_up_no_other(tmp_path: Path) -> None:
    bad = shelf(tmp_path / "bad", host="bad", place=FakeFull(PrivateFolder(tmp_path / "bad"), 1))
    nowhere = shelf(tmp_path, host="nowhere", place=None)
    copies = keep(PIECES, bad, nowhere, shelf(tmp_path / "good"))
    assert [copy.reason for copy in copies][::2] == ["the disk is full: make room", ""]
    assert "has no place that strangers cannot reach" in copies[1].reason
    assert read(tmp_path / "good") == PIECES


@pytest.mark.parametrize("writes", range(5))
def test_stopped_after_any_write_the_old_vault_is_whole_and_the_next_run_wastes_nothing(tmp_path: Path, writes: int) -> None:
    keep(PIECES, shelf(tmp_path))
    stopped = shelf(tmp_path, place=FakeFull(PrivateFolder(tmp_path), writes))
    keep([*with_one_changed(), Part("desk.Wording", b"new")], stopped)
    assert read(tmp_path) in (PIECES, [*with_one_changed(), Part("desk.Wording", b"new")])
    for hour in (1, 2, 3):
        keep([*PIECES, Part("desk.Wording", str(hour).encode())], shelf(tmp_path), now=NOW + 2 * hour * GRACE)
    index = asyncio.run(vault.look(PrivateFolder(tmp_path), SEAL.verify))
    assert index is not None
    spare = set(spare_in((tmp_path / SPARE_PATH).read_bytes()))
    assert names(tmp_path) <= {*index.parts, *spare}, "no part lies here that nobody knows of"


@pytest.mark.long
def test_killed_at_any_moment_it_leaves_a_whole_vault(tmp_path: Path) -> None:
    keep(PIECES, shelf(tmp_path))
    for number, moment in enumerate(moments(rounds(6), longest=0.4)):
        killed(keep_forever, (tmp_path, number, RECIPIENT), moment)
        assert len(read(tmp_path)) >= 5
    keep(PIECES, shelf(tmp_path), now=NOW + timedelta(days=9))
    assert read(tmp_path) == PIECES


def keep_forever(ready: Any, path: Path, seed: int, recipient: str) -> None:
    ready.set()
    for number in range(10_000):
        now = NOW + timedelta(minutes=10 * number)
        keep([*PIECES[:5], Part("desk.Wording", f"{seed} {number}".encode())], shelf(path), to=recipient, now=now)


def test_two_workers_at_once_leave_a_vault_that_one_of_them_wrote_whole(tmp_path: Path) -> None:
    other = [*PIECES[:30], Part("desk.Wording", b"another minute")]

    async def both() -> None:
        shelves = [shelf(tmp_path)]
        for number in range(10):
            now = NOW + timedelta(minutes=30 * number)
            mine = [*PIECES, Part("desk.Wording", str(number).encode())]
            await asyncio.gather(*(keeping.keep(begun(p), shelves, [RECIPIENT], now) for p in (mine, other)))
            assert await asyncio.to_thread(read, tmp_path) in (mine, other)

    asyncio.run(both())


def test_below_a_host_the_vault_lies_in_its_folder(tmp_path: Path) -> None:
    place = Subfolder(PrivateFolder(tmp_path))
    asyncio.run(place.put([File("index", b"x")]))
    assert (tmp_path / "lightship/vault/index").read_bytes() == b"x"
    assert asyncio.run(place.read("index")) == Held(b"x")


@dataclass
class Counting:
    """A folder's vault that counts how many reads are on their way."""

    cellar: PrivateFolder
    now: int = 0
    most: int = 0

    async def read(self, path: str) -> Held | None:
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0)
        self.now -= 1
        return await self.cellar.read(path)

    async def put(self, files: Any) -> None:
        await self.cellar.put(files)


def test_a_host_is_logged_in_to_less_than_ten_times_at_once(tmp_path: Path) -> None:
    """sshd drops the tenth login that is on its way, and the vault then looks torn."""
    keep(PIECES, shelf(tmp_path))
    place = Counting(PrivateFolder(tmp_path))

    async def fetched() -> list[bytes]:
        index = await vault.look(place, SEAL.verify)
        assert index
        return await vault.fetch([place], index, SEAL.verify)

    assert len(asyncio.run(fetched())) == len(PIECES)
    assert 1 < place.most < 8
