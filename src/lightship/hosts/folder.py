"""A folder on this machine, or one mounted here, that any web server serves. Its layout is told in _release.py."""

import asyncio
import contextlib
import os
import secrets
import shutil
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lightship import hosts
from lightship.core.site.manifest import MANIFEST_PATH
from lightship.hosts import Conflict, File, Held, HostError
from lightship.hosts._disk import locked, make_folder, reported, settle, settle_tree, write
from lightship.hosts._release import (
    CURRENT,
    LOCK,
    RELEASES,
    SCRATCH,
    STALE_SECONDS,
    VARIANTS,
    Releases,
    checked,
    folders,
    forms,
    link_target,
    next_name,
    parents,
)


@dataclass(frozen=True)
class Folder:
    """`path` is the web root: absolute, on a filesystem that has symlinks. `vault`: a folder outside of every web root;
    usually the sibling `<path>.vault`."""

    name: str
    url: str
    path: Path
    vault: Path | None = None

    def __post_init__(self) -> None:
        if self.vault and self.vault.is_relative_to(self.path):
            raise ValueError("vault lies inside path, where strangers read: take a folder outside of it")

    async def read(self, path: str) -> Held | None:
        with reported(self.path):
            return await asyncio.to_thread(_read, self.path, path)

    async def put(self, files: Sequence[File]) -> None:
        with reported(self.path):
            await asyncio.to_thread(_put, self.path, files)

    async def release(self, files: Sequence[File], manifest: File, expecting: Held | None) -> None:
        with reported(self.path):
            await asyncio.to_thread(_release, self.path, [*files, manifest], expecting)
        # Not awaited: readers see the release already, and what this leaves the next one finds.
        asyncio.get_running_loop().run_in_executor(None, _tidy, self.path)

    def vault_place(self) -> "PrivateFolder":
        return PrivateFolder(self.vault or self.path.with_name(f"{self.path.name}.vault"))


