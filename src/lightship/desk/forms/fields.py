"""What several forms share: text without unseen characters, times in the page's zone, the components of a page."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from django import forms

from lightship.core.model import Component, Snapshot

LONGEST = 100_000
"""Characters that a browser takes into one text, so that no form outgrows what the desk reads. Four times what the journal
takes: a text that is somewhat too long comes back with the reason, and is not cut."""
YEARS = range(1990, 2201)
# Control characters but tab and line ends; and halves of characters, which no encoding can write.
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def clean(text: str) -> str:
    """Without the characters that no reader can see and some parsers refuse."""
    return _UNSEEN.sub("", text)


def offer(form: forms.Form, name: str, choices: Sequence[tuple[str, str]]) -> None:
    """Set the choices of a field that depend on the page."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


class TextField(forms.CharField):
    """A name or a title."""

    def to_python(self, value: Any) -> str:
        return clean(super().to_python(value) or "").strip()


class Link(forms.URLField):
    def to_python(self, value: Any) -> str:
        return super().to_python(clean(str(value or ""))) or ""


class ZoneField(TextField):
    """A time zone by name; the page lists them all."""

    def __init__(self, **more: Any) -> None:
        super().__init__(label="Time zone", max_length=64, widget=forms.TextInput(attrs={"list": "zones"}), **more)


class Moment(forms.DateTimeField):
    """A time as staff write it, in the page's zone, which the view has activated. Cleans to UTC."""

    def __init__(self, **more: Any) -> None:
        widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
        errors = {"invalid": "This is not a time. Write date and time like 2026-11-22 03:15."}
        super().__init__(required=False, widget=widget, error_messages=errors, **more)

    def to_python(self, value: Any) -> datetime | None:
        at = super().to_python(value)
        if at and at.year not in YEARS:
            raise forms.ValidationError(f"The year {at.year} cannot be meant: write one from {YEARS[0]} to {YEARS[-1]}.")
        return at.astimezone(UTC) if at else None


class ShortField(TextField):
    """A sentence or two: one line high, never cut."""

    def __init__(self, *, rows: int = 1, required: bool = False, **more: Any) -> None:
        widget = forms.Textarea(attrs={"rows": rows, "maxlength": LONGEST})
        super().__init__(required=required, widget=widget, **more)

    def to_python(self, value: Any) -> str:
        return super().to_python(value).replace("\r\n", "\n")


class Body(ShortField):
    """Text for customers. The journal limits its length, so that a long text comes back with the reason."""

    def __init__(self, *, required: bool = True, **more: Any) -> None:
        super().__init__(rows=4, required=required, **more)


def live(snapshot: Snapshot) -> list[Component]:
    return [component for component in snapshot.components if not component.retired]


class ComponentsForm(forms.Form):
    """A form that names components of the page."""

    components = forms.MultipleChoiceField(required=False, label="What is affected?", widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, snapshot: Snapshot, **more: Any) -> None:
        super().__init__(*args, **more)
        self.snapshot = snapshot
        offer(self, "components", [(component.id, component.name) for component in live(snapshot)])

    def chips(self) -> list[tuple[str, list[Any]]]:
        """Groups by name (empty: components in none), each component as a checkbox."""
        boxes = {str(box.data["value"]): box for box in self["components"].subwidgets}
        names = {group.id: group.name for group in self.snapshot.groups}
        chips: list[tuple[str, list[Any]]] = []
        for group_id, components in groupby(live(self.snapshot), key=lambda component: component.group_id):
            name = names.get(group_id or "", "Other" if chips else "")
            chips.append((name, [boxes[component.id] for component in components]))
        return chips

    def names(self) -> list[str]:
        chosen = set(self.cleaned_data.get("components", ()))
        return [component.name for component in live(self.snapshot) if component.id in chosen]
