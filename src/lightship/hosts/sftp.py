"""A folder on another machine, over SFTP (OpenSSH's, with its renames, hard links and symlinks). Layout: _tree.py.

SFTP has no locks: of two publishers that release within the same moments the later wins, whole. The manifest is read
once more right before the switch, so those moments are few.
"""

import asyncio
import contextlib
import secrets
import stat
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

import asyncssh
from asyncssh import SFTPAttrs, SFTPClient, SFTPError, SFTPNoSuchFile

from lightship.hosts import File, Held, HostError, T, within
from lightship.hosts._tree import Tree, at_once, checked, put, release, scratch, scratch_of, sweep

SECONDS_TO_CONNECT = 10
AT_ONCE = 64
"""Requests under way on the one connection: enough that the distance to the server costs little."""


@dataclass(frozen=True)
class Sftp:
    """`path` is the web root there. `known_host` is the server's public key, as `ssh-keyscan` prints it: no other server may
    answer in its place. `key` is the text of a private key. `vault`: a folder there outside of every web root; usually the
    sibling `<path>.vault`."""

    name: str
    url: str
    host: str
    path: str
    user: str
    known_host: str = ""
    port: int = 22
    key: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    vault: str | None = None

    def __post_init__(self) -> None:
        if self.vault and f"{self.vault}/".startswith(f"{self.path.rstrip('/')}/"):
            raise ValueError("vault lies inside path, where strangers read: take a folder outside of it")
        if not self.known_host:
            raise ValueError(
                f"known_host is missing: get it with `ssh-keyscan -p {self.port} {self.host}` over a network that you trust"
            )
        if not self.key and not self.password:
            raise ValueError("key or password is missing")

    async def read(self, path: str) -> Held | None:
        async with self.session() as session:
            return await session.read(checked(path))

    async def put(self, files: Sequence[File]) -> None:
        async with self.session() as session:
            await put(session, files)

    async def release(self, files: Sequence[File], manifest: File, expecting: Held | None) -> None:
        async with self.session() as session, scratch(session):
            await release(session, [*files, manifest], expecting)
            await sweep(session, locked=False)

    def vault_place(self) -> "PrivateFolder":
        return PrivateFolder(replace(self, path=self.vault or f"{self.path.rstrip('/')}.vault", vault=None))

    @contextlib.asynccontextmanager
    async def session(self) -> AsyncIterator["Session"]:
        try:
            async with (
                asyncssh.connect(
                    self.host,
                    self.port,
                    username=self.user,
                    password=self.password,
                    client_keys=[asyncssh.import_private_key(self.key)] if self.key else None,
                    known_hosts=([_public_key(self.known_host)], [], []),
                    config=None,
                    agent_path=None,
                    connect_timeout=SECONDS_TO_CONNECT,
                    login_timeout=SECONDS_TO_CONNECT,
                    keepalive_interval=SECONDS_TO_CONNECT,
                ) as connection,
                connection.start_sftp_client() as client,
            ):
                yield Session(client, self.path.rstrip("/"))
        except (asyncssh.Error, SFTPError, OSError, ValueError) as error:
            raise self._explained(error) from error

    def _explained(self, error: Exception) -> HostError:
        """The error as a message for an operator."""
        where = f"{self.user}@{self.host}:{self.port}"
        for kind, message in _MESSAGES:
            if isinstance(error, kind):
                return HostError(message.format(where=where, path=self.path, error=error))
        return HostError(f"{where}: {error or type(error).__name__}")


@dataclass(frozen=True)
class PrivateFolder:
    """A folder there that only its owner may enter: the `path` of `there`."""

    there: Sftp

    def __str__(self) -> str:
        port = "" if self.there.port == 22 else f":{self.there.port}"
        return f"sftp://{self.there.user}@{self.there.host}{port}{self.there.path}"

    async def read(self, path: str) -> Held | None:
        return await self.there.read(path)

    async def put(self, files: Sequence[File]) -> None:
        async with self.there.session() as session:
            await session.client.makedirs(session.root, SFTPAttrs(permissions=0o700), exist_ok=True)
            await put(session, files)


