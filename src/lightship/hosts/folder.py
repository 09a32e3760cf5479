"""A folder on this machine, or one mounted here, that any web server serves. For its layout see _release.py."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Concatenate, ParamSpec

from lightship.hosts import File, Held, HostError, T
from lightship.hosts._disk import Disk, reported
from lightship.hosts._release import release, sweep
from lightship.hosts._tree import put, scratch

P = ParamSpec("P")


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
        return await _on_disk(Disk.read, self.path, path)

    async def put(self, files: Sequence[File]) -> None:
        await _on_disk(put, self.path, files)

    async def release(self, files: Sequence[File], manifest: File, expecting: Held | None) -> None:
        await _on_disk(_release, self.path, [*files, manifest], expecting)
        # Not awaited: readers see the release already, and what this leaves the next one finds.
        asyncio.get_running_loop().run_in_executor(None, lambda: asyncio.run(_tidy(Disk(self.path))))

    def vault_place(self) -> "PrivateFolder":
        return PrivateFolder(self.vault or self.path.with_name(f"{self.path.name}.vault"))


@dataclass(frozen=True)
class PrivateFolder:
    """A folder that only its owner may enter."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)

    async def read(self, path: str) -> Held | None:
        return await _on_disk(Disk.read, self.path, path)

    async def put(self, files: Sequence[File]) -> None:
        with reported(self.path):
            await asyncio.to_thread(self.path.mkdir, mode=0o700, parents=True, exist_ok=True)
        await _on_disk(put, self.path, files)


async def _on_disk(
    act: Callable[Concatenate[Disk, P], Coroutine[Any, Any, T]], root: Path, *args: P.args, **options: P.kwargs
) -> T:
    """In a thread, for a disk blocks."""
    with reported(root):
        return await asyncio.to_thread(lambda: asyncio.run(act(Disk(root), *args, **options)))


async def _release(disk: Disk, files: Sequence[File], expecting: Held | None) -> None:
    async with scratch(disk):
        with disk.locked():
            await sweep(disk, locked=True)
            await release(disk, files, expecting)


async def _tidy(disk: Disk) -> None:
    with contextlib.suppress(OSError, HostError), disk.locked():
        await sweep(disk, locked=True)
