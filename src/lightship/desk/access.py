"""Which account may open which view. Every address of the desk has a line here; one without needs a writer."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from lightship.core.roles import Act, Role, may, stored
from lightship.store.models import Staffer

RULES: Mapping[str, Act | None] = {
    "healthz": None,
    "sign-in": None,
    "sign-in-link": None,
    "sign-out": None,
    "password": None,
    "report": None,  # the link is the right to report
    "front-line-pages": Act.REPORT,
    "front-line": Act.REPORT,
    "kit": Act.READ,
    "incident-kit": Act.READ,
    "go": None,  # the link is the right to that form
    **dict.fromkeys(
        (
            *("home", "page", "live", "open", "incident", "timeline", "rename", "correct", "plan", "begin-or-finish", "move"),
            *("components", "shift", "component", "group", "settings", "history", "journal", "hosts", "hosts-live"),
            *("doctor", "drills", "other-desk", "take-in"),
            *("first-word", "alert-start", "alert-close", "front-line-links", "staff", "staffer"),
            *(
                "duty",
                "duty-calendar",
                "duty-feed",
                "duty-hours",
                "duty-override",
                "duty-rotation",
                "duty-swap",
                "duty-take-back",
            ),
            *("on-it", "reached", "approval", "compose-open", "compose-update", "published", "withdraw", "merge", "levels"),
            *("scorecard", "scorecard-export", "duty-card", "policy"),
        ),
        Act.WRITE,
    ),
}
"""By the name of the address. None: for everybody, and the view itself decides."""
_INSTEAD = {"home": "front-line-pages", "page": "front-line"}
"""Where who only reports is led from where staff begin."""


def role_of(user: AbstractBaseUser | AnonymousUser) -> Role:
    """A writer, unless the account's row says otherwise; with a role that this version does not know, one that only reports."""
    return stored(Staffer.objects.filter(user=user.pk).values_list("role", flat=True).first())


class Access:
    """Middleware: refuses whom the rules do not let in. Who is not signed in is asked to by the view."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, _view: object, _args: object, kwargs: dict[str, Any]) -> HttpResponse | None:
        name = (request.resolver_match and request.resolver_match.url_name) or ""
        act = RULES.get(name, Act.WRITE)
        if act is None or not request.user.is_authenticated or may(role_of(request.user), act):
            return None
        if name in _INSTEAD and request.method == "GET":
            response: HttpResponse = redirect(_INSTEAD[name], **kwargs)
            return response
        return render(request, "desk/refused.html", status=403)
