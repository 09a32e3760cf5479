"""A tree of files, here or elsewhere, and how a release lies in it and is made: what `folder` and `sftp` share.

    index.html           -> .lightship/current/index.html        a front path: a symlink that never changes
    incidents/x/index.html                                       a leaf page: a file in place
    .lightship/current   -> releases/00000012-9f3a21             the only thing that a release switches
    .lightship/releases/00000012-9f3a21/index.html               every front file of that release
    .lightship/scratch/                                          where files are written before they are renamed into place

So the root stays a real directory, which any web server serves and which may be a mount, and all front files change in
one rename.
"""

import asyncio
import contextlib
import secrets
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from typing import Protocol, TypeVar

from lightship.core.site.manifest import MANIFEST_PATH
from lightship.hosts import VARIANTS, Conflict, File, Held, HostError, Place, T

HOME = ".lightship"
CURRENT = f"{HOME}/current"
RELEASES = f"{HOME}/releases"
SCRATCH = f"{HOME}/scratch"
STALE_SECONDS = 600
Item = TypeVar("Item")


class Tree(Protocol):
    """A tree of files, here or elsewhere. All paths are relative to its root. `nonce`: names what this publisher makes."""

    nonce: str

    async def for_each(self, act: Callable[[str], Awaitable[T]], paths: Iterable[str]) -> list[T]:
        """Do it for all the paths, at once where that saves time."""

    async def read(self, path: str) -> Held | None: ...

    async def write(self, path: str, body: bytes) -> None:
        """Make a new file. It need not be durable before `settle`."""

    async def settle(self, paths: Sequence[str] | None = None) -> None:
        """Bring these files to the disk, before a rename makes them what readers see; None: all that was written."""

    async def rename(self, old: str, new: str) -> None: ...

    async def link(self, old: str, new: str) -> bool:
        """Hard-link a file to a new path; False where that cannot be."""

    async def symlink(self, path: str, target: str) -> None: ...

    async def link_of(self, path: str) -> str | None:
        """The target of a symlink; None where there is none."""

    async def unlink(self, path: str) -> None:
        """Remove a file, if it is there."""

    async def files(self, folders: Sequence[str]) -> list[str]:
        """The path of every file below the folders."""

    async def make_folder(self, folder: str) -> None:
        """Make a folder, if it is not there; its parent is."""

    async def drop_folder(self, folder: str) -> None:
        """Remove a folder, if it is empty."""

    async def drop_tree(self, folder: str) -> None:
        """Remove a folder with all that is in it. What cannot be removed stays: the next publisher tries again."""

    async def ages(self, folder: str) -> dict[str, float]:
        """The names in a folder, each with the seconds since it was changed."""


def checked(path: str) -> str:
    """The path itself, if it stays inside the site; a bug above must not write elsewhere on the machine."""
    parts = path.split("/")
    if path.startswith(f"{HOME}/") or "\0" in path or any(part in ("", ".", "..") for part in parts):
        raise HostError(f"the path {path!r} is not one inside a site")
    return path


def forms(file: File) -> dict[str, bytes | None]:
    """Path -> bytes of the pre-compressed variants and of the file itself, which comes last; None means: must be gone."""
    return {f"{file.path}{ending}": file.variants.get(ending) for ending in VARIANTS.values()} | {file.path: file.body}


async def at_once(act: Callable[[Item], Awaitable[T]], items: Iterable[Item], limit: asyncio.Semaphore) -> list[T]:
    """Do it for all of them, so many at once, and wait for all, also where one fails; then raise what the first one raised."""

    async def limited(item: Item) -> T:
        async with limit:
            return await act(item)

    tasks = [asyncio.create_task(limited(item)) for item in items]
    await asyncio.gather(*tasks, return_exceptions=True)
    return [task.result() for task in tasks]


def scratch_of(tree: Tree) -> str:
    """A folder of our own on the same filesystem, for what is about to be renamed into place."""
    return f"{SCRATCH}/{tree.nonce}"


