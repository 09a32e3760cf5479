"""The place where a drill writes: below a path of each host that nobody links to, with a list of what to remove."""

import asyncio
import contextlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from lightship.hosts import File, Held, Host, HostError, Wrapper

BELOW = "lightship/drill"
LEFT = f"{BELOW}/left.json"


class DrillError(Exception):
    """A step failed; the message says where, and what to look at."""


class NotRehearsed(Exception):
    """A step was not tried: something is not configured, or not at hand; the message says what."""


@dataclass(frozen=True)
class Canary(Wrapper):
    """A host whose writes land below BELOW; reads find the real site until the drill has written the path itself. Paths are
    listed before they are written: a drill that is killed leaves the list too."""

    listed: set[str] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"{self.host.url}/{BELOW}"

    async def read(self, path: str) -> Held | None:
        return await self.host.read(f"{BELOW}/{path}") or await self.host.read(path)

    async def put(self, files: Sequence[File]) -> None:
        paths = {f"{BELOW}/{file.path}" for file in files}
        self.listed.update(await left(self.host))
        if paths - self.listed:
            self.listed.update(paths)
            await self.host.put([File(LEFT, json.dumps(sorted(self.listed)).encode())])
        await self.host.put([File(f"{BELOW}/{file.path}", file.body) for file in files])

    async def release(self, files: Sequence[File], manifest: File, expecting: Held | None) -> None:
        await self.put(files)
        await self.put([manifest])


async def left(host: Host) -> set[str]:
    """Paths that drills wrote there and did not remove."""
    listing = await host.read(LEFT)
    try:
        paths = json.loads(listing.body) if listing else []
    except (ValueError, RecursionError):
        paths = None
    if not isinstance(paths, list):
        return set()  # no drill wrote that
    return {path for path in paths if isinstance(path, str) and path.startswith(f"{BELOW}/")}


async def sweep(hosts: Iterable[Host]) -> None:
    """Remove all that drills wrote, this one or an earlier one."""
    await asyncio.gather(*(_sweep(host) for host in hosts))


async def _sweep(host: Host) -> None:
    # A host that is away is swept by the next drill. The list goes last, so that nothing is forgotten.
    with contextlib.suppress(HostError, OSError, ValueError):
        if paths := await left(host):
            await host.put([File(path, None) for path in sorted(paths)])
            await host.put([File(LEFT, None)])
