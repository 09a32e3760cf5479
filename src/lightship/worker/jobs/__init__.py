"""What the worker does now and then beside publishing. One file a chore; each does nothing where nothing asks for it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from lightship.config import Config
from lightship.worker.jobs import certificates, clock, examination, steering, vault


@dataclass(frozen=True, slots=True)
class Chore:
    """`round` does what is due, if anything, and returns; it is called again `seconds` after that. `first`: seconds to wait
    before it is called at all."""

    name: str
    seconds: float
    round: Callable[[Config], Awaitable[None]]
    first: float = 0.0


CHORES: tuple[Chore, ...] = (
    Chore("clock", 1, clock.run),
    Chore("vault", 60, vault.run),
    Chore("certificates", 60, certificates.run),
    Chore("steering", 10, steering.run),
    # Not at once: hosts that have just been started, or never published to, are no news.
    Chore("examination", 600, examination.run, first=300),
    Chore("examination asked for", 1, examination.answer),
)
