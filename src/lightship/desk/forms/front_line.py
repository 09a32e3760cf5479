"""Forms of the front line: a report, a link for support, the reason why an alert needs no incident; and of staff accounts."""

import re
from typing import Any

from django import forms
from django.contrib.auth.models import User

from lightship.config.ids import new_id
from lightship.core.roles import Role
from lightship.desk.forms.base import ComponentsForm, TextField
from lightship.desk.forms.open import ONCE

ROLES = [(Role.WRITER.value, "Writer"), (Role.FRONT_LINE.value, "Front line")]
_NAME = re.compile(r"[\w.@+-]{1,150}")


class ReportForm(ComponentsForm):
    """Customers report something: a tap, a line, or both."""

    text = TextField(
        required=False,
        label="What do they see, in one line?",
        max_length=255,
        widget=forms.TextInput(attrs={"autocomplete": "off", "enterkeyhint": "send"}),
    )
    customer = TextField(
        required=False,
        label="Which customer, if you like",
        max_length=80,
        help_text="A number or a name that you know them by. Who calls twice then counts once.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    once = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["components"].label = "What is it about?"
        self.initial.setdefault("once", new_id())

    def clean_once(self) -> str:
        once: str = self.cleaned_data["once"]
        return once if ONCE.fullmatch(once) else new_id()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not data.get("text") and not data.get("components"):
            self.add_error("text", "Tap what they mean, or write one line.")
        return data


class LinkForm(forms.Form):
    name = TextField(
        label="Who gets it", max_length=80, widget=forms.TextInput(attrs={"placeholder": "Night shift", "autocomplete": "off"})
    )


class CloseForm(forms.Form):
    reason = TextField(label="Why no incident is opened", max_length=255)


class StaffForm(forms.Form):
    """A new account. Its owner comes in by a link, and sets a password then."""

    username = TextField(label="Name to sign in with", max_length=150, widget=forms.TextInput(attrs={"autocapitalize": "none"}))
    first_name = TextField(required=False, label="What colleagues call them", max_length=150)
    email = forms.EmailField(required=False, label="E-mail address")
    role = forms.ChoiceField(label="Role", choices=ROLES, widget=forms.RadioSelect, initial=Role.WRITER.value)

    def clean_username(self) -> str:
        name: str = self.cleaned_data["username"]
        if not _NAME.fullmatch(name):
            raise forms.ValidationError("A name has letters, digits and @ . + - _ only.")
        if User.objects.filter(username__iexact=name).exists():
            raise forms.ValidationError("There is such an account already: it is in the list.")
        return name
