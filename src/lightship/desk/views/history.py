"""What was posted: past incidents, the journal, and what another desk posted while this one was away."""

from typing import Any

from django.core.paginator import Paginator
from django.db import OperationalError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from lightship.core.status import ended_at
from lightship.desk import labels
from lightship.desk.forms.base import clean
from lightship.desk.views.base import BUSY, author, done, on_page, page_config, show
from lightship.desk.views.timeline import summary
from lightship.page.labels import counted
from lightship.store import reconcile
from lightship.store.journal import JournalError
from lightship.store.models import Entry, Page
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
    practice = {row.pk for row in leaf if row.practice}
    lines = [
        {**summary(incident, now), "ended": ended_at(incident), "practice": incident.id in practice}
        for incident in rows.incidents(leaf)
    ]
    return show(request, "history.html", page, leaf=leaf, lines=lines, query=query)


@on_page
def journal(request: HttpRequest, page: Page) -> HttpResponse:
    leaf = Paginator(page.entries.select_related("author"), ENTRIES).get_page(request.GET.get("leaf"))
    return show(request, "journal.html", page, leaf=leaf, entries=[entry_line(entry) for entry in leaf])


def entry_line(entry: Entry) -> dict[str, Any]:
    return {
        "author": labels.person(entry.author),
        "action": labels.ACTION.get(entry.action, entry.action) + ("" if entry.revision else ", as practice,"),
        "name": entry.name,
        "at": entry.at,
        "incident_id": entry.incident_id,
    }


@on_page
def notice(request: HttpRequest, page: Page) -> HttpResponse:
    """What every view says while another desk's updates are not taken in."""
    return show(request, "bits/other_desk.html", page)


@on_page
def take_in(request: HttpRequest, page: Page) -> HttpResponse:
    configured = page_config(page)
    if request.method != "POST" or configured is None:
        return redirect("page", page.slug)
    try:
        result = reconcile.take_in(page, configured, author(request), timezone.now())
    except JournalError as error:
        return done(request, str(error), "page", page, tone="down")
    except OperationalError:
        return done(request, BUSY, "page", page, tone="down")
    return done(request, _message(result), "page", page, tone="ok" if result.hosts else "slow")


def _message(result: reconcile.Reconciled) -> str:
    unread = "; ".join(result.troubles)
    if not result.hosts:
        return f"There was nothing to take in ({unread})." if unread else "There was nothing to take in."
    new = f"{counted(result.incidents, 'new incident')}, {counted(result.updates, 'update')}"
    rest = f" Not read: {unread}." if unread else ""
    return f"Taken in from {', '.join(result.hosts)}: {new}. All of it is on its way to every host.{rest}"
