"""Keep the clock of each page: make the nudges that are due, and send them. A channel that hangs holds up no other nudge: those
that are due meanwhile are sent beside it."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from lightship.config import Config
from lightship.store.duty import chain, nudges, roster
from lightship.worker.current import for_each_page, in_thread, utc_now

AT_ONCE = 16
"""Deliveries under way; each waits for the slowest of its own messages."""
log = logging.getLogger("lightship.duty")
_under_way: set[asyncio.Task[int]] = set()


async def run(config: Config, now: Callable[[], datetime] = utc_now, ask: chain.Ask = roster.holder) -> None:
    await for_each_page(config, lambda _, row: nudges.plan(row, now(), ask))
    if len(_under_way) >= AT_ONCE:
        return
    task = asyncio.create_task(in_thread(nudges.deliver, config, now(), ask))
    _under_way.add(task)
    task.add_done_callback(_done)
    await asyncio.wait({task}, timeout=1)


def _done(task: asyncio.Task[int]) -> None:
    _under_way.discard(task)
    if not task.cancelled() and (error := task.exception()):
        log.error("error=%r a delivery failed; it is tried again", error, exc_info=error)
