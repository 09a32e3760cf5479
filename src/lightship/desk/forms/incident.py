"""Forms about an incident or planned work: open or plan it, post to it, correct a post, rename it, move it."""

import re
from datetime import datetime, timedelta
from functools import partial
from typing import Any, ClassVar

from django import forms
from django.forms import BoundField
from django.http import QueryDict

from lightship.config.ids import new_id
from lightship.core.model import ENDED, ComponentStatus, Facts, Impact, Kind, Snapshot, Status
from lightship.core.status import current_facts
from lightship.desk import labels
from lightship.desk.forms.base import ActionForm, ComponentsForm, EditForm, Moment, Prose, TextField, offer
from lightship.desk.forms.follow import as_read
from lightship.page.labels import COMPONENT
from lightship.store import journal, models
from lightship.store.journal import NewIncident, NewUpdate, Window
from lightship.store.journal.entry import By
from lightship.store.models import Page
from lightship.store.read import rows

AHEAD = {
    "since": "This is still to come: for work that is planned, plan a maintenance.",
    "ended": "This is still to come. Say that it is over when it is.",
    "at": "A post cannot be dated in the future: leave this empty, or write an earlier time.",
}
HOW_BAD = (ComponentStatus.DEGRADED, ComponentStatus.PARTIAL, ComponentStatus.MAJOR)
STANDARD_MINUTES = (15, 30, 60)
# What a form asks at once; all else is under "More".
UP_FRONT = {"components", "how", "body", "promise", "status"}
# The id of the incident to come, so that a form sent twice opens one.
ONCE = re.compile("[a-z0-9]{12}")


class FactsForm(ActionForm):
    """The facts of an update. Empty: not stated in this update."""

    symptom = Prose(label="What customers see")
    doing = Prose(label="What is being done now")
    scope = Prose(label="Who is affected, and who is not")
    workaround = Prose(label="What customers can do meanwhile")
    since = Moment(label="Broken since")
    estimate = Moment(label="Back by, our estimate")
    no_estimate = forms.BooleanField(required=False, label="Say that there is no estimate yet")
    cause = Prose(label="Cause")
    ended = Moment(label="Over since")

    def __init__(self, *args: Any, now: datetime, **more: Any) -> None:
        self.now = now
        super().__init__(*args, **more)

    def clean(self) -> dict[str, Any]:
        """What has happened, as the form says, may not be still to come; and what is promised must be."""
        super().clean()
        for name, message in AHEAD.items():
            at = self.cleaned_data.get(name)
            if at and at > self.now:
                self.add_error(name, message)
        promised, ended = self.cleaned_data.get("promise_at"), self.cleaned_data.get("status") in ENDED
        if promised and promised <= self.now and not ended:
            self.add_error("promise_at", "This time has passed. Promise one that is still to come.")
        return self.cleaned_data

    def more_open(self) -> bool:
        """Whether an error under "More" needs to be seen."""
        return self.is_bound and any(name in self.errors for name in set(self.fields) - UP_FRONT)

    def facts(self, next_update: datetime | None) -> Facts:
        stated = {name: value for name, value in self.cleaned_data.items() if name in FactsForm.base_fields and value}
        if "estimate" in stated:
            stated.pop("no_estimate", None)
        return Facts(**stated, next_update=next_update)


def facts_initial(facts: Facts) -> dict[str, Any]:
    return {name: getattr(facts, name) for name in FactsForm.base_fields}


class PostForm(FactsForm):
    """An update, the first or a later one, and the promise of the next. Minutes count from the moment of posting; a written
    time wins."""

    adds = True
    promise = forms.ChoiceField(label="Next update", widget=forms.RadioSelect, required=False)
    promise_at = Moment(label="Next update at")
    at = Moment(label="Date this post back to")

    def offer_promises(self, minutes: int, *, chosen: str = "") -> None:
        """`minutes`: what this page usually promises."""
        choices = [(str(count), interval(count)) for count in sorted({*STANDARD_MINUTES, minutes})]
        offer(self, "promise", [*choices, ("none", "No promise")])
        self.initial.setdefault("promise", chosen or str(minutes))

    def due(self, now: datetime) -> datetime | None:
        at: datetime | None = self.cleaned_data.get("promise_at")
        chosen = self.cleaned_data.get("promise") or "none"
        return at or (None if chosen == "none" else now + timedelta(minutes=int(chosen)))


