"""What every answer of the desk carries: strict headers, and the values that every template may show."""

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
# Bytes read of a body that is too large. No browser with a text sends more.
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
        while left > 0 and (chunk := request.read(64 * 1024)):
            left -= len(chunk)
        return render(request, "desk/413.html", status=413)

    return answer


def policy(style: str = "") -> str:
    """`style`: the hash of an inline style sheet that may apply too, for the preview of the public page."""
    return POLICY.format(style=f" {style}" if style else "")


def everywhere(request: HttpRequest) -> dict[str, Any]:
    """`flash`: the message of the last action. It is gone once a template has shown it."""
    session = getattr(request, "session", {})
    return {"flash": SimpleLazyObject(lambda: session.pop("flash", None) or {})}
