"""Tell staff of a post that no host is proven to show."""

from lightship.config import Config, PageConfig
from lightship.store.duty import unproven
from lightship.store.models import Page
from lightship.worker.current import for_each_page, utc_now


async def run(config: Config) -> None:
    def look(page: PageConfig, row: Page) -> None:
        unproven.raise_alarm(config, page, row, utc_now())
        unproven.last_resort(config, row, utc_now())

    await for_each_page(config, look)
