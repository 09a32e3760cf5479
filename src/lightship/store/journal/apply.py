"""Make pages, groups and components as an apply file says. What the file leaves out stays."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import QuerySet

from lightship.config.apply_file import WantedComponent, WantedGroup, WantedPage
from lightship.core.duty.policy import Policy
from lightship.store.duty import apply as roster
from lightship.store.journal import structure
from lightship.store.journal.entry import JournalError
from lightship.store.models import Component, Group, Page

PAGE_FIELDS = ("name", "description", "time_zone", "support_url", "promise_minutes", "kit", "scorecard")
GROUP_FIELDS = ("name", "description")
COMPONENT_FIELDS = (*GROUP_FIELDS, "showcase", "start_date", "only_show_if_degraded")


def apply(wanted: Sequence[WantedPage], configured: Collection[str], now: datetime) -> Iterator[str]:
    """What was done, one line an action, as it is done. `configured`: slugs of the pages that lightship.toml has hosts for."""
    for want in wanted:
        slug = want.slug or _only(configured)
        if slug not in configured:
            raise JournalError(f"There is no [pages.{slug}] in lightship.toml: give the page hosts first.")
        yield from _page(want, slug, now)


def _only(configured: Collection[str]) -> str:
    if len(configured) != 1:
        raise JournalError(f"There are several pages ({', '.join(configured)}): write [pages.SLUG] instead of [page].")
    return next(iter(configured))


def _page(want: WantedPage, slug: str, now: datetime) -> Iterator[str]:
    page = Page.objects.filter(slug=slug).first()
    if page is None:
        page = structure.create_page(slug, want.name or slug, None, now)
        yield f"made page {slug}"
    if structure.describe(page, {**_given(want, PAGE_FIELDS), **_policy(page, want)}, None, now):
        yield f"described page {slug}"
    yield from _rows(page, want.rows, None, now)
    yield from roster.apply(page, want, now)


def _policy(page: Page, want: WantedPage) -> dict[str, Any]:
    """The page's policy with what the file says of it. Accounts are named there, and kept by their ids."""
    if want.duty is None:
        return {}
    given = {item.name: value for item in fields(want.duty) if (value := getattr(want.duty, item.name)) is not None}
    if "escalation" in given:
        accounts = dict(User.objects.filter(username__in=given["escalation"]).values_list("username", "pk"))
        if unknown := [name for name in given["escalation"] if name not in accounts]:
            raise JournalError(f"There is no account {', '.join(unknown)}: make it with `lightship account`, then apply again.")
        given["escalation"] = [str(accounts[name]) for name in given["escalation"]]
    return {"policy": Policy.of({**page.policy, **given}).stored()}


def _rows(page: Page, wants: Sequence[WantedGroup | WantedComponent], group: Group | None, now: datetime) -> Iterator[str]:
    """One list: the page's groups and lone components, or the components of one group. The order comes last."""
    order = []
    for want in wants:
        row, action = _row(page, want, group, now)
        order.append(row)
        if action:
            yield f"{action} {row._meta.model_name} {row.name}"
        if isinstance(want, WantedGroup):
            yield from _rows(page, want.components, row, now)
    if structure.arrange(page, order, None, now):
        yield f"put {group.name if group else ', '.join(row.name for row in order)} in order"


def _row(page: Page, want: WantedGroup | WantedComponent, group: Group | None, now: datetime) -> tuple[Any, str]:
    """The group or component, and what was done to it."""
    create: Callable[..., Group | Component]
    rows: QuerySet[Any]
    if isinstance(want, WantedGroup):
        create, rows, given = structure.create_group, page.groups.all(), _given(want, GROUP_FIELDS)
    else:
        create, rows = structure.create_component, page.components.select_related("group")
        given = {**_given(want, COMPONENT_FIELDS), "group": group, "retired": False}
    identity = {"id": want.id} if want.id else {}
    row = rows.filter(**(identity or {"name": want.name})).first()
    if row is None:
        return create(page, by=None, now=now, **identity, **given), "made"
    return row, "described" if structure.describe(row, given, None, now) else ""


def _given(want: WantedPage | WantedGroup | WantedComponent, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(want, name) for name in names if getattr(want, name) is not None}
