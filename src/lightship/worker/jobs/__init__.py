"""What the worker does beside publishing. One file a job; each does nothing where nothing asks for it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from lightship.config import Config
from lightship.worker.jobs import certificates, clock, examination, steering, vault


@dataclass(frozen=True, slots=True)
class Job:
    """`run` does what is due, if anything. `pause`: seconds between two runs; `delay`: seconds before the first one."""

    name: str
    pause: float
    run: Callable[[Config], Awaitable[None]]
    delay: float = 0.0


JOBS: tuple[Job, ...] = (
    Job("clock", 1, clock.run),
    Job("vault", 60, vault.run),
    Job("certificates", 60, certificates.run),
    Job("steering", 10, steering.run),
    # Not at once: hosts that have just been started, or never published to, are no news.
    Job("examination", 600, examination.run, delay=300),
    Job("examination asked for", 1, examination.answer),
)
