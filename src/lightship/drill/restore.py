"""Restore the vault into a database that is thrown away, with the real command in a process and a folder of its own."""

import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import monotonic

from lightship.config import Config, PageConfig
from lightship.config.environment import inherited
from lightship.core.vault import INDEX_PATH, index_in, path_of
from lightship.core.wire import WireError
from lightship.drill.canary import DrillError, NotRehearsed
from lightship.hosts import Host, HostError, Place
from lightship.signing import verify_key
from lightship.vault import AT_ONCE, vault_place

LONGEST = 600.0


def step(config: Config, page: PageConfig, hosts: Sequence[Host], key: Path | None) -> tuple[float, str]:
    if not config.vault.recovery:
        raise NotRehearsed("no recovery key is configured, so there is no vault")
    if key is None:
        raise NotRehearsed("the recovery key was not at hand: --key FILE")
    started, faults = monotonic(), list[str]()
    with tempfile.TemporaryDirectory(prefix="lightship-drill-") as folder:
        for host in page.hosts:
            try:
                place = vault_place(config, host)
                if place and asyncio.run(_fetched(place, page, Path(folder) / "vault")):
                    return _restored(Path(folder), host.url, page, key.absolute(), host.name, started)
                faults.append(f"{host.name} has no vault")
            except (HostError, WireError, OSError) as error:
                faults.append(f"{host.name}: {error}")
    raise DrillError("; ".join(faults) or f"none of {len(hosts)} hosts has a vault")


async def _fetched(place: Place, page: PageConfig, folder: Path) -> bool:
    """Copy the vault into the folder as it is; False where there is none."""
    signed = await place.read(INDEX_PATH)  # once: the worker may sign another in the next moment
    if signed is None:
        return False
    index = index_in(signed.body, verify_key(page).verify)
    few = asyncio.Semaphore(AT_ONCE)

    async def bring(path: str) -> None:
        async with few:
            part = await place.read(path)
        if part:
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(part.body)

    folder.mkdir(exist_ok=True)
    (folder / INDEX_PATH).write_bytes(signed.body)
    await asyncio.gather(*(bring(path_of(name)) for name in index.parts))
    return True


def _restored(folder: Path, url: str, page: PageConfig, key: Path, name: str, started: float) -> tuple[float, str]:
    command = [sys.executable, "-m", "lightship.cli", "--config", str(folder / "lightship.toml"), "restore", url, "--json"]
    command += ["--key", str(key), "--vault", str(folder / "vault"), "--database", f"sqlite:///{folder}/drill.sqlite3"]
    command += ["--public", verify_key(page).text]
    try:
        done = subprocess.run(  # noqa: S603
            command,
            cwd=folder,
            env=inherited(without="LIGHTSHIP_CONFIG"),
            capture_output=True,
            text=True,
            timeout=LONGEST,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise DrillError(f"from {name}: not done within {LONGEST:.0f} s") from None
    if done.returncode:
        raise DrillError(f"from {name}: {done.stderr.strip() or done.stdout.strip()}")
    facts = json.loads(done.stdout)
    rows, tables = sum(facts["rows"].values()), len(facts["rows"])
    return monotonic() - started, f"from the vault on {name}, written {facts['written']}: {rows:,} rows of {tables} tables"
