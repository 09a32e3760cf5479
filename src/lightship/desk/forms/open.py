"""The form that opens an incident."""

import re
from dataclasses import replace
from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict

from lightship.config.ids import new_id
from lightship.core.model import ENDED, ComponentStatus, Impact, Kind, Snapshot, Status
from lightship.desk import labels
from lightship.desk.forms.base import ComponentsForm, TextField
from lightship.desk.forms.post import PostForm
from lightship.page.labels import COMPONENT
from lightship.store import journal, models
from lightship.store.journal import NewIncident, NewUpdate
from lightship.store.journal.entry import By
from lightship.store.models import Page

HOW_BAD = (ComponentStatus.DEGRADED, ComponentStatus.PARTIAL, ComponentStatus.MAJOR)
# The id of the incident to come, so that a form sent twice opens one.
ONCE = re.compile("[a-z0-9]{12}")


class OpenForm(PostForm, ComponentsForm):
    """Something is broken: what, how bad, and what customers see. All else can come later."""

    ended = prevention = data_lost = None  # type: ignore[assignment]  # an incident that opens has not ended
    how = forms.ChoiceField(
        label="How bad is it?",
        widget=forms.RadioSelect,
        choices=[(status.value, COMPONENT[status]) for status in HOW_BAD],
        error_messages={"required": "Choose one: readers see it as the state of what you ticked."},
    )
    name = TextField(required=False, label="Title", max_length=255)
    status = forms.ChoiceField(
        label="Where we stand",
        choices=[choice for choice in labels.status_choices(Kind.INCIDENT) if choice[0] not in ENDED],
        initial=Status.INVESTIGATING.value,
    )
    impact = forms.ChoiceField(required=False, label="How grave, for the record", choices=labels.IMPACT_CHOICES)
    practice = forms.BooleanField(required=False, label="This is practice: everything runs, and no reader sees any of it")
    once = forms.CharField(widget=forms.HiddenInput, required=False)
    separate = forms.BooleanField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, snapshot: Snapshot, **more: Any) -> None:
        page = Page.objects.get(pk=snapshot.page.id)
        super().__init__(*args, page=page, snapshot=snapshot, **more)
        self.initial.setdefault("once", new_id())
        if self.is_bound and not ONCE.fullmatch(self.data.get("once", "")):
            self.renew()
        self.offer_promises()

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not data.get("name") and not data.get("components"):
            wanted = "Tick what is affected, or give it a title under “More”." if self.snapshot.live else "Give it a title."
            self.add_error("components" if self.snapshot.live else "name", wanted)
        by_hand = data.get("body", "").strip() and not data.get("composed")
        if not data.get("symptom", "").strip() and not by_hand and "symptom" not in self.errors:
            self.add_error("symptom", "Say in their words what customers see: “signing in fails”.")
        self.write()
        return self.cleaned_data

    def renew(self) -> None:
        """From here on the form opens another incident."""
        data = QueryDict(mutable=True)
        data.update(self.data)
        data["once"] = new_id()
        self.data = data
        if hasattr(self, "cleaned_data"):
            self.cleaned_data["once"] = data["once"]

    def new_update(self) -> NewUpdate:
        data = self.cleaned_data
        chosen, how = data.get("components", ()), data.get("how")
        levels = dict.fromkeys(chosen, ComponentStatus(how) if how else ComponentStatus.DEGRADED)
        new = self.update_of(Status(data.get("status") or Status.INVESTIGATING), statuses=levels or None)
        return replace(new, at=new.at or (data.get("since") and self.now))

    def save(self, page: Page, by: By, now: datetime) -> models.Incident:
        data = self.cleaned_data
        how = ComponentStatus(data["how"])
        names = [component.name for component in self.snapshot.live if component.id in data["components"]]
        new = NewIncident(
            id=data["once"],
            name=data["name"] or labels.headline(names, how),
            started_at=data["since"],
            impact=Impact(data["impact"]) if data["impact"] else None,
            update=self.new,
            practice=data["practice"],
        )
        return journal.open_incident(page, new, by, now, separate=data["separate"], judged=self.judged)
