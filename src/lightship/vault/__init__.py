"""Private data, encrypted to the recovery keys, kept with every host and read back from any of them."""

import asyncio
import re
import zlib
from collections.abc import AsyncIterator, Awaitable, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from pyrage import DecryptError, IdentityError, decrypt, x25519  # type: ignore[import-untyped]

from lightship.config import Config, HostConfig
from lightship.core.site.manifest import Verify
from lightship.core.vault import INDEX_PATH, Index, index_in, part_in, path_of
from lightship.core.wire import WireError
from lightship.hosts import File, Held, HostError, Place, open_host
from lightship.signing import SigningKey

BELOW = "lightship/vault"
"""Folder of the vault on a host, if the vault is public."""
SECRET = "AGE-SECRET-KEY-1"  # noqa: S105  how every recovery key begins
AT_ONCE = 4
"""An sftp host needs a login for each part, and OpenSSH drops unfinished logins beyond the tenth (MaxStartups)."""
SECONDS = 60.0
LONGEST = 1 << 28
"""Largest size of an unpacked part, in bytes."""

Key: TypeAlias = x25519.Identity
"""A recovery key."""
T = TypeVar("T")


class VaultError(Exception):
    """The vault cannot be written or opened. The message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part before it is encrypted. `label` names its content."""

    label: str
    body: bytes


@dataclass(frozen=True)
class CopyTarget:
    """Where one host's copy lies, and which page and epoch write it. `place` None: the host has no private place."""

    host: str
    place: Place | None
    signing_key: SigningKey
    page: str
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """The result for one host's copy. `reason`: the error, or nothing. `put`: how many of its `parts` were written. `sent`:
    all bytes written."""

    host: str
    page: str
    reason: str
    parts: int = 0
    put: int = 0
    sent: int = 0


@dataclass(frozen=True)
class Subfolder:
    """The vault's folder of a place, as a place of its own."""

    place: Place

    async def read(self, path: str) -> Held | None:
        return await self.place.read(f"{BELOW}/{path}")

    async def put(self, files: Sequence[File]) -> None:
        await self.place.put([File(f"{BELOW}/{file.path}", file.body) for file in files])


def vault_place(config: Config, host: HostConfig) -> Place | None:
    """The place of a host's copy of the vault. None if the host has no private place, or this machine lacks the means to
    reach it."""
    if host.lacking:
        return None
    place = open_host(host)
    return Subfolder(place) if config.vault.public else place.vault_place()


def new_key() -> tuple[str, str]:
    """A recovery key, and its public key, to which the vault is encrypted."""
    identity = x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def key_in(text: str) -> Key:
    """The recovery key in a text: as age-keygen writes it, or typed from paper with spaces and in any case."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    match = re.search(rf"{SECRET}[0-9A-Z]+", re.sub(r"\s", "", "".join(lines)).upper())
    if not match:
        raise VaultError(f"there is no recovery key in that: it begins with {SECRET}")
    try:
        return x25519.Identity.from_str(match[0])
    except IdentityError:
        reason = "a letter of the recovery key is wrong or missing: compare it with the sheet, or scan its code"
        raise VaultError(reason) from None


async def in_time(answer: Awaitable[T]) -> T:
    try:
        async with asyncio.timeout(SECONDS):
            return await answer
    except TimeoutError as error:
        raise HostError(f"it did not answer within {SECONDS:.0f} s") from error


async def look(place: Place, verify: Verify) -> Index | None:
    """The index at a place, if there is one. HostError if it cannot be read, WireError if it is not the page's own."""
    file = await in_time(place.read(INDEX_PATH))
    return index_in(file.body, verify) if file else None


async def parts(places: Sequence[Place], names: Sequence[str], verify: Verify) -> AsyncIterator[tuple[str, bytes | str]]:
    """Each name with the encrypted part, or the reason why no place has it whole."""
    for start in range(0, len(names), AT_ONCE):
        batch = names[start : start + AT_ONCE]
        bodies = await asyncio.gather(*(_part(places, name, verify) for name in batch))
        for name, body in zip(batch, bodies, strict=True):
            yield name, body


async def _part(places: Sequence[Place], name: str, verify: Verify) -> bytes | str:
    reason = f"part {name} is missing"
    for place in places:
        try:
            if file := await in_time(place.read(path_of(name))):
                return part_in(name, file.body, verify)
        except (HostError, WireError) as error:
            reason = str(error)
    return reason


async def fetch(places: Sequence[Place], index: Index, verify: Verify) -> list[bytes]:
    """All parts of the index in its order, still encrypted. VaultError at the first part that no place has whole."""
    bodies = []
    async for _, body in parts(places, index.parts, verify):
        if isinstance(body, str):
            raise VaultError(f"the vault is not whole: {body}. Try the vault of another host")
        bodies.append(body)
    return bodies


def opened(encrypted: bytes, key: Key) -> Part:
    try:
        packed = decrypt(encrypted, [key])
    except DecryptError as error:
        reason = "this key does not open the vault: it is another installation's, or an older one that was replaced since"
        raise VaultError(reason) from error
    unpacking = zlib.decompressobj()
    label, _, body = unpacking.decompress(packed, LONGEST).partition(b"\0")
    if unpacking.unconsumed_tail:
        raise VaultError(f"a part of the vault unpacks to more than {LONGEST:,} bytes: it is none of ours")
    return Part(label.decode(), body)
