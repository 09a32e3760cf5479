"""The vault's parts and copies, its place on a host, and the recovery keys."""

import re
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from pyrage import IdentityError, x25519  # type: ignore[import-untyped]

from lightship.config import Config, HostConfig
from lightship.hosts import File, Held, Place, open_host
from lightship.signing import SigningKey

BELOW = "lightship/vault"
"""Folder of the vault on a host, if the vault is public."""

SECRET = "AGE-SECRET-KEY-1"  # noqa: S105  how every recovery key begins


Key: TypeAlias = x25519.Identity
"""A recovery key."""


class VaultError(Exception):
    """The vault cannot be written or opened. The message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part before it is encrypted. `label` names its content."""

    label: str
    body: bytes


Parts = Callable[[], Generator[Part, None, None]]
"""Reads all private data. It is called and iterated in a thread of its own."""


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
    """A folder of a place, as a place of its own."""

    place: Place
    folder: str = BELOW

    async def read(self, path: str) -> Held | None:
        return await self.place.read(f"{self.folder}/{path}")

    async def put(self, files: Sequence[File]) -> None:
        await self.place.put([File(f"{self.folder}/{file.path}", file.body) for file in files])


def vault_place(config: Config, host: HostConfig) -> Place | None:
    """The place of a host's copy of the vault. None if the host has no private place, or this machine lacks the means to
    reach it."""
    if host.lacking:
        return None
    opened = open_host(host)
    return Subfolder(opened) if config.vault.public else opened.vault_place()


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
