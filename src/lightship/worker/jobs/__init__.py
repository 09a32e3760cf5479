"""What the worker does beside publishing. Each job does nothing where nothing asks for it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from lightship.config import Config
from lightship.store import journal
from lightship.worker.current import for_each_page, utc_now
from lightship.worker.jobs import certificates, duty, duty_feeds, examination, hand_overs, steering, unproven, vault


@dataclass(frozen=True, slots=True)
class Job:
    """`run` does what is due, if anything. `pause`: seconds between two runs; `delay`: seconds before the first one."""

    name: str
    pause: float
    run: Callable[[Config], Awaitable[None]]
    delay: float = 0.0


async def keep_time(config: Config, now: Callable[[], datetime] = utc_now) -> None:
    """Begin and end planned work when its time comes. What this writes wakes the page like any other entry."""
    await for_each_page(config, lambda _, row: journal.keep_time(row, now()))


JOBS: tuple[Job, ...] = (
    Job("clock", 1, keep_time),
    Job("duty", 1, duty.run),
    Job("vault", 60, vault.run),
    Job("certificates", 60, certificates.run),
    Job("steering", 10, steering.run),
    # Not at once: a worker that was away publishes what is left within seconds.
    Job("unproven posts", 2, unproven.run, delay=30),
    Job("calendars of duty", 30, duty_feeds.run),
    Job("hand-overs", 5, hand_overs.run),
    # Not at once: hosts that have just been started, or never published to, are no news.
    Job("examination", 600, examination.run, delay=300),
    Job("examination asked for", 1, examination.answer),
)
