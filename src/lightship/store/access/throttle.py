"""Slow down whoever guesses passwords, without letting an attacker keep staff out; and whoever floods the front line."""

from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Max
from django.http import HttpRequest, HttpResponse

from lightship.store.models import Attempt

WINDOW = timedelta(minutes=15)
# `own`: an account from one address. An office shares one address: it may mistype more often than one person may. Whoever
# has many addresses meets the account's own limit, which the browsers of its owner pass. `link`: reports of customers by one
# link or account; `reporter`: from one address, at which all of support may sit.
LIMITS = {"own": 5, "account": 50, "address": 20, "link": 60, "reporter": 120}
COOKIE = "lightship_known"
_SALT = "lightship.desk.known"
_YEAR = 365 * 24 * 3600


def keys(request: HttpRequest, account: str) -> dict[str, str]:
    """`Attempt.who` for each kind of limit."""
    account, peer = account.strip().casefold()[:200], address(request)
    return {"own": f"own:{peer} {account}", "account": f"account:{account}", "address": f"address:{peer}"}


def address(request: HttpRequest) -> str:
    """The client's address; behind a proxy on this very machine, the last one that the proxy names."""
    peer = str(request.META.get("REMOTE_ADDR", ""))
    forwarded = request.headers.get("X-Forwarded-For", "").split(",")[-1].strip()[:64]
    return forwarded if forwarded and _is_local(peer) else peer


def _is_local(peer: str) -> bool:
    try:
        ip = ip_address(peer)
    except ValueError:
        return True  # a Unix socket
    mapped = ip.ipv4_mapped if isinstance(ip, IPv6Address) else None
    return (mapped or ip).is_loopback


def take(who: dict[str, str], now: datetime, *, known: bool) -> timedelta | None:
    """Count an attempt, before the password is checked. Or return how long it must wait; then it does not count.

    `known`: the browser was in this account before. Each attempt is committed before it counts the others, so that of
    attempts made at the same moment no more than the limit pass, on any database.
    """
    Attempt.objects.filter(at__lte=now - WINDOW).delete()
    own = [row.pk for row in Attempt.objects.bulk_create([Attempt(who=key, at=now) for key in who.values()])]
    waits = [_wait(key, LIMITS[kind], now, own) for kind, key in who.items() if not (known and kind == "account")]
    longest = max((wait for wait in waits if wait), default=None)
    if longest:
        Attempt.objects.filter(pk__in=own).delete()
    return longest


def _wait(key: str, limit: int, now: datetime, own: list[int]) -> timedelta | None:
    attempts = Attempt.objects.filter(who=key, at__gt=now - WINDOW)
    if attempts.count() <= limit:
        return None
    newest: datetime | None = attempts.exclude(pk__in=own).aggregate(newest=Max("at"))["newest"]
    return (newest or now) + WINDOW - now


def forgive(who: dict[str, str]) -> None:
    """The password was right: its account has no attempts from this address any more, and this attempt does not count."""
    Attempt.objects.filter(who=who["own"]).delete()
    for kind in ("account", "address"):
        newest = Attempt.objects.filter(who=who[kind]).order_by("-at", "-pk").first()
        if newest:
            newest.delete()


def remember(response: HttpResponse, user: User) -> None:
    """This browser was in `user`'s account: an attacker cannot keep it out."""
    secure = bool(settings.SESSION_COOKIE_SECURE)
    response.set_signed_cookie(COOKIE, str(user.pk), _SALT, max_age=_YEAR, secure=secure, httponly=True, samesite="Lax")


def remembered(request: HttpRequest) -> str:
    """The key of the account that this browser was last in; empty if none."""
    return request.get_signed_cookie(COOKIE, default="", salt=_SALT, max_age=_YEAR) or ""
