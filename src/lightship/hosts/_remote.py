"""The tree of files behind one SFTP connection: many requests under way at once, none waiting for another."""

import asyncio
import contextlib
import stat
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

import asyncssh
from asyncssh import SFTPClient, SFTPError, SFTPNoSuchFile

from lightship.hosts import Held, T, within
from lightship.hosts._release import CURRENT
from lightship.hosts._tree import Tree, at_once, levels


@dataclass
class Session(Tree):
    """One connection."""

    client: SFTPClient
    root: str
    limit: asyncio.Semaphore
    nonce: str

    def __str__(self) -> str:
        return self.root

    def at(self, path: str) -> str:
        return f"{self.root}/{path}"

    async def for_each(self, act: Callable[[str], Awaitable[T]], paths: Iterable[str]) -> list[T]:
        return await at_once(act, paths, self.limit)

    async def read(self, path: str) -> Held | None:
        try:
            async with self.client.open(self.at(path), "rb") as file:
                body = await file.read(within((await file.stat()).size or 0, path))
                return Held(body if isinstance(body, bytes) else body.encode())
        except SFTPNoSuchFile:
            return None

    async def write(self, path: str, body: bytes) -> None:
        """Durable at once, where the server can: a sync of its own later would cost another round trip a file."""
        async with self.client.open(self.at(path), "wb") as file:
            await file.write(body)
            with contextlib.suppress(asyncssh.SFTPOpUnsupported):
                await file.fsync()

    async def settle(self, paths: Sequence[str] | None = None) -> None:
        """Nothing is left to do: see `write`."""

    async def rename(self, old: str, new: str) -> None:
        await self.client.posix_rename(self.at(old), self.at(new))

    async def link(self, old: str, new: str) -> bool:
        try:
            await self.client.link(self.at(old), self.at(new))
        except SFTPError:
            return False
        return True

    async def symlink(self, path: str, target: str) -> None:
        await self.client.symlink(target, self.at(path))

    async def link_of(self, path: str) -> str | None:
        try:
            target = await self.client.readlink(self.at(path))
            return target.decode() if isinstance(target, bytes) else target
        except SFTPError:
            return None

    async def copy(self, path: str, temp: str) -> bool:
        try:
            if not stat.S_ISREG((await self.client.lstat(self.at(path))).permissions or 0):
                return False
        except SFTPNoSuchFile:
            return False
        await self.client.link(self.at(path), self.at(temp))
        return True

    async def unlink(self, path: str) -> None:
        with contextlib.suppress(SFTPNoSuchFile):
            await self.client.unlink(self.at(path))

    async def names(self, folder: str) -> list[str]:
        return [name for name in await self.client.listdir(self.at(folder)) if name not in (".", "..")]

    async def files(self, folders: Sequence[str]) -> list[str]:
        return (await self._below(list(folders)))[0]

    async def make_folder(self, folder: str) -> None:
        try:
            await self.client.mkdir(self.at(folder))
        except SFTPError:
            if not await self.client.isdir(self.at(folder)):
                await self.client.makedirs(self.at(folder), exist_ok=True)

    async def drop_folder(self, folder: str) -> None:
        with contextlib.suppress(SFTPError):
            await self.client.rmdir(self.at(folder))

    async def drop_tree(self, folder: str) -> None:
        with contextlib.suppress(SFTPError):
            files, folders = await self._below([folder])
            await self.for_each(self.unlink, files)
            for level in levels([folder, *folders], deepest_first=True):
                await self.for_each(self.drop_folder, level)

    async def ages(self, paths: Sequence[str]) -> list[float]:
        """By the clock of the server, which a release that was just switched to tells."""
        now = (await self.client.lstat(self.at(CURRENT))).mtime or 0

        async def age(path: str) -> float:
            with contextlib.suppress(SFTPError):
                return now - ((await self.client.lstat(self.at(path))).mtime or now)
            return 0

        return await self.for_each(age, paths)

    async def _below(self, tops: list[str]) -> tuple[list[str], list[str]]:
        """Every file and every folder below the folders: read a level at a time, not one by one."""
        files, folders, level = list[str](), list[str](), tops
        while level:
            entries = [entry for listing in await self.for_each(self._entries, level) for entry in listing]
            files += [path for path, is_folder in entries if not is_folder]
            level = [path for path, is_folder in entries if is_folder]
            folders += level
        return files, folders

    async def _entries(self, folder: str) -> list[tuple[str, bool]]:
        entries = [(str(entry.filename), entry.attrs.permissions or 0) for entry in await self.client.readdir(self.at(folder))]
        return [(f"{folder}/{name}", stat.S_ISDIR(mode)) for name, mode in entries if name not in (".", "..")]
