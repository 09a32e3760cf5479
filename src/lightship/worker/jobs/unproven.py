"""Tell staff of a post that no host is proven to show."""

from lightship.config import Config
from lightship.store.duty import unproven
from lightship.worker.current import for_each_page, utc_now


async def run(config: Config) -> None:
    await for_each_page(config, lambda page, row: unproven.raise_alarm(config, page, row, utc_now()))
