"""The text of a form, written from its facts while they are typed, and what it lacks."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_POST

from lightship.core import wire
from lightship.desk.forms.open import OpenForm
from lightship.desk.forms.post import PostForm
from lightship.desk.forms.update import UpdateForm
from lightship.desk.views.base import on_page, snapshot_of
from lightship.store.models import Incident, Page


@require_POST
@on_page
def open_text(request: HttpRequest, page: Page) -> HttpResponse:
    return _answer(OpenForm(request.POST, snapshot=snapshot_of(page), now=timezone.now()))


@require_POST
@on_page
def update_text(request: HttpRequest, page: Page, id: str) -> HttpResponse:
    row = get_object_or_404(Incident, page=page, pk=id)
    return _answer(UpdateForm(request.POST, row=row, snapshot=snapshot_of(page), now=timezone.now()))


def _answer(form: PostForm) -> HttpResponse:
    """Whatever else is wrong with the form: it is not sent yet."""
    form.is_valid()
    due = form.new.facts.next_update
    return JsonResponse(
        {
            "body": form.new.body,
            "due": wire.stamp(due) if due else "",
            "findings": render_to_string("desk/bits/findings.html", {"form": form}),
            "vague": form.vague(),
        }
    )
