"""What every answer of the desk carries: headers that keep strangers out, and what every template may show."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'{style}; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# Of a body larger than that we read no more: whoever sends it is no browser with a text.
DRAINED = 64 * 1024 * 1024
Answer = Callable[[HttpRequest], HttpResponse]


def desk_headers(get_response: Answer) -> Answer:
    """Strict headers, unless the view set its own; and no page's time zone outlives its request."""

    def answer(request: HttpRequest) -> HttpResponse:
        try:
            response = get_response(request)
        finally:
            timezone.deactivate()
        response.headers.setdefault("Content-Security-Policy", policy())
        response.headers.setdefault("X-Frame-Options", "DENY")
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return answer


def within_size(get_response: Answer) -> Answer:
    """A body that is too large is read to its end and dropped: a server that stops listening resets the connection, and
    the browser shows that instead of our answer."""

    def answer(request: HttpRequest) -> HttpResponse:
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
        size = str(request.META.get("CONTENT_LENGTH") or "")
        if not size.isdecimal() or int(size) <= most:
            return get_response(request)
        left = DRAINED
        while left > 0 and (piece := request.read(64 * 1024)):
            left -= len(piece)
        return render(request, "desk/413.html", status=413)

    return answer


def policy(*styles: str) -> str:
    """`styles`: the hashes of inline style sheets that may apply too, for the preview of the public page."""
    return POLICY.format(style="".join(f" '{style}'" for style in styles))


def everywhere(request: HttpRequest) -> dict[str, Any]:
    """`flash`: what the last action says of itself. It is gone once a template has shown it."""
    return {"flash": SimpleLazyObject(lambda: _flash(request))}


def _flash(request: HttpRequest) -> dict[str, str]:
    session = getattr(request, "session", None)
    found = session.pop("flash", None) if session else None
    return found if isinstance(found, dict) else {}