def interval(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return f"in {hours} h" if hours and not rest else f"in {minutes} min"


class OpenForm(PostForm, ComponentsForm):
    """Something is broken: what, how bad, and one short text. All else has a default."""

    ended = None  # type: ignore[assignment]  # an incident that opens has not ended
    how = forms.ChoiceField(
        label="How bad is it?",
        widget=forms.RadioSelect,
        choices=[(status.value, COMPONENT[status]) for status in HOW_BAD],
        initial=ComponentStatus.MAJOR.value,
    )
    body = Prose(label="What do customers see?", rows=4, required=True)
    name = TextField(required=False, label="Title", max_length=255)
    status = forms.ChoiceField(
        label="Where we stand",
        choices=[choice for choice in labels.status_choices(Kind.INCIDENT) if choice[0] not in ENDED],
        initial=Status.INVESTIGATING.value,
    )
    impact = forms.ChoiceField(required=False, label="How grave, for the record", choices=labels.IMPACT_CHOICES)
    once = forms.CharField(widget=forms.HiddenInput, required=False)
    separate = forms.BooleanField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.initial.setdefault("once", new_id())
        if self.is_bound and not ONCE.fullmatch(self.data.get("once", "")):
            self.renew()
        self.offer_promises(self.snapshot.page.promise_minutes)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not data.get("name") and not data.get("components"):
            wanted = "Tick what is affected, or give it a title under “More”." if self.snapshot.live else "Give it a title."
            self.add_error("components" if self.snapshot.live else "name", wanted)
        return data

    def renew(self) -> None:
        """From here on the form opens another incident."""
        data = QueryDict(mutable=True)
        data.update(self.data)
        data["once"] = new_id()
        self.data = data
        if hasattr(self, "cleaned_data"):
            self.cleaned_data["once"] = data["once"]

    def save(self, page: Page, by: By, now: datetime) -> models.Incident:
        data = self.cleaned_data
        how = ComponentStatus(data["how"])
        names = [component.name for component in self.snapshot.live if component.id in data["components"]]
        new = NewIncident(
            id=data["once"],
            name=data["name"] or labels.headline(names, how),
            started_at=data["since"],
            impact=Impact(data["impact"]) if data["impact"] else None,
            update=NewUpdate(
                status=Status(data["status"]),
                body=data["body"],
                facts=self.facts(self.due(now)),
                statuses=dict.fromkeys(data["components"], how) or None,
                at=data["at"] or (data["since"] and now),
            ),
        )
        return journal.open_incident(page, new, by, now, separate=data["separate"])


class UpdateForm(PostForm):
    """A later update. Facts that still hold are filled in already. `seen`: the id of the newest update its author has read."""

    status = forms.ChoiceField(label="Where we stand", widget=forms.RadioSelect)
    body = Prose(label="What is new?", rows=4, required=True)
    all_working = forms.BooleanField(required=False, initial=True, label="Everything it touched works again")
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, snapshot: Snapshot, as_of: str = "", **more: Any) -> None:
        super().__init__(*args, **more)
        self.incident = incident = as_read(rows.incident(self.row), as_of)
        self.initial = {
            **facts_initial(current_facts(incident)),
            "doing": "",  # must be stated anew
            "ended": None,
            "status": incident.status.value,
            "seen": max(incident.updates, key=lambda update: update.created_at).id,
        }
        planned = incident.kind is Kind.MAINTENANCE
        if planned:
            for name in ("since", "estimate", "no_estimate"):
                del self.fields[name]
        offer(self, "status", labels.status_choices(incident.kind, ended=incident.ended))
        self._offer_components(snapshot)
        self.offer_promises(snapshot.page.promise_minutes, chosen="none" if planned else "")

    def _offer_components(self, snapshot: Snapshot) -> None:
        levels = {component.id: component.status.value for component in self.incident.components}
        for component in snapshot.live:
            untouched = [] if component.id in levels else [("", "Not affected")]
            self.fields[f"c-{component.id}"] = forms.ChoiceField(
                label=component.name,
                required=False,
                choices=[*untouched, *labels.COMPONENT_CHOICES],
                initial=levels.get(component.id, ""),
            )

    def before_and_now(self, snapshot: Snapshot) -> tuple[forms.Form, forms.Form]:
        opened = partial(UpdateForm, row=self.row, snapshot=snapshot, now=self.now)
        return opened(as_of=self.data["seen"]), opened()

    def levels(self) -> dict[str, list[BoundField]]:
        """The statuses of the components that the incident touches (`own`), and of the others."""
        levels = [self[name] for name in self.fields if name.startswith("c-")]
        return {
            "own": [level for level in levels if level.field.initial],
            "others": [level for level in levels if not level.field.initial],
        }

    def save(self, page: Page, by: By, now: datetime) -> models.Update:
        data, status = self.cleaned_data, Status(self.cleaned_data["status"])
        facts = self.facts(None if status in ENDED else self.due(now))
        new = NewUpdate(status=status, body=data["body"], facts=facts, statuses=self._statuses(status), at=data["at"])
        return journal.update(self.row, new, by, now, last_read=data["seen"])

    def _statuses(self, status: Status) -> dict[str, ComponentStatus] | None:
        """What the author states; what follows from the update by itself, core knows."""
        if status in ENDED and (self.cleaned_data["all_working"] or self.incident.ended):
            return None
        chosen = {
            name[2:]: ComponentStatus(value) for name, value in self.cleaned_data.items() if name.startswith("c-") and value
        }
        if self.incident.status is Status.SCHEDULED:
            chosen = {pk: level for pk, level in chosen.items() if level is not ComponentStatus.OPERATIONAL}
        return chosen or None