@dataclass(frozen=True)
class PrivateFolder:
    """A folder that only its owner may enter."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)

    async def read(self, path: str) -> Held | None:
        with reported(self.path):
            return await asyncio.to_thread(_read, self.path, path)

    async def put(self, files: Sequence[File]) -> None:
        with reported(self.path):
            await asyncio.to_thread(self._put, files)

    def _put(self, files: Sequence[File]) -> None:
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        _put(self.path, files)


def _read(root: Path, path: str) -> Held | None:
    try:
        with (root / checked(path)).open("rb") as file:
            body = file.read(hosts.LONGEST + 1)
    except FileNotFoundError:
        return None
    hosts.within(len(body), path)
    return Held(body)


def _put(root: Path, files: Sequence[File]) -> None:
    wanted = {checked(path): body for file in files for path, body in forms(file).items()}
    kept = {path: body for path, body in wanted.items() if body is not None}
    gone = [path for path, body in wanted.items() if body is None]
    with _scratch(root) as scratch:
        temps = {path: scratch / str(index) for index, path in enumerate(kept)}
        for path, body in kept.items():
            write(temps[path], body)
        settle(temps.values(), root)
        _make_folders(root, kept)
        for path, temp in temps.items():
            temp.replace(root / path)
    for path in gone:
        (root / path).unlink(missing_ok=True)
    _drop_empty(root, gone)


def _release(root: Path, files: Sequence[File], expecting: Held | None) -> None:
    with _scratch(root) as scratch, locked(root / LOCK):
        if _read(root, MANIFEST_PATH) != (expecting and Held(expecting.body)):
            raise Conflict(f"another publisher released to {root} meanwhile")
        _sweep(root)
        base = _current(root) or _begin(root, scratch)
        known = _paths_of_all(root)
        new = root / RELEASES / next_name(_releases(root).names, secrets.token_hex(4))
        paths = _build(new, base, files)
        _link_in(root, base, paths, scratch)
        # Only what the switch reveals must be on disk first. Losing the switch itself leaves the old release, whole.
        settle_tree(root)
        _switch(root, new, scratch)
        _take_out(root, known - paths, {path + variant for path in paths for variant in VARIANTS} - paths)


def _tidy(root: Path) -> None:
    with contextlib.suppress(OSError, HostError), locked(root / LOCK):
        _sweep(root)


def _build(new: Path, base: Path, files: Iterable[File]) -> set[str]:
    """Make the new release; the paths in it, variants too."""
    files = [file for file in files if file.body is not None]
    make_folder(new)
    _make_folders(new, (checked(file.path) for file in files))
    return {path for file in files for path in _carry(new, base, file) or _write_forms(new, file)}


def _carry(new: Path, base: Path, file: File) -> list[str]:
    """Hard-link a file that is unchanged, and its variants, out of the last release; nothing where that cannot be."""
    carried = []
    for path in () if file.changed else (file.path, *(file.path + variant for variant in VARIANTS)):
        with contextlib.suppress(OSError):
            os.link(base / path, new / path)
            carried.append(path)
    return carried if file.path in carried else []


def _write_forms(new: Path, file: File) -> list[str]:
    bodies = {path: body for path, body in forms(file).items() if body is not None}
    for path, body in bodies.items():
        (new / path).unlink(missing_ok=True)
        write(new / path, body)
    return list(bodies)


def _link_in(root: Path, base: Path, paths: Iterable[str], scratch: Path) -> None:
    """Make each front path a symlink into the current release, without a moment in which a reader misses what was there.

    A file that lay in place is first copied into the release that is still current, so that the link shows the same bytes.
    """
    paths = sorted(path for path in paths if _link_of(root / path) != link_target(path))
    _make_folders(root, paths)
    for path in paths:
        if (root / path).is_file():
            _make_folders(base, [path])
            write(scratch / "copy", (root / path).read_bytes())
            (scratch / "copy").replace(base / path)
        _point(root / path, link_target(path), scratch)


def _take_out(root: Path, links: set[str], strays: set[str]) -> None:
    """Remove the links to what is no longer a front path, and variants of what lay there as a leaf page before."""
    # Where no such link is, a leaf page may have taken the path over: it stays.
    gone = [path for path in links - strays if _link_of(root / path) == link_target(path)]
    for path in (*gone, *strays):
        (root / path).unlink(missing_ok=True)
    _drop_empty(root, gone)


def _begin(root: Path, scratch: Path) -> Path:
    """An empty release, so that the first one too replaces something."""
    empty = root / RELEASES / next_name((), secrets.token_hex(4))
    make_folder(empty)
    _switch(root, empty, scratch)
    return empty


def _switch(root: Path, release: Path, scratch: Path) -> None:
    _point(root / CURRENT, f"releases/{release.name}", scratch)


def _point(place: Path, target: str, scratch: Path) -> None:
    (scratch / "link").symlink_to(target)
    (scratch / "link").replace(place)


def _link_of(path: Path) -> str | None:
    try:
        return str(path.readlink())
    except OSError:
        return None


def _current(root: Path) -> Path | None:
    target = _link_of(root / CURRENT)
    return root / RELEASES / Path(target).name if target and (root / CURRENT).is_dir() else None


def _releases(root: Path) -> Releases:
    current = _current(root)
    return Releases(frozenset(path.name for path in (root / RELEASES).iterdir()), current.name if current else None)


def _paths_of_all(root: Path) -> set[str]:
    """Every path in any release that still lies here: links to them may have been left by a publisher that was killed."""
    return {path for release in (root / RELEASES).iterdir() for path in _paths(str(release))}


def _paths(release: str) -> Iterator[str]:
    for folder, _, names in os.walk(release):
        inside = folder[len(release) + 1 :]
        yield from (f"{inside}/{name}" if inside else name for name in names)


def _sweep(root: Path) -> None:
    """Remove old releases, and what killed publishers left. The lock says that no living one is making a release."""
    releases = _releases(root)
    leftovers = [root / RELEASES / name for name in (*releases.unfinished, *releases.surplus)]
    leftovers += [path for path in (root / SCRATCH).iterdir() if _age(path) > STALE_SECONDS]
    for path in leftovers:
        shutil.rmtree(path, ignore_errors=True)


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0


@contextlib.contextmanager
def _scratch(root: Path) -> Iterator[Path]:
    """A folder of our own on the same filesystem, for what is about to be renamed into place."""
    make_folder(root / RELEASES)
    scratch = root / SCRATCH / secrets.token_hex(8)
    make_folder(scratch)
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _make_folders(root: Path, paths: Iterable[str]) -> None:
    for folder in folders(paths):
        make_folder(root / folder)


def _drop_empty(root: Path, paths: Iterable[str]) -> None:
    """Remove the folders that are empty now."""
    for folder in sorted({parent for path in paths for parent in parents(path)}, key=len, reverse=True):
        with contextlib.suppress(OSError):
            (root / folder).rmdir()
