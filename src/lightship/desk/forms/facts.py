"""The facts of an update: what the forms ask for instead of prose."""

from datetime import datetime
from typing import Any

from django import forms

from lightship.core.model import Facts
from lightship.desk.forms.base import ActionForm, Moment, Prose

AHEAD = {
    "since": "This is still to come: for work that is planned, plan a maintenance.",
    "ended": "This is still to come. Say that it is over when it is.",
    "at": "A post cannot be dated in the future: leave this empty, or write an earlier time.",
}
EITHER = {"workaround": "no_workaround", "estimate": "no_estimate"}
"""A fact, and the box that states that there is none yet."""


class FactsForm(ActionForm):
    """The facts of an update. Empty: not stated in this update."""

    symptom = Prose(label="What do customers see?")
    scope = Prose(label="Who is affected, and where")
    numbers = Prose(label="How many")
    unaffected = Prose(label="Who is not affected")
    since = Moment(label="Broken since")
    doing = Prose(label="What is being done now")
    workaround = Prose(label="What customers can do meanwhile")
    no_workaround = forms.BooleanField(required=False, label="Nothing yet")
    estimate = Moment(label="Back by, our estimate")
    no_estimate = forms.BooleanField(required=False, label="No estimate yet")
    cause = Prose(label="Cause")
    prevention = Prose(label="What prevents it from now on")
    ended = Moment(label="Over since")
    data_lost = Prose(label="Was data lost?")

    def __init__(self, *args: Any, now: datetime, **more: Any) -> None:
        self.now = now
        super().__init__(*args, **more)

    def clean(self) -> dict[str, Any]:
        """What has happened, as the form says, may not be still to come."""
        super().clean()
        for name, message in AHEAD.items():
            at = self.cleaned_data.get(name)
            if at and at > self.now:
                self.add_error(name, message)
        return self.cleaned_data

    def facts(self, next_update: datetime | None) -> Facts:
        stated = {name: value for name in FactsForm.base_fields if (value := self.cleaned_data.get(name))}
        for name, none_yet in EITHER.items():
            if name in stated:
                stated.pop(none_yet, None)
        return Facts(**stated, next_update=next_update)

    def wrong(self, *names: str) -> bool:
        """Whether one of these fields has an error, which must not stay folded away."""
        return self.is_bound and any(name in self.errors for name in names)


def facts_initial(facts: Facts) -> dict[str, Any]:
    return {name: getattr(facts, name) for name in FactsForm.base_fields}
