"""Put a canary on every host, and read it as a public reader."""

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


async def step(hosts: Sequence[Host]) -> tuple[float, str]:
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
