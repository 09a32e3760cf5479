"""Pages, groups and components: making, describing, ordering, retiring. Idempotent: what is so already is no action."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from django.db import transaction

from lightship.config.ids import new_id
from lightship.core.rules import fit_name, millisecond
from lightship.store.journal.entry import By, JournalError, append
from lightship.store.models import Component, Group, Page


def create_page(slug: str, name: str, by: By, now: datetime, **more: Any) -> Page:
    """A new page. `more`: any describing field of the row, and `id` where it is known from elsewhere."""
    now = millisecond(now)
    if Page.objects.filter(slug=slug).exists():
        raise JournalError(f"There is a page {slug!r} already.")
    _valid(more)
    with transaction.atomic():
        page = Page.objects.create(**{"created_at": now, "updated_at": now, **more}, slug=slug, name=fit_name(name))
        append(page, "create page", now, by, name=page.name)
    return page


def describe_page(page: Page, fields: Mapping[str, Any], by: By, now: datetime) -> bool:
    _valid(fields)
    return _describe(page, page, "describe page", fields, by, now)


def create_group(page: Page, name: str, by: By, now: datetime, **more: Any) -> Group:
    now = millisecond(now)
    with transaction.atomic():
        row = Group(**{**_born(_last(page, None), now), **more}, page=page, name=fit_name(name))
        append(page, "create group", now, by, subject=row.pk, name=row.name)
        row.save(force_insert=True)
    return row


def describe_group(group: Group, fields: Mapping[str, Any], by: By, now: datetime) -> bool:
    return _describe(group.page, group, "describe group", fields, by, now)


def remove_group(group: Group, by: By, now: datetime) -> None:
    """Its components stay, outside any group."""
    with transaction.atomic():
        append(group.page, "remove group", millisecond(now), by, subject=group.pk, name=group.name)
        group.delete()


def create_component(page: Page, name: str, by: By, now: datetime, **more: Any) -> Component:
    now = millisecond(now)
    with transaction.atomic():
        row = Component(**{**_born(_last(page, more.get("group")), now), **more}, page=page, name=fit_name(name))
        _of_this_page(row)
        append(page, "create component", now, by, subject=row.pk, name=row.name)
        row.save(force_insert=True)
    return row


def describe_component(component: Component, fields: Mapping[str, Any], by: By, now: datetime) -> bool:
    return _describe(component.page, component, "describe component", fields, by, now)


def retire_component(component: Component, by: By, now: datetime) -> bool:
    """Take it off the page; old incidents still name it."""
    return _describe(component.page, component, "retire component", {"retired": True}, by, now)


def arrange(page: Page, order: Sequence[Group | Component], by: By, now: datetime) -> bool:
    """Give each row of `order` the position that it has there. For one list at a time: the page's groups and lone
    components, or a group's components."""
    moved = [(row, number) for number, row in enumerate(order, 1) if row.position != number]
    if not moved:
        return False
    with transaction.atomic():
        append(page, "arrange", millisecond(now), by)
        for row, number in moved:
            row.position = number
            row.save(update_fields=["position"])
    return True


def _describe(page: Page, row: Page | Group | Component, action: str, fields: Mapping[str, Any], by: By, now: datetime) -> bool:
    if "name" in fields:
        fields = {**fields, "name": fit_name(fields["name"])}
    changed = {name: value for name, value in fields.items() if getattr(row, name) != value}
    if not changed:
        return False
    with transaction.atomic():
        append(page, action, millisecond(now), by, subject="" if row is page else row.pk, name=row.name)
        for name, value in {**changed, "updated_at": millisecond(now)}.items():
            setattr(row, name, value)
        if isinstance(row, Component):
            _of_this_page(row)
        row.save(update_fields=[*changed, "updated_at"])
    return True


def _last(page: Page, group: Group | None) -> int:
    """The last position taken: in the group, or among the page's groups and lone components, which share one row."""
    inside = list(page.components.filter(group=group).values_list("position", flat=True))
    return max(inside + ([] if group else list(page.groups.values_list("position", flat=True))), default=0)


def _born(last: int, now: datetime) -> dict[str, Any]:
    return {"id": new_id(), "position": last + 1, "created_at": now, "updated_at": now}


def _of_this_page(component: Component) -> None:
    if component.group and component.group.page_id != component.page_id:
        raise JournalError("That group belongs to another page.")


def _valid(fields: Mapping[str, Any]) -> None:
    zone = fields.get("time_zone")
    # Asked of the list and not of ZoneInfo, which opens files: “America” is a directory there.
    if zone and zone not in available_timezones():
        raise JournalError(f"There is no time zone {zone!r}: use a name like Europe/Vienna.")
    if not 1 <= fields.get("promise_minutes", 30) <= 24 * 60:
        raise JournalError("The promised interval is between 1 minute and 24 hours.")
