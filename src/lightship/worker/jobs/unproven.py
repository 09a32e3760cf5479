"""Tell staff of a post that no host is proven to show."""

from lightship.config import Config, PageConfig
from lightship.store.duty import unproven
from lightship.store.duty.nudges import deliver
from lightship.store.models import Page
from lightship.worker.current import for_each_page, in_thread, utc_now


async def run(config: Config) -> None:
    alarms: list[bool] = []

    def look(page: PageConfig, row: Page) -> None:
        alarms.append(unproven.raise_alarm(config, page, row, utc_now()))
        unproven.last_resort(config, row, utc_now())

    await for_each_page(config, look)
    if any(alarms):
        # Beside the job that sends what is due, which may hang in a channel that answers nothing.
        await in_thread(deliver, config, utc_now())
