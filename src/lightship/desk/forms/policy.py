"""The form of what a page's owner decided on duty."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib.auth.models import User

from lightship.core.compose import FIELDS, check_template
from lightship.core.duty.policy import LIMITS, Policy, Speaker
from lightship.core.model import INCIDENT_STATUSES
from lightship.core.rules import Refused
from lightship.desk import labels
from lightship.desk.forms.base import EditForm, Prose
from lightship.store.journal import structure
from lightship.store.journal.entry import By
from lightship.store.models import Page

SPEAKERS = [
    (Speaker.NOBODY.value, "Nobody"),
    (Speaker.ROLE.value, "The role: “Duty writer”"),
    (Speaker.NAME.value, "The name that the writer chose for readers"),
]
FIELD_HINT = f"Sentences with {', '.join(f'{{{name}}}' for name in FIELDS)}. One without its fact is left out."


def _number(name: str, label: str, hint: str = "") -> forms.IntegerField:
    least, most = LIMITS[name]
    return forms.IntegerField(label=label, help_text=hint, min_value=least, max_value=most)


class PolicyForm(EditForm):
    """How often somebody speaks, who reads it first, and who is told. See core/duty/policy.py."""

    critical = _number("critical", "Minutes between updates while everything is down")
    monitoring = _number("monitoring", "Minutes while a fix is watched", "0: as always.")
    first_word = _number("first_word", "Minutes to the first word")
    reports = _number("reports", "Customer reports that start the clock of the first word")
    reports_within = _number("reports_within", "within so many minutes")
    approval = forms.BooleanField(required=False, label="An approver reads each update first; never the first word")
    approval_wait = _number("approval_wait", "Minutes after which the writer may post without", "With a reason, written down.")
    speaker = forms.ChoiceField(label="Who readers see as the speaker", choices=SPEAKERS, widget=forms.RadioSelect)
    escalation = forms.ModelMultipleChoiceField(
        required=False,
        label="Escalation list, told last",
        queryset=User.objects.filter(is_active=True).order_by("username"),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for status in INCIDENT_STATUSES:
            name, label = f"template_{status}", f"Template: {labels.STATUS[status]}"
            self.fields[name] = Prose(label=label, rows=4)
        self.initial = self.saved()

    def templates(self) -> list[forms.BoundField]:
        return [self[f"template_{status}"] for status in INCIDENT_STATUSES]

    def saved(self) -> dict[str, Any]:
        policy = Policy.of(self.row.policy)
        stored = {name: getattr(policy, name) for name in self.base_fields if hasattr(policy, name)}
        templates = {f"template_{status}": policy.templates.get(status, "") for status in INCIDENT_STATUSES}
        return {**stored, **templates, "escalation": [int(pk) for pk in policy.escalation]}

    def clean(self) -> dict[str, Any]:
        super().clean()
        for status in INCIDENT_STATUSES:
            try:
                check_template(self.cleaned_data.get(f"template_{status}", ""))
            except Refused as error:
                self.add_error(f"template_{status}", str(error))
        return self.cleaned_data

    def change(self, page: Page, by: By, now: datetime) -> None:
        data = self.cleaned_data
        templates = {status.value: text for status in INCIDENT_STATUSES if (text := data[f"template_{status}"].strip())}
        own = {name: data[name] for name in self.base_fields if hasattr(Policy(), name)}
        own |= {"templates": templates, "escalation": [str(user.pk) for user in data["escalation"]]}
        structure.describe(self.row, {"policy": Policy.of({**self.row.policy, **own}).stored()}, by, now)
