"""Where staff begin: open incidents, due updates, what readers see, and the form to say that something is broken."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from lightship.core.history import gravest
from lightship.core.model import ComponentStatus, Incident, Kind, Snapshot, Status
from lightship.core.rules import time_zones
from lightship.core.status import is_current, standing, worst
from lightship.desk import labels
from lightship.desk.asked import asked
from lightship.desk.forms.open import OpenForm
from lightship.desk.forms.structure import NewPageForm
from lightship.desk.views.base import author, config, done, on_page, refusals, show, snapshot_of, staff, typed
from lightship.desk.views.history import entry_line
from lightship.desk.views.hosts import hosts_now
from lightship.desk.views.published import of_revision
from lightship.desk.views.timeline import practised, summary
from lightship.page.labels import TONE, number, sentence
from lightship.store.duty.approval import waiting
from lightship.store.journal import structure
from lightship.store.models import Page

LATELY = 6
"""Entries of the journal on the first view."""


@staff
def home(request: HttpRequest) -> HttpResponse:
    pages = list(Page.objects.all())
    missing = [slug for slug in config().pages if slug not in {page.slug for page in pages}]
    if len(pages) == 1 and not missing:
        return redirect("page", pages[0].slug)
    if not missing:
        return show(request, "pages.html", None, pages=pages)
    form = NewPageForm(typed(request), slugs=missing)
    if request.method == "POST" and form.is_valid():
        with refusals(form):
            page = structure.create_page(**form.cleaned_data, by=author(request), now=timezone.now())
            return done(request, "The page is made. Now name what it watches over.", "components", page)
    return show(request, "pages.html", None, pages=pages, form=form, zones=time_zones())


@on_page
def page(request: HttpRequest, page: Page) -> HttpResponse:
    snapshot = snapshot_of(page)
    form = OpenForm(snapshot=snapshot, now=timezone.now())
    lately = [entry_line(entry) for entry in page.entries.select_related("author")[:LATELY]]
    values = {**_live(page, snapshot), **hosts_now(page)}
    return show(request, "home.html", page, **values, form=form, entries=lately)


@on_page
def live_part(request: HttpRequest, page: Page) -> HttpResponse:
    """What is kept fresh on the first view: open incidents and promises."""
    return render(request, "desk/bits/live.html", {"page": page, **_live(page, snapshot_of(page))})


def _live(page: Page, snapshot: Snapshot) -> dict[str, Any]:
    values = {"published": of_revision(page, page.revision), "practised": practised(page), "approvals": waiting(page)}
    return {**state_now(snapshot), **values}


def state_now(snapshot: Snapshot) -> dict[str, Any]:
    current = [incident for incident in snapshot.open if is_current(incident)]
    planned = [incident for incident in snapshot.open if incident.status is Status.SCHEDULED]
    components = snapshot.live
    amiss = [component for component in components if component.status is not ComponentStatus.OPERATIONAL]
    duty = asked(Page.objects.get(pk=snapshot.page.id)) if current else {}
    lines = [{**_line(incident, snapshot), "duty": duty.get(incident.id)} for incident in gravest(current)]
    promised = sorted((line for line in lines if line["due"]), key=lambda line: line["due"])
    return {
        "soonest": promised[0] if len(lines) > 1 and promised else None,
        "headline": _headline(len(current), len(amiss), len(components)),
        "calm_tone": "slow" if amiss else "ok",
        "open": lines,
        "planned": sorted(planned, key=lambda incident: incident.scheduled_for or incident.created_at),
        "amiss": [labels.line(component) for component in amiss],
        "component_count": len(components),
        "working": len(components) - len(amiss),
    }


def _headline(open: int, amiss: int, components: int) -> str:
    if open:
        return "One thing is open" if open == 1 else f"{sentence(number(open))} things are open"
    if not components:
        return "Ready when you are"
    return "No incident is open" if amiss else "Everything is working"


def _line(incident: Incident, snapshot: Snapshot) -> dict[str, Any]:
    """An open incident or maintenance in a few words."""
    level = worst(component.status for component in standing(incident, snapshot.components))
    fallback = "work" if incident.kind is Kind.MAINTENANCE else "slow"
    return {
        **summary(incident, snapshot.at),
        "tone": TONE[level] if level is not ComponentStatus.OPERATIONAL else fallback,
        "last_post": incident.updates[-1].display_at,
    }