@contextlib.asynccontextmanager
async def scratch(tree: Tree) -> AsyncIterator[None]:
    for folder in (HOME, RELEASES, SCRATCH, scratch_of(tree)):
        await tree.make_folder(folder)
    try:
        yield
    finally:
        await tree.drop_tree(scratch_of(tree))


async def put(tree: Tree, files: Sequence[File]) -> None:
    """Write (or remove) each file, each whole at once."""
    wanted = {checked(path): body for file in files for path, body in forms(file).items()}
    bodies = {path: body for path, body in wanted.items() if body is not None}
    gone = [path for path, body in wanted.items() if body is None]
    temps = {path: f"{scratch_of(tree)}/{index}" for index, path in enumerate(bodies)}
    async with scratch(tree):
        await tree.for_each(lambda path: tree.write(temps[path], bodies[path]), bodies)
        await tree.settle(list(temps.values()))
        await make_folders(tree, bodies)
        await tree.for_each(lambda path: tree.rename(temps[path], path), bodies)
    await tree.for_each(tree.unlink, gone)
    await drop_empty(tree, gone)


async def make_folders(tree: Tree, paths: Iterable[str]) -> None:
    """The folders that the paths need: each level at once, after the one above it."""
    for level in _levels(paths):
        await tree.for_each(tree.make_folder, level)


async def drop_empty(tree: Tree, paths: Iterable[str]) -> None:
    """Remove the folders above the paths that are empty now."""
    for level in reversed(_levels(paths)):
        await tree.for_each(tree.drop_folder, level)


def _levels(paths: Iterable[str]) -> list[set[str]]:
    """Every folder above the paths, inside the root, by its depth: those of one level can be made, or removed, at once."""
    levels = defaultdict[int, set[str]](set)
    for parts in (path.split("/") for path in paths):
        for depth in range(1, len(parts)):
            levels[depth].add("/".join(parts[:depth]))
    return [levels[depth] for depth in sorted(levels)]


async def release(tree: Tree, files: Sequence[File], expecting: Held | None) -> None:
    """Make a new release of the files and switch to it; Conflict if another manifest than `expecting` lies there."""
    await unchanged(tree, expecting)
    ages, current = await _releases(tree)
    names = list(ages)
    if not current:  # an empty one, so that the first release too replaces something
        current = _next_name(tree, names)
        names.append(current)
        await tree.make_folder(f"{RELEASES}/{current}")
        await _point(tree, CURRENT, f"releases/{current}")
    next_one = _next_name(tree, names)
    base, new = f"{RELEASES}/{current}", f"{RELEASES}/{next_one}"
    # Links to any release that still lies here may have been left by a publisher that was killed.
    known = {path.split("/", 3)[3] for path in await tree.files([f"{RELEASES}/{name}" for name in names])}
    paths = await _build(tree, new, base, files)
    await _link_in(tree, base, paths)
    # Only what the switch reveals must be on disk first. Losing the switch itself leaves the old release, whole.
    await tree.settle()
    await unchanged(tree, expecting)
    await _point(tree, CURRENT, f"releases/{next_one}")
    await _take_out(tree, known - paths, {path + ending for path in paths for ending in VARIANTS.values()} - paths)


async def sweep(tree: Tree, *, locked: bool) -> None:
    """Remove old releases, and what killed publishers left: by age, unless a lock says that no living one makes a release."""
    releases, current = await _releases(tree)
    # Of a publisher that never switched to them; and past ones, of which one is kept for readers that are half-way through it.
    unfinished = [name for name in releases if _number(name) >= _number(current) and name != current]
    past = [name for name in sorted(releases, key=_number) if _number(name) < _number(current)]
    old = [*past[:-1], *(name for name in unfinished if locked or releases[name] > STALE_SECONDS)]
    stale = [name for name, age in (await tree.ages(SCRATCH)).items() if age > STALE_SECONDS]
    for path in (*(f"{RELEASES}/{name}" for name in old), *(f"{SCRATCH}/{name}" for name in stale)):
        await tree.drop_tree(path)


