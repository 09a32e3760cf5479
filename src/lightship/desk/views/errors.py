"""Pages for what cannot be shown: not found, too much, and our own faults. Each has a link back to the desk."""

from functools import partial

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.views import defaults

not_found = partial(defaults.page_not_found, template_name="desk/404.html")
bad_request = partial(defaults.bad_request, template_name="desk/400.html")
# Rendered without context: whatever failed, a template that asks the database would fail again.
broken = partial(defaults.server_error, template_name="desk/500.html")


def healthz(request: HttpRequest) -> HttpResponse:
    """For supervisors: 200 while the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("the database does not answer\n", "text/plain", 503)
    return HttpResponse("ok\n", "text/plain")
