"""Tell both sides of a change of the roster that waits for them, because something is open."""

from lightship.config import Config
from lightship.store.duty import handover
from lightship.worker.current import for_each_page, utc_now


async def run(config: Config) -> None:
    await for_each_page(config, lambda _, row: handover.announce(row, utc_now()))
