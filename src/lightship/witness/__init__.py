"""Look from outside; point the name at hosts that answer. A process of its own: no desk, no database.

Two loops a page: one looks at every host and address at each interval; the other takes its turn after each look (votes, reads
the zone, does what core/steering/decide.py says). Nothing that a zone or a channel does delays a look.
"""

import asyncio
import logging
import signal
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from time import monotonic
from typing import Any

from lightship import channels, zones
from lightship.config import Config, ConfigError, Fault, HostConfig, PageConfig, Peer
from lightship.core.steering.decide import Witness
from lightship.core.steering.records import place
from lightship.signing import SigningKey, verify_key
from lightship.witness import peers
from lightship.witness.controller import Controller, Tell
from lightship.witness.look import HostCheck
from lightship.witness.monitor import Monitor

THREADS = 64
log = logging.getLogger("lightship.witness")

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


def run(config: Config, clock: Clock = utc_now) -> None:
    """Watch until SIGTERM or SIGINT. ConfigError where the file lacks what a witness needs."""
    faults = list(_lacking(config))
    if faults:
        raise ConfigError(Fault(str(config.path), 0, key, what) for key, what in faults)
    asyncio.run(_work(config, clock))


def steered(page: PageConfig) -> tuple[HostConfig, ...]:
    """The hosts that the name may lead to."""
    return tuple(host for host in page.hosts if host.address or host.cname)


def _lacking(config: Config) -> list[tuple[str, str]]:
    me, found = config.witness, []
    pages = [page for page in config.pages.values() if page.zone]
    if not me.name:
        found.append(("witness.name", "is missing: [witness] says which of the witnesses this machine is"))
    if not pages:
        found.append(("pages", "none has a zone: there is no name to steer"))
    for page in pages:
        at, names = f"pages.{page.slug}", [peer.name for peer in page.witnesses]
        if not steered(page):
            found.append((f"{at}.hosts", "none has an `address` or a `cname`: the name can lead nowhere"))
        if names and me.name and me.name not in names:
            found.append((f"{at}.witnesses", f"does not name {me.name}, which [witness] says that this machine is"))
        if page.zone and not zones.find(page.zone.kind).holds_votes and len(names) > 1:
            found += _speechless(page, config)
    return found


def _speechless(page: PageConfig, config: Config) -> list[tuple[str, str]]:
    """What is missing for votes to go from witness to witness."""
    me, why = config.witness, "for this kind of zone holds no votes, and so they go from witness to witness"
    found = [] if me.listen else [("witness.listen", f"is missing, {why}")]
    if not me.key:
        found.append(("witness.key", f"is missing, {why}"))
    for peer in page.witnesses:
        if peer.name != me.name and not (peer.url and peer.public):
            found.append((f"pages.{page.slug}.witnesses.{peer.name}", f"needs `url` and `public`, {why}"))
        elif peer.name == me.name and me.key and peer.public not in (b"", SigningKey(me.key).public):
            found.append((f"pages.{page.slug}.witnesses.{peer.name}.public", "is not the public half of witness.key"))
    return found


async def _work(config: Config, clock: Clock) -> None:
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    loop.set_default_executor(ThreadPoolExecutor(THREADS, thread_name_prefix="witness"))
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, over.set)
    shown: dict[str, bytes] = {}
    work: list[Coroutine[Any, Any, None]] = []
    for page in config.pages.values():
        if page.zone:
            work += _watch(_steersman(config, page, clock, shown), config)
    server = await peers.serve(config.witness.listen, config.witness.certificate, shown) if config.witness.listen else None
    tasks = [asyncio.create_task(each) for each in work]
    log.info("witness=%s pages=%d interval=%g", config.witness.name, len(config.pages), config.witness.interval)
    stopped = asyncio.create_task(over.wait())
    await asyncio.wait([stopped, *tasks], return_when=asyncio.FIRST_COMPLETED)
    for task in (stopped, *tasks):
        task.cancel()
    if server:
        server.close()
    # Threads that still wait for a dead host must not keep the process.
    loop.set_default_executor(ThreadPoolExecutor(1))


def _steersman(config: Config, page: PageConfig, clock: Clock, shown: dict[str, bytes]) -> Controller:
    me, told = config.witness, page.zone
    assert told
    host_check = HostCheck(page.url, verify_key(page), clock, me.roots, me.timeout)
    zone = zones.open_zone(told)
    members = tuple(peer.name for peer in page.witnesses) or (me.name,)
    places = tuple(place(host.name, host.address, host.cname) for host in steered(page))
    others = [peer for peer in page.witnesses if peer.name != me.name and not zone.holds_votes]
    return Controller(
        page=page.slug,
        me=Witness(me.name, members, places, zone.atomic),
        zone=zone,
        monitor=Monitor(page.slug, steered(page), host_check, me),
        clock=clock,
        tell=_teller(config, me.name),
        peers=peers.Peers(page.slug, others, host_check.trust, clock),
        signing_key=SigningKey(me.key) if me.key else None,
        shown=shown,
    )


def _teller(config: Config, name: str) -> Tell:
    """In a thread of its own: a mail server that hangs delays nothing here."""

    def send(subject: str, body: str) -> None:
        for words in channels.tell_staff(config.channels, subject, body):
            log.warning("staff=untold subject=%r words=%r", subject, words)

    def tell(subject: str, body: str) -> None:
        threading.Thread(target=send, args=(f"[{name}] {subject}", body), daemon=True).start()

    return tell


def _watch(controller: Controller, config: Config) -> list[Coroutine[Any, Any, None]]:
    seen, interval, peers = asyncio.Event(), config.witness.interval, controller.peers

    async def look() -> None:
        await controller.monitor.look()
        controller.show()
        seen.set()

    async def turn() -> None:
        await seen.wait()
        seen.clear()
        await asyncio.to_thread(controller.step)

    async def ask(peer: Peer) -> None:
        words = await asyncio.to_thread(peers.ask, peer)
        if words != silent.get(peer.name, ""):
            log.warning("page=%s fellow=%s words=%r", controller.page, peer.name, words or "heard")
        silent[peer.name] = words

    silent: dict[str, str] = {}
    asked = [_forever(lambda peer=peer: ask(peer), interval) for peer in peers.others]  # type: ignore[misc]
    return [_forever(look, interval), _forever(turn, 0.0), *asked]


async def _forever(do: Callable[[], Coroutine[Any, Any, None]], interval: float) -> None:
    """Again and again, at each interval from the start, whatever becomes of one time."""
    start = monotonic()
    while True:
        try:
            await do()
        except Exception:
            log.exception("a turn failed; the next is taken all the same")
            await asyncio.sleep(1)
        if interval:
            await asyncio.sleep(interval - (monotonic() - start) % interval)
