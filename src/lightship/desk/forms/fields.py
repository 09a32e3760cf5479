"""Fields that several forms share: times in the page's zone, the promise, the facts of an update."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms

from lightship.core.model import Facts
from lightship.desk.forms.text import TextField

AHEAD = {
    "since": "This is still to come: for work that is planned, plan a maintenance.",
    "ended": "This is still to come. Say that it is over when it is.",
    "at": "A post cannot be dated in the future: leave this empty, or write an earlier time.",
}
STANDARD_MINUTES = (15, 30, 60)
FACTS = ("symptom", "scope", "since", "doing", "workaround", "estimate", "cause", "ended")
# What a form asks at once; all else is under "More".
# A browser takes no more into one text, so that no form outgrows what the desk reads. Four times what the journal takes: what
# is somewhat too long comes back with the reason, and is not cut.
LONGEST = 100_000
YEARS = range(1990, 2201)
UP_FRONT = {"components", "how", "body", "promise", "status"}


class Moment(forms.DateTimeField):
    """A time as staff write it: in the page's zone, which the view has activated. Cleans to UTC."""

    def __init__(self, **more: Any) -> None:
        widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
        wrong = {"invalid": "This is not a time. Write date and time like 2026-11-22 03:15."}
        super().__init__(required=False, widget=widget, error_messages=wrong, **more)

    def to_python(self, value: Any) -> datetime | None:
        at = super().to_python(value)
        if at and at.year not in YEARS:
            raise forms.ValidationError(f"The year {at.year} cannot be meant: write one from {YEARS[0]} to {YEARS[-1]}.")
        return at.astimezone(UTC) if at else None


class Line(TextField):
    """A sentence or two: one line high, never cut."""

    def __init__(self, **more: Any) -> None:
        widget = forms.Textarea(attrs={"rows": more.pop("rows", 1), "maxlength": LONGEST})
        super().__init__(required=more.pop("required", False), widget=widget, **more)

    def to_python(self, value: Any) -> str:
        return super().to_python(value).replace("\r\n", "\n")


class Body(Line):
    """Words for customers. Its length is the journal's business, so that a long text comes back with the reason."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**{"rows": 4, "required": True, **more})


class FactsForm(forms.Form):
    """What a stranger could repeat. Empty: not said in this update."""

    symptom = Line(label="What customers see")
    doing = Line(label="What is being done now")
    scope = Line(label="Who is affected, and who is not")
    workaround = Line(label="What customers can do meanwhile")
    since = Moment(label="Broken since")
    estimate = Moment(label="Back by, our estimate")
    no_estimate = forms.BooleanField(required=False, label="Say that there is no estimate yet")
    cause = Line(label="Cause")
    ended = Moment(label="Over since")

    def more_open(self) -> bool:
        """Whether something under "More" needs to be seen: an error, or words that were typed there."""
        here = set(self.fields) - UP_FRONT
        return any(name in self.errors for name in here) if self.is_bound else False

    def check_past(self, now: datetime, *names: str) -> None:
        """What is said to have happened may not be still to come."""
        for name in names:
            at = self.cleaned_data.get(name)
            if at and at > now:
                self.add_error(name, AHEAD[name])

    def facts(self, next_update: datetime | None) -> Facts:
        told = {name: self.cleaned_data.get(name) for name in FACTS}
        no_estimate = bool(self.cleaned_data.get("no_estimate")) and not told["estimate"]
        said = {name: value for name, value in told.items() if value}
        return Facts(**said, no_estimate=no_estimate, next_update=next_update)


def facts_initial(facts: Facts) -> dict[str, Any]:
    return {name: getattr(facts, name) for name in (*FACTS, "no_estimate")}


class Promise(forms.Form):
    """When the next update comes. Minutes count from the moment of posting; a written time wins."""

    promise = forms.ChoiceField(label="Next update", widget=forms.RadioSelect, required=False)
    promise_at = Moment(label="Next update at")

    def offer(self, minutes: int, *, chosen: str = "") -> None:
        """`minutes`: what this page promises by habit."""
        every = sorted({*STANDARD_MINUTES, minutes})
        field = self.fields["promise"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [*((str(n), interval(n)) for n in every), ("none", "No promise")]
        self.initial.setdefault("promise", chosen or str(minutes))

    def due(self, now: datetime) -> datetime | None:
        at: datetime | None = self.cleaned_data.get("promise_at")
        chosen = self.cleaned_data.get("promise") or "none"
        return at or (None if chosen == "none" else now + timedelta(minutes=int(chosen)))

    def check_promise(self, now: datetime) -> None:
        at = self.cleaned_data.get("promise_at")
        if at and at <= now:
            self.add_error("promise_at", "This time has passed. Promise one that is still to come.")


def interval(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return f"in {hours} h" if hours and not rest else f"in {minutes} min"
