"""An update that waits for the approver: asked, read as readers will read it, posted or sent back."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.utils import timezone

from lightship.core.rules import Refused
from lightship.desk import labels
from lightship.desk.forms.follow import Difference, follow
from lightship.desk.forms.update import UpdateForm
from lightship.desk.middleware import policy
from lightship.desk.views.base import as_readers_see, author, done, on_page, show, snapshot_of
from lightship.desk.views.timeline import update_line
from lightship.page.render import asset, hashed
from lightship.store.duty import approval as approvals
from lightship.store.journal.entry import as_written
from lightship.store.models import Approval, Incident, Page

WRONG = "It cannot be posted as it stands: {}. Send it back, so that its author can mend it."


def asked(request: HttpRequest, page: Page, row: Incident, form: UpdateForm) -> HttpResponse | None:
    """Instead of posting: ask the approver on duty. None where it may be posted; then the form knows why without."""
    posted = request.method == "POST" and request.POST.get("go", "post") == "post"
    if not posted or not approvals.asks(page, row) or not form.is_valid() or form.judged is None:
        return None
    now = timezone.now()
    person, why = approvals.approver(page, author(request), now)
    if person is None:
        form.judged = replace(form.judged, unapproved=why)
        return None
    lists = ((name, values) for name, values in request.POST.lists() if name in form.fields)
    fields = {name: [str(value).replace("\0", "") for value in values] for name, values in lists}
    approval = approvals.ask(row, fields, author(request), person, now)
    message = f"Not posted yet: {labels.person(person)} was asked to read it."
    return done(request, message, "approval", page, approval.pk, draft=f"say:{row.pk}", tone="slow")


@on_page
def approval(request: HttpRequest, page: Page, id: str) -> HttpResponse:
    row = get_object_or_404(Approval.objects.select_related("incident__page"), incident__page=page, pk=id)
    user, now, error, code = author(request), timezone.now(), "", 200
    if request.method == "POST":
        try:
            return _decide(request, page, row, now)
        except Refused as refusal:
            error, code = str(refusal), 422
    newest = as_written(row.incident)[-1]
    values = {
        "approval": row,
        "asked_by": labels.person(row.asked_by),
        "waits_for": labels.person(row.approver),
        "decides": approvals.may_decide(row, user, now),
        "mine": row.asked_by == user,
        "free_at": approvals.wait_over(row),
        "free": now >= approvals.wait_over(row),
        "newest": update_line(newest),
        "since": newest.created_at > row.asked_at,
        "error": error,
        "reason": request.POST.get("reason", ""),
    }
    response = show(request, "approval.html", page, code, **values, **_preview(page, row, now))
    response.headers["Content-Security-Policy"] = policy(hashed(asset("page.css")))
    return response


def _decide(request: HttpRequest, page: Page, row: Approval, now: datetime) -> HttpResponse:
    user, act, reason = author(request), request.POST.get("do", ""), request.POST.get("reason", "")
    decides = approvals.may_decide(row, user, now)
    if act == "back" and decides:
        approvals.send_back(row, user, reason, now)
        return done(request, f"Sent back to {labels.person(row.asked_by)}.", "incident", page, row.incident_id)
    if act == "approve" and decides:
        _post(request, page, row, now, approved_by=str(user.pk))
        return done(request, "Approved and posted.", "incident", page, row.incident_id)
    if act == "without" and row.asked_by == user and now >= approvals.wait_over(row):
        reason = " ".join(reason.split())
        if not reason:
            raise Refused("Say why it is posted without an approval: the reason is written down.")
        _post(request, page, row, now, unapproved=reason[:255])
        return done(request, "Posted without an approval.", "incident", page, row.incident_id)
    raise Refused(f"This waits for {labels.person(row.approver)}.")


def _post(request: HttpRequest, page: Page, row: Approval, now: datetime, approved_by: str = "", unapproved: str = "") -> None:
    """As its author filled it in; whoever posts it has read the newest update that this view showed."""
    form, _ = _form(page, row, now, request.POST.get("seen", ""))
    if not form.is_valid() or form.judged is None:
        raise Refused(WRONG.format(_errors(form)))
    form.judged = replace(form.judged, approved_by=approved_by, unapproved=unapproved)
    with transaction.atomic():
        Page.objects.select_for_update().get(pk=page.pk)
        update = form.save(page, row.asked_by, now)
        approvals.decide(row, author(request), now, reason=unapproved, update=update)


def _form(page: Page, row: Approval, now: datetime, last_read: str) -> tuple[UpdateForm, tuple[Difference, ...]]:
    """As it was filled in; what its author had not touched follows what colleagues posted since, and what both changed is
    named."""
    snapshot = snapshot_of(page)
    form = UpdateForm(filled(row), row=row.incident, snapshot=snapshot, now=now)
    differences = follow(form, *form.before_and_now(snapshot))
    if last_read:
        form.data["seen"] = last_read  # type: ignore[index]  # follow made it a copy
    return form, differences


def filled(row: Approval) -> QueryDict:
    """The form as its author filled it in."""
    data = QueryDict(mutable=True)
    for name, values in row.fields.items():
        data.setlist(name, values)
    return data


def _errors(form: UpdateForm) -> str:
    return "; ".join(str(error).rstrip(".") for errors in form.errors.values() for error in errors)


def _preview(page: Page, row: Approval, now: datetime) -> dict[str, Any]:
    """What readers would read if it was posted now; nothing is stored."""
    if row.decided_at:
        return {}
    form, differences = _form(page, row, now, as_written(row.incident)[-1].pk)
    values: dict[str, Any] = {"form": form, "differences": differences}
    if not form.is_valid():
        return {**values, "wrong": WRONG.format(_errors(form))}
    try:
        with transaction.atomic():
            form.save(page, row.asked_by, now)
            preview = as_readers_see(page, row.incident_id)
            transaction.set_rollback(True)
    except Refused as error:
        return {**values, "wrong": WRONG.format(error)}
    return {**values, "preview": preview}
