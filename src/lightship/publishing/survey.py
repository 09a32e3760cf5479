"""What is left: read what each host holds, verified with the page's key, when nobody else can tell what the page says.

What is signed, or named by hash in what is signed, is believed. A host that holds anything else is passed over and named,
unless its bytes are `known`: those that we verified, or wrote ourselves, before something was killed in the middle.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from lightship import hosts as places
from lightship.config import HostConfig
from lightship.core.model import Month
from lightship.core.signed import (
    MANIFEST_PATH,
    PULSE_PATH,
    Manifest,
    NotOurs,
    Pulse,
    Verify,
    manifest_in,
    pulse_in,
    shelf_in,
    shelf_path,
)
from lightship.core.state import STATE_PATH, State, archive_in, archive_path, state_in
from lightship.core.whole import Part, ids_in, lacking
from lightship.core.wire import WireError, sha256
from lightship.hosts import File, Held, Host, HostError, Place
from lightship.publishing.verify import Stranger

SECONDS = 15.0
AT_ONCE = 12
AGAIN = (0.0, 0.3, 1.0, 2.0, 3.0)
"""Seconds to wait before each look at a host that may just be written to."""
T = TypeVar("T")


class TornError(Exception):
    """What lies there is not what it should be; the message says what."""


@dataclass(frozen=True)
class Lost:
    """A host that nothing could be taken from, and why."""

    host: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Survivor:
    """A host, and what it holds. `shelves`: month -> path -> SHA-256. `outside`: it could only be read as strangers read
    it, for the reason given. `torn`: what of it is believed though its manifest names something else."""

    host: Host
    part: Part
    shelves: dict[str, dict[str, str]]
    pulse: Pulse | None
    outside: str = ""
    torn: tuple[str, ...] = ()

    @property
    def manifest(self) -> Manifest:
        return self.part.manifest

    @property
    def state(self) -> State:
        return self.part.state


@dataclass(frozen=True)
class Search:
    """How to look. `known`: the SHA-256 of documents to believe, whatever a manifest says. `trusting`: hosts to believe though
    they are torn: their manifest must be ours, but what it names need not be there."""

    verify: Verify
    stranger: Stranger
    known: Collection[str] = ()
    trusting: Collection[str] = ()
    seconds: float = SECONDS
    again: Sequence[float] = AGAIN

    async def survey(self, hosts: Iterable[Host]) -> list[Survivor | Lost]:
        """Every host at once, in the order given."""
        return list(await asyncio.gather(*(self._host(host) for host in hosts)))

    async def archives(self, survivor: Survivor, names: Collection[str]) -> dict[str, Month]:
        """Those of its months, verified. TornError if one is not what its list names."""
        fetch = await self._way(survivor.host, survivor.outside)
        turn = asyncio.Semaphore(AT_ONCE)

        async def one(name: str) -> Month:
            async with turn:
                digest = survivor.shelves.get(name, {}).get(archive_path(name), "")
                body = await fetch.document(archive_path(name), digest, self._believed(survivor.host))
                return _parsed(archive_in, body)

        wanted = [name for name in sorted(names) if name in survivor.state.months]
        return dict(zip(wanted, await asyncio.gather(*(one(name) for name in wanted)), strict=True))

    async def for_front(self, survivor: Survivor, now: datetime, read: dict[str, Month]) -> dict[str, Month]:
        """`read`, and all other months without which the front page cannot be drawn."""
        while names := lacking(survivor.state.months, read, survivor.state.open, now):
            read = {**read, **await self.archives(survivor, names)}
        return read

    async def _host(self, host: Host) -> Survivor | Lost:
        why = ""
        for pause in self.again:
            await asyncio.sleep(pause)
            try:
                async with asyncio.timeout(self.seconds):
                    return await self._read(host)
            except NotOurs as error:
                return Lost(host.name, str(error))
            except (TornError, WireError) as error:
                why = str(error)
            except (HostError, OSError) as error:
                return Lost(host.name, str(error))
            except TimeoutError:
                return Lost(host.name, f"it did not answer within {self.seconds:.0f} s")
        return Lost(host.name, why)

    async def _read(self, host: Host) -> Survivor:
        fetch = await self._way(host)
        body = await fetch.get(MANIFEST_PATH)
        if body is None:
            raise TornError("nothing was ever published there")
        manifest, sure = manifest_in(body, self.verify), self._believed(host)
        state = _parsed(state_in, await fetch.document(STATE_PATH, manifest.files.get(STATE_PATH, ""), sure))
        if state.page.id != manifest.page:
            raise TornError(f"{STATE_PATH} is of another page than {MANIFEST_PATH}")
        turn = asyncio.Semaphore(AT_ONCE)

        async def shelf(name: str) -> dict[str, str]:
            async with turn:
                return _parsed(shelf_in, await fetch.document(shelf_path(name), manifest.months.get(name, ""), sure))

        lists = await asyncio.gather(*(shelf(name) for name in state.months))
        shelves = dict(zip(state.months, lists, strict=True))
        pulse = await fetch.get(PULSE_PATH)
        return Survivor(
            host=host,
            part=Part(manifest=manifest, state=state, lists={name: ids_in(shelf) for name, shelf in shelves.items()}),
            shelves=shelves,
            pulse=_pulse(pulse, self.verify) if pulse else None,
            outside=fetch.outside,
            torn=tuple(fetch.strange),
        )

    def _believed(self, host: Host) -> Callable[[str], bool]:
        return (lambda _: True) if host.name in self.trusting else lambda digest: digest in self.known

    async def _way(self, host: Host, outside: str = "") -> "Fetch":
        """As who may write there; where that fails, as a stranger."""
        fetch = Fetch(host, self.stranger, outside)
        if not outside:
            try:
                await host.read(MANIFEST_PATH)
            except (HostError, OSError) as error:
                fetch.outside = str(error)
        return fetch


@dataclass(frozen=True)
class Away:
    """A host that this machine lacks something to write to. It is read as strangers read it."""

    name: str
    url: str
    why: str

    async def read(self, path: str) -> Held | None:
        raise HostError(self.why, permanent=True)

    async def put(self, files: Sequence[File]) -> None:
        raise HostError(self.why, permanent=True)

    async def release(self, files: Sequence[File], manifest: File, expecting: Held | None) -> None:
        raise HostError(self.why, permanent=True)

    def hidden(self) -> Place | None:
        return None


@dataclass
class Fetch:
    """Documents of one host. `strange` gathers those that were believed though nothing names them."""

    host: Host
    stranger: Stranger
    outside: str = ""

    def __post_init__(self) -> None:
        self.strange: list[str] = []

    async def get(self, path: str) -> bytes | None:
        """What lies at the path. HostError if it cannot be asked; None if there is nothing."""
        if not self.outside:
            held = await self.host.read(path)
            return held.body if held else None
        body = await asyncio.to_thread(self.stranger.get, f"{self.host.url}/{path}")
        if isinstance(body, bytes):
            return body
        if body.endswith((" answers 404", " answers 410")):
            return None
        raise HostError(f"{self.outside}; and as a stranger: {body}")

    async def document(self, path: str, digest: str, believed: Callable[[str], bool]) -> bytes:
        body = await self.get(path)
        if body is None:
            raise TornError(f"{path} is missing")
        if sha256(body) != digest:
            if not believed(sha256(body)):
                raise TornError(f"{path} is not what was signed: torn in the middle of a publish, or changed by another hand")
            self.strange.append(path)
        return body


def digests(survivors: Iterable[Survivor]) -> set[str]:
    """The SHA-256 of every document of theirs that can be read back."""
    found: set[str] = set()
    for each in survivors:
        found.add(each.manifest.files.get(STATE_PATH, ""))
        found.update(each.manifest.months.values())
        found.update(shelf.get(archive_path(name), "") for name, shelf in each.shelves.items())
    return found - {""}


def with_archives(survivor: Survivor, archives: dict[str, Month]) -> Survivor:
    return replace(survivor, part=replace(survivor.part, archives={**survivor.part.archives, **archives}))


def highest(survivors: Sequence[Survivor]) -> Survivor:
    """The newest; of two with one number, the same one for everybody."""
    return max(survivors, key=lambda each: (each.manifest.rank, each.manifest.files.get(STATE_PATH, "")))


def _parsed(parse: Callable[[bytes], T], body: bytes) -> T:
    return parse(body)


def _pulse(body: bytes, verify: Verify) -> Pulse | None:
    try:
        return pulse_in(body, verify)
    except WireError:
        return None


def open_host(config: HostConfig) -> Host:
    if config.lacking:
        return Away(config.name, config.url, config.lacking)
    make: Callable[..., Host] = places.find(config.kind)
    return make(name=config.name, url=config.url, **config.options)
