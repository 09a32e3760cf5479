"""A form that changes an existing row, and notices when a colleague changed it meanwhile."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.utils import timezone

from lightship.store.journal import JournalError

CHANGED = "A colleague saved something else meanwhile. Read it; yours is below, not saved yet."


class EditForm(forms.Form):
    """`initial` is what `row` holds. `was`, hidden in the page, is a digest of it; not of the row, which changes for other
    reasons too. `theirs`: label and value of what a colleague saved that differs from mine."""

    columns: ClassVar[Mapping[str, str]] = {}
    """Columns of fields that are named otherwise than their column."""
    theirs: tuple[tuple[str, str], ...] = ()

    def __init__(self, *args: Any, row: Any = None, **more: Any) -> None:
        self.row = row
        super().__init__(*args, **{"initial": self.saved() if row else None, **more})

    def saved(self) -> dict[str, Any]:
        """What the row holds, by field."""
        return {name: getattr(self.row, self.columns.get(name, name)) for name in self.base_fields}

    @property
    def was(self) -> str:
        if self.is_bound and not self.theirs:
            return str(self.data.get("was", ""))
        return self._digest()

    def compare(self) -> None:
        """With what is saved now. Raises JournalError once, if that changed; the page then has the digest of what it shows."""
        self.row.refresh_from_db()
        was, self.initial = self.was, self.saved()
        if not was or was == self._digest():
            return
        differing = [name for name in self.fields if self.fields[name].has_changed(self.initial.get(name), self[name].data)]
        self.theirs = tuple((str(self.fields[name].label), self._shown(name)) for name in differing)
        if self.theirs:  # else we both saved the same
            raise JournalError(CHANGED)

    def _digest(self) -> str:
        values = [[name, str(self.initial.get(name) or "")] for name in self.fields]
        return hashlib.sha256(json.dumps(values).encode()).hexdigest()[:16]

    def _shown(self, name: str) -> str:
        field, value = self.fields[name], self.initial.get(name)
        if isinstance(field, forms.ChoiceField):
            labels = {str(box.data["value"]): str(box.data["label"]) for box in self[name].subwidgets}
            return labels.get(str(value or ""), str(value))
        if isinstance(field, forms.BooleanField):
            return "yes" if value else "no"
        if isinstance(value, datetime):
            return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
        return str(value or "nothing")
