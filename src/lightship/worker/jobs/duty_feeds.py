"""Read each calendar of a roster every ten minutes; what cannot be read changes nothing, and is told on the roster."""

import logging
from datetime import datetime

from lightship.config import Config, PageConfig
from lightship.store.duty import feeds
from lightship.store.models import Page
from lightship.worker.current import for_each_page, utc_now

log = logging.getLogger("lightship.duty")


async def run(config: Config) -> None:
    await for_each_page(config, _read)


def _read(page: PageConfig, row: Page) -> None:
    read(row, utc_now())


def read(page: Page, now: datetime) -> None:
    """Those that are due. Blocks."""
    for feed in feeds.due(page, now):
        problem = feeds.refresh(feed, feeds.reader(), now)
        level = logging.WARNING if problem else logging.INFO
        log.log(level, "page=%s calendar=%s shifts=%d problem=%r", page.slug, feed.pk, len(feed.shifts), problem)
