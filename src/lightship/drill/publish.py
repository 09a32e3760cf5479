"""Put a canary on every host, and read it as a stranger."""

import asyncio
import secrets
from collections.abc import Sequence
from time import monotonic

from lightship.drill.canary import Canary, DrillError
from lightship.hosts import File, Host, HostError
from lightship.net.client import PublicReader
from lightship.publishing.read_only import PublicFiles

PATIENCE = 15.0
PATH = "canary.txt"


def step(hosts: Sequence[Host]) -> tuple[float, str]:
    return asyncio.run(_step(hosts))


async def _step(hosts: Sequence[Host]) -> tuple[float, str]:
    reader, token = PublicReader(), secrets.token_hex(16).encode()
    found = await asyncio.gather(*(_one(Canary(host), reader, token) for host in hosts))
    told = ", ".join(f"{host.name} {_words(result)}" for host, result in zip(hosts, found, strict=True))
    if any(isinstance(result, str) for result in found):
        raise DrillError(told)
    return max(result for result in found if not isinstance(result, str)), told


def _words(result: float | str) -> str:
    return result if isinstance(result, str) else f"{result:.1f} s"


async def _one(host: Canary, reader: PublicReader, token: bytes) -> float | str:
    """Seconds until a stranger reads it, or in words why none does."""
    started = monotonic()
    try:
        await host.put([File(PATH, token)])
    except (HostError, OSError) as error:
        return f"could not be written to: {error}"
    public, why = PublicFiles(host.url, reader), ""
    while monotonic() - started < PATIENCE:
        try:
            held = await public.read(PATH)
        except HostError as error:
            why = str(error)
        else:
            if held and held.body == token:
                return monotonic() - started
            why = "serves something else than it was given" if held else "does not show what it was given"
        await asyncio.sleep(0.05)
    return why
