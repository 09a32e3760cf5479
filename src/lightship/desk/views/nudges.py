"""The link of a nudge, "I am on it", and who was nudged about what."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from lightship.desk import labels, restricted
from lightship.desk.views.base import author, flash, on_page
from lightship.store.duty import clocks, links, nudges
from lightship.store.models import Incident, Nudge, Page

ON_IT = "You are on it, and your colleagues see that. The promise still holds: post before it passes."


def go(request: HttpRequest, token: str) -> HttpResponse:
    """A button opens the form, not the link itself: a mail scanner that follows links neither signs in nor uses it up."""
    now, nudge = timezone.now(), links.find(token)
    if nudge is None or not links.works(nudge, now):
        return render(request, "desk/go.html", {"spent": True, "nudge": nudge}, status=410)
    values = {"nudge": nudge, "who": labels.person(nudge.person), "about": _about(nudge)}
    if request.method != "POST":
        return render(request, "desk/go.html", values)
    if request.POST.get("do") == "acknowledge":
        _acknowledge(nudge)
        return render(request, "desk/go.html", {**values, "done": True})
    if not nudge.path or not links.use_up(nudge, now):
        return render(request, "desk/go.html", {"spent": True, "nudge": nudge}, status=410)
    _acknowledge(nudge)
    restricted.begin(request, nudge, now)
    return redirect(_path(nudge, request.POST.get("to", "")))


def _acknowledge(nudge: Nudge) -> None:
    """This message; and for the clock's, whatever else was sent about the same deadlines."""
    now = timezone.now()
    nudges.answer([nudge], nudge.person, now)
    for subject in nudge.subjects if nudge.kind in clocks.KINDS else ():
        nudges.acknowledge(nudge.page, subject, nudge.person, now)


def _about(nudge: Nudge) -> list[Incident]:
    """The open incidents that it speaks of, the most urgent first."""
    rows = {row.pk: row for row in nudge.page.incidents.filter(pk__in=list(nudge.subjects), open=True)}
    soonest = sorted(rows, key=lambda pk: nudge.subjects[pk])
    return [rows[pk] for pk in soonest]


def _path(nudge: Nudge, wanted: str) -> str:
    """Of several incidents, the one that was chosen."""
    own = next((row for row in _about(nudge) if row.pk == wanted), None) if nudge.kind == clocks.UPDATE else None
    return f"/p/{nudge.page.slug}/incidents/{own.pk}/" if own else nudge.path


@on_page
@require_POST
def on_it(request: HttpRequest, page: Page, id: str) -> HttpResponse:
    """Answer what was sent about an incident, or an alert."""
    if nudges.acknowledge(page, id, author(request), timezone.now()):
        flash(request, ON_IT)
    else:
        flash(request, "Nobody waits for that any more: it was answered already, or somebody has spoken.", tone="slow")
    return redirect("incident", page.slug, id) if page.incidents.filter(pk=id).exists() else redirect("page", page.slug)
