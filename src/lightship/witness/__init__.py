"""Check the hosts from outside; point the name at hosts that answer. A process of its own: no desk, no database.

Two loops a page: one checks every host and address at each interval; the other takes a step after each round of checks (votes,
reads the zone, does what core/steering/decide.py decides). A slow zone or channel never delays a check.
"""

import asyncio
import logging
import signal
import ssl
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import Any

from lightship import channels, zones
from lightship.config import Config, ConfigError, Fault, HostConfig, PageConfig, Peer
from lightship.core.steering.decide import Witness
from lightship.core.steering.records import place
from lightship.signing import SigningKey, verify_key
from lightship.witness import peers
from lightship.witness.controller import Controller, Tell
from lightship.witness.monitor import Clock, HostCheck, Monitor

THREADS = 64
log = logging.getLogger("lightship.witness")


def run(config: Config, clock: Clock) -> None:
    """Watch until SIGTERM or SIGINT. ConfigError where the file lacks what a witness needs."""
    faults = [Fault(str(config.path), 0, key, what) for key, what in _lacking(config)]
    if faults:
        raise ConfigError(faults)
    asyncio.run(_watch(config, clock))


def steered(page: PageConfig) -> tuple[HostConfig, ...]:
    """The hosts that the name may lead to."""
    return tuple(host for host in page.hosts if host.address or host.cname)


def _lacking(config: Config) -> Iterator[tuple[str, str]]:
    """Key and message of each fault."""
    me, pages = config.witness, [page for page in config.pages.values() if page.zone]
    if not me.name:
        yield "witness.name", "is missing: [witness] says which of the witnesses this machine is"
    if not pages:
        yield "pages", "none has a zone: there is no name to steer"
    for page in pages:
        key, names = f"pages.{page.slug}", [peer.name for peer in page.witnesses]
        if not steered(page):
            yield f"{key}.hosts", "none has an `address` or a `cname`: the name can lead nowhere"
        if names and me.name and me.name not in names:
            yield f"{key}.witnesses", f"does not name {me.name}, which [witness] says that this machine is"
        if page.zone and not zones.find(page.zone.kind).holds_votes and len(names) > 1:
            yield from _lacking_for_peers(page, config)


def _lacking_for_peers(page: PageConfig, config: Config) -> Iterator[tuple[str, str]]:
    me, why = config.witness, "for this kind of zone holds no votes, and so they go from witness to witness"
    if not me.listen:
        yield "witness.listen", f"is missing, {why}"
    if not me.key:
        yield "witness.key", f"is missing, {why}"
    for peer in page.witnesses:
        key = f"pages.{page.slug}.witnesses.{peer.name}"
        if peer.name != me.name and not (peer.url and peer.public):
            yield key, f"needs `url` and `public`, {why}"
        elif peer.name == me.name and me.key and peer.public not in (b"", SigningKey(me.key).public):
            yield f"{key}.public", "is not the public half of witness.key"


async def _watch(config: Config, clock: Clock) -> None:
    loop, over, me = asyncio.get_running_loop(), asyncio.Event(), config.witness
    loop.set_default_executor(ThreadPoolExecutor(THREADS, thread_name_prefix="witness"))
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, over.set)
    shown: dict[str, bytes] = {}
    steps: list[Coroutine[Any, Any, None]] = []
    for page in config.pages.values():
        if page.zone:
            steps += _loops(_controller(config, page, clock, shown), me.interval)
    server = await peers.serve(me.listen, me.certificate, shown) if me.listen else None
    tasks = [asyncio.create_task(step) for step in (over.wait(), *steps)]
    log.info("witness=%s pages=%d interval=%g", me.name, len(config.pages), me.interval)
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    if server:
        server.close()
    # Threads that still wait for a dead host must not keep the process.
    loop.set_default_executor(ThreadPoolExecutor(1))


def _controller(config: Config, page: PageConfig, clock: Clock, shown: dict[str, bytes]) -> Controller:
    assert page.zone
    me, zone = config.witness, zones.open_zone(page.zone)
    trust = ssl.create_default_context(cafile=str(me.roots) if me.roots else None)
    host_check = HostCheck(page.url, verify_key(page), clock, trust, me.timeout)
    members = tuple(peer.name for peer in page.witnesses) or (me.name,)
    places = tuple(place(host.name, host.address, host.cname) for host in steered(page))
    others = [peer for peer in page.witnesses if peer.name != me.name and not zone.holds_votes]
    return Controller(
        page=page.slug,
        me=Witness(me.name, members, places, zone.atomic),
        zone=zone,
        monitor=Monitor(page.slug, steered(page), host_check, me),
        clock=clock,
        tell=_teller(config),
        peers=peers.Peers(page.slug, others, trust, clock),
        signing_key=SigningKey(me.key) if me.key else None,
        shown=shown,
    )


def _teller(config: Config) -> Tell:
    """In a thread of its own: a mail server that hangs delays nothing here."""

    def send(subject: str, body: str) -> None:
        for reason in channels.tell_staff(config.channels, subject, body):
            log.warning("staff=untold subject=%r reason=%r", subject, reason)

    def tell(subject: str, body: str) -> None:
        threading.Thread(target=send, args=(f"[{config.witness.name}] {subject}", body), daemon=True).start()

    return tell


def _loops(controller: Controller, interval: float) -> list[Coroutine[Any, Any, None]]:
    checked, peers, reasons = asyncio.Event(), controller.peers, dict[str, str]()

    async def look() -> None:
        await controller.monitor.look()
        controller.show()
        checked.set()

    async def step() -> None:
        await checked.wait()
        checked.clear()
        await asyncio.to_thread(controller.step)

    async def ask(peer: Peer) -> None:
        reason = await asyncio.to_thread(peers.ask, peer)
        if reason != reasons.get(peer.name, ""):
            log.warning("page=%s peer=%s reason=%r", controller.page, peer.name, reason or "heard")
        reasons[peer.name] = reason

    asking = [_forever(lambda peer=peer: ask(peer), interval) for peer in peers.others]  # type: ignore[misc]
    return [_forever(look, interval), _forever(step, 0.0), *asking]


async def _forever(do: Callable[[], Coroutine[Any, Any, None]], interval: float) -> None:
    """Again and again, at each interval from the start, even if one run fails."""
    start = monotonic()
    while True:
        try:
            await do()
        except Exception:
            log.exception("a step failed; the next is taken all the same")
            await asyncio.sleep(1)
        if interval:
            await asyncio.sleep(interval - (monotonic() - start) % interval)