async def unchanged(place: Tree | Place, expecting: Held | None) -> Held | None:
    """The manifest that lies there; Conflict if it is another than `expecting`."""
    existing = await place.read(MANIFEST_PATH)
    if (existing and existing.body) != (expecting and expecting.body):
        raise Conflict(f"another publisher released to {place} meanwhile")
    return existing


def _next_name(tree: Tree, names: Iterable[str]) -> str:
    return f"{max(map(_number, names), default=0) + 1:08d}-{tree.nonce}"


def _number(name: str) -> int:
    digits = name.partition("-")[0]
    return int(digits) if digits.isdecimal() else 0


def _link_target(path: str) -> str:
    """Where the symlink of a front path points: relative, so that the site may be moved or mounted elsewhere."""
    return "../" * path.count("/") + f"{CURRENT}/{path}"


async def _releases(tree: Tree) -> tuple[dict[str, float], str]:
    """The names of all with their ages, and the name of the current one; empty where there is none."""
    target, ages = await tree.link_of(CURRENT), await tree.ages(RELEASES)
    current = (target or "").rpartition("/")[2]
    return ages, current if current in ages else ""


async def _build(tree: Tree, new: str, base: str, files: Iterable[File]) -> set[str]:
    """Make the new release; the paths in it, variants too."""
    by_path = {checked(file.path): file for file in files if file.body is not None}
    await make_folders(tree, (f"{new}/{path}" for path in by_path))

    async def make(path: str) -> Iterable[str]:
        file = by_path[path]
        if not file.changed and await tree.link(f"{base}/{path}", f"{new}/{path}"):  # out of the last release
            variants = [path + ending for ending in VARIANTS.values()]
            return [path, *[form for form in variants if await tree.link(f"{base}/{form}", f"{new}/{form}")]]
        bodies = {form: body for form, body in forms(file).items() if body is not None}
        for form, body in bodies.items():
            await tree.write(f"{new}/{form}", body)
        return bodies

    return {path for made in await tree.for_each(make, by_path) for path in made}


async def _link_in(tree: Tree, base: str, paths: Iterable[str]) -> None:
    """Make each front path a symlink into the current release, without a moment in which a reader misses what was there.

    A file that lay in place is first put into the release that is still current, so that the link shows the same bytes.
    """

    async def link(path: str) -> None:
        if existing := await tree.read(path):
            temp = f"{scratch_of(tree)}/{secrets.token_hex(8)}"
            await tree.write(temp, existing.body)
            await tree.rename(temp, f"{base}/{path}")
        await _point(tree, path, _link_target(path))

    paths = sorted(paths)
    targets = await tree.for_each(tree.link_of, paths)
    wrong = [path for path, target in zip(paths, targets, strict=True) if target != _link_target(path)]
    await make_folders(tree, [*wrong, *(f"{base}/{path}" for path in wrong)])
    await tree.for_each(link, wrong)


async def _take_out(tree: Tree, links: set[str], strays: set[str]) -> None:
    """Remove the links to what is no longer a front path, and variants of what lay there as a leaf page before."""

    async def unlink(path: str) -> None:
        # Where no such link is, a leaf page may have taken the path over: it stays.
        if await tree.link_of(path) == _link_target(path):
            await tree.unlink(path)

    await tree.for_each(unlink, links - strays)
    await tree.for_each(tree.unlink, strays)
    await drop_empty(tree, links - strays)


async def _point(tree: Tree, path: str, target: str) -> None:
    """Make the path a symlink, in place of whatever file or link is there."""
    temp = f"{scratch_of(tree)}/{secrets.token_hex(8)}"
    await tree.symlink(temp, target)
    await tree.rename(temp, path)
