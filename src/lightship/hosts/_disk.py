"""What a folder needs of the operating system: whole writes, a lock, durability, and errors in words."""

import contextlib
import ctypes
import errno
import fcntl
import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from lightship.hosts import HostError

LOCK_SECONDS = 30
FEW = 8
"""Up to so many files are synced one by one; more of them by one syncfs of the whole filesystem."""

_SYNCFS = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)


def write(path: Path, body: bytes) -> None:
    """A new file that a web server running as another user may read, whatever our umask is."""
    with path.open("xb") as file:
        os.fchmod(file.fileno(), 0o644)
        file.write(body)


def settle(paths: Iterable[Path], root: Path) -> None:
    """Bring files to the disk, before a rename makes them what readers see."""
    paths = list(paths)
    if len(paths) > FEW:
        settle_tree(root)
    for path in paths if len(paths) <= FEW else ():
        with path.open("rb") as file:
            os.fsync(file.fileno())


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
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file. A publisher that is killed gives it back; one that hangs is told of after a while."""
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


def explained(error: OSError, root: Path) -> HostError:
    """The error in words for an operator. Only a full disk may pass by itself."""
    where = error.filename2 or error.filename or root
    words = {
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
    passing = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.ENOENT, errno.EIO)
    return HostError(words.get(error.errno or 0, f"{root}: {error}"), permanent=not passing)


@contextlib.contextmanager
def reported(root: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise explained(error, root) from error


def make_folder(path: Path) -> None:
    """One that a web server running as another user may enter, whatever our umask is; its parents alike."""
    if path.is_dir():
        return
    if path.parent != path:
        make_folder(path.parent)
    try:
        path.mkdir()
    except FileExistsError:
        if not path.is_dir():
            raise
        return
    path.chmod(0o755)
