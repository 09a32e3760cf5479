"""Hosts that no real server would be for long: one that hangs, one that is broken; and one that remembers its calls."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from lightship.hosts import File, Held, HostError, Place, Wrapper


@dataclass(frozen=True)
class Witnessed(Wrapper):
    """Passes everything on to `host`, and remembers it."""

    reads: list[str] = field(default_factory=list)
    puts: list[str] = field(default_factory=list)
    drops: list[str] = field(default_factory=list)
    released: list[str] = field(default_factory=list)

    async def read(self, path: str) -> Held | None:
        self.reads.append(path)
        return await self.host.read(path)

    async def put(self, files: Sequence[File]) -> None:
        self.puts.extend(file.path for file in files if file.body is not None)
        self.drops.extend(file.path for file in files if file.body is None)
        await self.host.put(files)

    async def release(self, files: Sequence[File], manifest: File, expecting: Held | None) -> None:
        self.released.extend(file.path for file in files if file.changed)
        await self.host.release(files, manifest, expecting)

    @property
    def silent(self) -> bool:
        """Nothing was written."""
        return not (self.puts or self.drops or self.released)


@dataclass
class Hanging:
    """Accepts a question and never answers, as a mount does whose server is gone."""

    name: str = "hanging"
    url: str = "http://127.0.0.1:9"

    async def read(self, path: str) -> Held | None:
        await asyncio.Event().wait()
        return None

    async def put(self, files: Sequence[File]) -> None:
        await asyncio.Event().wait()

    async def release(self, files: Sequence[File], manifest: File, expecting: Held | None) -> None:
        await asyncio.Event().wait()

    def vault_place(self) -> Place | None:
        return None


@dataclass
class Broken(Hanging):
    """Answers every question with the same complaint."""

    name: str = "broken"
    complaint: str = "its disk is full: make room"

    async def read(self, path: str) -> Held | None:
        raise HostError(self.complaint)
