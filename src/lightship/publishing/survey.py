"""Read what each host holds, verified with the page's key.

What is signed, or named by hash in what is signed, is believed. A host that holds anything else is passed over, unless its
bytes are `known`: those that we verified, or wrote ourselves, before a publish was killed in the middle.
"""

import asyncio
import base64
import contextlib
import json
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from lightship.core.model import Month
from lightship.core.site.manifest import (
    MANIFEST_PATH,
    PULSE_PATH,
    Manifest,
    NotOurs,
    Pulse,
    manifest_in,
    month_list_in,
    month_list_path,
    pulse_in,
)
from lightship.core.site.state import STATE_PATH, State, archive_in, archive_path, state_in
from lightship.core.site.union import HostPart, ids_in, lacking
from lightship.core.site.versions import Version
from lightship.core.wire import WireError, sha256
from lightship.hosts import Host, HostError, Place
from lightship.importers import shown
from lightship.net.client import PublicReader
from lightship.publishing.read_only import PublicFiles, ReadOnlyHost
from lightship.signing import VerifyKey

SECONDS = 15.0
AT_ONCE = 12
AGAIN = (0.0, 0.3, 1.0, 2.0, 3.0)
"""Seconds to wait before each try at a host that may just be written to."""
_MONTH = re.compile("[0-9]{4}-[0-9]{2}")
T = TypeVar("T")


class TornError(Exception):
    """A document is not the one that was signed; the message says which."""


@dataclass(frozen=True)
class Unreadable:
    """A host that could not be read, and why."""

    host: str
    why: str


@dataclass(frozen=True, kw_only=True)
class HostState:
    """A host, and what it holds. `verify_key`: of the key that signed it; an empty one for an export. `shelves`: month ->
    path -> SHA-256. `outside`: why it could only be read over its public URL. `torn`: the paths that are believed though the
    manifest names other bytes."""

    host: Host
    verify_key: VerifyKey
    part: HostPart
    shelves: dict[str, dict[str, str]]
    pulse: Pulse | None = None
    outside: str = ""
    torn: tuple[str, ...] = ()

    @property
    def manifest(self) -> Manifest:
        return self.part.manifest

    @property
    def state(self) -> State:
        return self.part.state


@dataclass(frozen=True)
class Survey:
    """How to read hosts. `keys`: the page's public keys; without any, the key that a host names is believed. `known`: the
    SHA-256 of documents to believe, whatever a manifest says. `trusting`: names of hosts to believe though they are torn.
    `unsigned`: accept an export, which has no manifest."""

    keys: Collection[bytes]
    reader: PublicReader
    known: Collection[str] = ()
    trusting: Collection[str] = ()
    seconds: float = SECONDS
    again: Sequence[float] = AGAIN
    unsigned: bool = False

    async def read(self, hosts: Iterable[Host]) -> list[HostState | Unreadable]:
        """Every host at once, in the order given."""
        return list(await asyncio.gather(*(self._host(host) for host in hosts)))

    async def archives(self, state: HostState, names: Collection[str]) -> dict[str, Month]:
        """The archives of these months, as far as it has them. TornError if one is not what its list names."""
        documents = await self._documents(state.host, believed=not state.verify_key.public, outside=state.outside)

        async def month(name: str) -> Month:
            path = archive_path(name)
            archive = await documents.verified(path, state.shelves.get(name, {}).get(path, ""), archive_in)
            if archive.month != name:
                raise TornError(f"{path} holds another month, {archive.month}")
            return archive

        wanted = [name for name in sorted(names) if name in state.state.months]
        return dict(zip(wanted, await asyncio.gather(*map(month, wanted)), strict=True))

    async def for_front(self, state: HostState, now: datetime, read: dict[str, Month]) -> dict[str, Month]:
        """`read`, and all other months that the front page needs."""
        while names := lacking(state.state.months, read, state.state.open, now):
            read = {**read, **await self.archives(state, names)}
        return read

    async def _host(self, host: Host) -> HostState | Unreadable:
        reason = ""
        for pause in self.again:
            await asyncio.sleep(pause)
            try:
                async with asyncio.timeout(self.seconds):
                    return await self._read(host)
            except NotOurs as error:
                return Unreadable(host.name, str(error))
            except (TornError, WireError) as error:
                reason = str(error)
            except (HostError, OSError) as error:
                return Unreadable(host.name, str(error) or f"it did not answer within {self.seconds:g} s")
        return Unreadable(host.name, reason)

    async def _read(self, host: Host) -> HostState:
        documents = await self._documents(host)
        body = await documents.get(MANIFEST_PATH)
        if body is None:
            return await self._export(host, documents)
        verify_key = signer(body, self.keys)
        manifest = manifest_in(body, verify_key.verify)
        state = await documents.verified(STATE_PATH, manifest.files.get(STATE_PATH, ""), _state)
        if state.page.id != manifest.page:
            raise TornError(f"{STATE_PATH} is of another page than {MANIFEST_PATH}")
        lists = await asyncio.gather(
            *(documents.verified(month_list_path(name), manifest.months.get(name, ""), month_list_in) for name in state.months)
        )
        shelves = dict(zip(state.months, lists, strict=True))
        ids = {name: ids_in(month_list) for name, month_list in shelves.items()}
        body, pulse = await documents.get(PULSE_PATH), None
        with contextlib.suppress(WireError):
            pulse = pulse_in(body, verify_key.verify) if body else None
        return HostState(
            host=host,
            verify_key=verify_key,
            part=HostPart(manifest=manifest, state=state, lists=ids),
            shelves=shelves,
            pulse=pulse,
            outside=documents.outside,
            torn=tuple(documents.torn),
        )

    async def _export(self, host: Host, documents: "_Documents") -> HostState:
        if not self.unsigned:
            raise TornError("nothing was ever published there")
        body = await documents.get(STATE_PATH)
        if body is None:
            raise HostError(f"it is not a Lightship: it has no {STATE_PATH}")
        state = _parsed(STATE_PATH, _state, body)
        page = state.page
        manifest = Manifest(page=page.id, revision=state.revision, epoch=state.epoch, at=page.updated_at, build="")
        part = HostPart(manifest=manifest, state=state, lists={})
        return HostState(host=host, verify_key=VerifyKey(b""), part=part, shelves={})

    async def _documents(self, host: Host, *, believed: bool = False, outside: str = "") -> "_Documents":
        """Read with the host's credentials; where that fails, over its public URL."""
        known = None if believed or host.name in self.trusting else self.known
        if isinstance(host, ReadOnlyHost) and host.files:
            return _Documents(host.files, known)
        try:
            if not outside:
                await host.read(MANIFEST_PATH)
                return _Documents(host, known)
        except (HostError, OSError) as error:
            outside = str(error)
        return _Documents(PublicFiles(host.url, self.reader), known, outside)


