"""One SFTP connection, in the words that a release needs: many small requests under way at once, none waiting for another."""

import asyncio
import contextlib
import secrets
import stat
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar

import asyncssh
from asyncssh import SFTPClient, SFTPError, SFTPNoSuchFile

from lightship.hosts import Held, within
from lightship.hosts._release import SCRATCH, folders, parents

T = TypeVar("T")


@dataclass(frozen=True)
class Session:
    """One connection. Paths are relative to `root`."""

    client: SFTPClient
    root: str
    turn: asyncio.Semaphore
    nonce: str

    def at(self, path: str) -> str:
        return f"{self.root}/{path}"

    async def each(self, act: Callable[[str], Awaitable[T]], paths: Iterable[str]) -> list[T]:
        """Do it for all paths at once, and wait for all, also where one fails."""

        async def one(path: str) -> T:
            async with self.turn:
                return await act(path)

        results = await asyncio.gather(*(one(path) for path in paths), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result
        return [result for result in results if not isinstance(result, BaseException)]

    async def read(self, path: str) -> Held | None:
        try:
            async with self.client.open(self.at(path), "rb") as file:
                body = await file.read(within((await file.stat()).size or 0, path))
                return Held(body if isinstance(body, bytes) else body.encode())
        except SFTPNoSuchFile:
            return None

    async def write(self, path: str, body: bytes) -> None:
        async with self.client.open(self.at(path), "wb") as file:
            await file.write(body)
            with contextlib.suppress(asyncssh.SFTPOpUnsupported):
                await file.fsync()

    async def link_of(self, path: str) -> str | None:
        try:
            target = await self.client.readlink(self.at(path))
            return target.decode() if isinstance(target, bytes) else target
        except SFTPError:
            return None

    async def is_file(self, path: str) -> bool:
        try:
            found = await self.client.lstat(self.at(path))
            return stat.S_ISREG(found.permissions or 0)
        except SFTPNoSuchFile:
            return False

    async def unlink(self, path: str) -> None:
        with contextlib.suppress(SFTPNoSuchFile):
            await self.client.unlink(self.at(path))

    async def point(self, path: str, target: str) -> None:
        """Make the path a symlink, in place of whatever file or link is there."""
        temp = f"{self.scratch}/{secrets.token_hex(8)}"
        await self.client.symlink(target, self.at(temp))
        await self.rename(temp, path)

    @property
    def scratch(self) -> str:
        """A folder of our own on the same filesystem, for what is about to be renamed into place."""
        return f"{SCRATCH}/{self.nonce}"

    async def rename(self, old: str, new: str) -> None:
        await self.client.posix_rename(self.at(old), self.at(new))

    async def names(self, folder: str) -> list[str]:
        listed = await self.client.listdir(self.at(folder))
        return [name for name in listed if name not in (".", "..")]

    async def make_folders(self, paths: Iterable[str]) -> None:
        """The folders that the paths need: each level at once, after the one above it."""
        for _, level in groupby(sorted(folders(paths), key=_depth), key=_depth):
            await self.each(self._make_folder, level)

    async def _make_folder(self, folder: str) -> None:
        try:
            await self.client.mkdir(self.at(folder))
        except SFTPError:
            if not await self.client.isdir(self.at(folder)):
                raise

    async def drop_empty(self, paths: Iterable[str]) -> None:
        """Remove the folders that are empty now."""
        above = {parent for path in paths for parent in parents(path)}
        for _, level in groupby(sorted(above, key=_depth, reverse=True), key=_depth):
            await self.each(self._drop_folder, level)

    async def _drop_folder(self, folder: str) -> None:
        with contextlib.suppress(SFTPError):
            await self.client.rmdir(self.at(folder))

    async def below(self, tops: list[str]) -> tuple[list[str], list[str]]:
        """Every file below the folders, and every folder, each after the one above it: a level at a time, not one by one."""
        files: list[str] = []
        inner: list[str] = []
        level = tops
        while level:
            entries = [entry for listed in await self.each(self._entries, level) for entry in listed]
            files += [path for path, is_folder in entries if not is_folder]
            level = [path for path, is_folder in entries if is_folder]
            inner += level
        return files, inner

    async def _entries(self, folder: str) -> list[tuple[str, bool]]:
        found = [(str(entry.filename), entry.attrs.permissions or 0) for entry in await self.client.readdir(self.at(folder))]
        return [(f"{folder}/{name}", stat.S_ISDIR(mode)) for name, mode in found if name not in (".", "..")]

    async def drop_tree(self, folder: str) -> None:
        """What cannot be removed stays: the next publisher tries again."""
        with contextlib.suppress(SFTPError):
            files, inner = await self.below([folder])
            await self.each(self.unlink, files)
            for _, level in groupby(sorted([folder, *inner], key=_depth, reverse=True), key=_depth):
                await self.each(self._drop_folder, level)

    async def age(self, path: str, now: int) -> int:
        """Seconds since it was changed, by the clock of the server, which `now` was read from."""
        with contextlib.suppress(SFTPError):
            return now - ((await self.client.lstat(self.at(path))).mtime or now)
        return 0


def _depth(path: str) -> int:
    return path.count("/")
