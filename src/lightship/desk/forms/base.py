"""What forms share: their fields, the action that each stands for, and how one notices that a colleague was quicker."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django import forms
from django.db import transaction
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from lightship.core import wire
from lightship.core.local_time import exists, instants
from lightship.core.model import Component, ComponentStatus, Snapshot
from lightship.page.labels import TONE
from lightship.store.journal import JournalError, structure
from lightship.store.journal.entry import By
from lightship.store.models import Page

CHANGED = "A colleague saved something else meanwhile. Read it; yours is below, not saved yet."
LONGEST = 100_000
"""Characters that a browser takes into one text, so that no form outgrows what the desk reads. Four times what the journal
takes: a text that is somewhat too long comes back with the reason, and is not cut."""
FEW = 12
"""Components that one looks through at a glance."""
YEARS = range(1990, 2201)
_OFFSET = re.compile(r"T?\d\d:\d\d\S*(Z|[+-]\d\d:?\d\d)\s*$")
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


class WallClock(forms.DateTimeInput):
    """A time by the page's clock; hidden beside it, which one is meant where that clock shows it twice, or never."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return data.get(name, ""), data.get(f"{name}_which", "")

    def format_value(self, value: Any) -> str | None:
        return super().format_value(value[0] if isinstance(value, tuple) else value)

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        wall, which = value if isinstance(value, tuple) else (value, "")
        html = super().render(name, wall, attrs, renderer)
        return format_html('{}<input type="hidden" name="{}_which" value="{}">', html, name, which) if which else html


class Moment(forms.DateTimeField):
    """A time as staff write it, in the page's zone, which the view has activated. Cleans to UTC. In the nights in which clocks
    change a time may mean two: then it is refused, and `offered` has both, to choose from."""

    offered: Sequence[tuple[str, str]] = ()

    def __init__(self, **more: Any) -> None:
        widget = WallClock(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
        errors = {"invalid": "This is not a time. Write date and time like 2026-11-22 03:15."}
        super().__init__(required=False, widget=widget, error_messages=errors, **more)

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, datetime) or timezone.is_naive(value):
            return value
        wall = timezone.make_naive(value)
        return wall, wire.stamp(value) if len(instants(wall, _zone())) > 1 else ""

    def to_python(self, value: Any) -> datetime | None:
        text, which = value if isinstance(value, tuple) else (value, "")
        with timezone.override(UTC):
            at = super().to_python(text)
        if at and at.year not in YEARS:
            raise forms.ValidationError(f"The year {at.year} cannot be meant: write one from {YEARS[0]} to {YEARS[-1]}.")
        return self._meant(at, which) if at and not _OFFSET.search(str(text)) else at and at.astimezone(UTC)

    def _meant(self, at: datetime, which: str) -> datetime:
        wall, zone = at.replace(tzinfo=None), _zone()
        meant = instants(wall, zone)
        choices = {wire.stamp(moment): moment for moment in meant}
        if len(meant) == 1 or which in choices:
            return choices.get(which, meant[0])
        self.offered = [(key, f"{moment.astimezone(zone):%H:%M %Z} ({moment:%H:%M} UTC)") for key, moment in choices.items()]
        if exists(wall, zone):
            raise forms.ValidationError(f"That night {wall:%H:%M} comes twice, for clocks go back. Choose which one you mean.")
        raise forms.ValidationError(f"That night there is no {wall:%H:%M}, for clocks go forward. Choose what you mean.")


def _zone() -> ZoneInfo:
    zone = timezone.get_current_timezone()
    return zone if isinstance(zone, ZoneInfo) else ZoneInfo("UTC")


class Prose(TextField):
    """Text for customers, never cut: the journal limits its length, so that a long one comes back with the reason."""

    def __init__(self, *, rows: int = 1, required: bool = False, **more: Any) -> None:
        widget = forms.Textarea(attrs={"rows": rows, "maxlength": LONGEST})
        super().__init__(required=required, widget=widget, **more)

    def to_python(self, value: Any) -> str:
        return super().to_python(value).replace("\r\n", "\n")


