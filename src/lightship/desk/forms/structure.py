"""Forms that describe pages, components and groups."""

from datetime import datetime
from typing import Any, ClassVar

from django import forms

from lightship.core.model import ComponentStatus
from lightship.desk import labels
from lightship.desk.forms.base import ActionForm, EditForm, Link, Prose, TextField, ZoneField, offer
from lightship.store import journal
from lightship.store.journal import structure
from lightship.store.journal.entry import By
from lightship.store.models import Page


class NewPageForm(forms.Form):
    """Its address, hosts and keys are in lightship.toml; here it gets a name."""

    slug = forms.ChoiceField(label="Page in lightship.toml")
    name = TextField(label="Name readers know", max_length=255)
    time_zone = ZoneField(initial="UTC")

    def __init__(self, *args: Any, slugs: list[str], **more: Any) -> None:
        super().__init__(*args, **more)
        offer(self, "slug", [(slug, slug) for slug in slugs])


class PageForm(EditForm):
    name = TextField(label="Name readers know", max_length=255)
    description = Prose(label="In one sentence, what it is about")
    time_zone = ZoneField(help_text="Times on the desk are in it.")
    support_url = Link(required=False, label="Where customers get help", assume_scheme="https")
    promise_minutes = forms.IntegerField(
        label="Minutes between updates",
        help_text="What a new post promises unless you choose otherwise.",
        min_value=1,
        max_value=24 * 60,
    )
    kit = forms.BooleanField(
        required=False,
        label="Publish the front-line kit at /kit/",
        help_text="What support says of each open incident. Anybody can read it there.",
    )
    scorecard = forms.BooleanField(
        required=False,
        label="Publish the scorecard at /scorecard/",
        help_text="Promises kept, silences and vague updates of the last twelve months, without names of staff.",
    )


class GroupForm(EditForm):
    name = TextField(label="Name of the group", max_length=255)

    def change(self, page: Page, by: By, now: datetime) -> None:
        if self.row:
            super().change(page, by, now)
        else:
            structure.create_group(page, self.cleaned_data["name"], by, now)


class ComponentForm(EditForm):
    name = TextField(label="Name", max_length=255)
    description = Prose(label="What it is, for customers")
    group = forms.ChoiceField(required=False, label="Group")
    start_date = forms.DateField(
        required=False,
        label="In service since",
        help_text="Days before it do not count in its uptime.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    only_show_if_degraded = forms.BooleanField(required=False, label="Show it only while it is not working")
    columns: ClassVar = {"group": "group_id"}

    def __init__(self, *args: Any, page: Page, **more: Any) -> None:
        super().__init__(*args, **more)
        self.groups = {group.pk: group for group in page.groups.all()}
        offer(self, "group", [("", "None"), *((pk, group.name) for pk, group in self.groups.items())])

    def change(self, page: Page, by: By, now: datetime) -> None:
        # An empty description that was never there stays absent: the API tells null from empty.
        empty = self.row.description if self.row and not self.row.description else None
        data = {**self.cleaned_data, "group": self.groups.get(self.cleaned_data["group"])}
        data["description"] = data["description"] or empty
        if self.row:
            structure.describe(self.row, data, by, now)
        else:
            structure.create_component(page, by=by, now=now, **data)


class StatusForm(ActionForm):
    """Set a component without an incident."""

    status = forms.ChoiceField(label="It is", widget=forms.RadioSelect, choices=labels.COMPONENT_CHOICES)

    def chosen(self) -> ComponentStatus:
        return ComponentStatus(self.cleaned_data["status"])

    def save(self, page: Page, by: By, now: datetime) -> object:
        return journal.set_status(self.row, self.chosen(), by, now)
