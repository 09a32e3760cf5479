"""Where staff begin: what is open, what is due, where readers read it, and the form to say that something is broken."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from lightship.core.duty.promises import due
from lightship.core.history import gravest
from lightship.core.model import Incident, Kind, Snapshot, Status
from lightship.core.status import began, is_current, standing, worst
from lightship.desk import host_status, labels
from lightship.desk.forms.arrange import NewPageForm, zones
from lightship.desk.forms.speak import OpenForm, live
from lightship.desk.views.base import attempt, author, config, page_config, page_of, said, shot, show, staff, typed
from lightship.page.labels import number, sentence
from lightship.store.journal import structure
from lightship.store.models import Entry, Page


@staff
def home(request: HttpRequest) -> HttpResponse:
    pages = list(Page.objects.all())
    missing = [slug for slug in config().pages if slug not in {page.slug for page in pages}]
    if len(pages) == 1 and not missing:
        return redirect("page", pages[0].slug)
    if not missing:
        return show(request, "pages.html", None, {"pages": pages})
    form = NewPageForm(typed(request)[0], slugs=missing)
    if request.method == "POST" and form.is_valid():
        data, now = form.cleaned_data, timezone.now()
        make = lambda: structure.create_page(data["slug"], data["name"], author(request), now, time_zone=data["time_zone"])  # noqa: E731
        if attempt(form, make):
            return said(request, "The page is made. Now name what it watches over.", "parts", data["slug"])
    return show(request, "pages.html", None, {"pages": pages, "form": form, "zones": zones()})


@staff
def page(request: HttpRequest, slug: str) -> HttpResponse:
    row = page_of(slug)
    snapshot, now = shot(row), timezone.now()
    form = OpenForm(snapshot=snapshot, now=now)
    return show(request, "home.html", row, {**standing_now(row, snapshot), "form": form, "entries": newest_entries(row)})


@staff
def live_part(request: HttpRequest, slug: str) -> HttpResponse:
    """What changes while one looks: open incidents, promises, hosts."""
    row = page_of(slug)
    return render(request, "desk/bits/live.html", {"page": row, **standing_now(row, shot(row))})


@staff
def hosts_part(request: HttpRequest, slug: str) -> HttpResponse:
    row = page_of(slug)
    return render(request, "desk/bits/hosts.html", {"page": row, **hosts_now(row)})


def standing_now(row: Page, snapshot: Snapshot) -> dict[str, Any]:
    current = [incident for incident in snapshot.open if is_current(incident)]
    planned = [incident for incident in snapshot.open if incident.status is Status.SCHEDULED]
    parts = live(snapshot)
    amiss = [part for part in parts_of(snapshot) if part["tone"] != "ok"]
    lines = [line(incident, snapshot) for incident in gravest(current)]
    promised = sorted((item for item in lines if item["due"]), key=lambda item: item["due"])
    return {
        "soonest": promised[0] if len(lines) > 1 and promised else None,
        "standing": standing_words(len(current), len(amiss), len(parts)),
        "calm_tone": "slow" if amiss else "ok",
        "open": lines,
        "planned": [line(i, snapshot) for i in sorted(planned, key=lambda i: i.scheduled_for or i.created_at)],
        "amiss": amiss,
        "part_count": len(parts),
        "working": sum(part.status == "operational" for part in parts),
        **hosts_now(row),
    }


def standing_words(open: int, amiss: int, parts: int) -> str:
    if open:
        return "One thing is open" if open == 1 else f"{sentence(number(open))} things are open"
    if not parts:
        return "Ready when you are"
    return "No incident is open" if amiss else "Everything is working"


def hosts_now(row: Page) -> dict[str, Any]:
    now, found = timezone.now(), page_config(row)
    hosts = [host_status.host(row, host.name, host.url, now) for host in found.hosts] if found else []
    worker = host_status.worker(row, hosts, now)
    return {
        "hosts": hosts,
        "worker": worker,
        "readers": host_status.readers(hosts, row),
        "public_url": found.url if found else "",
    }


def parts_of(snapshot: Snapshot) -> list[dict[str, Any]]:
    return [
        {"id": c.id, "name": c.name, "tone": labels.tone(c.status), "word": labels.COMPONENT[c.status]} for c in live(snapshot)
    ]


def line(incident: Incident, snapshot: Snapshot) -> dict[str, Any]:
    """An open incident or maintenance in a few words."""
    touched = standing(incident, snapshot.components)
    promise = next(iter(due([incident])), None)
    state = worst(component.status for component in touched)
    fallback = "work" if incident.kind is Kind.MAINTENANCE else "slow"
    return {
        "incident": incident,
        "word": labels.STATUS[incident.status],
        "tone": labels.tone(state) if state != "operational" else fallback,
        "parts": ", ".join(component.name for component in touched),
        "since": began(incident),
        "due": promise.at if promise else None,
        "late": bool(promise and promise.late(snapshot.at)),
        "spoken": incident.updates[-1].display_at,
    }


def newest_entries(row: Page, count: int = 6) -> list[dict[str, Any]]:
    return [entry_line(entry) for entry in row.entries.select_related("author")[:count]]


def entry_line(entry: Entry) -> dict[str, Any]:
    who = entry.author.get_full_name() or entry.author.username if entry.author else "Lightship"
    return {
        "who": who,
        "action": labels.action(entry.action),
        "name": entry.name,
        "at": entry.at,
        "incident_id": entry.incident_id,
    }
