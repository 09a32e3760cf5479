"""Speak of an incident: open it, post to it, correct, rename. A preview shows what readers would see, and posts nothing."""

from typing import Any

from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from lightship.core.model import Kind, Status
from lightship.desk.forms.incident import CorrectForm, OpenForm, RenameForm, UpdateForm
from lightship.desk.views.base import answer, author, on_page, show, snapshot_of, typed
from lightship.desk.views.hosts import hosts_now
from lightship.desk.views.timeline import timeline, update_line
from lightship.store import journal
from lightship.store.models import Incident, Page, Update, Wording
from lightship.store.read import rows

POSTED = "Posted. It is on its way to every host."


@on_page
def open_incident(request: HttpRequest, page: Page) -> HttpResponse:
    now = timezone.now()
    form = OpenForm(typed(request), snapshot=snapshot_of(page), now=now)
    first = _first_tap(page, form) if request.method == "POST" and form.is_valid() else None
    if first:
        return redirect("incident", page.slug, first.pk)

    def action() -> Incident:
        return journal.open_incident(page, form.opening(), author(request), now)

    try:
        return answer(request, page, form, "open.html", action, POSTED, draft=f"open:{page.slug}")
    except IntegrityError:  # the first tap was posted at this very moment
        first = _first_tap(page, form)
        return redirect("incident", page.slug, first.pk) if first else show(request, "open.html", page, 422, form=form)


def _first_tap(page: Page, form: OpenForm) -> Incident | None:
    """The incident that this form has opened already, if the button was tapped twice. Another text was meant for another
    incident: the browser brought the form back."""
    row = Incident.objects.filter(pk=form.cleaned_data["once"]).first()
    if row is None:
        return None
    wording = Wording.objects.filter(update__incident=row).order_by("pk").first()
    if row.page_id == page.pk and wording and wording.body == form.cleaned_data["body"]:
        return row
    form.renew()
    if row.page_id == page.pk:
        form.add_error(None, f"This form has opened “{row.name}” already. If this is something else, post it again.")
    return None


@on_page
def incident(request: HttpRequest, page: Page, id: str) -> HttpResponse:
    now = timezone.now()
    row = get_object_or_404(Incident, page=page, pk=id)
    snapshot, current = snapshot_of(page), rows.incident(row)
    form = UpdateForm(typed(request), snapshot=snapshot, incident=current, now=now, initial=_asked(request))
    values = {**hosts_now(page), **timeline(row, current, snapshot)}
    values["own_url"] = f"{values['public_url']}/{'maintenance' if current.kind is Kind.MAINTENANCE else 'incidents'}/{id}/"

    def action() -> Update:
        return journal.update(row, form.update(), author(request), now, last_read=form["seen"].value() or "")

    return answer(request, page, form, "incident.html", action, POSTED, draft=f"say:{id}", **values)


def _asked(request: HttpRequest) -> dict[str, Any]:
    """`?status=` chooses the status beforehand, for links that lead to the form."""
    asked = request.GET.get("status", "")
    return {"status": asked} if asked in set(Status) else {}


@on_page
def timeline_part(request: HttpRequest, page: Page, id: str) -> HttpResponse:
    """The timeline alone, kept fresh while somebody types beside it."""
    row = get_object_or_404(Incident, page=page, pk=id)
    return render(request, "desk/bits/timeline.html", {"page": page, **timeline(row, rows.incident(row), None)})


@on_page
def correct(request: HttpRequest, page: Page, id: str) -> HttpResponse:
    now = timezone.now()
    row = get_object_or_404(Update, incident__page=page, pk=id)
    form = CorrectForm(typed(request), row=row, now=now)

    def action() -> Wording:
        return journal.correct(row, *form.wording(), author(request), now)

    message, line = "Corrected. The earlier wording is kept.", update_line(row)
    return answer(request, page, form, "correct.html", action, message, draft=f"correct:{id}", line=line)


@on_page
def rename(request: HttpRequest, page: Page, id: str) -> HttpResponse:
    row = get_object_or_404(Incident, page=page, pk=id)
    form = RenameForm(typed(request), row=row)

    def action() -> None:
        journal.rename(row, form.cleaned_data["name"], author(request), timezone.now(), impact=form.chosen())

    return answer(request, page, form, "rename.html", action, "Renamed.", draft=f"rename:{id}")
