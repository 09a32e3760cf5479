"""Rehearse the worst day on the real configuration, and time it. Readers notice nothing: the drill has a path that nobody links
to, a name that nobody asks for, and a database that is thrown away. Each step gives the seconds that count, and what
was done."""

import asyncio
import json
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.parse import urlsplit

from lightship.breakglass.pending import NAME, PendingLog
from lightship.breakglass.speak import BreakGlass, NothingLeftError
from lightship.config import Config, PageConfig
from lightship.config.environment import inherited
from lightship.config.ids import new_id
from lightship.core import updates
from lightship.core.model import Incident, Status
from lightship.core.rules import Refused
from lightship.core.site.union import Union
from lightship.core.steering import records
from lightship.core.updates import NewIncident, NewUpdate
from lightship.core.vault import INDEX_PATH, index_in, path_of
from lightship.core.wire import WireError
from lightship.doctor import Environment
from lightship.doctor.servers import Server, delegation
from lightship.doctor.zone import CANARY, NOTHING, canary_at
from lightship.drill.canary import Canary, DrillError, NotRehearsed, sweep
from lightship.drill.duty import answer
from lightship.hosts import File, Host, HostError, Place
from lightship.net.client import PublicReader
from lightship.publishing.publish import Clock
from lightship.publishing.read_only import PublicFiles, open_host
from lightship.signing import SigningKey, VerifyKey, new_seed, verify_key
from lightship.vault import AT_ONCE, VaultError, vault_place
from lightship.zones import Zone, ZoneError, open_zone

FAILURES = (DrillError, HostError, NothingLeftError, OSError, Refused, VaultError, ZoneError)
DONE, FAILED, SKIPPED = "done", "failed", "skipped"

PATH = "canary.txt"
PATIENCE = 15.0
LONGEST = 600.0
BODY = "Nothing is broken. This is a rehearsal, on a path that nobody links to."


def rehearse(
    config: Config,
    page: PageConfig,
    key: Path | None,
    environment: Environment,
    progress: Callable[[str], None],
    patience: float = 0,
) -> dict[str, Any]:
    """Do every step, whether or not the one before failed; the report, as the desk keeps it. `key`: the file of a recovery key,
    if one is at hand. `patience`: seconds to wait for the person on duty. `progress` gets the title of each step. Leaves
    nothing behind; what a killed drill left, the next one removes first."""
    hosts = [open_host(host) for host in page.hosts]
    plan = (
        ("publish", "Publish to every host", 5, lambda: asyncio.run(publish(hosts))),
        ("move", "Move the name", 5, lambda: move(page, environment)),
        ("restore", "Restore the desk", 60, lambda: restore(config, page, key)),
        ("speak", "Speak without the desk", 30, lambda: speak(page, hosts, environment.now)),
        ("answer", "The person on duty answers", 300, lambda: answer(page.slug, patience, environment.now, progress)),
    )
    at, started = environment.now(), monotonic()
    asyncio.run(sweep(hosts))
    try:
        done = []
        for name, title, goal, action in plan:
            progress(title)
            done.append(_timed(name, title, goal, action))
    finally:
        asyncio.run(sweep(hosts))
    seconds, passed = round(monotonic() - started, 2), all(step["status"] != FAILED for step in done)
    return {"page": page.slug, "at": at.isoformat(), "seconds": seconds, "passed": passed, "steps": done}


def _timed(name: str, title: str, goal: float, action: Callable[[], tuple[float, str]]) -> dict[str, Any]:
    """`seconds`: what it took; `goal`: what it may take at most. `words`: what was done, or why it was not."""
    status, seconds = DONE, 0.0
    try:
        seconds, summary = action()
    except NotRehearsed as reason:
        status, summary = SKIPPED, str(reason)
    except FAILURES as error:
        status, summary = FAILED, str(error)
    facts = {"name": name, "title": title, "status": status}
    return {**facts, "seconds": round(seconds, 2), "goal": goal, "words": summary}


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


