"""Forms about an incident or planned work: correct a post, rename it, plan work, move it. What is posted: see post.py."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django import forms

from lightship.core.model import Facts, Impact
from lightship.desk import labels
from lightship.desk.forms.base import ComponentsForm, EditForm, Moment, Prose, TextField
from lightship.desk.forms.facts import FactsForm, facts_initial
from lightship.store import journal, models
from lightship.store.journal import Window
from lightship.store.journal.entry import By
from lightship.store.models import Page
from lightship.store.read import rows


class CorrectForm(EditForm, FactsForm):
    """Another wording of an update; the journal keeps the earlier one."""

    body = Prose(label="What it should say", rows=4)
    next_update = Moment(label="Next update by")

    def more_open(self) -> bool:
        return self.wrong(*(set(self.fields) - {"body", "doing"}))

    def saved(self) -> dict[str, Any]:
        update = rows.update(self.row)
        return {"body": update.body, **facts_initial(update.facts), "next_update": update.facts.next_update}

    def change(self, page: Page, by: By, now: datetime) -> None:
        data, promise = self.cleaned_data, rows.update(self.row).facts.next_update
        if not promise or promise.replace(second=0, microsecond=0) != data["next_update"]:  # a field shows minutes
            promise = data["next_update"]
        journal.correct(self.row, data["body"], self.facts(promise), by, now)


class RenameForm(EditForm):
    name = TextField(label="Title", max_length=255)
    impact = forms.ChoiceField(required=False, label="How grave, for the record", choices=labels.IMPACT_CHOICES)
    columns: ClassVar = {"impact": "impact_override"}

    def change(self, page: Page, by: By, now: datetime) -> None:
        name, impact = self.cleaned_data["name"], self.cleaned_data["impact"]
        journal.rename(self.row, name, by, now, impact=Impact(impact) if impact else None)


class PlanForm(ComponentsForm):
    """A maintenance announced."""

    adds = True

    name = TextField(label="What is planned?", max_length=255)
    body = Prose(label="What will customers notice?", rows=4, required=True)
    starts = Moment(label="Begins")
    ends = Moment(label="Ends")
    auto_start = forms.BooleanField(required=False, initial=True, label="Begin by itself at that time")
    auto_end = forms.BooleanField(required=False, initial=True, label="End by itself at that time")
    workaround = Prose(label="What customers can do meanwhile")

    def clean(self) -> dict[str, Any]:
        super().clean()
        for name in ("starts", "ends"):
            if not self.cleaned_data.get(name) and name not in self.errors:
                self.add_error(name, "Give a time.")
        return self.cleaned_data

    def save(self, page: Page, by: By, now: datetime) -> models.Incident:
        data = dict(self.cleaned_data)
        facts = Facts(workaround=data.pop("workaround"))
        window = Window(components=frozenset(data.pop("components")), facts=facts, **data)
        return journal.schedule(page, window, by, now)


class MoveForm(EditForm):
    """Another window for a maintenance that has not ended."""

    starts = Moment(label="Begins")
    ends = Moment(label="Ends")
    columns: ClassVar = {"starts": "scheduled_for", "ends": "scheduled_until"}

    def change(self, page: Page, by: By, now: datetime) -> None:
        starts = self.cleaned_data["starts"] or self.row.scheduled_for or self.row.started_at
        journal.reschedule(self.row, starts, self.cleaned_data["ends"] or starts + timedelta(hours=1), by, now)
