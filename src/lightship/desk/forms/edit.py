"""A form that changes what is there already, and notices when a colleague changed it meanwhile."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from lightship.store.journal import JournalError


class Changed(JournalError):
    """What the form shows was changed since it was shown."""

    def __init__(self) -> None:
        super().__init__("A colleague saved something else meanwhile. Read it; yours is below, not saved yet.")


class EditForm(forms.Form):
    """`initial` is what is saved. `was`, hidden in the page, is a mark of it; not of the row, which changes for other
    reasons too. `theirs`: label and value of what a colleague saved that differs from mine."""

    theirs: tuple[tuple[str, str], ...] = ()

    @property
    def was(self) -> str:
        if self.is_bound and not self.theirs:
            return str(self.data.get("was", ""))
        return self._mark()

    def compare(self, saved: Mapping[str, Any]) -> None:
        """Against what is saved now. Raises Changed once; the page then carries the mark of what it shows."""
        was, self.initial = self.was, dict(saved)
        if not was or was == self._mark():
            return
        differing = [name for name in self.fields if self.fields[name].has_changed(self.initial.get(name), self[name].data)]
        self.theirs = tuple((str(self.fields[name].label), self._said(name)) for name in differing)
        if self.theirs:  # else we both saved the same
            raise Changed

    def _mark(self) -> str:
        saved = [[name, str(self.initial.get(name) or "")] for name in self.fields]
        return hashlib.sha256(json.dumps(saved).encode()).hexdigest()[:16]

    def _said(self, name: str) -> str:
        field, value = self.fields[name], self.initial.get(name)
        if isinstance(field, forms.ChoiceField):
            words = {str(box.data["value"]): str(box.data["label"]) for box in self[name].subwidgets}
            return words.get(str(value or ""), str(value))
        if isinstance(field, forms.BooleanField):
            return "yes" if value else "no"
        if isinstance(value, datetime):
            return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
        return str(value or "nothing")
