"""Begin and end planned work when its time comes. What it says wakes the page like any other entry."""

import logging
from collections.abc import Callable
from datetime import datetime

from lightship.config import Config
from lightship.store import journal
from lightship.store.models import Page
from lightship.worker.current import in_thread, utc_now

log = logging.getLogger("lightship.worker")


async def run(config: Config, now: Callable[[], datetime] = utc_now) -> None:
    for slug in config.pages:
        try:
            await in_thread(_one, slug, now())
        except Exception:  # the clock of one page must not stop that of another
            log.exception("page=%s the clock failed; it is tried again", slug)


def _one(slug: str, now: datetime) -> None:
    if row := Page.objects.filter(slug=slug).first():
        journal.keep_time(row, now)
