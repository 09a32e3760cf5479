"""The past: incidents and the journal."""

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from lightship.core.status import ended_at
from lightship.desk.forms.base import clean
from lightship.desk.views.base import on_page, show
from lightship.desk.views.home import entry_line
from lightship.desk.views.timeline import summary
from lightship.store.models import Page
from lightship.store.read import rows

INCIDENTS, ENTRIES = 25, 50
"""How many are shown at once."""


@on_page
def history(request: HttpRequest, page: Page) -> HttpResponse:
    query = clean(request.GET.get("q", "")).strip()[:200]
    incidents = page.incidents.order_by("-created_at", "-id")
    if query:
        incidents = incidents.filter(Q(name__icontains=query) | Q(updates__wordings__body__icontains=query)).distinct()
    leaf = Paginator(incidents, INCIDENTS).get_page(request.GET.get("leaf"))
    now = timezone.now()
    lines = [{**summary(incident, now), "ended": ended_at(incident)} for incident in rows.incidents(leaf)]
    return show(request, "history.html", page, leaf=leaf, lines=lines, query=query)


@on_page
def journal(request: HttpRequest, page: Page) -> HttpResponse:
    leaf = Paginator(page.entries.select_related("author"), ENTRIES).get_page(request.GET.get("leaf"))
    return show(request, "journal.html", page, leaf=leaf, entries=[entry_line(entry) for entry in leaf])
