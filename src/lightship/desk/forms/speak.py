"""Forms by which staff speak: open, update, correct, rename, plan."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.forms import BoundField
from django.http import QueryDict

from lightship.config.ids import new_id
from lightship.core.model import ENDED, Component, ComponentStatus, Facts, Impact, Incident, Kind, Snapshot, Status
from lightship.core.status import told
from lightship.desk import labels
from lightship.desk.forms.edit import EditForm
from lightship.desk.forms.fields import Body, FactsForm, Line, Moment, Promise, facts_initial
from lightship.desk.forms.text import TextField
from lightship.store.journal import NewIncident, NewUpdate, Window
from lightship.store.models import Incident as Row

# The id of the incident to come, so that a form sent twice opens one.
ONCE = re.compile("[a-z0-9]{12}")
_OK = ComponentStatus.OPERATIONAL


@dataclass(frozen=True)
class Chips:
    """A group of components (`name` empty: those in none), each as a checkbox."""

    name: str
    boxes: list[Any]


def live(snapshot: Snapshot) -> list[Component]:
    return [component for component in snapshot.components if not component.retired]


def chips(snapshot: Snapshot, field: BoundField) -> list[Chips]:
    boxes = {str(box.data["value"]): box for box in field.subwidgets}
    names = {group.id: group.name for group in snapshot.groups}
    found: list[Chips] = []
    for component in live(snapshot):
        name = names.get(component.group_id or "", "Other" if found else "")
        if not found or found[-1].name != name:
            found.append(Chips(name, []))
        found[-1].boxes.append(boxes[component.id])
    return found


class _Touching(forms.Form):
    """A form that names components of the page."""

    components = forms.MultipleChoiceField(required=False, label="What is affected?", widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, snapshot: Snapshot, **more: Any) -> None:
        super().__init__(*args, **more)
        self.snapshot = snapshot
        field = self.fields["components"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(component.id, component.name) for component in live(snapshot)]

    def chips(self) -> list[Chips]:
        return chips(self.snapshot, self["components"])

    def names(self) -> list[str]:
        chosen = set(self.cleaned_data.get("components", ()))
        return [component.name for component in live(self.snapshot) if component.id in chosen]


class OpenForm(Promise, FactsForm, _Touching):
    """Something is broken: what, how bad, and one short text. All else has a default."""

    how = forms.ChoiceField(
        label="How bad is it?",
        widget=forms.RadioSelect,
        choices=[(status.value, labels.COMPONENT[status]) for status in labels.HOW_BAD],
        initial=ComponentStatus.MAJOR.value,
    )
    body = Body(label="What do customers see?")
    name = TextField(required=False, label="Title", max_length=255)
    status = forms.ChoiceField(
        label="Where we stand",
        choices=[choice for choice in labels.status_choices(Kind.INCIDENT) if choice[0] not in ENDED],
        initial=Status.INVESTIGATING.value,
    )
    impact = forms.ChoiceField(required=False, label="How grave, for the record", choices=labels.impact_choices())
    at = Moment(label="Date this post back to")
    once = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, now: datetime, **more: Any) -> None:
        super().__init__(*args, **more)
        self.now = now
        self.initial.setdefault("once", new_id())
        if self.is_bound and not ONCE.fullmatch(self.data.get("once", "")):
            self.renew()
        self.offer(self.snapshot.page.promise_minutes)

    def clean(self) -> dict[str, Any]:
        super().clean()
        self.check_promise(self.now)
        data = self.cleaned_data
        if not data.get("name") and not data.get("components"):
            wanted = "Tick what is affected, or give it a title under “More”." if live(self.snapshot) else "Give it a title."
            self.add_error("components" if live(self.snapshot) else "name", wanted)
        self.check_past(self.now, "since", "at")
        return data

    def renew(self) -> None:
        """What is posted from here on is another incident."""
        data = QueryDict(mutable=True)
        data.update(self.data)
        data["once"] = new_id()
        self.data = data
        if hasattr(self, "cleaned_data"):
            self.cleaned_data["once"] = data["once"]

    def opening(self) -> NewIncident:
        data, at = self.cleaned_data, self.cleaned_data["at"]
        how = ComponentStatus(data["how"])
        return NewIncident(
            id=data["once"],
            name=data["name"] or labels.headline(self.names(), how),
            started_at=data["since"],
            impact=Impact(data["impact"]) if data["impact"] else None,
            update=NewUpdate(
                status=Status(data["status"]),
                body=data["body"],
                facts=self.facts(self.due(self.now)),
                statuses=dict.fromkeys(data["components"], how) or None,
                at=at or (data["since"] and self.now),
            ),
        )


class SayForm(Promise, FactsForm):
    """An update. What was said and still holds is filled in already."""

    status = forms.ChoiceField(label="Where we stand", widget=forms.RadioSelect)
    body = Body(label="What is new?")
    all_working = forms.BooleanField(required=False, initial=True)
    at = Moment(label="Date this post back to")
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, snapshot: Snapshot, incident: Incident, now: datetime, **more: Any) -> None:
        super().__init__(*args, **more)
        self.snapshot, self.incident, self.now = snapshot, incident, now
        self.initial = {**_carried(incident), **self.initial}
        self._choices()
        self.offer(snapshot.page.promise_minutes, chosen="none" if incident.kind is Kind.MAINTENANCE else "")

    def _choices(self) -> None:
        field = self.fields["status"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = labels.status_choices(self.incident.kind)
        planned = self.incident.kind is Kind.MAINTENANCE
        self.fields["all_working"].label = "Everything it touched works again"
        if planned:
            for name in ("since", "estimate", "no_estimate"):
                del self.fields[name]
        choices = [("", "Not affected"), *labels.component_choices()]
        levels = {component.id: component.status for component in self.incident.components}
        for component in live(self.snapshot):
            own = component.id in levels
            self.fields[f"c-{component.id}"] = forms.ChoiceField(
                label=component.name,
                required=False,
                choices=labels.component_choices() if own else choices,
                initial=levels[component.id].value if own else "",
            )

    @property
    def touched(self) -> list[str]:
        return [component.id for component in self.incident.components]

    def own(self) -> list[BoundField]:
        """The statuses of the components that it touches."""
        return [self[name] for name in self.fields if name[2:] in self.touched and name.startswith("c-")]

    def others(self) -> list[BoundField]:
        return [self[name] for name in self.fields if name.startswith("c-") and name[2:] not in self.touched]

    def clean(self) -> dict[str, Any]:
        super().clean()
        if self.cleaned_data.get("status") not in ENDED:
            self.check_promise(self.now)
        self.check_past(self.now, "since", "ended", "at")
        return self.cleaned_data

    def say(self) -> NewUpdate:
        data, status = self.cleaned_data, Status(self.cleaned_data["status"])
        due = None if status in ENDED else self.due(self.now)
        statuses = self._statuses(status)
        return NewUpdate(status=status, body=data["body"], facts=self.facts(due), statuses=statuses, at=data["at"])

    def _statuses(self, status: Status) -> dict[str, ComponentStatus] | None:
        """What the author states; what follows from the update by itself, core knows."""
        if status in ENDED and (self.cleaned_data["all_working"] or self.incident.ended):
            return None
        chosen = {n[2:]: ComponentStatus(v) for n, v in self.cleaned_data.items() if n.startswith("c-") and v}
        if self.incident.status is Status.SCHEDULED:
            chosen = {pk: level for pk, level in chosen.items() if level is not _OK}
        return chosen or None


def _carried(incident: Incident) -> dict[str, Any]:
    """What was said before and still holds; what is being done must be said anew."""
    return {
        **facts_initial(told(incident)),
        "doing": "",
        "ended": None,
        "status": incident.status.value,
        "seen": max(incident.updates, key=lambda update: update.created_at).id,
    }


class PlanForm(_Touching):
    """A maintenance announced."""

    name = TextField(label="What is planned?", max_length=255)
    body = Body(label="What will customers notice?")
    starts = Moment(label="Begins")
    ends = Moment(label="Ends")
    auto_start = forms.BooleanField(required=False, initial=True, label="Begin by itself at that time")
    auto_end = forms.BooleanField(required=False, initial=True, label="End by itself at that time")
    workaround = Line(label="What customers can do meanwhile")

    def clean(self) -> dict[str, Any]:
        super().clean()
        for name in ("starts", "ends"):
            if not self.cleaned_data.get(name) and name not in self.errors:
                self.add_error(name, "Give a time.")
        return self.cleaned_data

    def window(self) -> Window:
        data = self.cleaned_data
        return Window(
            name=data["name"],
            body=data["body"],
            starts=data["starts"],
            ends=data["ends"],
            components=frozenset(data["components"]),
            auto_start=data["auto_start"],
            auto_end=data["auto_end"],
            facts=Facts(workaround=data["workaround"]),
        )


class MoveForm(EditForm):
    """Another window for a maintenance that has not ended."""

    starts = Moment(label="Begins")
    ends = Moment(label="Ends")

    @staticmethod
    def of(row: Row) -> dict[str, Any]:
        return {"starts": row.scheduled_for, "ends": row.scheduled_until}

    def window(self, incident: Incident) -> tuple[datetime, datetime]:
        starts = self.cleaned_data["starts"] or incident.scheduled_for or incident.started_at
        return starts, self.cleaned_data["ends"] or starts + timedelta(hours=1)
