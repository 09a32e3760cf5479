"""Withdraw an incident that was posted by mistake, merge two that are one, and mend what an incident left behind."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from lightship.core.history import left
from lightship.core.model import Component, ComponentStatus, Kind, Snapshot
from lightship.core.model import Incident as Value
from lightship.desk import labels
from lightship.desk.forms.endings import LevelsForm, MergeForm, WithdrawForm
from lightship.desk.views.base import answer, on_page, snapshot_of, typed
from lightship.store.models import Incident, Page
from lightship.store.read import rows


@on_page
def withdraw(request: HttpRequest, page: Page, id: str) -> HttpResponse:
    row = get_object_or_404(Incident, page=page, pk=id)
    form, message = WithdrawForm(typed(request), row=row), "Withdrawn. Readers see that it was a mistake, and why."
    return answer(request, page, form, "withdraw.html", message, draft=f"withdraw:{id}", freed=_held(row), incident=row)


@on_page
def merge(request: HttpRequest, page: Page, id: str) -> HttpResponse:
    row = get_object_or_404(Incident, page=page, pk=id, kind=Kind.INCIDENT)
    others = page.incidents.filter(kind=Kind.INCIDENT, open=True, practice=row.practice).exclude(pk=id)
    form, message = MergeForm(typed(request), row=row, others=list(others)), f"“{row.name}” goes on here now."
    return answer(request, page, form, "merge.html", message, held=_held(row), incident=row)


@on_page
def levels(request: HttpRequest, page: Page, id: str) -> HttpResponse:
    """The levels of what it touched, once it has ended."""
    row, snapshot = get_object_or_404(Incident, page=page, pk=id, open=False), snapshot_of(page)
    form = LevelsForm(typed(request), row=row, components=left_behind(rows.incident(row), snapshot))
    return answer(request, page, form, "levels.html", "Set. It is on its way to every host.", incident=row)


def left_behind(incident: Value, snapshot: Snapshot) -> list[Component]:
    """Of an incident that has ended: the components that it touched and that do not work."""
    ids = {component.id for component in incident.components} if incident.ended else set()
    return [c for c in snapshot.live if c.id in ids and c.status is not ComponentStatus.OPERATIONAL]


def _held(row: Incident) -> list[dict[str, Any]]:
    """The components that it holds at a level, as templates show them."""
    incident = rows.incident(row)
    levels = left(incident) if row.open else {}
    return [labels.badge(c.name, levels[c.id]) for c in incident.components if levels.get(c.id) not in (None, _OK)]


_OK = ComponentStatus.OPERATIONAL