@dataclass
class Session(Tree):
    """The files below `root`, over one connection: many requests under way at once, none waiting for another."""

    client: SFTPClient
    root: str
    limit: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    nonce: str = field(default_factory=lambda: secrets.token_hex(8))

    def __str__(self) -> str:
        return self.root

    def at(self, path: str) -> str:
        return f"{self.root}/{path}"

    async def for_each(self, act: Callable[[str], Awaitable[T]], paths: Iterable[str]) -> list[T]:
        return await at_once(act, paths, self.limit)

    async def read(self, path: str) -> Held | None:
        with contextlib.suppress(SFTPNoSuchFile):
            async with self.client.open(self.at(path), "rb") as file:
                body = await file.read(within((await file.stat()).size or 0, path))
                return Held(body if isinstance(body, bytes) else body.encode())
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
        with contextlib.suppress(SFTPError):
            await self.client.link(self.at(old), self.at(new))
            return True
        return False

    async def symlink(self, path: str, target: str) -> None:
        await self.client.symlink(target, self.at(path))

    async def link_of(self, path: str) -> str | None:
        with contextlib.suppress(SFTPError):
            target = await self.client.readlink(self.at(path))
            return target.decode() if isinstance(target, bytes) else target
        return None

    async def unlink(self, path: str) -> None:
        with contextlib.suppress(SFTPNoSuchFile):
            await self.client.unlink(self.at(path))

    async def files(self, folders: Sequence[str]) -> list[str]:
        """Read a level at a time, not one by one."""
        files, level = list[str](), list(folders)
        while level:
            entries = [entry for listing in await self.for_each(self._entries, level) for entry in listing]
            files += [path for path, is_folder in entries if not is_folder]
            level = [path for path, is_folder in entries if is_folder]
        return files

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
        await self.client.rmtree(self.at(folder), ignore_errors=True)

    async def ages(self, folder: str) -> dict[str, float]:
        """By the clock of the server, which our scratch folder tells."""
        now = (await self.client.lstat(self.at(scratch_of(self)))).mtime or 0
        entries = [(str(entry.filename), entry.attrs.mtime or now) for entry in await self.client.readdir(self.at(folder))]
        return {name: now - mtime for name, mtime in entries if name not in (".", "..")}

    async def _entries(self, folder: str) -> list[tuple[str, bool]]:
        entries = [(str(entry.filename), entry.attrs.permissions or 0) for entry in await self.client.readdir(self.at(folder))]
        return [(f"{folder}/{name}", stat.S_ISDIR(mode)) for name, mode in entries if name not in (".", "..")]


_MESSAGES: tuple[tuple[type[Exception], str], ...] = (
    (asyncssh.HostKeyNotVerifiable, "{where} shows another key than `known_host`: is it the same machine?"),
    (asyncssh.PermissionDenied, "{where} refuses the key or password: let the user in, or correct `key`"),
    (asyncssh.KeyImportError, "`key` or `known_host` of {where} is not a key that can be read: {error}"),
    (asyncssh.ConnectionLost, "{where} closed the connection: {error}"),
    (asyncssh.SFTPPermissionDenied, "{where} may not write {path}: give the user that folder"),
    (asyncssh.SFTPOpUnsupported, "{where} has no {error}: its SFTP server must be OpenSSH's, or do what that does"),
    (SFTPNoSuchFile, "a folder is missing below {path} on {where}: does something else write there?"),
    (SFTPError, "{where} cannot write below {path} ({error}): is the disk full, read-only, or a file in the way?"),
    (TimeoutError, "{where} did not answer within " + f"{SECONDS_TO_CONNECT} s: is it up?"),
    (OSError, "{where} cannot be reached: {error}"),
)


def _public_key(line: str) -> asyncssh.SSHKey:
    """The key of a line of `ssh-keyscan`, of a known_hosts file, or of a .pub file: with a host's name before it, or not."""
    parts = [part for part in line.split("\n", 1)[0].split(" ") if part]
    start = next((index for index, part in enumerate(parts) if part.startswith(("ssh-", "ecdsa-", "sk-"))), 0)
    return asyncssh.import_public_key(" ".join(parts[start : start + 2]))
