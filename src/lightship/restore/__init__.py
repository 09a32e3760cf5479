"""Put up a desk on a bare machine: a new one, or the lost one from what hosts still hold."""

from collections.abc import Callable
from dataclasses import dataclass

Tell = Callable[[str], None]
"""Takes a line for the person who waits."""


class RestoreError(Exception):
    """No desk can be put up; the message says why, and what to do."""


@dataclass(frozen=True)
class PageRestored:
    page: str
    revision: int
    epoch: int
    incidents: int
