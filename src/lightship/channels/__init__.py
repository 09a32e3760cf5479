"""Who gets told: ways to reach people. One file a kind, one class in it, found by its name.

A kind is a frozen dataclass whose fields are its configuration, beside `name`. `tell` blocks: call it in a thread.
"""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from lightship.config import ChannelConfig
from lightship.config import kinds as back_ends


class ChannelError(Exception):
    """A message did not go out. The message is for an operator. `permanent`: sending it again will not help."""

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What staff are told: one line, and plain text below it. `to`: addresses; empty: whoever the channel is set up for."""

    subject: str
    body: str
    to: Sequence[str] = ()


class Channel(Protocol):
    @property
    def name(self) -> str: ...

    def tell(self, message: Message) -> None:
        """Send it, or raise ChannelError."""


def kinds() -> tuple[str, ...]:
    return back_ends.kinds(__path__)


def find(kind: str) -> type[Channel]:
    """The class of a kind. LookupError if there is none."""
    found: type[Channel] = back_ends.find(__name__, __path__, kind, "tell")
    return found


def tell_staff(channels: Iterable[ChannelConfig], subject: str, body: str) -> tuple[str, ...]:
    """Tell staff through every channel at once, each on its own. In words, what went wrong with each that failed."""
    channels = tuple(channels)

    def one(config: ChannelConfig) -> str:
        try:
            _open(config).tell(Message(subject=subject, body=body))
        except ChannelError as error:
            return f"{config.name}: {error}"
        return ""

    if not channels:
        return ("no channel is configured: nobody was told",)
    with ThreadPoolExecutor(len(channels)) as pool:
        return tuple(words for words in pool.map(one, channels) if words)


def _open(config: ChannelConfig) -> Channel:
    made: Channel = find(config.kind)(name=config.name, **config.options)  # type: ignore[call-arg]
    return made