class ActionForm(forms.Form):
    """A form that stands for one action of the journal. `row`: what the action is about, unless it makes something."""

    adds: ClassVar[bool] = False
    """Whether its action adds an update: the journal then gives the one that the same author posted just now."""

    def __init__(self, *args: Any, row: Any = None, **more: Any) -> None:
        self.row = row
        super().__init__(*args, **more)

    def before_and_now(self, snapshot: Snapshot) -> tuple[forms.Form, forms.Form]:
        """This form as it was when its author opened it, and as it would be opened now."""
        return self, self

    def save(self, page: Page, by: By, now: datetime) -> object:
        """The row that the action made or changed. Raises JournalError."""
        raise NotImplementedError


class EditForm(ActionForm):
    """Changes `row`, and notices when a colleague changed it meanwhile; or makes one.

    `initial` is what `row` holds. `was`, hidden in the page, is a digest of it; not of the row, which changes for other
    reasons too. `theirs`: label and value of what a colleague saved that differs from mine."""

    columns: ClassVar[Mapping[str, str]] = {}
    """Columns of fields that are named otherwise than their column."""
    theirs: tuple[tuple[str, str], ...] = ()

    def __init__(self, *args: Any, row: Any = None, **more: Any) -> None:
        super().__init__(*args, row=row, **more)
        if row:
            self.initial = self.saved()

    def saved(self) -> dict[str, Any]:
        """What the row holds, by field."""
        return {name: getattr(self.row, self.columns.get(name, name)) for name in self.base_fields}

    def save(self, page: Page, by: By, now: datetime) -> object:
        # The page's row is locked first, as every action locks it, so that nobody saves between comparison and action.
        with transaction.atomic():
            Page.objects.select_for_update().get(pk=page.pk)
            if self.row:
                self._compare()
            self.change(page, by, now)
        return self.row

    def change(self, page: Page, by: By, now: datetime) -> None:
        """Change the row to what the form says, or make one. Raises JournalError."""
        structure.describe(self.row, self.cleaned_data, by, now)

    @property
    def was(self) -> str:
        if self.is_bound and not self.theirs:
            return str(self.data.get("was", ""))
        return self._digest()

    def _compare(self) -> None:
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


class ComponentsForm(ActionForm):
    """A form that names components of the page."""

    components = forms.MultipleChoiceField(required=False, label="What is affected?", widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, snapshot: Snapshot, **more: Any) -> None:
        super().__init__(*args, **more)
        self.snapshot = snapshot
        offer(self, "components", [(component.id, component.name) for component in snapshot.live])

    def chips(self) -> list[dict[str, Any]]:
        """Groups (name empty: components in none), each component as a checkbox: first those that do not work. Where there are
        many, groups are folded unless something in them is ticked."""
        boxes = {str(box.data["value"]): box for box in self["components"].subwidgets}
        names = {group.id: group.name for group in self.snapshot.groups}
        ticked = {str(value) for value in self["components"].value() or ()}
        broken = [c for c in self.snapshot.live if c.status is not ComponentStatus.OPERATIONAL]
        chips = [self._chips("Not working now", broken, boxes, open=True)] if self.many and broken else []
        rest = [c for c in self.snapshot.live if not (self.many and c in broken)]
        for group_id, components in groupby(rest, key=lambda component: component.group_id):
            name, own = names.get(group_id or "", "Other" if chips else ""), list(components)
            chips.append(self._chips(name, own, boxes, open=not self.many or any(c.id in ticked for c in own)))
        return chips

    @property
    def many(self) -> bool:
        """Whether there are more components than one looks through: then there is a search."""
        return len(self.snapshot.live) > FEW

    @staticmethod
    def _chips(name: str, components: Sequence[Component], boxes: Mapping[str, Any], *, open: bool) -> dict[str, Any]:
        return {"name": name, "boxes": [(boxes[c.id], TONE[c.status]) for c in components], "open": open}
