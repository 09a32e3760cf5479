"""How a staffer is reached: by the contacts they listed, in their order, and else by the mail address of the account."""

import logging
from dataclasses import dataclass, replace

from django.contrib.auth.models import User

from lightship.channels import ChannelError, Message, find, open_channel
from lightship.config import BackEndConfig, Config
from lightship.store.models import Contact

EMAIL = "email"
log = logging.getLogger("lightship.duty")


@dataclass(frozen=True, slots=True)
class Way:
    """A channel of lightship.toml, and a staffer's address there."""

    channel: BackEndConfig
    address: str


def ways(config: Config, user: User, avoid: str = "") -> list[Way]:
    """In the order in which they are tried. The channel to avoid comes last: a doubtful way is better than none."""
    channels = {channel.name: channel for channel in config.channels}
    contacts = Contact.objects.filter(user=user)
    listed = [Way(channels[contact.channel], contact.address) for contact in contacts if contact.channel in channels]
    mail = next((channel for channel in config.channels if channel.kind == EMAIL), None)
    if not listed and mail and user.email:
        listed = [Way(mail, user.email)]
    return sorted(listed, key=lambda way: way.channel.name == avoid)


def check(channel: BackEndConfig, address: str) -> None:
    """ValueError, saying what to write instead, for an address that the channel cannot mean."""
    find(channel.kind).check(address)


def unreachable(config: Config, user: User) -> str:
    """Why no channel reaches the user; empty where one does."""
    reasons = []
    for way in ways(config, user):
        try:
            check(way.channel, way.address)
        except ValueError as error:
            reasons.append(f"{way.channel.name}: {error}")
        else:
            return ""
    if reasons:
        return "; ".join(reasons)
    if not config.channels:
        return "lightship.toml has no channel"
    gone = sorted({contact.channel for contact in Contact.objects.filter(user=user)})
    if gone:
        return f"lightship.toml has no channel {' or '.join(gone)} any more"
    return "no contact, and no mail address that a channel of kind email could use"


def tell(way: Way, message: Message) -> str:
    """Send it; why it could not be sent, empty where it was."""
    try:
        open_channel(way.channel).tell(replace(message, to=(way.address,)))
    except (ChannelError, ValueError) as error:
        return str(error)
    except Exception as error:  # a defect of one channel must not keep the message from the next
        log.exception("channel=%s", way.channel.name)
        return f"Lightship itself failed: {type(error).__name__}; see the worker's log"
    return ""
