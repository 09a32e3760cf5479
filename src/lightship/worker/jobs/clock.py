"""Begin and end planned work when its time comes. What this writes wakes the page like any other entry."""

from collections.abc import Callable
from datetime import datetime

from lightship.config import Config
from lightship.store import journal
from lightship.worker.current import for_each_page, utc_now


async def run(config: Config, now: Callable[[], datetime] = utc_now) -> None:
    await for_each_page(config, lambda _, row: journal.keep_time(row, now()))
