"""Forms of the roster: rotations, one person instead of another, swaps, calendars, staffed hours."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils import timezone

from lightship.core.duty import roster as core
from lightship.core.duty.calendar import person_of
from lightship.core.duty.hours import ALWAYS, DAYS, Hours
from lightship.core.duty.roster import Duty, Every, Shift, Window
from lightship.core.rules import Refused
from lightship.core.wire import stamp
from lightship.desk.forms.base import ActionForm, Moment, TextField, ZoneField, offer
from lightship.desk.labels import DUTY, person
from lightship.store.duty import changes, feeds, ical, roster
from lightship.store.journal.entry import By
from lightship.store.models import Page, Rotation

WINDOWS = 3
"""Of a rotation as the form has it; an apply file may have more."""
LINES = 3
"""Of staffed hours, as the form has them."""
DUTIES = [(duty.value, DUTY[duty]) for duty in Duty]
WEEK = [(str(number), name[:3]) for number, name in enumerate(DAYS)]


class Clock(forms.TimeField):
    def __init__(self, **more: Any) -> None:
        widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
        errors = {"invalid": "Write a time of the day like 09:00."}
        super().__init__(required=False, widget=widget, error_messages=errors, **more)


class Days(forms.MultipleChoiceField):
    def __init__(self, **more: Any) -> None:
        super().__init__(choices=WEEK, widget=forms.CheckboxSelectMultiple, required=False, **more)


class WindowForm(forms.Form):
    """One hand-over of the day: who has the turn from then on."""

    begins = Clock(label="Hand-over at")
    zone = ZoneField(required=False)
    until = Clock(label="Ends at", help_text="Only if nobody follows: else it lasts until the next hand-over.")
    members = TextField(
        required=False,
        label="Who, in turn",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4, "autocapitalize": "none", "spellcheck": "false"}),
    )

    def clean_members(self) -> tuple[str, ...]:
        """One a line, or with commas between: account, e-mail address or full name."""
        names = [" ".join(name.split()) for name in re.split(r"[\n,;]", self.cleaned_data["members"]) if name.strip()]
        accounts = roster.people()
        ids = [person_of([name.lower()], accounts, {}) for name in names]
        if unknown := [name for name, pk in zip(names, ids, strict=True) if not pk]:
            known = ", ".join(account.username for account in accounts)
            raise forms.ValidationError(f"Nobody here who can write is called {', '.join(unknown)}. There is {known}.")
        return tuple(ids)

    def window(self) -> Window | None:
        """None where the form is empty."""
        data = self.cleaned_data
        if not data["members"] and not data["begins"]:
            return None
        if not data["begins"]:
            raise Refused("Say at what time of the day the turn of these members begins.")
        return Window(begins=data["begins"], zone=data["zone"], members=data["members"], until=data["until"])


class LinesForm(ActionForm):
    """A form with lines, each a form of its own."""

    lines: Sequence[forms.Form]

    def is_valid(self) -> bool:
        valid = super().is_valid()
        if self.is_bound and False in [line.is_valid() for line in self.lines]:
            self.add_error(None, "Nothing is saved yet: one of the lines below cannot be read.")
            return False
        return valid


class RotationForm(LinesForm):
    """Makes a rotation, in place of `row` if that is given."""

    duty = forms.ChoiceField(choices=DUTIES, label="Duty", widget=forms.RadioSelect)
    every = forms.ChoiceField(
        choices=[(Every.WEEK.value, "Every week"), (Every.DAY.value, "Every day")],
        label="The next one follows",
        widget=forms.RadioSelect,
    )
    start = forms.DateField(
        label="The first one begins on",
        help_text="A weekly rotation changes on this weekday.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    days = Days(label="Turns begin on")

    def __init__(self, data: Any = None, *, page: Page, row: Rotation | None = None, now: datetime) -> None:
        stored = roster.rotation(row) if row else _first(page, now)
        initial = {"duty": stored.duty, "every": stored.every, "start": stored.start, "days": [str(day) for day in stored.days]}
        super().__init__(data, row=row, initial=initial)
        names = {account.id: account.username for account in roster.people()}
        rows = [_window(window, names) for window in stored.windows]
        known = f"One a line, in order. There is {', '.join(names.values())}."
        blank = {"zone": page.time_zone}
        self.lines = self.windows = [
            WindowForm(data, prefix=f"w{number}", initial=rows[number] if number < len(rows) else blank)
            for number in range(max(WINDOWS, len(rows)))
        ]
        for form in self.windows:
            form.fields["members"].help_text = known
        some = len(stored.days) < len(ALWAYS) or bool(stored.windows[0].until)
        self.more_open = some or len(rows) > 1 or any(window.has_changed() for window in self.windows[1:] if data)

    def save(self, page: Page, by: By, now: datetime) -> object:
        data = self.cleaned_data
        new = core.Rotation(
            duty=Duty(data["duty"]),
            every=Every(data["every"]),
            start=data["start"],
            days=tuple(int(day) for day in data["days"]),
            windows=tuple(window for form in self.windows if (window := form.window())),
        )
        return changes.rotate(page, new, by, now, instead=self.row)


def _first(page: Page, now: datetime) -> core.Rotation:
    """What a new rotation begins with: the duty that nobody has yet, from today on."""
    made = set(page.rotations.filter(ended_at=None).values_list("duty", flat=True))
    duty = next((duty for duty in Duty if duty not in made), Duty.WRITER)
    today = timezone.localtime(now).date()
    monday = today - timedelta(days=today.weekday())
    return core.Rotation(duty=duty, every=Every.WEEK, start=monday, windows=(_nine(page),))


def _nine(page: Page) -> Window:
    return Window(begins=time(9), zone=page.time_zone, members=())


def _window(window: Window, names: dict[str, str]) -> dict[str, Any]:
    members = "\n".join(names.get(member, member) for member in window.members)
    return {"begins": window.begins, "zone": window.zone, "until": window.until, "members": members}


class OverrideForm(ActionForm):
    """One person instead of whom the roster names."""

    duty = forms.ChoiceField(choices=DUTIES, label="Duty", widget=forms.RadioSelect, initial=Duty.WRITER.value)
    person = forms.ChoiceField(label="Who")
    starts = Moment(label="From")
    ends = Moment(label="Until")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["starts"].required = self.fields["ends"].required = True
        offer(self, "person", account_choices(roster.writers()))

    def save(self, page: Page, by: By, now: datetime) -> object:
        data = self.cleaned_data
        return changes.override(page, Shift(Duty(data["duty"]), data["person"], data["starts"], data["ends"]), by, now)


class SwapForm(ActionForm):
    """Two people exchange their shifts."""

    one = forms.ChoiceField(label="This shift")
    other = forms.ChoiceField(label="for this one")

    def __init__(self, *args: Any, shifts: Sequence[Shift], names: dict[str, str], **more: Any) -> None:
        super().__init__(*args, **more)
        self.shifts = {_key(shift): shift for shift in shifts}
        choices = [(key, shift_line(shift, names)) for key, shift in self.shifts.items()]
        for field in ("one", "other"):
            offer(self, field, choices)

    def save(self, page: Page, by: By, now: datetime) -> object:
        one, other = (self.shifts[self.cleaned_data[field]] for field in ("one", "other"))
        return changes.swap(page, one, other, by, now)


class FeedForm(ActionForm):
    """A calendar made elsewhere, from its address or as a file."""

    name = TextField(label="Name", max_length=feeds.NAMED, help_text="As you know it: “PagerDuty, primary”.")
    duty = forms.ChoiceField(required=False, choices=[("", "As its words say"), *DUTIES], label="Its shifts are of the")
    url = TextField(
        required=False,
        label="Address of the iCal feed",
        max_length=2048,
        widget=forms.URLInput(attrs={"placeholder": "https:// or webcal://"}),
    )
    file = forms.FileField(required=False, label="or a file", widget=forms.FileInput(attrs={"accept": ".ics,text/calendar"}))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if bool(data.get("url")) == bool(data.get("file")) and not self.errors:
            raise forms.ValidationError("Give the address of a feed, or a file: one of the two.")
        if data.get("file") and data["file"].size > ical.LARGEST:
            self.add_error("file", f"It is larger than {ical.LARGEST // 1024 // 1024} MB: export only this page's schedule.")
        return data

    def save(self, page: Page, by: By, now: datetime) -> object:
        data = self.cleaned_data
        raw = data["file"].read() if data["file"] else b""
        duty = Duty(data["duty"]) if data["duty"] else None
        return feeds.add(page, data["name"], duty, by, now, url=data["url"], raw=raw)


class LineForm(forms.Form):
    """One line of staffed hours."""

    days = Days(label="On")
    begins = Clock(label="From")
    until = Clock(label="Until")


class HoursForm(LinesForm):
    """The hours in which somebody posts, as the page publishes them."""

    zone = ZoneField()

    def __init__(self, data: Any = None, *, page: Page) -> None:
        hours = roster.policy(page).staffed
        super().__init__(data, initial={"zone": hours[0].zone if hours else page.time_zone})
        rows = [_line(line) for line in hours]
        self.lines = [
            LineForm(data, prefix=f"l{number}", initial=rows[number] if number < len(rows) else None)
            for number in range(max(LINES, len(rows)))
        ]
        self.more_open = any(line.has_changed() for line in self.lines[1:] if data) or len(rows) > 1

    def save(self, page: Page, by: By, now: datetime) -> object:
        hours = [line for form in self.lines if (line := _hours(form.cleaned_data, self.cleaned_data["zone"]))]
        return changes.staff(page, hours, by, now)


def _line(line: Hours) -> dict[str, Any]:
    return {"days": [str(day) for day in line.days], "begins": line.begins, "until": line.until}


def _hours(data: dict[str, Any], zone: str) -> Hours | None:
    """None for an empty line."""
    if not data["begins"] and not data["until"]:
        return None
    if data["begins"] is None or data["until"] is None:
        raise Refused("Staffed hours have a begin and an end: fill in both, or neither.")
    return Hours(days=tuple(int(day) for day in data["days"]) or ALWAYS, begins=data["begins"], until=data["until"], zone=zone)


def account_choices(users: Iterable[User]) -> list[tuple[str, str]]:
    return [(str(user.pk), person(user)) for user in users]


def shift_line(shift: Shift, names: dict[str, str]) -> str:
    """`Alice, writer: Mon 23 Nov 09:00 to Mon 30 Nov 09:00`."""
    who = names.get(shift.person, "a closed account")
    return f"{who}, {DUTY[shift.duty].lower()}: {_when(shift.starts)} to {_when(shift.ends)}"


def _when(at: datetime) -> str:
    local = timezone.localtime(at)
    return f"{local:%a} {local.day} {local:%b %H:%M}"


def _key(shift: Shift) -> str:
    return "|".join((shift.duty, shift.person, stamp(shift.starts), stamp(shift.ends)))
