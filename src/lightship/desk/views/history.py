"""What happened: past incidents, the journal, and what each host was found to serve."""

from typing import Any

from django.core.paginator import Page as Leaf
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from lightship.core.model import Incident as CoreIncident
from lightship.core.model import Kind
from lightship.core.site.receipt import Verdict
from lightship.core.status import began, ended_at
from lightship.core.wire import moment
from lightship.desk import host_status, labels
from lightship.desk.forms.text import clean
from lightship.desk.views.base import page_config, page_of, show, staff
from lightship.desk.views.home import entry_line, hosts_now
from lightship.store.models import Incident, Page, Receipt
from lightship.store.read import rows

PER_PAGE = 25
RECEIPTS = 20
_VERDICT = {
    Verdict.PROVEN.value: "Proven",
    Verdict.DIFFERS.value: "Serves something else",
    Verdict.UNREACHABLE.value: "Not answering",
    Verdict.FAILED.value: "Could not be written to",
    Verdict.REFUSED.value: "Refused: it holds a newer page",
}


@staff
def history(request: HttpRequest, slug: str) -> HttpResponse:
    page, query = page_of(slug), clean(request.GET.get("q", "")).strip()[:200]
    found = page.incidents.order_by("-created_at", "-id")
    if query:
        found = found.filter(Q(name__icontains=query) | Q(updates__wordings__body__icontains=query)).distinct()
    leaf = Paginator(found, PER_PAGE).get_page(request.GET.get("leaf"))
    lines = [_past(incident) for incident in rows.incidents(leaf)]
    return show(request, "history.html", page, {"leaf": leaf, "lines": lines, "query": query, "total": _total(leaf)})


def _past(incident: CoreIncident) -> dict[str, Any]:
    return {
        "id": incident.id,
        "name": incident.name,
        "word": labels.STATUS[incident.status],
        "open": not incident.ended,
        "planned": incident.kind is Kind.MAINTENANCE,
        "since": began(incident),
        "ended": ended_at(incident),
        "posts": len(incident.updates),
    }


def _total(leaf: "Leaf[Incident]") -> int:
    return leaf.paginator.count


@staff
def journal(request: HttpRequest, slug: str) -> HttpResponse:
    page = page_of(slug)
    leaf = Paginator(page.entries.select_related("author"), 50).get_page(request.GET.get("leaf"))
    return show(request, "journal.html", page, {"leaf": leaf, "entries": [entry_line(entry) for entry in leaf]})


@staff
def hosts(request: HttpRequest, slug: str) -> HttpResponse:
    """Each host, and what it was found to do lately."""
    page, now = page_of(slug), timezone.now()
    found = page_config(page)
    names = [(host.name, host.url) for host in found.hosts] if found else []
    places = [{"seen": host_status.host(page, name, url, now), "receipts": _receipts(page.pk, name)} for name, url in names]
    return show(request, "hosts.html", page, {"places": places, "steered": _steered(page), **hosts_now(page)})


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


def _receipts(page_id: str, name: str) -> list[dict[str, Any]]:
    newest = Receipt.objects.filter(page_id=page_id, host=name)[:RECEIPTS]
    return [
        {
            "row": row,
            "word": _VERDICT.get(row.verdict, "Not proven"),
            "tone": "ok" if row.verdict == Verdict.PROVEN else "down",
        }
        for row in newest
    ]