class CorrectForm(EditForm, FactsForm):
    """Another wording of an update; the journal keeps the earlier one."""

    body = Prose(label="What it should say", rows=4)
    next_update = Moment(label="Next update by")

    def saved(self) -> dict[str, Any]:
        update = rows.update(self.row)
        return {"body": update.body, **facts_initial(update.facts), "next_update": update.facts.next_update}

    def change(self, page: Page, by: By, now: datetime) -> None:
        data = self.cleaned_data
        journal.correct(self.row, data["body"], self.facts(data["next_update"]), by, now)


class RenameForm(EditForm):
    name = TextField(label="Title", max_length=255)
    impact = forms.ChoiceField(required=False, label="How grave, for the record", choices=labels.IMPACT_CHOICES)
    columns: ClassVar = {"impact": "impact_override"}

    def change(self, page: Page, by: By, now: datetime) -> None:
        name, impact = self.cleaned_data["name"], self.cleaned_data["impact"]
        journal.rename(self.row, name, by, now, impact=Impact(impact) if impact else None)


class PlanForm(ComponentsForm):
    """A maintenance announced."""

    adds = True

    name = TextField(label="What is planned?", max_length=255)
    body = Prose(label="What will customers notice?", rows=4, required=True)
    starts = Moment(label="Begins")
    ends = Moment(label="Ends")
    auto_start = forms.BooleanField(required=False, initial=True, label="Begin by itself at that time")
    auto_end = forms.BooleanField(required=False, initial=True, label="End by itself at that time")
    workaround = Prose(label="What customers can do meanwhile")

    def clean(self) -> dict[str, Any]:
        super().clean()
        for name in ("starts", "ends"):
            if not self.cleaned_data.get(name) and name not in self.errors:
                self.add_error(name, "Give a time.")
        return self.cleaned_data

    def save(self, page: Page, by: By, now: datetime) -> models.Incident:
        data = dict(self.cleaned_data)
        facts = Facts(workaround=data.pop("workaround"))
        window = Window(components=frozenset(data.pop("components")), facts=facts, **data)
        return journal.schedule(page, window, by, now)


class MoveForm(EditForm):
    """Another window for a maintenance that has not ended."""

    starts = Moment(label="Begins")
    ends = Moment(label="Ends")
    columns: ClassVar = {"starts": "scheduled_for", "ends": "scheduled_until"}

    def change(self, page: Page, by: By, now: datetime) -> None:
        starts = self.cleaned_data["starts"] or self.row.scheduled_for or self.row.started_at
        journal.reschedule(self.row, starts, self.cleaned_data["ends"] or starts + timedelta(hours=1), by, now)
