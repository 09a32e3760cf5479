"""What is on the page: its components and groups, and its own name and description."""

from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from lightship.core.model import ComponentStatus
from lightship.core.rules import time_zones
from lightship.desk import labels
from lightship.desk.forms.policy import FIELD_HINT, PolicyForm
from lightship.desk.forms.structure import ComponentForm, GroupForm, PageForm, StatusForm
from lightship.desk.views.base import answer, attempt, author, done, on_page, show, snapshot_of, typed
from lightship.page.labels import COMPONENT
from lightship.store.journal import structure
from lightship.store.models import Component, Group, Page


@on_page
def components(request: HttpRequest, page: Page) -> HttpResponse:
    """Components and groups in the order readers see, with a form to add one of each."""
    data = typed(request)
    adding = data.get("add") if data else None
    component = ComponentForm(data if adding == "component" else None, page=page, prefix="component")
    group = GroupForm(data if adding == "group" else None, prefix="group")
    if attempt(request, page, component):
        return done(request, f"{component.cleaned_data['name']} is on the page.", "components", page)
    if attempt(request, page, group):
        name = group.cleaned_data["name"]
        return done(request, f"The group {name} is there. Put components into it.", "components", page)
    return show(request, "components.html", page, sections=_sections(page), component=component, group=group)


def _sections(page: Page) -> list[tuple[Any, list[dict[str, str]]]]:
    """As readers see them, and the groups that hold nothing yet. Lone components that follow each other are one section."""
    components = snapshot_of(page).live
    sections = []
    for group, rows in groupby(_top(page), key=lambda row: row if isinstance(row, Group) else None):
        ids = {row.pk for row in rows}
        inside = [component for component in components if (component.group_id if group else component.id) in ids]
        sections.append((group, [labels.line(component) for component in inside]))
    return sections


def _top(page: Page) -> list[Group | Component]:
    """The page's groups and lone components: one row, in the order readers see (core/site/union.py)."""
    rows: list[Group | Component] = [*page.components.filter(group=None, retired=False), *page.groups.all()]
    return sorted(rows, key=lambda row: row.position)


@on_page
def component(request: HttpRequest, page: Page, id: str) -> HttpResponse:
    """One component: set it, describe it, take it off the page."""
    row = get_object_or_404(Component, page=page, pk=id, retired=False)
    data, shown = typed(request), _shown(page, row)
    doing = data.get("do") if data else None
    status = StatusForm(data if doing == "set" else None, row=row, initial={"status": shown.value})
    form = ComponentForm(data if doing == "describe" else None, page=page, row=row)
    if attempt(request, page, status):
        return done(request, _set(row, status.chosen(), _shown(page, row)), "component", page, id)
    if request.method == "POST" and doing == "retire":
        structure.retire_component(row, author(request), timezone.now())
        return done(request, f"{row.name} is off the page. Old incidents still name it.", "components", page)
    values = {"status": status, "badge": labels.badge(row.name, shown)}
    return answer(request, page, form, "component.html", "Saved.", to="components", draft=f"part:{id}", **values)


def _shown(page: Page, row: Component) -> ComponentStatus:
    return next(component.status for component in snapshot_of(page).components if component.id == row.pk)


def _set(row: Component, level: ComponentStatus, shown: ComponentStatus) -> str:
    line = f"{row.name}: {COMPONENT[level].lower()}."
    return line if shown is level else f"{line} Readers see {COMPONENT[shown].lower()}, for something open holds it."


@on_page
def group(request: HttpRequest, page: Page, id: str) -> HttpResponse:
    row = get_object_or_404(Group, page=page, pk=id)
    data = typed(request)
    form = GroupForm(data if data and data.get("do") != "remove" else None, row=row)
    if request.method == "POST" and request.POST.get("do") == "remove":
        structure.remove_group(row, author(request), timezone.now())
        return done(request, f"The group {row.name} is gone. Its components stay.", "components", page)
    return answer(request, page, form, "group.html", "Saved.", to="components")


@on_page
def shift(request: HttpRequest, page: Page) -> HttpResponse:
    """One place up or down: a component within its group, a group or a lone component among all of these."""
    if request.method == "POST":
        pk, step = request.POST.get("id", ""), -1 if request.POST.get("to") == "up" else 1
        order: list[Group | Component] = list(page.components.filter(group__components=pk, retired=False)) or _top(page)
        place = next((number for number, row in enumerate(order) if row.pk == pk), None)
        if place is not None and 0 <= place + step < len(order):
            order.insert(place + step, order.pop(place))
            structure.arrange(page, order, author(request), timezone.now())
    return redirect("components", page.slug)


@on_page
def settings(request: HttpRequest, page: Page) -> HttpResponse:
    form, zones = PageForm(typed(request), row=page), time_zones()
    draft = f"settings:{page.slug}"
    return answer(request, page, form, "settings.html", "Saved.", to="settings", draft=draft, zones=zones)


@on_page
def policy(request: HttpRequest, page: Page) -> HttpResponse:
    form, draft = PolicyForm(typed(request), row=page), f"policy:{page.slug}"
    return answer(request, page, form, "policy.html", "Saved.", to="policy", draft=draft, field_hint=FIELD_HINT)
