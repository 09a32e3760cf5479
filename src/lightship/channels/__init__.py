"""Who gets told: ways to reach people. One file a kind, one class in it, found by its name.

A kind is a frozen dataclass whose fields are its configuration, beside `name`. `tell` blocks: call it in a thread.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Thread
from time import monotonic
from typing import Protocol

from lightship.config import ChannelConfig
from lightship.config import kinds as back_ends

PATIENCE = 60.0
"""Seconds that all channels together may take. One that hangs must not hold up who tells: a witness has a name to steer."""

log = logging.getLogger("lightship.channels")


class ChannelError(Exception):
    """A message did not go out, or not to all. The message is for an operator, and holds no secret. `permanent`: sending it
    again will not help, or would tell some people twice."""

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What staff are told: one line, and plain text below it. `to`: addresses; empty: whoever the channel is set up for."""

    subject: str
    body: str
    to: Sequence[str] = ()

    def __post_init__(self) -> None:
        # Pieces of either come from programs and the net: a second line in the subject would be a header of a letter, and
        # half a character is in no message at all.
        object.__setattr__(self, "subject", _whole(" ".join(self.subject.split())))
        object.__setattr__(self, "body", _whole(self.body))


class Channel(Protocol):
    @property
    def name(self) -> str: ...

    def tell(self, message: Message) -> None:
        """Send it, or raise ChannelError. It ends by itself, within a minute."""


def kinds() -> tuple[str, ...]:
    return back_ends.kinds(__path__)


def find(kind: str) -> type[Channel]:
    """The class of a kind. LookupError if there is none."""
    found: type[Channel] = back_ends.find(__name__, __path__, kind, "tell")
    return found


def open_channel(config: ChannelConfig) -> Channel:
    made: Channel = find(config.kind)(name=config.name, **config.options)  # type: ignore[call-arg]
    return made


def tell_each(channels: Iterable[Channel], message: Message, patience: float = PATIENCE) -> Mapping[str, str]:
    """Tell it through every channel at once, each on its own. By name, in words, what went wrong; empty where nothing did."""
    words: dict[str, str] = {}

    def one(channel: Channel) -> None:
        try:
            channel.tell(message)
            words[channel.name] = ""
        except ChannelError as error:
            words[channel.name] = str(error)
        except Exception as error:  # whatever one does, the others are told
            log.exception("channel=%s", channel.name)
            words[channel.name] = f"Lightship itself failed: {type(error).__name__}; see the log"

    # Daemons: one that hangs for ever must not keep the process from ending.
    threads = {channel.name: Thread(target=one, args=(channel,), daemon=True) for channel in channels}
    for thread in threads.values():
        thread.start()
    until = monotonic() + patience
    for thread in threads.values():
        thread.join(max(until - monotonic(), 0.0))
    late = f"did not finish within {patience:.0f} s; it may still go out"
    return {name: words.get(name, late) for name in threads}


def _whole(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def tell_staff(channels: Iterable[ChannelConfig], subject: str, body: str) -> tuple[str, ...]:
    """Tell staff through every channel at once, each on its own. In words, what went wrong with each that failed."""
    opened, shut = list[Channel](), list[str]()
    for config in channels:
        try:
            opened.append(open_channel(config))
        except ValueError as error:  # what it needs was there when this process began
            shut.append(f"{config.name}: {error}")
    if not opened and not shut:
        return ("no channel is configured: nobody was told",)
    told = tell_each(opened, Message(subject=subject, body=body))
    return (*shut, *(f"{name}: {words}" for name, words in told.items() if words))
