"""What every answer of the desk carries: headers that keep strangers out, and what every template may show."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'{style}; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
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


def policy(style: str = "") -> str:
    """`style`: the hash of one inline style sheet that may apply too, for the preview of the public page."""
    return POLICY.format(style=f" '{style}'" if style else "")


def everywhere(request: HttpRequest) -> dict[str, Any]:
    """`flash`: what the last deed says of itself. It is gone once a template has shown it."""
    return {"flash": SimpleLazyObject(lambda: _flash(request))}


def _flash(request: HttpRequest) -> dict[str, str]:
    session = getattr(request, "session", None)
    found = session.pop("flash", None) if session else None
    return found if isinstance(found, dict) else {}
