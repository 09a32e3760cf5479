"""What only a folder does: durable layout, leftovers, and the errors of a disk that cannot be written."""

import asyncio
import os
import resource
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from lightship.core.site.manifest import MANIFEST_PATH
from lightship.hosts import Conflict, File, Held, HostError
from lightship.hosts.folder import Folder

LONG = b"a page that is long enough to be compressed " * 20


def folder(path: Path) -> Folder:
    return Folder("vienna", "http://vienna.test", path)


def release(host: Folder, front: bytes, expecting: bytes | None, *, changed: bool = True) -> None:
    files = [File("kit/index.html", LONG, changed), File("index.html", front)]
    asyncio.run(host.release(files, File(MANIFEST_PATH, b"manifest of " + front), expecting and Held(expecting)))  # type: ignore[arg-type]


def below(path: Path) -> set[str]:
    return {file.relative_to(path).as_posix() for file in path.rglob("*") if not file.is_dir()}


def test_front_paths_are_links_that_do_not_change(tmp_path: Path) -> None:
    release(folder(tmp_path), b"one", None)
    before = {path: (tmp_path / path).lstat().st_ino for path in ("index.html", "kit/index.html", "kit/index.html.br")}
    release(folder(tmp_path), b"two", b"manifest of one")
    assert {path: (tmp_path / path).lstat().st_ino for path in before} == before
    assert str((tmp_path / "kit/index.html.br").readlink()) == "../.lightship/current/kit/index.html.br"
    assert (tmp_path / "index.html").read_bytes() == b"two"


def test_an_unchanged_file_is_the_same_file(tmp_path: Path) -> None:
    release(folder(tmp_path), b"one", None)
    before = {path: (tmp_path / path).stat().st_ino for path in ("kit/index.html", "kit/index.html.gz")}
    release(folder(tmp_path), b"two", b"manifest of one", changed=False)
    assert {path: (tmp_path / path).stat().st_ino for path in before} == before


def test_two_releases_are_kept_and_leftovers_go(tmp_path: Path) -> None:
    expecting = None
    for front in (b"one", b"two", b"three", b"four"):
        release(folder(tmp_path), front, expecting)
        expecting = b"manifest of " + front
    unfinished = tmp_path / ".lightship/releases/00000099-killed"
    unfinished.mkdir()
    (unfinished / "index.html").write_bytes(b"half")
    stale, fresh = (tmp_path / ".lightship/scratch" / name for name in ("stale", "fresh"))
    for scratch, age in ((stale, 3600), (fresh, 0)):
        scratch.mkdir()
        os.utime(scratch, (time.time() - age,) * 2)
    release(folder(tmp_path), b"five", expecting)
    assert [path.name[:8] for path in sorted((tmp_path / ".lightship/releases").iterdir())] == ["00000005", "00000006"]
    assert not stale.exists()
    assert fresh.exists()


def test_a_removed_front_file_leaves_no_link_and_no_empty_folder(tmp_path: Path) -> None:
    release(folder(tmp_path), b"one", None)
    asyncio.run(folder(tmp_path).release([File("index.html", b"two")], File(MANIFEST_PATH, b"m"), Held(b"manifest of one")))
    assert {path for path in below(tmp_path) if not path.startswith(".lightship")} == {"index.html", MANIFEST_PATH}
    assert not (tmp_path / "kit").exists()


def test_a_page_that_lay_there_before_the_first_release_is_never_missing(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("an older page of somebody else")
    release(folder(tmp_path), b"one", None)
    assert (tmp_path / "index.html").read_bytes() == b"one"


def test_files_may_be_read_by_a_web_server_of_another_user(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        host = folder(tmp_path / "site")
        release(host, LONG, None)
        asyncio.run(host.put([File("incidents/x1/index.html", LONG)]))
    finally:
        os.umask(before)
    site = tmp_path / "site"
    assert all(path.stat().st_mode & 0o044 == 0o044 for path in site.rglob("*") if path.name != "lock")
    assert all(
        path.stat().st_mode & 0o055 == 0o055
        for path in [site, *site.rglob("*")]
        if path.is_dir() and "scratch/" not in str(path)
    )


def test_of_two_publishers_at_once_one_is_refused(tmp_path: Path) -> None:
    def attempt(front: bytes) -> str:
        try:
            release(folder(tmp_path), front, None)
        except Conflict:
            return "refused"
        return "released"

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(attempt, [f"publisher {number}".encode() for number in range(8)]))
    assert sorted(results) == ["refused"] * 7 + ["released"]
    winner = f"publisher {results.index('released')}".encode()
    assert (tmp_path / "index.html").read_bytes() == winner
    assert (tmp_path / MANIFEST_PATH).read_bytes() == b"manifest of " + winner


@contextmanager
def mounted(path: Path, options: str) -> Iterator[Path]:
    path.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", options, "none", str(path)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True).returncode != 0:
        pytest.skip("needs to mount a small filesystem, as root")
    try:
        yield path
    finally:
        subprocess.run(["umount", "-l", str(path)], check=True)


def refused(host: Folder) -> HostError:
    with pytest.raises(HostError) as caught:
        asyncio.run(host.put([File("incidents/x1/index.html", os.urandom(200_000))]))
    return caught.value


def test_a_full_disk_is_an_error_and_leaves_the_old_page(tmp_path: Path) -> None:
    with mounted(tmp_path / "small", "size=256k") as path:
        release(folder(path), b"one", None)
        with pytest.raises(HostError, match="is full: make room"):
            asyncio.run(
                folder(path).release(
                    [File("index.html", os.urandom(400_000))], File(MANIFEST_PATH, b"m"), Held(b"manifest of one")
                )
            )
        assert (path / "index.html").read_bytes() == b"one"
        release(folder(path), b"two", b"manifest of one")
        assert (path / "index.html").read_bytes() == b"two"


def test_a_read_only_filesystem_is_an_error(tmp_path: Path) -> None:
    with mounted(tmp_path / "fixed", "size=256k,ro") as path:
        assert "mounted read-only" in str(refused(folder(path)))


@contextmanager
def as_nobody() -> Iterator[int]:
    """Permissions do not bind root."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    try:
        yield os.geteuid()
    finally:
        os.seteuid(before)


def test_a_folder_of_somebody_else_is_an_error_that_names_the_user(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    with as_nobody() as user:
        error = refused(folder(tmp_path))
    assert str(error).startswith(f"user {user} may not ")


def test_a_file_in_place_of_the_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "site").write_text("")
    assert "is a file where a folder should lie" in str(refused(folder(tmp_path / "site")))


def test_a_file_limit_is_an_error(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))
    try:
        assert "larger than the limit" in str(refused(folder(tmp_path)))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert below(tmp_path) == set()
