"""Planned work: announce it, begin and finish it by hand, move it."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from lightship.core.model import Kind, Status
from lightship.desk.forms.maintenance import MoveForm, PlanForm
from lightship.desk.views.base import answer, author, done, on_page, snapshot_of, typed
from lightship.store import journal
from lightship.store.journal import JournalError, NewUpdate
from lightship.store.models import Incident, Page
from lightship.store.read import rows

BY_HAND = {
    "begin": (Status.IN_PROGRESS, "The work has begun."),
    "finish": (Status.COMPLETED, "The work is done."),
}


@on_page
def plan(request: HttpRequest, page: Page) -> HttpResponse:
    form = PlanForm(typed(request), snapshot=snapshot_of(page), initial=_window_initial())

    def action() -> Incident:
        return journal.schedule(page, form.window(), author(request), timezone.now())

    message = "Planned. It is on its way to every host."
    return answer(request, page, form, "plan.html", action, message, draft=f"plan:{page.slug}")


def _window_initial() -> dict[str, Any]:
    """Tomorrow night: when most such work is done."""
    start = (timezone.localtime() + timedelta(days=1)).replace(hour=2, minute=0, second=0, microsecond=0)
    return {"starts": start, "ends": start + timedelta(hours=2)}


@on_page
def begin_or_finish(request: HttpRequest, page: Page, id: str) -> HttpResponse:
    """Begin a maintenance now, or finish it, in one tap; like the clock, without a text."""
    row = get_object_or_404(Incident, page=page, pk=id, kind=Kind.MAINTENANCE)
    chosen = request.POST.get("to")
    if chosen not in BY_HAND:
        return redirect("incident", page.slug, id)
    status, message = BY_HAND[chosen]
    new = NewUpdate(status=status, body="")
    try:
        journal.update(row, new, author(request), timezone.now(), last_read=request.POST.get("seen") or None)
    except JournalError as error:
        message = str(error)
    return done(request, message, "incident", page, id)


@on_page
def move(request: HttpRequest, page: Page, id: str) -> HttpResponse:
    row = get_object_or_404(Incident, page=page, pk=id, kind=Kind.MAINTENANCE)
    form = MoveForm(typed(request), row=row)

    def action() -> None:
        journal.reschedule(row, *form.window(rows.incident(row)), author(request), timezone.now())

    message = "Moved. Post a word about it, so that nobody is surprised."
    return answer(request, page, form, "move.html", action, message, draft=f"move:{id}")
