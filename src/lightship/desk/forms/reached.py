"""Forms of how a staffer is reached, and of the name that readers may read."""

from typing import Any

from django import forms
from django.contrib.auth.models import User

from lightship.config import Config
from lightship.desk.forms.base import TextField, offer
from lightship.store.duty import contacts
from lightship.store.models import Contact, Staffer

MOST = 10
"""Contacts of one person: they are tried one after the other, and each may hang."""


class ContactForm(forms.Form):
    channel = forms.ChoiceField(label="By")
    address = TextField(
        label="Address there",
        max_length=1024,
        help_text="A mail address; for chat, push, text message or voice the address as apprise writes it: "
        "ntfys://ntfy.example.com/alice, twilio://…",
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, config: Config, user: User, **more: Any) -> None:
        super().__init__(*args, **more)
        self.channels, self.user = {channel.name: channel for channel in config.channels}, user
        offer(self, "channel", [(channel.name, f"{channel.name} ({channel.kind})") for channel in config.channels])

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if "channel" in data and "address" in data:
            try:
                contacts.check(self.channels[data["channel"]], data["address"])
            except ValueError as error:
                self.add_error("address", f"{error}."[0].upper() + f"{error}."[1:])
        own = Contact.objects.filter(user=self.user)
        if own.count() >= MOST:
            raise forms.ValidationError(f"There are {MOST} already: remove one first.")
        if own.filter(channel=data.get("channel", ""), address=data.get("address", "")).exists():
            raise forms.ValidationError("This one is in your list already.")
        return data

    def save(self) -> Contact:
        last = Contact.objects.filter(user=self.user).last()
        return Contact.objects.create(user=self.user, position=last.position + 1 if last else 1, **self.cleaned_data)


class NameForm(forms.Form):
    public_name = TextField(required=False, label="Name that readers may read", max_length=80)
    public_title = TextField(
        required=False,
        label="Title",
        max_length=80,
        help_text="Such as “operations”. Shown only where the page's owner shows who speaks.",
    )

    def __init__(self, *args: Any, user: User, **more: Any) -> None:
        staffer = Staffer.objects.filter(user=user).first()
        initial = {"public_name": staffer.public_name, "public_title": staffer.public_title} if staffer else {}
        super().__init__(*args, **more)
        self.initial, self.user = initial, user

    def save(self) -> None:
        Staffer.objects.update_or_create(user=self.user, defaults=self.cleaned_data)
