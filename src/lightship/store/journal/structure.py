"""Make, describe, order and retire pages, groups and components. Idempotent: what is so already is no action."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from lightship.core.duty import policy
from lightship.core.rules import fit_name, millisecond, time_zones
from lightship.store.journal.entry import By, JournalError, append
from lightship.store.models import Component, Group, Page


def create_page(slug: str, name: str, by: By, now: datetime, **more: Any) -> Page:
    """A new page. `more`: any other column."""
    now = millisecond(now)
    if Page.objects.filter(slug=slug).exists():
        raise JournalError(f"There is a page {slug!r} already.")
    _check(more)
    with transaction.atomic():
        page = Page.objects.create(slug=slug, name=fit_name(name), created_at=now, updated_at=now, **more)
        append(page, "create page", now, by, name=page.name)
    return page


def create_group(page: Page, name: str, by: By, now: datetime, **more: Any) -> Group:
    row = Group(page=page, name=fit_name(name), **more)
    _insert(row, None, by, now)
    return row


def remove_group(group: Group, by: By, now: datetime) -> None:
    """Its components stay, outside any group."""
    with transaction.atomic():
        append(group.page, "remove group", millisecond(now), by, subject=group.pk, name=group.name)
        group.delete()


def create_component(page: Page, name: str, by: By, now: datetime, **more: Any) -> Component:
    row = Component(page=page, name=fit_name(name), **more)
    _check_group(row)
    _insert(row, row.group, by, now)
    return row


def retire_component(component: Component, by: By, now: datetime) -> bool:
    """Take it off the page; old incidents still name it."""
    return describe(component, {"retired": True}, by, now, action="retire component")


def describe(row: Page | Group | Component, fields: Mapping[str, Any], by: By, now: datetime, *, action: str = "") -> bool:
    """Change what `fields` names; False if it is so already."""
    page, subject = (row, "") if isinstance(row, Page) else (row.page, row.pk)
    now = millisecond(now)
    _check(fields)
    if "name" in fields:
        fields = {**fields, "name": fit_name(fields["name"])}
    changed = {name: value for name, value in fields.items() if getattr(row, name) != value}
    if not changed:
        return False
    with transaction.atomic():
        append(page, action or f"describe {row._meta.model_name}", now, by, subject=subject, name=row.name)
        for name, value in {**changed, "updated_at": now}.items():
            setattr(row, name, value)
        if isinstance(row, Component):
            _check_group(row)
        row.save(update_fields=[*changed, "updated_at"])
    return True


def arrange(page: Page, order: Sequence[Group | Component], by: By, now: datetime) -> bool:
    """Give each row of `order` the position that it has there. For one list at a time: the page's groups and lone components,
    or the components of one group."""
    moved = [(row, number) for number, row in enumerate(order, 1) if row.position != number]
    if not moved:
        return False
    with transaction.atomic():
        append(page, "arrange", millisecond(now), by)
        for row, number in moved:
            row.position = number
            row.save(update_fields=["position"])
    return True


def _insert(row: Group | Component, group: Group | None, by: By, now: datetime) -> None:
    """The row comes last: in its group, or among the page's groups and lone components, which share one list."""
    row.created_at = row.updated_at = millisecond(now)
    with transaction.atomic():
        append(row.page, f"create {row._meta.model_name}", row.created_at, by, subject=row.pk, name=row.name)
        lists = [row.page.components.filter(group=group), *([] if group else [row.page.groups.all()])]
        last = max((position for rows in lists for position in rows.values_list("position", flat=True)), default=0)
        row.position = last + 1
        row.save(force_insert=True)


def _check_group(component: Component) -> None:
    if component.group and component.group.page_id != component.page_id:
        raise JournalError("That group belongs to another page.")


def _check(fields: Mapping[str, Any]) -> None:
    zone = fields.get("time_zone")
    if zone and zone not in time_zones():
        raise JournalError(f"There is no time zone {zone!r}: use a name like Europe/Vienna.")
    if not 1 <= fields.get("promise_minutes", 30) <= 24 * 60:
        raise JournalError("The promised interval is between 1 minute and 24 hours.")
    if "policy" in fields:
        policy.check(policy.Policy.of(fields["policy"]))
