"""Stands in for the roster and for messages to staff until those are built: then these names come from them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User

from lightship.config import Config
from lightship.store.models import Nudge, Page


def holder(page: Page, at: datetime) -> Mapping[str, User]:
    return {}


def enqueue(page: Page, *, key: str, people: Iterable[User], **columns: Any) -> int:
    rows = [
        Nudge.objects.get_or_create(key=f"{key}:{user.pk}", defaults={"page": page, "person": user, **columns})
        for user in people
    ]
    return sum(made for _, made in rows)


def deliver(config: Config, now: datetime) -> int:
    return 0
