"""Speak of an incident: open it, post to it, correct, rename. A preview shows what readers would see, and posts nothing."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from lightship.core.model import Impact, Status
from lightship.desk import journal, rows
from lightship.desk.forms.fields import facts_initial
from lightship.desk.forms.speak import CorrectForm, OpenForm, RenameForm, SayForm
from lightship.desk.models import Incident, Update, new_id
from lightship.desk.views.door import attempt, author, page_of, said, shot, show, staff, typed
from lightship.desk.views.posting import Posting
from lightship.desk.views.told import said_line, told, whole_of


@staff
def open_incident(request: HttpRequest, slug: str) -> HttpResponse:
    page, now = page_of(slug), timezone.now()
    data, kept = typed(request)
    form = OpenForm(data, snapshot=shot(page), now=now, initial={"once": new_id()})
    view = Posting(request, page, form, "open.html", {"kept": kept, "draft": f"open:{slug}", "at_home": False})
    deed = lambda: journal.open_incident(page, form.opening(), author(request), now)  # noqa: E731
    again = _opened_already(request, form)
    if again:
        return redirect("incident", slug, again)
    done = view.post(deed)
    if not isinstance(done, Incident):
        return view.answer(done)
    if form.cleaned_data["once"]:
        request.session["opened"] = {form.cleaned_data["once"]: done.pk}
    return said(request, "Posted. It is on its way to every host.", "incident", slug, done.pk, draft=f"open:{slug}")


def _opened_already(request: HttpRequest, form: OpenForm) -> str | None:
    """What a second tap on the button had opened at the first."""
    opened: dict[str, str] = request.session.get("opened", {})
    return opened.get(request.POST.get("once", "")) if request.POST.get("go") == "post" else None


@staff
def incident(request: HttpRequest, slug: str, id: str) -> HttpResponse:
    page, now = page_of(slug), timezone.now()
    row = get_object_or_404(Incident, page=page, pk=id)
    snapshot, whole = shot(page), whole_of(row)
    data, kept = typed(request)
    form = SayForm(data, snapshot=snapshot, incident=whole, now=now, initial=_asked(request))
    context = {"kept": kept, "draft": f"say:{id}", **told(page, row, whole, snapshot)}
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
    whole = whole_of(row)
    return render(request, "desk/bits/timeline.html", {"page": page, **told(page, row, whole, None)})


@staff
def correct(request: HttpRequest, slug: str, id: str) -> HttpResponse:
    page = page_of(slug)
    row = get_object_or_404(Update, incident__page=page, pk=id)
    update = rows.update(row)
    initial = {"body": update.body, **facts_initial(update.facts), "next_update": update.facts.next_update}
    data, kept = typed(request)
    form = CorrectForm(data, initial=initial)
    shown = {"kept": kept, "row": row, "said": said_line(row), "draft": f"correct:{id}"}
    view = Posting(request, page, form, "correct.html", shown)
    done = view.post(lambda: journal.correct(row, *form.wording(), author(request), timezone.now()))
    if done is None or isinstance(done, HttpResponse):
        return view.answer(done)
    return said(request, "Corrected. The earlier wording is kept.", "incident", slug, row.incident_id, draft=f"correct:{id}")


@staff
def rename(request: HttpRequest, slug: str, id: str) -> HttpResponse:
    page = page_of(slug)
    row = get_object_or_404(Incident, page=page, pk=id)
    data, kept = typed(request)
    form = RenameForm(data, initial={"name": row.name, "impact": row.impact_override})
    if request.method == "POST" and form.is_valid():
        impact = Impact(form.cleaned_data["impact"]) if form.cleaned_data["impact"] else None
        name, now = form.cleaned_data["name"], timezone.now()
        if attempt(form, lambda: journal.rename(row, name, author(request), now, impact=impact)):
            return said(request, "Renamed.", "incident", slug, id)
    return show(request, "rename.html", page, {"form": form, "row": row, "kept": kept})
