"""The apply file: a TOML of the pages, groups and components that a desk should have, as values. A key that is not in the file
(None) is left as it is. See docs/examples/apply.toml."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints

from lightship.config import apply_roster, ids
from lightship.config.apply_roster import WantedHours, WantedRotation, Zone
from lightship.config.back_ends import tables
from lightship.config.fields import Url, parsed
from lightship.config.toml import ConfigError, Document, Fault, KeyPath, table
from lightship.core.compose import check_template
from lightship.core.duty.policy import Speaker


def _line(text: str) -> str:
    """In one line, as in the desk's database, so that names match."""
    text = " ".join(text.split())
    if not 1 <= len(text) <= 255:
        raise ValueError("should have 1 to 255 characters")
    return text


def _template(text: str) -> str:
    check_template(text)  # Refused is a ValueError
    return text


Name = Annotated[str, AfterValidator(_line)]
Id = Annotated[str, StringConstraints(pattern=ids.PATTERN)]


@table
class WantedComponent:
    """Found again by `id` where it is given, else by name."""

    name: Name
    id: Id | None = None
    description: str | None = None
    group: Name | None = None
    showcase: bool | None = None
    start_date: date | None = None
    only_show_if_degraded: bool | None = None


@table
class WantedGroup:
    """The file has only the names of its components."""

    name: Name
    id: Id | None = None
    description: str | None = None
    components: tuple[Annotated[WantedComponent, parsed(lambda name: WantedComponent(name=_line(name)))], ...] = ()


Minutes = Annotated[int, Field(ge=1, le=24 * 60)]


@table
class WantedDuty:
    """What core/duty/policy.py has. `escalation`: names of accounts. `templates`: by phase."""

    critical: Minutes | None = None
    monitoring: Annotated[int, Field(ge=0, le=24 * 60)] | None = None
    first_word: Minutes | None = None
    reports: Annotated[int, Field(ge=1, le=1000)] | None = None
    reports_within: Minutes | None = None
    approval: bool | None = None
    approval_wait: Annotated[int, Field(ge=1, le=60)] | None = None
    speaker: Speaker | None = None
    escalation: tuple[str, ...] | None = None
    templates: dict[str, Annotated[str, AfterValidator(_template)]] | None = None


@table
class _PageFields:
    name: Name | None = None
    description: str | None = None
    time_zone: Zone | None = None
    support_url: Url | None = None
    promise_minutes: Minutes | None = None
    staffed: tuple[WantedHours, ...] | None = None
    rotation: tuple[WantedRotation, ...] = ()
    kit: bool | None = None
    scorecard: bool | None = None
    duty: WantedDuty | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedPage(_PageFields):
    """`slug` None: the only page of the desk. `rows`: groups, and components without a group, in the order of the file."""

    slug: str | None
    rows: tuple[WantedGroup | WantedComponent, ...] = ()


@table
class _Page(_PageFields):
    groups: tuple[WantedGroup, ...] = ()
    components: tuple[WantedComponent, ...] = ()


@table
class _File:
    page: _Page | None = None
    pages: dict[str, _Page] = field(default_factory=dict)


def read(document: Document) -> tuple[WantedPage, ...]:
    """ConfigError with every fault at once."""
    file, faults = document.check(_File, document.data)
    raw = [((key,), page) for key, page in tables(document.data) if key == "page"]
    for at, page in [*raw, *((("pages", slug), page) for slug, page in tables(document.data.get("pages")))]:
        faults += [*_contradictions(document, at, page), *apply_roster.contradictions(document, at, page)]
    if "page" in document.data and "pages" in document.data:
        faults.append(document.fault(("page",), "either [page], for the only page, or [pages.SLUG] for each; not both"))
    if not document.data:
        faults.append(Fault(document.name, 0, "", "is empty"))
    if faults:
        raise ConfigError(faults)
    pages = (
        [(None, ("page",), file.page)] if file.page else [(slug, ("pages", slug), page) for slug, page in file.pages.items()]
    )
    return tuple(_page(slug, page, document.lines, at) for slug, at, page in pages)


def _page(slug: str | None, page: _Page, lines: Mapping[KeyPath, int], at: KeyPath) -> WantedPage:
    own = {component.name: component for component in page.components}
    placed: list[tuple[int, WantedGroup | WantedComponent]] = []
    for number, group in enumerate(page.groups):
        inside = {component.name: own.get(component.name, component) for component in group.components}
        inside |= {component.name: component for component in page.components if component.group == group.name}
        placed.append((lines.get((*at, "groups", number), 0), replace(group, components=tuple(inside.values()))))
    listed = {component.name for group in page.groups for component in group.components}
    for number, component in enumerate(page.components):
        if component.group is None and component.name not in listed:
            placed.append((lines.get((*at, "components", number), 0), component))
    own_fields = {item.name: getattr(page, item.name) for item in fields(_PageFields)}
    return WantedPage(slug=slug, **own_fields, rows=tuple(row for _, row in sorted(placed, key=lambda pair: pair[0])))


def _contradictions(document: Document, at: KeyPath, page: Mapping[str, Any]) -> list[Fault]:
    """Faults between the parts of a page, found in the raw data, so that they come with those of the schema."""
    groups, components = _rows(page, "groups"), _rows(page, "components")
    faults = []
    for name, rows in (("groups", groups), ("components", components)):
        for key in ("name", "id"):
            values = [row.get(key) for row in rows]
            faults += [
                document.fault((*at, name, number, key), f"{value!r} is there twice: nobody could tell them apart")
                for number, value in enumerate(values)
                if isinstance(value, str) and value in values[:number]
            ]
    home: dict[str, str] = {}
    for number, group in enumerate(groups):
        for place, name in enumerate(_names(group)):
            if home.setdefault(name, group.get("name", "")) != group.get("name", "") or _names(group).index(name) != place:
                where = (*at, "groups", number, "components", place)
                faults.append(document.fault(where, f"{name} stands in group {home[name]} already"))
    for number, component in enumerate(components):
        wanted, where = component.get("group"), (*at, "components", number, "group")
        if isinstance(wanted, str) and wanted not in [group.get("name") for group in groups]:
            faults.append(document.fault(where, f"there is no group {wanted!r} in this file"))
        elif isinstance(wanted, str) and home.get(str(component.get("name")), wanted) != wanted:
            faults.append(document.fault(where, f"group {home[component['name']]} lists it too: say one of the two"))
    return faults


def _rows(page: Mapping[str, Any], key: str) -> Sequence[dict[str, Any]]:
    rows = page.get(key)
    return [row if isinstance(row, dict) else {} for row in rows] if isinstance(rows, list) else []


def _names(group: Mapping[str, Any]) -> list[str]:
    names = group.get("components")
    return [" ".join(name.split()) for name in names if isinstance(name, str)] if isinstance(names, list) else []
