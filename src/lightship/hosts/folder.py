"""A folder on this machine, or one mounted here, that any web server serves. For its layout see _tree.py."""

import asyncio
import contextlib
import ctypes
import errno
import fcntl
import os
import secrets
import shutil
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import Any

from lightship import hosts
from lightship.hosts import File, Held, HostError, T
from lightship.hosts._tree import HOME, Tree, checked, put, release, scratch, sweep

LOCK_SECONDS = 30
LOCK = f"{HOME}/lock"
FEW = 8
"""Up to so many files are synced one by one; more of them by one syncfs of the whole filesystem."""

_SYNCFS = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)


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
        return await _on_disk(self.path, lambda disk: disk.read(path))

    async def put(self, files: Sequence[File]) -> None:
        await _on_disk(self.path, lambda disk: put(disk, files))

    async def release(self, files: Sequence[File], manifest: File, expecting: Held | None) -> None:
        await _on_disk(self.path, lambda disk: _release(disk, [*files, manifest], expecting))
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
        return await _on_disk(self.path, lambda disk: disk.read(path))

    async def put(self, files: Sequence[File]) -> None:
        async def fill(disk: Disk) -> None:
            disk.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            await put(disk, files)

        await _on_disk(self.path, fill)


@dataclass
class Disk(Tree):
    """A folder of this machine. Its coroutines block, and never wait for each other: run them in a thread."""

    root: Path
    nonce: str = field(default_factory=lambda: secrets.token_hex(8))

    def __str__(self) -> str:
        return str(self.root)

    async def for_each(self, act: Callable[[str], Awaitable[T]], paths: Iterable[str]) -> list[T]:
        return [await act(path) for path in paths]

    async def read(self, path: str) -> Held | None:
        with contextlib.suppress(FileNotFoundError), (self.root / checked(path)).open("rb") as file:
            body = file.read(hosts.LONGEST + 1)
            hosts.within(len(body), path)
            return Held(body)
        return None

    async def write(self, path: str, body: bytes) -> None:
        """A new file that a web server running as another user may read, whatever our umask is."""
        with (self.root / path).open("xb") as file:
            os.fchmod(file.fileno(), 0o644)
            file.write(body)

    async def settle(self, paths: Sequence[str] | None = None) -> None:
        if paths is None or len(paths) > FEW:
            settle_tree(self.root)
            return
        for path in paths:
            with (self.root / path).open("rb") as file:
                os.fsync(file.fileno())

    async def rename(self, old: str, new: str) -> None:
        (self.root / old).replace(self.root / new)

    async def link(self, old: str, new: str) -> bool:
        with contextlib.suppress(OSError):
            (self.root / new).hardlink_to(self.root / old)
            return True
        return False

    async def symlink(self, path: str, target: str) -> None:
        (self.root / path).symlink_to(target)

    async def link_of(self, path: str) -> str | None:
        with contextlib.suppress(OSError):
            return str((self.root / path).readlink())
        return None

    async def unlink(self, path: str) -> None:
        (self.root / path).unlink(missing_ok=True)

    async def files(self, folders: Sequence[str]) -> list[str]:
        walks = (walk for folder in folders for walk in os.walk(self.root / folder))
        return [os.path.relpath(f"{folder}/{name}", self.root) for folder, _, names in walks for name in names]

    async def make_folder(self, folder: str) -> None:
        """One that a web server running as another user may enter, whatever our umask is."""
        path = self.root / folder
        missing = list(takewhile(lambda above: not above.is_dir(), (path, *path.parents)))
        for above in reversed(missing):
            above.mkdir(exist_ok=True)
            above.chmod(0o755)

    async def drop_folder(self, folder: str) -> None:
        with contextlib.suppress(OSError):
            (self.root / folder).rmdir()

    async def drop_tree(self, folder: str) -> None:
        shutil.rmtree(self.root / folder, ignore_errors=True)

    async def ages(self, folder: str) -> dict[str, float]:
        ages: dict[str, float] = {}
        for path in (self.root / folder).iterdir():
            with contextlib.suppress(FileNotFoundError):  # another publisher's, which has removed it
                ages[path.name] = time.time() - path.stat().st_mtime
        return ages

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the lock file. A publisher that is killed gives it back; one that hangs is named after a while."""
        path = self.root / LOCK
        with path.open("a") as file:
            deadline = time.monotonic() + LOCK_SECONDS
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > deadline:
                        raise HostError(f"another publisher has held {path} for {LOCK_SECONDS} s: is one hanging?") from None
                    time.sleep(0.01)
            yield


def settle_tree(root: Path) -> None:
    """Bring everything on the filesystem of `root` to the disk."""
    if _SYNCFS is None:
        os.sync()
        return
    handle = os.open(root, os.O_RDONLY)
    try:
        if _SYNCFS(handle) != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(root))
    finally:
        os.close(handle)


@contextlib.contextmanager
def _reported(root: Path) -> Iterator[None]:
    """An error of the disk becomes a message for an operator."""
    try:
        yield
    except OSError as error:
        raise HostError(_message(error, root)) from error


def _message(error: OSError, root: Path) -> str:
    where = error.filename2 or error.filename or root
    messages = {
        errno.EACCES: f"user {os.geteuid()} may not write {where}: give it the folder, or run as its owner",
        errno.EPERM: f"user {os.geteuid()} may not change {where}: give it the folder, or run as its owner",
        errno.EROFS: f"{root} is on a filesystem mounted read-only: mount it for writing",
        errno.ENOSPC: f"the disk of {root} is full: make room",
        errno.EDQUOT: f"the quota for {root} is used up: make room, or raise it",
        errno.EFBIG: f"a file for {where} is larger than the limit of this process or filesystem",
        errno.ENOTDIR: f"{where} cannot be made: a part of that path is a file, not a folder",
        errno.EISDIR: f"{where} is a folder where a file should lie: move it away",
        errno.EEXIST: f"{where} is a file where a folder should lie: move it away",
        errno.ENOENT: f"{where} is missing: does something else write to {root}?",
        errno.EIO: f"the disk of {root} fails to read or write: look at the kernel's log",
    }
    return messages.get(error.errno or 0, f"{root}: {error}")


async def _on_disk(root: Path, act: Callable[[Disk], Coroutine[Any, Any, T]]) -> T:
    """In a thread, for a disk blocks."""
    with _reported(root):
        return await asyncio.to_thread(lambda: asyncio.run(act(Disk(root))))


async def _release(disk: Disk, files: Sequence[File], expecting: Held | None) -> None:
    async with scratch(disk):
        with disk.locked():
            await sweep(disk, locked=True)
            await release(disk, files, expecting)


async def _tidy(disk: Disk) -> None:
    with contextlib.suppress(OSError, HostError), disk.locked():
        await sweep(disk, locked=True)
