"""The worker: any number may run. Each host has a loop of its own, and so has each job: one that is slow holds up no other."""

import asyncio
import contextlib
import logging
import signal
import threading
from concurrent.futures import ThreadPoolExecutor

from django.db import DatabaseError

from lightship.config import Config
from lightship.publishing.publish import Publisher
from lightship.publishing.read_only import open_host
from lightship.publishing.verify import Verifier
from lightship.signing import SigningKey
from lightship.store import wake
from lightship.worker.current import CurrentPage, in_thread, utc_now
from lightship.worker.host_loop import TICK, HostLoop, failure
from lightship.worker.jobs import JOBS, Job

THREADS = 64
log = logging.getLogger("lightship.worker")


def run(config: Config) -> None:
    """Work until SIGTERM or SIGINT."""
    asyncio.run(_work(config))


async def _work(config: Config) -> None:
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(THREADS, thread_name_prefix="worker"))
    over, stop, verifier = asyncio.Event(), threading.Event(), Verifier()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, over.set)
    woken, tasks = dict[str, asyncio.Event](), list[asyncio.Task[object]]([asyncio.create_task(over.wait())])
    for slug, page in config.pages.items():
        current, woken[slug] = CurrentPage(page), asyncio.Event()
        publisher = Publisher(SigningKey(page.key), utc_now, verifier)
        hosts = [HostLoop(current, open_host(host), publisher) for host in page.hosts]
        tasks += [asyncio.create_task(host.run()) for host in hosts]
        tasks.append(asyncio.create_task(_watch(current, hosts, woken[slug])))
    tasks += [asyncio.create_task(_repeat(job, config)) for job in JOBS]

    def notify(slug: str | None) -> None:
        """An entry was written for that page; None: for any."""
        for event in woken.values() if slug is None else filter(None, [woken.get(slug)]):
            loop.call_soon_threadsafe(event.set)

    threading.Thread(target=wake.listen, args=(notify, stop), daemon=True).start()
    log.info("worker=started pages=%d", len(config.pages))
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    stop.set()
    for task in tasks:
        task.cancel()
    for task in done:
        task.result()


async def _watch(current: CurrentPage, hosts: list[HostLoop], woken: asyncio.Event) -> None:
    """Refresh when an entry was written, and every second for what time alone changes; wake the hosts for a new rendering."""
    while True:
        try:
            rendering, current.fault = await in_thread(current.refresh), None
        except DatabaseError as error:
            log.warning("database=%r", str(error))
            rendering = None
        except Exception as error:  # one page that cannot be drawn must not end the others
            log.exception("page=%s cannot be drawn", current.config.slug)
            rendering, current.fault = None, failure(error)
        if rendering:
            current.rendering = rendering
            for host in hosts:
                host.woken.set()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(woken.wait(), TICK)
            woken.clear()


async def _repeat(job: Job, config: Config) -> None:
    await asyncio.sleep(job.delay)
    while True:
        try:
            await job.run(config)
        except Exception:
            log.exception("job=%s failed; it is tried again", job.name)
        await asyncio.sleep(job.pause)