@dataclass(frozen=True)
class _Documents:
    """The documents of one host. `known`: as in Survey; None: all are believed. `torn`: paths that were, for that reason."""

    place: Place
    known: Collection[str] | None
    outside: str = ""
    torn: list[str] = field(default_factory=list)
    limit: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def get(self, path: str) -> bytes | None:
        """HostError where the host does not answer; None where nothing lies at the path."""
        try:
            existing = await self.place.read(path)
        except HostError as error:
            raise (HostError(f"{self.outside}; and as a stranger: {error}") if self.outside else error) from error
        return existing.body if existing else None

    async def verified(self, path: str, digest: str, parse: Callable[[bytes], T]) -> T:
        async with self.limit:
            body = await self.get(path)
        if body is None:
            raise TornError(f"{path} is missing")
        if sha256(body) != digest:
            if self.known is not None and sha256(body) not in self.known:
                raise TornError(f"{path} is not what was signed: torn in the middle of a publish, or changed by another hand")
            self.torn.append(path)
        return _parsed(path, parse, body)


def signer(body: bytes, keys: Collection[bytes]) -> VerifyKey:
    """The key that a document names: one of `keys`, where there are any."""
    key = b""
    with contextlib.suppress(ValueError, KeyError, TypeError, RecursionError):
        key = base64.b64decode(json.loads(body)["key"])
    if key and keys and key not in keys:
        raise NotOurs(f"it is signed with {base64.b64encode(key).decode()}, which is not the page's key")
    if len(key) != 32:
        raise WireError("it names no key that it is signed with")
    return VerifyKey(key)


def digests(states: Iterable[HostState]) -> set[str]:
    """The SHA-256 of every document of theirs that can be read back."""
    known: set[str] = set()
    for state in states:
        known |= {state.manifest.files.get(STATE_PATH, ""), *state.manifest.months.values()}
        known |= {month_list.get(archive_path(name), "") for name, month_list in state.shelves.items()}
    return known - {""}


def with_archives(state: HostState, archives: dict[str, Month]) -> HostState:
    return replace(state, part=replace(state.part, archives={**state.part.archives, **archives}))


def highest(states: Sequence[HostState]) -> HostState:
    """The newest; of two with the same version, everybody takes the same one."""
    return max(states, key=order)


def order(state: HostState) -> tuple[Version, str]:
    return state.manifest.version, state.manifest.files.get(STATE_PATH, "")


def _parsed(path: str, parse: Callable[[bytes], T], body: bytes) -> T:
    try:
        return parse(body)
    except WireError as error:
        raise TornError(f"{path}: {error}") from error
    except (RecursionError, OverflowError) as error:
        raise TornError(f"{path} is nested too deep, or has a number beyond all measure") from error


def _state(body: bytes) -> State:
    state = state_in(body)
    for name in state.months:  # they become parts of paths
        if not isinstance(name, str) or not _MONTH.fullmatch(name):
            raise WireError(f"it names {shown(name)}, which is no month")
    return state
