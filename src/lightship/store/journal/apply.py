"""Make pages, groups and components as an apply file says. What is so already is no action; what the file leaves out stays."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from lightship.config.apply_file import Wanted, WantedComponent, WantedGroup, WantedPage
from lightship.store.journal import structure
from lightship.store.journal.entry import JournalError
from lightship.store.models import Component, Group, Page

PAGE_FIELDS = ("name", "description", "time_zone", "support_url", "promise_minutes")
COMPONENT_FIELDS = ("name", "description", "showcase", "start_date", "only_show_if_degraded")


def apply(wanted: Wanted, configured: Collection[str], now: datetime) -> Iterator[str]:
    """Each thing done, in words, as it is done. `configured`: the slugs that lightship.toml has hosts for."""
    for want in wanted.pages:
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
    if structure.describe_page(page, _said(want, PAGE_FIELDS), None, now):
        yield f"described page {slug}"
    top: list[Group | Component] = []
    for row in want.rows:
        if isinstance(row, WantedComponent):
            component, words = _component(page, row, None, now)
            top.append(component)
            yield from words
            continue
        group, words = _group(page, row, now)
        top.append(group)
        yield from words
        yield from _components(page, row, group, now)
    if structure.arrange(page, top, None, now):
        yield f"put {', '.join(row.name for row in top)} in order"


def _components(page: Page, want: WantedGroup, group: Group, now: datetime) -> Iterator[str]:
    found = []
    for row in want.components:
        component, words = _component(page, row, group, now)
        found.append(component)
        yield from words
    if structure.arrange(page, found, None, now):
        yield f"put {group.name} in order"


def _group(page: Page, want: WantedGroup, now: datetime) -> tuple[Group, list[str]]:
    fields = _said(want, ("name", "description"))
    known = page.groups.filter(pk=want.id) if want.id else page.groups.filter(name=want.name)
    if row := known.first():
        return row, [f"described group {row.name}"] if structure.describe_group(row, fields, None, now) else []
    more = {**fields, **({"id": want.id} if want.id else {})}
    return structure.create_group(page, more.pop("name"), None, now, **more), [f"made group {want.name}"]


def _component(page: Page, want: WantedComponent, group: Group | None, now: datetime) -> tuple[Component, list[str]]:
    fields = {**_said(want, COMPONENT_FIELDS), "group": group, "retired": False}
    known = page.components.filter(pk=want.id) if want.id else page.components.filter(name=want.name)
    if row := known.select_related("group").first():
        return row, [f"described component {row.name}"] if structure.describe_component(row, fields, None, now) else []
    more = {**fields, **({"id": want.id} if want.id else {})}
    return structure.create_component(page, more.pop("name"), None, now, **more), [f"made component {want.name}"]


def _said(want: WantedPage | WantedGroup | WantedComponent, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(want, name) for name in names if getattr(want, name) is not None}
