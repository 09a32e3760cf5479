"""Forms that say better what was said already: correct, rename."""

from datetime import datetime
from typing import Any

from django import forms

from lightship.core.model import Facts
from lightship.desk import labels
from lightship.desk.forms.edit import EditForm
from lightship.desk.forms.fields import Body, FactsForm, Moment, facts_initial
from lightship.desk.forms.text import TextField
from lightship.store.models import Incident, Update
from lightship.store.read import rows


class CorrectForm(EditForm, FactsForm):
    """Another wording of an update; the earlier one is kept."""

    body = Body(label="What it should say", required=False)
    next_update = Moment(label="Next update by")

    def __init__(self, *args: Any, now: datetime, **more: Any) -> None:
        super().__init__(*args, **more)
        self.now = now

    def clean(self) -> dict[str, Any]:
        super().clean()
        self.check_past(self.now, "since", "ended")
        return self.cleaned_data

    @staticmethod
    def of(row: Update) -> dict[str, Any]:
        said = rows.update(row)
        return {"body": said.body, **facts_initial(said.facts), "next_update": said.facts.next_update}

    def wording(self) -> tuple[str, Facts]:
        return self.cleaned_data["body"], self.facts(self.cleaned_data["next_update"])


class RenameForm(EditForm):
    name = TextField(label="Title", max_length=255)
    impact = forms.ChoiceField(required=False, label="How grave, for the record", choices=labels.impact_choices())

    @staticmethod
    def of(row: Incident) -> dict[str, Any]:
        return {"name": row.name, "impact": row.impact_override}
