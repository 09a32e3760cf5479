"""Stands in for the roster and for messages to staff until those are built: then these names come from them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User

from lightship.channels import ChannelError, Message, open_channel
from lightship.config import Config
from lightship.store.models import Nudge, Page


def holder(page: Page, at: datetime) -> Mapping[str, User]:
    return {}


def enqueue(page: Page, *, key: str, people: Iterable[User], **columns: Any) -> int:
    made = 0
    for user in people:
        columns["person"] = user
        _, new = Nudge.objects.get_or_create(key=f"{page.pk} {key} {user.pk}", defaults={"page": page, **columns})
        made += new
    return made


def deliver(config: Config, now: datetime) -> int:
    count = 0
    for nudge in Nudge.objects.filter(sent_at=None, claimed_until=None, at__lte=now).select_related("person"):
        if Nudge.objects.filter(pk=nudge.pk, claimed_until=None).update(claimed_until=now):
            count += _send(config, nudge, now)
    return count


def _send(config: Config, nudge: Nudge, now: datetime) -> bool:
    channels, errors = {channel.name: channel for channel in config.channels}, []
    for contact in sorted(nudge.person.contacts.all(), key=lambda contact: contact.channel == nudge.avoid):
        try:
            open_channel(channels[contact.channel]).tell(Message(subject=nudge.subject, body=nudge.body, to=(contact.address,)))
        except ChannelError as error:
            errors.append(f"{contact.channel}: {error}")
        else:
            Nudge.objects.filter(pk=nudge.pk).update(sent_at=now, channel=contact.channel, error="")
            return True
    Nudge.objects.filter(pk=nudge.pk).update(error="; ".join(errors) or "no contact")
    return False
