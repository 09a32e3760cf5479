"""Planned work: announce it, begin and finish it by hand, move it."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from lightship.core.model import Kind, Status
from lightship.desk.forms.speak import MoveForm, PlanForm
from lightship.desk.views.base import attempt, author, if_unchanged, page_of, said, shot, show, staff, typed
from lightship.desk.views.posting import Posting
from lightship.store import journal
from lightship.store.journal import JournalError, NewUpdate
from lightship.store.models import Incident
from lightship.store.read import rows


@staff
def plan(request: HttpRequest, slug: str) -> HttpResponse:
    page, now = page_of(slug), timezone.now()
    data, kept = typed(request)
    form = PlanForm(data, snapshot=shot(page), initial=_window_initial())
    view = Posting(request, page, form, "plan.html", {"kept": kept, "draft": f"plan:{slug}"})
    done = view.post(lambda: journal.schedule(page, form.window(), author(request), now))
    if not isinstance(done, Incident):
        return view.answer(done)
    return said(request, "Planned. It is on its way to every host.", "incident", slug, done.pk, draft=f"plan:{slug}")


def _window_initial() -> dict[str, Any]:
    """Tomorrow night: when most such work is done."""
    start = (timezone.localtime() + timedelta(days=1)).replace(hour=2, minute=0, second=0, microsecond=0)
    return {"starts": start, "ends": start + timedelta(hours=2)}


@staff
def turn_over(request: HttpRequest, slug: str, id: str) -> HttpResponse:
    """Begin a maintenance now, or finish it, in one tap; like the clock, without words."""
    page, now = page_of(slug), timezone.now()
    row = get_object_or_404(Incident, page=page, pk=id, kind=Kind.MAINTENANCE)
    chosen = request.POST.get("to")
    if chosen not in ("begin", "finish"):
        return redirect("incident", slug, id)
    begin = chosen == "begin"
    new = NewUpdate(status=Status.IN_PROGRESS if begin else Status.COMPLETED, body="")
    try:
        journal.update(row, new, author(request), now, seen=request.POST.get("seen") or None)
    except JournalError as error:
        return said(request, str(error), "incident", slug, id)
    return said(request, "The work has begun." if begin else "The work is done.", "incident", slug, id)


@staff
def move(request: HttpRequest, slug: str, id: str) -> HttpResponse:
    page = page_of(slug)
    row = get_object_or_404(Incident, page=page, pk=id, kind=Kind.MAINTENANCE)
    data, kept = typed(request)
    form = MoveForm(data, initial=MoveForm.of(row))
    if request.method == "POST" and form.is_valid():
        starts, ends = form.window(rows.incident(row))
        action = lambda: journal.reschedule(row, starts, ends, author(request), timezone.now())  # noqa: E731
        if attempt(form, lambda: if_unchanged(page, form, row, MoveForm.of, action)):
            return said(request, "Moved. Post a word about it, so that nobody is surprised.", "incident", slug, id)
    return show(request, "move.html", page, {"form": form, "row": row, "kept": kept})
