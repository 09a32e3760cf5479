"""The form of an update of what is open, or was."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.forms import BoundField

from lightship.core import compose
from lightship.core.duty import promises
from lightship.core.model import ENDED, ComponentStatus, Incident, Kind, Snapshot, Status
from lightship.core.status import current_facts
from lightship.desk import labels
from lightship.desk.forms.base import offer
from lightship.desk.forms.facts import facts_initial
from lightship.desk.forms.follow import as_read
from lightship.desk.forms.post import PostForm
from lightship.store import journal, models
from lightship.store.journal import NewUpdate
from lightship.store.journal.entry import By
from lightship.store.models import Page
from lightship.store.read import rows


class UpdateForm(PostForm):
    """A later update. Facts that still hold are filled in already. `seen`: the id of the newest update its author has read."""

    incident: Incident
    status = forms.ChoiceField(label="Where we stand", widget=forms.RadioSelect)
    all_working = forms.BooleanField(required=False, initial=True, label="Everything it touched works again")
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, row: models.Incident, snapshot: Snapshot, as_of: str = "", **more: Any) -> None:
        super().__init__(*args, row=row, page=row.page, **more)
        self.incident = incident = as_read(rows.incident(self.row), as_of)
        self.initial = {
            **facts_initial(current_facts(incident)),
            "doing": "",  # must be stated anew
            "ended": None,
            "status": incident.status.value,
            "seen": max(incident.updates, key=lambda update: update.created_at).id,
        }
        self.planned = incident.kind is Kind.MAINTENANCE
        if self.planned:
            for name in ("since", "estimate", "no_estimate"):
                del self.fields[name]
        offer(self, "status", labels.status_choices(incident.kind, ended=incident.ended))
        self._offer_components(snapshot)
        self.offer_promises()

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
        return opened(as_of=self.data.get("seen", "")), opened()

    def levels(self) -> dict[str, list[BoundField]]:
        """The statuses of the components that the incident touches (`own`), and of the others."""
        levels = [self[name] for name in self.fields if name.startswith("c-")]
        return {
            "own": [level for level in levels if level.field.initial],
            "others": [level for level in levels if not level.field.initial],
        }

    def quantities(self) -> Sequence[str]:
        """The quantities that the last update of a person states: what has changed since?"""
        return compose.numbers_of(promises.last_spoken(self.incident).body)

    def clean(self) -> dict[str, Any]:
        super().clean()
        self.write()
        return self.cleaned_data

    def new_update(self) -> NewUpdate:
        status = Status(self.cleaned_data.get("status") or self.incident.status)
        return self.update_of(status, statuses=self._statuses(status))

    def save(self, page: Page, by: By, now: datetime) -> models.Update:
        return journal.update(self.row, self.new, by, now, last_read=self.cleaned_data["seen"], judged=self.judged)

    def _statuses(self, status: Status) -> dict[str, ComponentStatus] | None:
        """What the author states; what follows from the update by itself, core knows."""
        if status in ENDED and (self.cleaned_data.get("all_working") or self.incident.ended):
            return None
        chosen = {
            name[2:]: ComponentStatus(value) for name, value in self.cleaned_data.items() if name.startswith("c-") and value
        }
        if self.incident.status is Status.SCHEDULED:
            chosen = {pk: level for pk, level in chosen.items() if level is not ComponentStatus.OPERATIONAL}
        return chosen or None
