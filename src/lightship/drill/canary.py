"""The place where a drill writes: below a path of each host that nobody links to, with a list of what to remove. Its first
step puts one file there."""

import asyncio
import contextlib
import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from time import monotonic

from lightship.hosts import File, Held, Host, HostError, Place, Wrapper
from lightship.net.client import PublicReader
from lightship.publishing.read_only import PublicFiles

BELOW = "lightship/drill"
LEFT = f"{BELOW}/left.json"
PATH = "canary.txt"
PATIENCE = 15.0


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
        await self.put([file for file in files if file.path != "index.html"])
        await self.put([file for file in files if file.path == "index.html"])
        await self.put([manifest])

    def vault_place(self) -> Place | None:
        return None


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


async def publish(hosts: Sequence[Host]) -> tuple[float, str]:
    """Put a file on every host, and read it as a public reader."""
    reader, token = PublicReader(), secrets.token_hex(16).encode()
    results = await asyncio.gather(*(_published(Canary(host), reader, token) for host in hosts))
    seconds = [result for result in results if not isinstance(result, str)]
    messages = (result if isinstance(result, str) else f"{result:.1f} s" for result in results)
    summary = ", ".join(f"{host.name} {message}" for host, message in zip(hosts, messages, strict=True))
    if len(seconds) < len(results):
        raise DrillError(summary)
    return max(seconds), summary


async def _published(host: Canary, reader: PublicReader, token: bytes) -> float | str:
    """Seconds until a public reader reads the token, or the reason why none does."""
    started = monotonic()
    try:
        await host.put([File(PATH, token)])
    except (HostError, OSError) as error:
        return f"could not be written to: {error}"
    public, reason = PublicFiles(host.url, reader), ""
    while monotonic() - started < PATIENCE:
        try:
            file = await public.read(PATH)
        except HostError as error:
            reason = str(error)
        else:
            if file and file.body == token:
                return monotonic() - started
            reason = "serves something else than it was given" if file else "does not show what it was given"
        await asyncio.sleep(0.05)
    return reason
