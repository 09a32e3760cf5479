"""The process that publishes, keeps the clock and shows that it lives. Any number may run. Each host has a loop of its
own, and so has each chore, so that one that is slow or dead holds up no other."""

import asyncio
import logging
import signal
import threading
from concurrent.futures import ThreadPoolExecutor

from django.db import DatabaseError

from lightship.config import Config
from lightship.publishing.publish import Publisher
from lightship.publishing.verify import Verifier
from lightship.signing import SigningKey
from lightship.store import wake
from lightship.worker.current import CurrentPage, in_thread, open_host, utc_now
from lightship.worker.host_loop import TICK, HostLoop, failure
from lightship.worker.jobs import CHORES, Chore

THREADS = 64
log = logging.getLogger("lightship.worker")


def run(config: Config) -> None:
    """Work until SIGTERM or SIGINT."""
    asyncio.run(_work(config))


async def _work(config: Config) -> None:
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(THREADS, thread_name_prefix="worker"))
    over, stop, stranger = asyncio.Event(), threading.Event(), Verifier()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, over.set)
    woken, tasks = dict[str, asyncio.Event](), [asyncio.create_task(_until(over))]
    for slug, page in config.pages.items():
        newest, woken[slug] = CurrentPage(page), asyncio.Event()
        publisher = Publisher(SigningKey(page.key), utc_now, stranger)
        keepers = [HostLoop(newest, open_host(host), publisher) for host in page.hosts]
        tasks += [asyncio.create_task(keeper.run()) for keeper in keepers]
        tasks.append(asyncio.create_task(_watch(newest, keepers, woken[slug])))
    tasks += [asyncio.create_task(_keep_at(chore, config)) for chore in CHORES]

    def heard(slug: str | None) -> None:
        for event in woken.values() if slug is None else filter(None, [woken.get(slug)]):
            loop.call_soon_threadsafe(event.set)

    threading.Thread(target=wake.listen, args=(heard, stop), daemon=True).start()
    log.info("worker=started pages=%d", len(config.pages))
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    stop.set()
    for task in tasks:
        task.cancel()
    for task in done:
        task.result()


async def _until(over: asyncio.Event) -> None:
    await over.wait()


async def _watch(newest: CurrentPage, keepers: list[HostLoop], woken: asyncio.Event) -> None:
    """Look when somebody spoke, and every second for what time brings; tell the keepers of a new press."""
    while True:
        try:
            rendering, newest.fault = await in_thread(newest.refresh), None
        except DatabaseError as error:
            log.warning("database=%r", str(error))
            rendering = None
        except Exception as error:  # one page that cannot be drawn must not end the others
            log.exception("page=%s cannot be drawn", newest.config.slug)
            rendering, newest.fault = None, failure(error)
        if rendering:
            newest.rendering = rendering
            for keeper in keepers:
                keeper.woken.set()
        try:
            await asyncio.wait_for(woken.wait(), TICK)
        except TimeoutError:
            continue
        woken.clear()


async def _keep_at(chore: Chore, config: Config) -> None:
    """Again and again, whatever becomes of one round."""
    await asyncio.sleep(chore.first)
    while True:
        try:
            await chore.round(config)
        except Exception:
            log.exception("chore=%s failed; it is tried again", chore.name)
        await asyncio.sleep(chore.seconds)
