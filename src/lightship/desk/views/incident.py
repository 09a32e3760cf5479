"""Speak of an incident: open it, post to it, correct, rename. A preview shows what readers would see, and posts nothing."""

from typing import Any

from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from lightship.core.model import Impact, Kind, Status
from lightship.desk.forms.reword import CorrectForm, RenameForm
from lightship.desk.forms.speak import OpenForm, SayForm
from lightship.desk.views.base import attempt, author, if_unchanged, page_of, said, shot, show, staff, typed
from lightship.desk.views.home import hosts_now
from lightship.desk.views.posting import Posting
from lightship.desk.views.timeline import said_line, told
from lightship.store import journal
from lightship.store.models import Incident, Page, Update, Wording
from lightship.store.read import rows


@staff
def open_incident(request: HttpRequest, slug: str) -> HttpResponse:
    page, now = page_of(slug), timezone.now()
    data, kept = typed(request)
    form = OpenForm(data, snapshot=shot(page), now=now)
    view = Posting(request, page, form, "open.html", {"kept": kept, "draft": f"open:{slug}", "at_home": False})
    first = _first_tap(page, form) if request.method == "POST" and form.is_valid() else None
    try:
        done = first or view.post(lambda: journal.open_incident(page, form.opening(), author(request), now))
    except IntegrityError:  # the first tap was posted at this very moment
        done = first = _first_tap(page, form)
    if not isinstance(done, Incident):
        return view.answer(done)
    if first:
        return redirect("incident", slug, first.pk)
    return said(request, "Posted. It is on its way to every host.", "incident", slug, done.pk, draft=f"open:{slug}")


def _first_tap(page: Page, form: OpenForm) -> Incident | None:
    """What a second tap on the button had opened at the first. Other words than those were meant for another incident:
    from a form that the browser brought back."""
    row = Incident.objects.filter(pk=form.cleaned_data["once"]).first()
    if row is None:
        return None
    text = Wording.objects.filter(update__incident=row).order_by("pk").first()
    if row.page_id == page.pk and text and text.body == form.cleaned_data["body"]:
        return row
    form.renew()
    if row.page_id == page.pk:
        form.add_error(None, f"This form has opened “{row.name}” already. If this is something else, post it again.")
    return None


@staff
def incident(request: HttpRequest, slug: str, id: str) -> HttpResponse:
    page, now = page_of(slug), timezone.now()
    row = get_object_or_404(Incident, page=page, pk=id)
    snapshot, whole = shot(page), rows.incident(row)
    data, kept = typed(request)
    form = SayForm(data, snapshot=snapshot, incident=whole, now=now, initial=_asked(request))
    hosts = hosts_now(page)
    own = f"{hosts['public_url']}/{'maintenance' if whole.kind is Kind.MAINTENANCE else 'incidents'}/{id}/"
    context = {"kept": kept, "draft": f"say:{id}", "own_url": own, **hosts, **told(row, whole, snapshot)}
    view = Posting(request, page, form, "incident.html", context)
    seen = form["seen"].value() or ""
    done = view.post(lambda: journal.update(row, form.say(), author(request), now, seen=seen))
    if not isinstance(done, Update):
        return view.answer(done)
    return said(request, "Posted. It is on its way to every host.", "incident", slug, id, draft=f"say:{id}")


def _asked(request: HttpRequest) -> dict[str, Any]:
    """`?status=` chooses where we stand beforehand, for links that lead to the form."""
    asked = request.GET.get("status", "")
    return {"status": asked} if asked in set(Status) else {}


@staff
def said_part(request: HttpRequest, slug: str, id: str) -> HttpResponse:
    """The timeline alone, for whoever is typing below it."""
    page = page_of(slug)
    row = get_object_or_404(Incident, page=page, pk=id)
    whole = rows.incident(row)
    return render(request, "desk/bits/timeline.html", {"page": page, **told(row, whole, None)})


@staff
def correct(request: HttpRequest, slug: str, id: str) -> HttpResponse:
    page = page_of(slug)
    row = get_object_or_404(Update, incident__page=page, pk=id)
    data, kept = typed(request)
    now = timezone.now()
    form = CorrectForm(data, initial=CorrectForm.of(row), now=now)
    shown = {"kept": kept, "row": row, "said": said_line(row), "draft": f"correct:{id}"}
    view = Posting(request, page, form, "correct.html", shown)
    action = lambda: journal.correct(row, *form.wording(), author(request), now)  # noqa: E731
    done = view.post(lambda: if_unchanged(page, form, row, CorrectForm.of, action))
    if done is None or isinstance(done, HttpResponse):
        return view.answer(done)
    return said(request, "Corrected. The earlier wording is kept.", "incident", slug, row.incident_id, draft=f"correct:{id}")


@staff
def rename(request: HttpRequest, slug: str, id: str) -> HttpResponse:
    page = page_of(slug)
    row = get_object_or_404(Incident, page=page, pk=id)
    data, kept = typed(request)
    form = RenameForm(data, initial=RenameForm.of(row))
    if request.method == "POST" and form.is_valid():
        impact = Impact(form.cleaned_data["impact"]) if form.cleaned_data["impact"] else None
        name, now = form.cleaned_data["name"], timezone.now()
        action = lambda: journal.rename(row, name, author(request), now, impact=impact)  # noqa: E731
        if attempt(form, lambda: if_unchanged(page, form, row, RenameForm.of, action)):
            return said(request, "Renamed.", "incident", slug, id)
    return show(request, "rename.html", page, {"form": form, "row": row, "kept": kept})
