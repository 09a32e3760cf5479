"""When there is nothing to show: not found, too much, and our own faults. Calm, and with a way on."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "desk/404.html", status=404)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "desk/400.html", status=400)


def broken(request: HttpRequest) -> HttpResponse:
    """Without context: whatever failed, a template that asks the database would fail again."""
    return HttpResponse(render_to_string("desk/500.html"), status=500)


def healthz(request: HttpRequest) -> HttpResponse:
    """For supervisors: 200 while the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("the database does not answer\n", "text/plain", 503)
    return HttpResponse("ok\n", "text/plain")
