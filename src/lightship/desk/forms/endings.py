"""Forms that end an incident otherwise than by its end, and one that mends what it left behind."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms

from lightship.core.model import Component, ComponentStatus
from lightship.desk import labels
from lightship.desk.forms.base import ActionForm, Prose, offer
from lightship.store import journal, models
from lightship.store.journal.entry import By
from lightship.store.models import Page


class WithdrawForm(ActionForm):
    reason = Prose(label="Why? Readers read this", rows=4, required=True)

    def save(self, page: Page, by: By, now: datetime) -> models.Update:
        return journal.withdraw(self.row, self.cleaned_data["reason"], by, now)


class MergeForm(ActionForm):
    """`others`: the incidents that it may go on in."""

    into = forms.ChoiceField(label="It goes on as", widget=forms.RadioSelect)

    def __init__(self, *args: Any, others: Sequence[models.Incident], **more: Any) -> None:
        super().__init__(*args, **more)
        self.others = {other.pk: other for other in others}
        offer(self, "into", [(other.pk, other.name) for other in others])
        if len(others) == 1:
            self.initial["into"] = others[0].pk

    def save(self, page: Page, by: By, now: datetime) -> models.Incident:
        into = self.others[self.cleaned_data["into"]]
        journal.merge(self.row, into, by, now)
        return into


class LevelsForm(ActionForm):
    """The levels of components that an incident touched, set by hand after its end."""

    def __init__(self, *args: Any, components: Sequence[Component], **more: Any) -> None:
        super().__init__(*args, **more)
        for component in components:
            name, level = f"c-{component.id}", component.status.value
            self.fields[name] = forms.ChoiceField(label=component.name, choices=labels.COMPONENT_CHOICES, initial=level)

    def save(self, page: Page, by: By, now: datetime) -> models.Incident:
        for row in page.components.filter(pk__in=[name[2:] for name in self.fields]):
            level = ComponentStatus(self.cleaned_data[f"c-{row.pk}"])
            if f"c-{row.pk}" in self.changed_data:
                journal.set_status(row, level, by, now)
        incident: models.Incident = self.row
        return incident
