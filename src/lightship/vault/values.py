"""What goes into the vault and what came of it; where it lies; the keys that open it."""

import re
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from pyrage import IdentityError, x25519  # type: ignore[import-untyped]

from lightship.config import Config, HostConfig
from lightship.hosts import File, Held, Place, open_host
from lightship.signing import SigningKey

BELOW = "lightship/vault"
"""Where the vault lies on a host, if anyone may fetch it."""

SECRET = "AGE-SECRET-KEY-1"  # noqa: S105  how every recovery key begins


Key: TypeAlias = x25519.Identity
"""A recovery key."""


class VaultError(Exception):
    """The vault cannot be written or opened; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part before it is encrypted. `label`: what it is of."""

    label: str
    body: bytes


Parts = Callable[[], Generator[Part, None, None]]
"""Begins a reading of all that is private. It is called, and gone through, in a thread of its own."""


@dataclass(frozen=True)
class CopyTarget:
    """One host's copy: where it lies, and in whose name it is written. `place` None: the host has none that is hidden."""

    host: str
    place: Place | None
    signing_key: SigningKey
    page: str
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """What became of one host's copy. `words`: what is wrong, or nothing. `put` of its `parts` were sent; `sent`: how many
    bytes, with everything around them."""

    host: str
    page: str
    reason: str
    parts: int = 0
    put: int = 0
    sent: int = 0


@dataclass(frozen=True)
class Subfolder:
    """A folder of a place, as a place."""

    place: Place
    folder: str = BELOW

    async def read(self, path: str) -> Held | None:
        return await self.place.read(f"{self.folder}/{path}")

    async def put(self, files: Sequence[File]) -> None:
        await self.place.put([File(f"{self.folder}/{file.path}", file.body) for file in files])


def vault_place(config: Config, host: HostConfig) -> Place | None:
    """Where a host's copy of the vault lies. None where it has no place that strangers cannot reach, or this machine lacks
    what is needed to get there."""
    if host.lacking:
        return None
    made = open_host(host)
    return Subfolder(made) if config.vault.public else made.vault_place()


def new_key() -> tuple[str, str]:
    """A recovery key, and its public half, which the vault is encrypted to."""
    identity = x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def key_in(text: str) -> Key:
    """The recovery key in a text: as age-keygen writes it, or typed from paper, with spaces and in any case."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    found = re.search(rf"{SECRET}[0-9A-Z]+", re.sub(r"\s", "", "".join(lines)).upper())
    if not found:
        raise VaultError(f"there is no recovery key in that: it begins with {SECRET}")
    try:
        return x25519.Identity.from_str(found[0])
    except IdentityError:
        what = "a letter of the recovery key is wrong or missing: compare it with the sheet, or scan its code"
        raise VaultError(what) from None
