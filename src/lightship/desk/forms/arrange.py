"""Forms that describe pages, components and groups."""

from typing import Any
from zoneinfo import available_timezones

from django import forms

from lightship.core.model import ComponentStatus
from lightship.desk import labels
from lightship.desk.forms.edit import EditForm
from lightship.desk.forms.fields import Line
from lightship.desk.forms.text import Link, TextField
from lightship.store.models import Component, Group, Page


class NewPageForm(forms.Form):
    """Its address, hosts and keys are in lightship.toml; here it gets a name."""

    slug = forms.ChoiceField(label="Page in lightship.toml")
    name = TextField(label="Name readers know", max_length=255)
    time_zone = TextField(label="Time zone", initial="UTC", max_length=64, widget=forms.TextInput(attrs={"list": "zones"}))

    def __init__(self, *args: Any, slugs: list[str], **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["slug"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(slug, slug) for slug in slugs]


class PageForm(EditForm):
    name = TextField(label="Name readers know", max_length=255)
    description = Line(label="In one sentence, what it is about")
    time_zone = TextField(
        label="Time zone",
        help_text="Times on the desk are in it.",
        max_length=64,
        widget=forms.TextInput(attrs={"list": "zones"}),
    )
    support_url = Link(required=False, label="Where customers get help", assume_scheme="https")
    promise_minutes = forms.IntegerField(
        label="Minutes between updates",
        help_text="What a new post promises unless you choose otherwise.",
        min_value=1,
        max_value=24 * 60,
    )

    @staticmethod
    def of(page: Page) -> dict[str, Any]:
        return {name: getattr(page, name) for name in PageForm.base_fields}


class GroupForm(EditForm):
    name = TextField(label="Name of the group", max_length=255)

    @staticmethod
    def of(row: Group) -> dict[str, Any]:
        return {"name": row.name}


class ComponentForm(EditForm):
    name = TextField(label="Name", max_length=255)
    description = Line(label="What it is, for customers")
    group = forms.ChoiceField(required=False, label="Group")
    start_date = forms.DateField(
        required=False,
        label="In service since",
        help_text="Days before it do not count in its uptime.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    only_show_if_degraded = forms.BooleanField(required=False, label="Show it only while it is not working")

    def __init__(self, *args: Any, groups: list[Group], **more: Any) -> None:
        super().__init__(*args, **more)
        self.groups = {group.pk: group for group in groups}
        field = self.fields["group"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "None"), *((group.pk, group.name) for group in groups)]

    def described(self, row: Component | None = None) -> dict[str, Any]:
        data = self.cleaned_data
        # An empty description that was never there stays absent: the API tells null from empty.
        empty = row.description if row and not row.description else None
        return {**data, "description": data["description"] or empty, "group": self.groups.get(data["group"])}

    @staticmethod
    def of(row: Component) -> dict[str, Any]:
        return {
            "name": row.name,
            "description": row.description or "",
            "group": row.group_id or "",
            "start_date": row.start_date,
            "only_show_if_degraded": row.only_show_if_degraded,
        }


class TurnForm(forms.Form):
    """Set a component without an incident."""

    status = forms.ChoiceField(label="It is", widget=forms.RadioSelect, choices=labels.component_choices())

    def chosen(self) -> ComponentStatus:
        return ComponentStatus(self.cleaned_data["status"])


def zones() -> list[str]:
    return sorted(available_timezones())
