"""The past: incidents, the journal, and the receipts of each host."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from lightship.core.site.receipt import Verdict
from lightship.core.status import ended_at
from lightship.core.wire import moment
from lightship.desk.forms.fields import clean
from lightship.desk.views.base import on_page, show
from lightship.desk.views.home import entry_line, hosts_now
from lightship.desk.views.timeline import summary
from lightship.store.models import Page, Receipt
from lightship.store.read import rows

INCIDENTS, ENTRIES, RECEIPTS = 25, 50, 20
"""How many are shown at once."""
_VERDICT = {
    Verdict.PROVEN.value: "Proven",
    Verdict.DIFFERS.value: "Serves something else",
    Verdict.UNREACHABLE.value: "Not answering",
    Verdict.FAILED.value: "Could not be written to",
    Verdict.REFUSED.value: "Refused: it holds a newer page",
}


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


@on_page
def hosts(request: HttpRequest, page: Page) -> HttpResponse:
    """Each host, and its latest receipts."""
    now = hosts_now(page)
    places = [{"host": host, "receipts": _receipts(page, host.name)} for host in now["hosts"]]
    return show(request, "hosts.html", page, places=places, steered=_steered(page), **now)


def _steered(page: Page) -> dict[str, Any] | None:
    """Where the name leads, as the worker last read it."""
    report = page.reports.filter(kind="steer").first()
    if report is None:
        return None
    facts = {"name": "The name", "hosts": [], "voting": [], "silent": [], "pin": [], "moved": "", "by": "", **report.facts}
    leads = "no host of this page" if facts["hosts"] is None else ", ".join(facts["hosts"]) or "no host"
    return {
        **facts,
        "leads": leads,
        "tone": "ok" if facts["hosts"] and not facts.get("error") else "down",
        "moved": moment(facts["moved"]) if facts["moved"] else None,
        "at": report.at,
    }


def _receipts(page: Page, host: str) -> list[dict[str, Any]]:
    return [
        {
            "row": row,
            "word": _VERDICT.get(row.verdict, "Not proven"),
            "tone": "ok" if row.verdict == Verdict.PROVEN else "down",
        }
        for row in Receipt.objects.filter(page=page, host=host)[:RECEIPTS]
    ]
