"""Speak of an incident or planned work: open or plan it, post to it, correct, rename, begin and finish it by hand, move it."""

from datetime import timedelta
from typing import Any

from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from lightship.core.model import Incident as Value
from lightship.core.model import Kind, Snapshot, Status
from lightship.desk import labels
from lightship.desk.forms.incident import CorrectForm, MoveForm, PlanForm, RenameForm
from lightship.desk.forms.open import OpenForm
from lightship.desk.forms.update import UpdateForm
from lightship.desk.views import approval
from lightship.desk.views.base import answer, author, done, on_page, show, snapshot_of, typed
from lightship.desk.views.endings import left_behind
from lightship.desk.views.hosts import hosts_now
from lightship.desk.views.published import of_incident
from lightship.desk.views.timeline import timeline, update_line
from lightship.store import journal
from lightship.store.duty.approval import returned
from lightship.store.journal.entry import as_written
from lightship.store.models import Incident, Page, Update, Wording
from lightship.store.read import rows

POSTED = ""
"""What becomes of it is said by bits/published.html, as the receipts come."""
CARRIED = ("body", "symptom", "doing", "scope", "numbers", "unaffected", "workaround", "cause")
BY_HAND = {
    "begin": (Status.IN_PROGRESS, "The work has begun."),
    "finish": (Status.COMPLETED, "The work is done."),
}


@on_page
def open_incident(request: HttpRequest, page: Page) -> HttpResponse:
    if into := request.POST.get("into", "").replace("\0", ""):
        return _carry(request, page, into)
    reported = {"components": request.GET.getlist("c")}  # by customers, beside whose reports the link stands
    form = OpenForm(typed(request), snapshot=snapshot_of(page), now=timezone.now(), initial=reported)
    first = _first_tap(page, form) if request.method == "POST" and form.is_valid() else None
    if first:
        return redirect("incident", page.slug, first.pk)
    try:
        return answer(request, page, form, "open.html", POSTED, draft=f"open:{page.slug}")
    except IntegrityError:  # the first tap was posted at this very moment
        first = _first_tap(page, form)
        return redirect("incident", page.slug, first.pk) if first else show(request, "open.html", page, 422, form=form)


def _carry(request: HttpRequest, page: Page, id: str) -> HttpResponse:
    """Take what was typed for a new incident to the form of the one that it turned out to be. Nothing is posted yet."""
    row = get_object_or_404(Incident, page=page, pk=id)
    texts = {name: request.POST.get(name, "") for name in CARRIED}
    if request.POST.get("composed"):  # ours: it is written anew, for the other incident
        texts["body"] = ""
    request.session["carried"] = {"to": id, "fields": texts}
    message = f"Not posted yet. Your text is below, as an update of “{row.name}”: look it over, then post it."
    return done(request, message, "incident", page, id, draft=f"open:{page.slug}", tone="slow")


def _carried(request: HttpRequest, id: str) -> dict[str, str]:
    carried = request.session.get("carried")
    if request.method != "GET" or not carried or carried["to"] != id:
        return {}
    del request.session["carried"]
    return {name: value for name, value in carried["fields"].items() if value}


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
    row, snapshot = get_object_or_404(Incident, page=page, pk=id), snapshot_of(page)
    form = UpdateForm(typed(request) or _sent_back(request, row), row=row, snapshot=snapshot, now=timezone.now())
    if waits := approval.asked(request, page, row, form):
        return waits
    carried = _carried(request, id)
    form.initial.update(carried)
    values = {**hosts_now(page), **timeline(row, form.incident, snapshot), **_standing(page, row, form.incident, snapshot)}
    values |= {"approvals": list(row.approvals.filter(decided_at=None)), "returned": returned(row, author(request))}
    values["own_url"] = f"{values['public_url']}/{'maintenance' if values['planned'] else 'incidents'}/{id}/"
    return answer(request, page, form, "incident.html", POSTED, draft=f"say:{id}", carried=bool(carried), **values)


def _sent_back(request: HttpRequest, row: Incident) -> QueryDict | None:
    """The form of an update that waits or was sent back, for its author to change; of the newest state."""
    asked = row.approvals.filter(
        pk=request.GET.get("draft", "").replace("\0", ""), asked_by=author(request), update=None
    ).first()
    data = approval.filled(asked) if asked and request.method == "GET" else None
    if data:
        data["seen"] = as_written(row)[-1].pk
    return data


def _standing(page: Page, row: Incident, incident: Value, snapshot: Snapshot) -> dict[str, Any]:
    """Who reads it, what it left behind, and where it goes on if nobody can post to it any more."""
    into = Incident.objects.filter(pk=row.merged_into).values_list("name", flat=True).first()
    return {
        "published": of_incident(page, row),
        "left_behind": [labels.line(component) for component in left_behind(incident, snapshot)],
        "closed": incident.ended and (incident.withdrawn or bool(incident.merged_into)),
        "into_name": into or "another",
        "others": page.incidents.filter(kind=Kind.INCIDENT, open=True, practice=row.practice).exclude(pk=row.pk).exists(),
    }


@on_page
def timeline_part(request: HttpRequest, page: Page, id: str) -> HttpResponse:
    """The timeline alone, kept fresh while somebody types beside it."""
    row = get_object_or_404(Incident, page=page, pk=id)
    return render(request, "desk/bits/timeline.html", {"page": page, **timeline(row, rows.incident(row), None)})


@on_page
def correct(request: HttpRequest, page: Page, id: str) -> HttpResponse:
    row = get_object_or_404(Update, incident__page=page, pk=id)
    form, line = CorrectForm(typed(request), row=row, now=timezone.now()), update_line(row)
    message = "Corrected. The earlier wording is kept."
    return answer(request, page, form, "correct.html", message, draft=f"correct:{id}", line=line)


@on_page
def rename(request: HttpRequest, page: Page, id: str) -> HttpResponse:
    form = RenameForm(typed(request), row=get_object_or_404(Incident, page=page, pk=id))
    return answer(request, page, form, "rename.html", "Renamed.", draft=f"rename:{id}")


@on_page
def plan(request: HttpRequest, page: Page) -> HttpResponse:
    # Tomorrow night: when most such work is done.
    starts = (timezone.localtime() + timedelta(days=1)).replace(hour=2, minute=0, second=0, microsecond=0)
    initial = {"starts": starts, "ends": starts + timedelta(hours=2)}
    form = PlanForm(typed(request), snapshot=snapshot_of(page), initial=initial)
    return answer(request, page, form, "plan.html", "Planned. It is on its way to every host.", draft=f"plan:{page.slug}")


@on_page
def begin_or_finish(request: HttpRequest, page: Page, id: str) -> HttpResponse:
    """Begin a maintenance now, or finish it, in one tap; like the clock, without a text."""
    row = get_object_or_404(Incident, page=page, pk=id, kind=Kind.MAINTENANCE)
    chosen = request.POST.get("to")
    if chosen not in BY_HAND:
        return redirect("incident", page.slug, id)
    status, message = BY_HAND[chosen]
    new = journal.NewUpdate(status=status, body="")
    try:
        journal.update(row, new, author(request), timezone.now(), last_read=request.POST.get("seen") or None)
    except journal.JournalError as error:
        message = str(error)
    return done(request, message, "incident", page, id)


@on_page
def move(request: HttpRequest, page: Page, id: str) -> HttpResponse:
    form = MoveForm(typed(request), row=get_object_or_404(Incident, page=page, pk=id, kind=Kind.MAINTENANCE))
    message = "Moved. Post a word about it, so that nobody is surprised."
    return answer(request, page, form, "move.html", message, draft=f"move:{id}")
