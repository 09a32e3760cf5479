"""Slow down whoever guesses passwords: by account, and by address."""

from datetime import datetime, timedelta
from ipaddress import ip_address

from django.db.models import Max
from django.http import HttpRequest

from lightship.desk.models import Attempt

WINDOW = timedelta(minutes=15)
# An office shares one address: it may mistype more often than one person may.
LIMITS = {"account": 5, "address": 20}


def keys(request: HttpRequest, account: str) -> dict[str, str]:
    """`Attempt.who` for each thing that is counted."""
    return {"account": f"account:{account.strip().casefold()[:300]}", "address": f"address:{address(request)}"}


def address(request: HttpRequest) -> str:
    """The peer; behind a proxy on this machine or network, whom that proxy names last."""
    peer = str(request.META.get("REMOTE_ADDR", ""))
    hops = request.headers.get("X-Forwarded-For", "").split(",")
    return hops[-1].strip()[:64] if hops[-1].strip() and _near(peer) else peer


def _near(peer: str) -> bool:
    try:
        return ip_address(peer).is_private
    except ValueError:
        return True  # a Unix socket


def wait(who: dict[str, str], now: datetime) -> timedelta | None:
    """How long until the next try may be made; None at once."""
    waits = [_wait(key, LIMITS[kind], now) for kind, key in who.items()]
    return max((each for each in waits if each), default=None)


def _wait(key: str, limit: int, now: datetime) -> timedelta | None:
    tries = Attempt.objects.filter(who=key, at__gt=now - WINDOW)
    if tries.count() < limit:
        return None
    newest: datetime = tries.aggregate(newest=Max("at"))["newest"]
    return newest + WINDOW - now


def note(who: dict[str, str], now: datetime) -> None:
    """Count a try, before the password is looked at: tries made at the same moment are all counted."""
    Attempt.objects.filter(at__lte=now - WINDOW).delete()
    Attempt.objects.bulk_create([Attempt(who=key, at=now) for key in who.values()])


def forgive(who: dict[str, str]) -> None:
    """The password was right: its account starts afresh, and this try does not count against the address."""
    Attempt.objects.filter(who=who["account"]).delete()
    newest = Attempt.objects.filter(who=who["address"]).order_by("-at", "-pk").first()
    if newest:
        newest.delete()
