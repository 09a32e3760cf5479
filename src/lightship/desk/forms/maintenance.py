"""Forms for planned work: announce it, move it."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django import forms

from lightship.core.model import Facts, Incident
from lightship.desk.forms.edit import EditForm
from lightship.desk.forms.fields import Body, ComponentsForm, Moment, ShortField, TextField
from lightship.store.journal import Window


class PlanForm(ComponentsForm):
    """A maintenance announced."""

    name = TextField(label="What is planned?", max_length=255)
    body = Body(label="What will customers notice?")
    starts = Moment(label="Begins")
    ends = Moment(label="Ends")
    auto_start = forms.BooleanField(required=False, initial=True, label="Begin by itself at that time")
    auto_end = forms.BooleanField(required=False, initial=True, label="End by itself at that time")
    workaround = ShortField(label="What customers can do meanwhile")

    def clean(self) -> dict[str, Any]:
        super().clean()
        for name in ("starts", "ends"):
            if not self.cleaned_data.get(name) and name not in self.errors:
                self.add_error(name, "Give a time.")
        return self.cleaned_data

    def window(self) -> Window:
        data = dict(self.cleaned_data)
        facts = Facts(workaround=data.pop("workaround"))
        return Window(components=frozenset(data.pop("components")), facts=facts, **data)


class MoveForm(EditForm):
    """Another window for a maintenance that has not ended."""

    starts = Moment(label="Begins")
    ends = Moment(label="Ends")
    columns: ClassVar = {"starts": "scheduled_for", "ends": "scheduled_until"}

    def window(self, incident: Incident) -> tuple[datetime, datetime]:
        starts = self.cleaned_data["starts"] or incident.scheduled_for or incident.started_at
        return starts, self.cleaned_data["ends"] or starts + timedelta(hours=1)
