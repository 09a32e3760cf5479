"""Places that this machine can only read: a public URL, and a host whose credentials it lacks."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from lightship import hosts as places
from lightship.config import HostConfig
from lightship.hosts import File, Held, Host, HostError, Place
from lightship.net.client import PublicReader
from lightship.net.pinned import ConnectError

GONE = frozenset({404, 410})


@dataclass(frozen=True)
class PublicFiles:
    """The files below a public URL. `gone`: the HTTP statuses that mean that nothing is there."""

    url: str
    reader: PublicReader = field(default_factory=PublicReader)
    gone: Collection[int] = GONE

    async def read(self, path: str) -> Held | None:
        try:
            answer = await asyncio.to_thread(self.reader.get, f"{self.url}/{path}")
        except ConnectError as error:
            raise HostError(str(error)) from error
        if answer.status == 200:
            return Held(answer.body)
        if answer.status in self.gone:
            return None
        raise HostError(f"{self.url}/{path} answers {answer.status}")

    async def put(self, files: Sequence[File]) -> None:
        raise HostError("what lies on the web can only be read")


@dataclass(frozen=True)
class ReadOnlyHost:
    """A host that this machine cannot write to, and why. It is read in `files`, or else over its public URL by who asks."""

    name: str
    url: str
    why: str
    files: Place | None = None

    async def read(self, path: str) -> Held | None:
        if self.files:
            return await self.files.read(path)
        raise HostError(self.why)

    async def put(self, files: Sequence[File]) -> None:
        raise HostError(self.why)

    async def release(self, files: Sequence[File], manifest: File, expecting: Held | None) -> None:
        raise HostError(self.why)

    def vault_place(self) -> Place | None:
        return None


def open_host(config: HostConfig) -> Host:
    if config.lacking:
        return ReadOnlyHost(config.name, config.url, config.lacking)
    return places.open_host(config)