def move(page: PageConfig, environment: Environment) -> tuple[float, str]:
    """Move a canary beside the name from one host to another and back, until every name server says so.

    The canary is a TXT record with the hosts' addresses: it goes the way of a real move, and a name server that insists on
    host names (BIND's check-names) takes it, where it would refuse an address at such a name.
    """
    if page.zone is None:
        raise NotRehearsed("no zone is configured")
    places = [records.place(host.name, host.address, host.cname) for host in page.hosts if host.address or host.cname]
    if len(places) < 2:
        raise NotRehearsed("fewer than two hosts have an address")
    zone = open_zone(page.zone)
    if not zone.holds_txt:
        raise NotRehearsed(f"{page.zone.kind} holds no texts, so there is no canary to move")
    servers = [view.server for view in delegation(urlsplit(page.url).hostname or "", environment).answering]
    try:
        _point(zone, places[0], servers, environment)
        there = _point(zone, places[1], servers, environment)
        back = _point(zone, places[0], servers, environment)
    finally:
        with suppress(ZoneError):
            zone.set_records(zone.name, {CANARY: NOTHING}, expecting=zone.read(zone.name, [CANARY]))
    who = f"{len(servers)} name servers say so" if servers else "no name server could be asked"
    way = f"{CANARY[0]}.{zone.name} from {places[0].name} to {places[1].name}"
    return there, f"{way} in {there:.2f} s, back in {back:.2f} s: {who}"


def _point(zone: Zone, to: records.Place, servers: Sequence[Server], environment: Environment) -> float:
    """Seconds until all servers have it."""
    text, started = " ".join(sorted(to.values)), monotonic()
    zone.set_records(zone.name, {CANARY: frozenset({text})}, expecting=zone.read(zone.name, [CANARY]))
    waiting = list(servers)
    while waiting := [server for server in waiting if text not in canary_at(server.address, zone.name, environment)]:
        if monotonic() - started > environment.patience:
            raise DrillError(f"after {environment.patience:.0f} s {', '.join(map(str, waiting))} had not followed")
        sleep(0.02)
    return monotonic() - started


def restore(config: Config, page: PageConfig, key: Path | None) -> tuple[float, str]:
    """Restore the vault into a database that is thrown away, with the real command in a process and a folder of its own."""
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
    raise DrillError("; ".join(faults) or f"none of {len(page.hosts)} hosts has a vault")


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


@dataclass(frozen=True)
class Rehearsal(SigningKey):
    """Trusts what the page's key signed, but signs with a key that is thrown away. The pages of a drill have a higher epoch
    than the real ones: if they were signed with the page's key, whoever copied them to the front of a host would be believed
    by witnesses and browsers."""

    real: VerifyKey

    @property
    def trusted(self) -> frozenset[bytes]:
        return super().trusted | {self.real.public}

    def verify(self, message: bytes, signature: bytes) -> bool:
        return super().verify(message, signature) or self.real.verify(message, signature)


def speak(page: PageConfig, hosts: Sequence[Host], clock: Clock) -> tuple[float, str]:
    """Break-glass, onto the canary path: a new incident on top of what the hosts hold, rendered, published and proven."""
    if not page.key:
        raise NotRehearsed("the page's private key is not on this machine")

    def opened(union: Union) -> Incident:
        new = NewIncident(name="A drill", update=NewUpdate(status=Status.INVESTIGATING, body=BODY))
        return updates.opened(union.now, new, new_id(), new_id(), clock())

    started = monotonic()
    with tempfile.TemporaryDirectory(prefix="lightship-drill-") as folder:
        canaries, pending_log = [Canary(host) for host in hosts], PendingLog(Path(folder) / NAME, page.slug)
        glass = BreakGlass(page, canaries, Rehearsal(new_seed(), verify_key(page)), pending_log, clock)
        _, outcome = asyncio.run(glass.speak(opened, "drill"))
    took = monotonic() - started
    failed = [f"{receipt.host}: {receipt.reason}" for receipt in outcome.receipts if not receipt.proven]
    if failed:
        raise DrillError("; ".join(failed))
    months = len(outcome.scene.union.snapshot.months)
    return took, f"proven at {', '.join(receipt.host for receipt in outcome.receipts)}, with {months} months of history"
