"""A tree of files, here or elsewhere, and how files are put there: what `folder` and `sftp` share."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from itertools import groupby
from typing import Protocol, TypeVar

from lightship.hosts import File, Held, HostError, T

HOME = ".lightship"
RELEASES = f"{HOME}/releases"
SCRATCH = f"{HOME}/scratch"
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

    async def copy(self, path: str, temp: str) -> bool:
        """Have the file that lies at `path` at `temp` too; False where no file lies there."""

    async def unlink(self, path: str) -> None:
        """Remove a file, if it is there."""

    async def names(self, folder: str) -> list[str]: ...

    async def files(self, folders: Sequence[str]) -> list[str]:
        """The path of every file below the folders."""

    async def make_folder(self, folder: str) -> None:
        """Make a folder, if it is not there; its parent is."""

    async def drop_folder(self, folder: str) -> None:
        """Remove a folder, if it is empty."""

    async def drop_tree(self, folder: str) -> None:
        """Remove a folder with all that is in it. What cannot be removed stays: the next publisher tries again."""

    async def ages(self, paths: Sequence[str]) -> list[float]:
        """Seconds since each was changed; 0 where that cannot be told."""


def checked(path: str) -> str:
    """The path itself, if it stays inside the site; a bug above must not write elsewhere on the machine."""
    parts = path.split("/")
    if path.startswith(f"{HOME}/") or "\0" in path or any(part in ("", ".", "..") for part in parts):
        raise HostError(f"the path {path!r} is not one inside a site")
    return path


def forms(file: File) -> dict[str, bytes | None]:
    """Path -> bytes of the pre-compressed variants and of the file itself, which comes last; None means: must be gone."""
    return {f"{file.path}.br": file.brotlied, f"{file.path}.gz": file.gzipped, file.path: file.body}


async def at_once(act: Callable[[Item], Awaitable[T]], items: Iterable[Item], limit: asyncio.Semaphore) -> list[T]:
    """Do it for all of them, so many at once, and wait for all, also where one fails; then raise what the first one raised."""

    async def limited(item: Item) -> T:
        async with limit:
            return await act(item)

    results = await asyncio.gather(*(limited(item) for item in items), return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return [result for result in results if not isinstance(result, BaseException)]


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
    for level in levels(parents(paths)):
        await tree.for_each(tree.make_folder, level)


async def drop_empty(tree: Tree, paths: Iterable[str]) -> None:
    """Remove the folders above the paths that are empty now."""
    for level in levels(parents(paths), deepest_first=True):
        await tree.for_each(tree.drop_folder, level)


def levels(folders: Iterable[str], *, deepest_first: bool = False) -> list[list[str]]:
    """The folders by their depth, so that those of one level can be made, or removed, at once."""
    ordered = sorted(folders, key=_depth, reverse=deepest_first)
    return [list(level) for _, level in groupby(ordered, key=_depth)]


def _depth(path: str) -> int:
    return path.count("/")


def parents(paths: Iterable[str]) -> set[str]:
    """Every folder above the paths, inside the root."""
    split = (path.split("/") for path in paths)
    return {"/".join(parts[:size]) for parts in split for size in range(1, len(parts))}
