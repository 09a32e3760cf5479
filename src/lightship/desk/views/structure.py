"""What the page watches over: its components and groups, and what it says of itself."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from lightship.core.model import ComponentStatus
from lightship.desk import labels
from lightship.desk.forms.arrange import ComponentForm, GroupForm, PageForm, TurnForm, zones
from lightship.desk.forms.speak import live
from lightship.desk.views.base import attempt, author, if_unchanged, page_of, said, shot, show, staff, typed
from lightship.store import journal
from lightship.store.journal import structure
from lightship.store.models import Component, Group, Page


@staff
def parts(request: HttpRequest, slug: str) -> HttpResponse:
    """Components and groups in the order readers see, with a form to add one of each."""
    page = page_of(slug)
    groups, adding = list(page.groups.all()), request.POST.get("add")
    data, kept = typed(request)
    kind = data.get("add") if data else None
    component = ComponentForm(data if kind == "component" else None, groups=groups, prefix="component")
    group = GroupForm(data if kind == "group" else None, prefix="group")
    if adding == "component" and component.is_valid() and attempt(component, lambda: _add(request, page, component)):
        return said(request, f"{component.cleaned_data['name']} is on the page.", "parts", slug)
    if adding == "group" and group.is_valid():
        name = group.cleaned_data["name"]
        if attempt(group, lambda: structure.create_group(page, name, author(request), timezone.now())):
            return said(request, f"The group {name} is there. Put components into it.", "parts", slug)
    shown = {"sections": _sections(page), "component": component, "group": group, "kept": kept}
    return show(request, "parts.html", page, shown)


def _add(request: HttpRequest, page: Page, form: ComponentForm) -> Component:
    described = form.described()
    return structure.create_component(page, described.pop("name"), author(request), timezone.now(), **described)


def _sections(page: Page) -> list[dict[str, Any]]:
    """As readers see them, and then the groups that hold nothing yet."""
    groups, found = {group.pk: group.name for group in page.groups.all()}, list[dict[str, Any]]()
    for each in live(shot(page)):
        if not found or found[-1]["id"] != each.group_id:
            found.append({"id": each.group_id, "name": groups.get(each.group_id or "", ""), "parts": []})
        part = {"id": each.id, "name": each.name, "tone": labels.tone(each.status), "word": labels.COMPONENT[each.status]}
        found[-1]["parts"].append(part)
    empty = [pk for pk in groups if pk not in {section["id"] for section in found}]
    return [*found, *({"id": pk, "name": groups[pk], "parts": []} for pk in empty)]


@staff
def part(request: HttpRequest, slug: str, id: str) -> HttpResponse:
    """One component: set it, describe it, take it off the page."""
    page = page_of(slug)
    row = get_object_or_404(Component, page=page, pk=id, retired=False)
    data, kept = typed(request)
    doing = data.get("do") if data else None
    status = _shown(page, row)
    turn = TurnForm(data if doing == "turn" else None, initial={"status": status.value})
    form = ComponentForm(data if doing == "describe" else None, groups=list(page.groups.all()), initial=ComponentForm.of(row))
    by, now = author(request), timezone.now()
    if request.method == "POST":
        if doing == "turn" and turn.is_valid() and attempt(turn, lambda: journal.set_status(row, turn.chosen(), by, now)):
            return said(request, _set(row, turn.chosen(), _shown(page, row)), "part", slug, id)
        action = lambda: structure.describe_component(row, form.described(row), by, now)  # noqa: E731
        described = doing == "describe" and form.is_valid()
        if described and attempt(form, lambda: if_unchanged(page, form, row, ComponentForm.of, action)):
            return said(request, "Saved.", "parts", slug)
        if doing == "retire":
            structure.retire_component(row, by, now)
            return said(request, f"{row.name} is off the page. Old incidents still name it.", "parts", slug)
    now_is = {"word": labels.COMPONENT[status], "tone": labels.tone(status)}
    return show(request, "part.html", page, {"row": row, "turn": turn, "form": form, "now_is": now_is, "kept": kept})


def _shown(page: Page, row: Component) -> ComponentStatus:
    return next(component.status for component in shot(page).components if component.id == row.pk)


def _set(row: Component, level: ComponentStatus, shown: ComponentStatus) -> str:
    line = f"{row.name}: {labels.COMPONENT[level].lower()}."
    return line if shown is level else f"{line} Readers see {labels.COMPONENT[shown].lower()}, for something open holds it."


@staff
def group(request: HttpRequest, slug: str, id: str) -> HttpResponse:
    page = page_of(slug)
    row = get_object_or_404(Group, page=page, pk=id)
    data, kept = typed(request)
    form = GroupForm(data if data and data.get("do") != "remove" else None, initial=GroupForm.of(row))
    by, now = author(request), timezone.now()
    if request.method == "POST" and request.POST.get("do") == "remove":
        structure.remove_group(row, by, now)
        return said(request, f"The group {row.name} is gone. Its components stay.", "parts", slug)
    action = lambda: structure.describe_group(row, form.cleaned_data, by, now)  # noqa: E731
    valid = request.method == "POST" and form.is_valid()
    if valid and attempt(form, lambda: if_unchanged(page, form, row, GroupForm.of, action)):
        return said(request, "Saved.", "parts", slug)
    return show(request, "group.html", page, {"row": row, "form": form, "kept": kept})


@staff
def shift(request: HttpRequest, slug: str) -> HttpResponse:
    """One place up or down, among its own kind: a group among groups, a component within its group."""
    page = page_of(slug)
    pk, up = request.POST.get("id", ""), request.POST.get("to") == "up"
    if request.method == "POST":
        order = _siblings(page, pk)
        place = next((number for number, row in enumerate(order) if row.pk == pk), None)
        other = None if place is None else place - 1 if up else place + 1
        if place is not None and other is not None and 0 <= other < len(order):
            order[place], order[other] = order[other], order[place]
            structure.arrange(page, order, author(request), timezone.now())
    return redirect("parts", slug)


def _siblings(page: Page, pk: str) -> list[Group | Component]:
    moved = page.components.filter(pk=pk).first()
    among: Sequence[Group | Component]
    among = list(page.components.filter(group=moved.group, retired=False)) if moved else list(page.groups.all())
    return list(among)


@staff
def settings(request: HttpRequest, slug: str) -> HttpResponse:
    page = page_of(slug)
    data, kept = typed(request)
    form = PageForm(data, initial=PageForm.of(page))
    valid, by, now = request.method == "POST" and form.is_valid(), author(request), timezone.now()
    action = lambda: structure.describe_page(page, form.cleaned_data, by, now)  # noqa: E731
    if valid and attempt(form, lambda: if_unchanged(page, form, page, PageForm.of, action)):
        return said(request, "Saved.", "settings", slug)
    return show(request, "settings.html", page, {"form": form, "zones": zones(), "kept": kept})
