"""What the worker does now and then beside publishing. One file a chore; each does nothing where nothing asks for it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from lightship.config import Config
from lightship.desk.chores import certificates, examination, steering, vault


@dataclass(frozen=True, slots=True)
class Chore:
    """`round` does what is due, if anything, and returns; it is called again `seconds` after that."""

    name: str
    seconds: float
    round: Callable[[Config], Awaitable[None]]


CHORES: tuple[Chore, ...] = (
    Chore("vault", 60, vault.tend),
    Chore("certificates", 60, certificates.tend),
    Chore("steering", 10, steering.tend),
    Chore("examination", 600, examination.tend),
)
