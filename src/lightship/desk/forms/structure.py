"""Forms that describe pages, components and groups."""

from typing import Any, ClassVar

from django import forms

from lightship.core.model import ComponentStatus
from lightship.desk import labels
from lightship.desk.forms.edit import EditForm
from lightship.desk.forms.fields import Link, ShortField, TextField, ZoneField, offer
from lightship.store.models import Component, Group


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
    description = ShortField(label="In one sentence, what it is about")
    time_zone = ZoneField(help_text="Times on the desk are in it.")
    support_url = Link(required=False, label="Where customers get help", assume_scheme="https")
    promise_minutes = forms.IntegerField(
        label="Minutes between updates",
        help_text="What a new post promises unless you choose otherwise.",
        min_value=1,
        max_value=24 * 60,
    )


class GroupForm(EditForm):
    name = TextField(label="Name of the group", max_length=255)


class ComponentForm(EditForm):
    name = TextField(label="Name", max_length=255)
    description = ShortField(label="What it is, for customers")
    group = forms.ChoiceField(required=False, label="Group")
    start_date = forms.DateField(
        required=False,
        label="In service since",
        help_text="Days before it do not count in its uptime.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    only_show_if_degraded = forms.BooleanField(required=False, label="Show it only while it is not working")
    columns: ClassVar = {"group": "group_id"}

    def __init__(self, *args: Any, groups: list[Group], **more: Any) -> None:
        super().__init__(*args, **more)
        self.groups = {group.pk: group for group in groups}
        offer(self, "group", [("", "None"), *((group.pk, group.name) for group in groups)])

    def described(self) -> dict[str, Any]:
        data, row = self.cleaned_data, self.row
        # An empty description that was never there stays absent: the API tells null from empty.
        empty = row.description if isinstance(row, Component) and not row.description else None
        return {**data, "description": data["description"] or empty, "group": self.groups.get(data["group"])}


class StatusForm(forms.Form):
    """Set a component without an incident."""

    status = forms.ChoiceField(label="It is", widget=forms.RadioSelect, choices=labels.COMPONENT_CHOICES)

    def chosen(self) -> ComponentStatus:
        return ComponentStatus(self.cleaned_data["status"])
