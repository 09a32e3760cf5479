"""A folder on another machine, over SFTP (OpenSSH's, with its renames, hard links and symlinks). Layout: _release.py.

SFTP has no locks: of two publishers that release within the same moments the later wins, whole. The manifest is read
once more right before the switch, so those moments are few.
"""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field, replace

import asyncssh
from asyncssh import SFTPAttrs, SFTPError, SFTPNoSuchFile

from lightship.core.site.manifest import MANIFEST_PATH
from lightship.hosts import Conflict, File, Held, HostError
from lightship.hosts._release import (
    CURRENT,
    RELEASES,
    SCRATCH,
    STALE_SECONDS,
    VARIANTS,
    Releases,
    checked,
    forms,
    link_target,
    next_name,
)
from lightship.hosts._remote import Session

SECONDS_TO_CONNECT = 10
AT_ONCE = 64
"""Requests under way on the one connection: enough that the distance to the server costs little."""


@dataclass(frozen=True)
class Sftp:
    """`path` is the web root there. `known_host` is the server's public key, as `ssh-keyscan` prints it: a host that
    somebody else answers for is no host. `key` is the text of a private key. `vault`: a folder there outside of every web
    root; usually the sibling `<path>.vault`."""

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
        async with self._session() as there:
            return await there.read(checked(path))

    async def put(self, files: Sequence[File]) -> None:
        async with self._session() as there:
            await _put(there, files)

    async def release(self, files: Sequence[File], manifest: File, expecting: Held | None) -> None:
        async with self._session() as there:
            await _release(there, [*files, manifest], expecting)

    def vault_place(self) -> "PrivateFolder":
        return PrivateFolder(replace(self, path=self.vault or f"{self.path.rstrip('/')}.vault", vault=None))

    @contextlib.asynccontextmanager
    async def _session(self) -> AsyncIterator[Session]:
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
                yield Session(client, self.path.rstrip("/"), asyncio.Semaphore(AT_ONCE), secrets.token_hex(8))
        except (asyncssh.Error, SFTPError, OSError, ValueError) as error:
            raise self._explained(error) from error

    def _explained(self, error: Exception) -> HostError:
        """The error in words for an operator."""
        where = f"{self.user}@{self.host}:{self.port}"
        for kind, words, permanent in _WORDS:
            if isinstance(error, kind):
                return HostError(words.format(where=where, path=self.path, error=error), permanent=permanent)
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
        async with self.there._session() as session:
            await session.client.makedirs(session.root, SFTPAttrs(permissions=0o700), exist_ok=True)
            await _put(session, files)


_WORDS: tuple[tuple[type[Exception], str, bool], ...] = (
    (
        asyncssh.HostKeyNotVerifiable,
        "{where} shows another key than `known_host`: is it the same machine?",
        True,
    ),
    (asyncssh.PermissionDenied, "{where} refuses the key or password: let the user in, or correct `key`", True),
    (asyncssh.KeyImportError, "`key` or `known_host` of {where} is not a key that can be read: {error}", True),
    (asyncssh.ConnectionLost, "{where} closed the connection: {error}", False),
    (asyncssh.SFTPPermissionDenied, "{where} may not write {path}: give the user that folder", True),
    (asyncssh.SFTPOpUnsupported, "{where} has no {error}: its SFTP server must be OpenSSH's, or do what that does", True),
    (SFTPNoSuchFile, "a folder is missing below {path} on {where}: does something else write there?", False),
    (SFTPError, "{where} cannot write below {path} ({error}): is the disk full, read-only, or a file in the way?", False),
    (TimeoutError, "{where} did not answer within " + f"{SECONDS_TO_CONNECT} s: is it up?", False),
    (OSError, "{where} cannot be reached: {error}", False),
)


def _public_key(line: str) -> asyncssh.SSHKey:
    """The key of a line of `ssh-keyscan`, of a known_hosts file, or of a .pub file: with a host's name before it, or not."""
    words = [word for word in line.split("\n", 1)[0].split(" ") if word]
    start = next((index for index, word in enumerate(words) if word.startswith(("ssh-", "ecdsa-", "sk-"))), 0)
    return asyncssh.import_public_key(" ".join(words[start : start + 2]))


async def _put(there: Session, files: Sequence[File]) -> None:
    wanted = {checked(path): body for file in files for path, body in forms(file).items()}
    kept = {path: body for path, body in wanted.items() if body is not None}
    gone = [path for path, body in wanted.items() if body is None]

    async def write(path: str) -> None:
        temp = f"{there.scratch}/{secrets.token_hex(8)}"
        await there.write(temp, kept[path])
        await there.rename(temp, path)

    async with _scratch(there):
        await there.make_folders(kept)
        await there.each(write, kept)
    await there.each(there.unlink, gone)
    await there.drop_empty(gone)


async def _release(there: Session, files: Sequence[File], expecting: Held | None) -> None:
    async with _scratch(there):
        await _refuse_if_changed(there, expecting)
        releases = await _releases(there)
        base = f"{RELEASES}/{releases.current}" if releases.current else await _begin(there)
        known = await _paths_of_all(there, releases)
        new = f"{RELEASES}/{next_name(releases.names, there.nonce)}"
        paths = await _build(there, new, base, files)
        await _link_in(there, base, paths)
        await _refuse_if_changed(there, expecting)
        await _switch(there, new)
        await _take_out(there, known - paths, {path + variant for path in paths for variant in VARIANTS} - paths)
        await _sweep(there)


