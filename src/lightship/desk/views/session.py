"""Signing in and out."""

from django.http import HttpRequest, HttpResponse


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    return HttpResponse(reason, status=403)
