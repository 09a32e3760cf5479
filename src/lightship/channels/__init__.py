"""Who gets told: ways to reach people. One file a kind, one class in it, found by its name.

A kind is a frozen dataclass whose fields are its configuration, beside `name`. `tell` blocks: call it in a thread.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Thread
from time import monotonic
from typing import Protocol

from lightship.config import BackEndConfig
from lightship.config import kinds as back_ends

PATIENCE = 60.0
"""Seconds for all channels together. A channel that hangs must not hold up the caller: a witness has a name to steer."""

log = logging.getLogger("lightship.channels")


class ChannelError(Exception):
    """The message was not sent, or not to all. The error's text is for an operator and holds no secret. `permanent`: a retry
    does not help, or would tell some people twice."""

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message to staff: one line, and plain text below it. `to`: addresses; empty: those in the channel's settings. `id`: a
    message that is sent again has the same, so that a mail program shows it once (empty: one is made)."""

    subject: str
    body: str
    to: Sequence[str] = ()
    id: str = ""

    def __post_init__(self) -> None:
        # Parts of both come from programs and the network: a second line in the subject would become a mail header, and a
        # lone surrogate cannot be encoded.
        for name, text in (("subject", " ".join(self.subject.split())), ("body", self.body)):
            object.__setattr__(self, name, text.encode("utf-8", "replace").decode())


class Channel(Protocol):
    @property
    def name(self) -> str: ...

    @staticmethod
    def check(address: str) -> None:
        """ValueError, saying what to write instead, for what cannot be an address here. Asks nobody."""

    def tell(self, message: Message) -> None:
        """Send it, or raise ChannelError, within a minute."""


def kinds() -> tuple[str, ...]:
    return back_ends.kinds(__path__)


def find(kind: str) -> type[Channel]:
    """The class of a kind. LookupError if there is none."""
    channel: type[Channel] = back_ends.find(__name__, __path__, kind, "tell")
    return channel


def open_channel(config: BackEndConfig) -> Channel:
    return find(config.kind)(name=config.name, **config.options)  # type: ignore[call-arg]


def tell_each(channels: Iterable[Channel], message: Message, patience: float = PATIENCE) -> Mapping[str, str]:
    """Send the message through every channel at once. The error of each channel by name, empty where it succeeded."""
    errors: dict[str, str] = {}

    def send(channel: Channel) -> None:
        try:
            channel.tell(message)
            errors[channel.name] = ""
        except ChannelError as error:
            errors[channel.name] = str(error)
        except Exception as error:  # a defect in one channel must not stop the others
            log.exception("channel=%s", channel.name)
            errors[channel.name] = f"Lightship itself failed: {type(error).__name__}; see the log"

    # Daemon threads: a channel that hangs must not keep the process from ending.
    threads = {channel.name: Thread(target=send, args=(channel,), daemon=True) for channel in channels}
    for thread in threads.values():
        thread.start()
    until = monotonic() + patience
    for thread in threads.values():
        thread.join(max(until - monotonic(), 0.0))
    late = f"did not finish within {patience:.0f} s; it may still go out"
    return {name: errors.get(name, late) for name in threads}


def tell_staff(channels: Iterable[BackEndConfig], subject: str, body: str) -> tuple[str, ...]:
    """Send a message to staff through every channel at once. One error for each channel that failed."""
    opened, failures = list[Channel](), list[str]()
    for config in channels:
        try:
            opened.append(open_channel(config))
        except ValueError as error:  # such as a file that was removed since the process began
            failures.append(f"{config.name}: {error}")
    if not opened and not failures:
        return ("no channel is configured: nobody was told",)
    errors = tell_each(opened, Message(subject=subject, body=body))
    return (*failures, *(f"{name}: {error}" for name, error in errors.items() if error))