async def _refuse_if_changed(there: Session, expecting: Held | None) -> None:
    held = await there.read(MANIFEST_PATH)
    if (held and held.body) != (expecting and expecting.body):
        raise Conflict(f"another publisher released to {there.root} meanwhile")


async def _build(there: Session, new: str, base: str, files: Iterable[File]) -> set[str]:
    """Make the new release; the paths in it, variants too."""
    by_path = {checked(file.path): file for file in files if file.body is not None}
    await there.make_folders(f"{new}/{path}" for path in by_path)

    async def make(path: str) -> list[str]:
        return await _carry(there, new, base, by_path[path]) or await _write_forms(there, new, by_path[path])

    return {path for made in await there.each(make, by_path) for path in made}


async def _carry(there: Session, new: str, base: str, file: File) -> list[str]:
    """Hard-link a file that is unchanged, and its variants, out of the last release; nothing where that cannot be."""
    carried = []
    for path in () if file.changed else (file.path, *(file.path + variant for variant in VARIANTS)):
        with contextlib.suppress(SFTPError):
            await there.client.link(there.at(f"{base}/{path}"), there.at(f"{new}/{path}"))
            carried.append(path)
    return carried if file.path in carried else []


async def _write_forms(there: Session, new: str, file: File) -> list[str]:
    bodies = {path: body for path, body in forms(file).items() if body is not None}
    for path, body in bodies.items():
        if not file.changed:  # What a hard link brought there is the old release's too: never write into it.
            await there.unlink(f"{new}/{path}")
        await there.write(f"{new}/{path}", body)
    return list(bodies)


async def _link_in(there: Session, base: str, paths: Iterable[str]) -> None:
    """Make each front path a symlink into the current release, without a moment in which a reader misses what was there.

    A file that lay in place is first put into the release that is still current, so that the link shows the same bytes.
    """

    async def link(path: str) -> None:
        if await there.is_file(path):
            temp = f"{there.scratch}/{secrets.token_hex(8)}"
            await there.client.link(there.at(path), there.at(temp))
            await there.rename(temp, f"{base}/{path}")
        await there.point(path, link_target(path))

    paths = sorted(paths)
    links = await there.each(there.link_of, paths)
    wrong = [path for path, found in zip(paths, links, strict=True) if found != link_target(path)]
    await there.make_folders([*wrong, *(f"{base}/{path}" for path in wrong)])
    await there.each(link, wrong)


async def _take_out(there: Session, links: set[str], strays: set[str]) -> None:
    """Remove the links to what is no longer a front path, and variants of what lay there as a leaf page before."""

    async def unlink(path: str) -> None:
        # Where no such link is, a leaf page may have taken the path over: it stays.
        if await there.link_of(path) == link_target(path):
            await there.unlink(path)

    await there.each(unlink, links - strays)
    await there.each(there.unlink, strays)
    await there.drop_empty(links - strays)


async def _begin(there: Session) -> str:
    """An empty release, so that the first one too replaces something."""
    empty = f"{RELEASES}/{next_name((), there.nonce)}-empty"
    await there.client.mkdir(there.at(empty))
    await _switch(there, empty)
    return empty


async def _switch(there: Session, release: str) -> None:
    await there.point(CURRENT, f"releases/{release.removeprefix(RELEASES + '/')}")


async def _releases(there: Session) -> Releases:
    target = await there.link_of(CURRENT)
    names = frozenset(await there.names(RELEASES))
    current = target.rpartition("/")[2] if target else None
    return Releases(names, current if current in names else None)


async def _paths_of_all(there: Session, releases: Releases) -> set[str]:
    """Every path in any release that still lies here: links to them may have been left by a publisher that was killed."""
    files, _ = await there.below([f"{RELEASES}/{name}" for name in releases.names])
    return {path.removeprefix(f"{RELEASES}/").partition("/")[2] for path in files}


async def _sweep(there: Session) -> None:
    """Remove old releases, and what killed publishers left: by age, for a living one may be making a release."""
    now = (await there.client.lstat(there.at(CURRENT))).mtime or 0
    releases = await _releases(there)
    aging = [f"{RELEASES}/{name}" for name in releases.unfinished]
    aging += [f"{SCRATCH}/{name}" for name in await there.names(SCRATCH)]
    ages = await there.each(lambda path: there.age(path, now), aging)
    stale = [path for path, age in zip(aging, ages, strict=True) if age > STALE_SECONDS]
    for path in (*stale, *(f"{RELEASES}/{name}" for name in releases.surplus)):
        await there.drop_tree(path)


@contextlib.asynccontextmanager
async def _scratch(there: Session) -> AsyncIterator[None]:
    await there.client.makedirs(there.at(RELEASES), exist_ok=True)
    await there.client.makedirs(there.at(there.scratch), exist_ok=True)
    try:
        yield
    finally:
        await there.drop_tree(there.scratch)
