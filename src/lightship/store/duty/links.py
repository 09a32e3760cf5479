"""The link of a nudge: good for one use, for an hour, and for the form that the nudge is about.

Its token is made from the desk's secret and the nudge's id: a nudge that is sent again has the same one. The row holds a
digest, which opens nothing."""

import hashlib
from datetime import datetime, timedelta

from django.utils.crypto import constant_time_compare, salted_hmac

from lightship.store.models import Nudge

LASTS = timedelta(hours=1)
_SALT = "lightship.duty.link"


def token(nudge: Nudge) -> str:
    return salted_hmac(_SALT, nudge.pk, algorithm="sha256").hexdigest()


def digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def find(token: str) -> Nudge | None:
    """The nudge of a token, whether or not its link still works."""
    nudge = Nudge.objects.filter(link_digest=digest(token)).exclude(link_digest="").select_related("person", "page").first()
    return nudge if nudge and constant_time_compare(nudge.link_digest, digest(token)) else None


def works(nudge: Nudge, now: datetime) -> bool:
    return nudge.link_used_at is None and bool(nudge.link_until and now < nudge.link_until) and nudge.person.is_active


def use_up(nudge: Nudge, now: datetime) -> bool:
    """False where another was quicker, or it is too old."""
    unused = Nudge.objects.filter(pk=nudge.pk, link_used_at=None, link_until__gt=now, person__is_active=True)
    return unused.update(link_used_at=now) == 1
