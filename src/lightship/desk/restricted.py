"""What the link of a nudge opens: one form, signed in, for an hour. Such a session signs nobody in: only at the addresses named
here does the request get its user, and everywhere else the desk answers as to anybody who is signed out."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from lightship.store.models import Approval, Entry, Nudge

LASTS = timedelta(hours=1)
KEY = "nudge"
OF_INCIDENT = frozenset({"incident", "timeline", "on-it", "published", "compose-update", "incident-kit"})
"""Views of the incidents that the nudge is about: form (with its preview and its text from facts), timeline,
acknowledgement, who reads what was posted, and what support says."""
OF_PAGE = frozenset({"hosts-live", "first-word", "compose-open"})
"""Parts of every form: what readers see now, and what customers report. They change nothing."""
OWN = "approval"
"""What was typed in the form and waits for an approval, for its author alone."""


def begin(request: HttpRequest, nudge: Nudge, now: datetime) -> None:
    """Begin the session. Whoever was signed in on this device is so no more, unless it is the same person."""
    user = nudge.person
    if request.user == user:
        return
    request.session.flush()
    request.session[KEY] = {
        "user": user.pk,
        "hash": user.get_session_auth_hash(),
        "page": nudge.page.slug,
        "path": nudge.path,
        "subjects": sorted(nudge.subjects),
        "since": now.isoformat(),
        "until": (now + LASTS).isoformat(),
    }
    rotate_token(request)


def restricted(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware, after the one that knows who is signed in."""

    def answer(request: HttpRequest) -> HttpResponse:
        grant = request.session.get(KEY)
        if (
            grant
            and not request.user.is_authenticated
            and (user := _user(grant, timezone.now()))
            and allows(grant, request.path)
        ):
            request.user = user
            request.restricted = True  # type: ignore[attr-defined]
        return get_response(request)

    return answer


def is_restricted(request: HttpRequest) -> bool:
    return getattr(request, "restricted", False)


def _user(grant: Mapping[str, Any], now: datetime) -> User | None:
    """None once the hour is over, the account is closed or its password is another."""
    if now >= datetime.fromisoformat(grant["until"]):
        return None
    user = User.objects.filter(pk=grant["user"], is_active=True).first()
    return user if user and constant_time_compare(user.get_session_auth_hash(), grant["hash"]) else None


def allows(grant: Mapping[str, Any], path: str) -> bool:
    """Whether the address is that of the nudge's form, or of a part of it."""
    if path == grant["path"]:
        return True
    try:
        match = resolve(path)
    except Resolver404:
        return False
    if match.kwargs.get("slug") != grant["page"]:
        return False
    if match.url_name in OF_PAGE:
        return True
    if match.url_name == OWN:
        asked = Approval.objects.filter(pk=match.kwargs["id"], asked_by=grant["user"]).first()
        return bool(asked and _is_about(grant, asked.incident_id))
    return match.url_name in OF_INCIDENT and _is_about(grant, match.kwargs.get("id", ""))


def _is_about(grant: Mapping[str, Any], incident: str) -> bool:
    """The incidents of the nudge, and the one that the form has opened meanwhile."""
    return incident in grant["subjects"] or (grant["path"].endswith("/open/") and _opened_here(grant, incident))


def _opened_here(grant: Mapping[str, Any], incident: str) -> bool:
    since, page = datetime.fromisoformat(grant["since"]), grant["page"]
    opened = Entry.objects.filter(page__slug=page, author=grant["user"], incident=incident, action="open", at__gte=since)
    return opened.exists()
