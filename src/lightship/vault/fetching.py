"""Read the vault: the signed index, then part by part what it names, from whichever place still has it whole."""

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
"""An sftp host is logged in to for each part; OpenSSH drops logins beyond the tenth that is on its way (MaxStartups)."""
SECONDS = 60.0
LONGEST = 1 << 28
"""Bytes of a part: what would unpack to more is no part of ours."""

T = TypeVar("T")


async def in_time(answer: Awaitable[T]) -> T:
    try:
        async with asyncio.timeout(SECONDS):
            return await answer
    except TimeoutError as error:
        raise HostError(f"it did not answer within {SECONDS:.0f} s") from error


async def look(place: Place, verify: Verify) -> Index | None:
    """What lies there, if anything does. HostError where that cannot be found out, WireError if it is not the page's own."""
    held = await in_time(place.read(INDEX_PATH))
    return index_in(held.body, verify) if held else None


async def parts(places: Sequence[Place], names: Sequence[str], verify: Verify) -> AsyncIterator[tuple[str, bytes | str]]:
    """Each name with what is encrypted in the part, or in words why none of the places has it whole."""
    for start in range(0, len(names), AT_ONCE):
        some = names[start : start + AT_ONCE]
        bodies = await asyncio.gather(*(_part(places, name, verify) for name in some))
        for name, body in zip(some, bodies, strict=True):
            yield name, body


async def _part(places: Sequence[Place], name: str, verify: Verify) -> bytes | str:
    words = f"part {name} is missing"
    for place in places:
        try:
            held = await in_time(place.read(path_of(name)))
            if held:
                return part_in(name, held.body, verify)
        except (HostError, WireError) as error:
            words = str(error)
    return words


async def fetch(places: Sequence[Place], index: Index, verify: Verify) -> list[bytes]:
    """Everything that the index names, still encrypted, in its order. VaultError at the first part that is nowhere whole."""
    found = []
    async for _, body in parts(places, index.parts, verify):
        if isinstance(body, str):
            raise VaultError(f"the vault is not whole: {body}. Try the vault of another host")
        found.append(body)
    return found


def opened(sealed: bytes, key: "x25519.Identity") -> Part:
    try:
        packed = decrypt(sealed, [key])
    except DecryptError as error:
        what = "this key does not open the vault: it is another installation's, or an older one that was replaced since"
        raise VaultError(what) from error
    unpacking = zlib.decompressobj()
    label, _, body = unpacking.decompress(packed, LONGEST).partition(b"\0")
    if unpacking.unconsumed_tail:
        raise VaultError(f"a part of the vault unpacks to more than {LONGEST:,} bytes: it is none of ours")
    return Part(label.decode(), body)
