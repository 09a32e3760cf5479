"""One form on its way: refused with its text kept, shown as readers would see it, or posted."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse

from lightship.desk.middleware import policy
from lightship.desk.preview import rehearse
from lightship.desk.views.base import BUSY, shot, show
from lightship.desk.views.timeline import said_line
from lightship.store.journal import JournalError, Overtaken
from lightship.store.models import Page

_OWN = ("csrfmiddlewaretoken", "go")


class Posting:
    """`post` does the action, if it was asked for; `answer` is what to show when it was not, or could not be, done."""

    def __init__(self, request: HttpRequest, page: Page, form: forms.Form, template: str, more: dict[str, Any]) -> None:
        self.request, self.page, self.form, self.template, self.more = request, page, form, template, more

    def post(self, action: Callable[[], object]) -> object:
        """What the action made; or the answer to give instead."""
        go = self.request.POST.get("go", "post")
        if self.request.method != "POST" or go == "edit" or not self.form.is_valid():
            return None
        try:
            return action() if go != "preview" else self._preview(action)
        except Overtaken as error:
            return self._overtaken(error)
        except JournalError as error:
            self.form.add_error(None, str(error))
        except OperationalError:
            self.form.add_error(None, BUSY)
        return None

    def answer(self, instead: object) -> HttpResponse:
        if isinstance(instead, HttpResponse):
            return instead
        status = 422 if self.form.is_bound and self.form.errors and self.request.method == "POST" else 200
        return show(self.request, self.template, self.page, {"form": self.form, **self.more}, status)

    def _preview(self, action: Callable[[], object]) -> HttpResponse:
        made = rehearse(action, lambda: shot(self.page))
        fields = [(name, value) for name, values in self.request.POST.lists() for value in values if name not in _OWN]
        response = show(self.request, "preview.html", self.page, {"made": made, "fields": fields})
        response.headers["Content-Security-Policy"] = policy(*made.styles)
        return response

    def _overtaken(self, error: Overtaken) -> HttpResponse:
        """Show what the others said; the same form, now knowing it, posts mine as well."""
        data = self.request.POST.copy()
        data["seen"] = error.updates[-1].pk
        self.form.data = data
        values = {"form": self.form, **self.more, "overtaken": [said_line(update) for update in error.updates]}
        return show(self.request, self.template, self.page, values, 409)
