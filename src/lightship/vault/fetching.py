"""Read the vault: the signed index, then each part that it names, from the first place that has it whole."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Awaitable, Sequence
from typing import TypeVar

from pyrage import DecryptError, decrypt, x25519  # type: ignore[import-untyped]

from lightship.core.site.manifest import Verify
from lightship.core.vault import INDEX_PATH, Index, index_in, part_in, path_of
from lightship.core.wire import WireError
from lightship.hosts import HostError, Place
from lightship.vault.values import Part, VaultError

AT_ONCE = 4
"""An sftp host needs a login for each part, and OpenSSH drops unfinished logins beyond the tenth (MaxStartups)."""
SECONDS = 60.0
LONGEST = 1 << 28
"""Largest size of an unpacked part, in bytes."""

T = TypeVar("T")


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


def opened(encrypted: bytes, key: "x25519.Identity") -> Part:
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
