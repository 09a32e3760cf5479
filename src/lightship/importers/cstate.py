"""From a cState site: its folder, with config.yml and content/issues/*.md.

Severity: `down` is impact major and turns its components to major_outage; `disrupted` is minor and partial_outage;
`notice`, and whatever is `informational`, is none and turns nothing. A component under several issues at once stands at
the worst of them. Pinning has no like here and is left out.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lightship.core.model import Change, Component, ComponentStatus, Group, Impact, Incident, Page, Update, Wording
from lightship.core.status import worst
from lightship.importers import OLDEST, Imported, ImporterError, Problem, id_of, shown
from lightship.importers._cstate_body import CLOSED, MILLISECOND, Said, in_order, moment_of, said
from lightship.importers._cstate_yaml import UNREADABLE, document, one_line, rows, table, text

_SEVERITIES = {
    "down": (Impact.MAJOR, ComponentStatus.MAJOR),
    "disrupted": (Impact.MINOR, ComponentStatus.PARTIAL),
    "notice": (Impact.NONE, ComponentStatus.OPERATIONAL),
}
_FRONT = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?)^---[ \t]*(?:\r?\n|\Z)(.*)", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class _Issue:
    """An issue file, read. `affected` are names."""

    key: str
    title: str
    impact: Impact
    status: ComponentStatus
    affected: tuple[str, ...]
    said: tuple[Said, ...]

    @property
    def close(self) -> int | None:
        """Which of `said` closed it; None while it goes on."""
        return next((number for number, entry in enumerate(self.said) if entry.status in CLOSED), None)


@dataclass
class _Site:
    """What a folder holds, and what went wrong on the way."""

    config: dict[str, Any]
    problems: list[Problem] = field(default_factory=list)

    def note(self, where: str, what: str, *, lost: bool = False) -> None:
        self.problems.append(Problem(where, what, lost=lost))


def read(source: str) -> Imported:
    root = Path(source)
    folder = root / "content" / "issues"
    if not folder.is_dir():
        raise ImporterError(f"{root} is not a cState site: it has no folder content/issues")
    site = _site(root)
    files = sorted(path for path in folder.rglob("*.md") if path.name != "_index.md")
    issues = [issue for issue in (_issue(site, path, path.relative_to(folder).as_posix()) for path in files) if issue]
    times = [entry.at for issue in issues for entry in issue.said] or [datetime(OLDEST, 1, 1, tzinfo=UTC)]
    born, now = min(times), max(times)
    groups, known = _components(site, born)
    incidents, components = _told(issues, [*known, *_retired(site, issues, known, born)])
    return Imported(
        page=_page(site.config, born, now),
        groups=groups,
        components=components,
        incidents=incidents,
        problems=tuple(site.problems),
        found=len(files),
    )


def _site(root: Path) -> _Site:
    for name in ("config.yml", "config.yaml", "hugo.yml", "hugo.yaml"):
        path = root / name
        try:
            config = document(path.read_text("utf-8"))
        except FileNotFoundError:
            continue
        except UNREADABLE as error:
            return _Site({}, [Problem(name, f"cannot be read, so its systems are unknown: {one_line(error)}")])
        if isinstance(config, dict):
            return _Site(config)
    return _Site({}, [Problem("config.yml", "is missing or empty, so its systems are unknown")])


def _page(config: dict[str, Any], born: datetime, now: datetime) -> Page:
    url, title = text(config.get("baseURL")).rstrip("/"), text(config.get("title")) or "Status"
    slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "status"
    return Page(id=id_of("cstate", url or title), slug=slug, name=title, url=url, created_at=born, updated_at=now)


def _components(site: _Site, born: datetime) -> tuple[tuple[Group, ...], list[Component]]:
    """The systems, in the order of their categories. A category without a title on the page is no group here either."""
    params = table(site.config.get("params"))
    systems = [table(each) for each in rows(params.get("systems"))]
    categories = [table(each) for each in rows(params.get("categories"))]
    order = [text(category.get("name")) for category in categories]
    groups: list[Group] = []
    for category in categories:
        if not category.get("untitled") and (name := text(category.get("name"))):
            place, made = len(groups) + 1, {"created_at": born, "updated_at": born}
            about = text(category.get("description")).strip()
            groups.append(Group(id=id_of("cstate group", name), name=name, description=about, position=place, **made))
    ids = {group.name: group.id for group in groups}
    named = [system for system in systems if text(system.get("name")).strip()]
    if len(named) < len(systems):
        site.note("config.yml", f"{len(systems) - len(named)} of its systems have no name and were left out")
    if odd := [system for system in systems if system.get("description") and not text(system["description"])]:
        site.note("config.yml", f"{len(odd)} of its systems have a description that is not text, which was left out")
    named.sort(key=lambda system: order.index(c) if (c := text(system.get("category"))) in order else len(order))
    components = [
        Component(
            id=_component_id(text(system["name"])),
            name=text(system["name"]).strip(),
            description=text(system.get("description")).strip() or None,
            group_id=ids.get(text(system.get("category"))),
            position=place,
            created_at=born,
            updated_at=born,
        )
        for place, system in enumerate(named, 1)
    ]
    return tuple(groups), list({component.id: component for component in components}.values())


def _retired(site: _Site, issues: Iterable[_Issue], known: Sequence[Component], born: datetime) -> list[Component]:
    names = {component.name for component in known}
    gone = dict.fromkeys(name for issue in issues for name in issue.affected if name not in names)
    if gone:
        what = f"{len(gone)} names of affected systems are not in it; kept as retired components: {', '.join(gone)}"
        site.note("config.yml", what)
    return [
        Component(
            id=_component_id(name), name=name, position=len(known) + place, retired=True, created_at=born, updated_at=born
        )
        for place, name in enumerate(gone, 1)
    ]


def _issue(site: _Site, path: Path, where: str) -> _Issue | None:
    """The issue, or None (and a problem) where there is nothing to make one from."""
    try:
        match = _FRONT.match(path.read_text("utf-8"))
        front = document(match[1]) if match else None
    except UNREADABLE as error:
        site.note(where, f"left out: cannot be read: {one_line(error)}", lost=True)
        return None
    if not match or not isinstance(front, dict):
        site.note(where, "left out: it has no YAML front matter", lost=True)
        return None
    if front.get("draft") is True:
        site.note(where, "left out: it is a draft, which the site does not show", lost=True)
        return None
    begins = moment_of(front.get("date")) or _named_date(path)
    if begins is None:
        site.note(
            where, f"left out: its date {shown(front.get('date'))} is not a time, and neither is its file name", lost=True
        )
        return None
    if moment_of(front.get("date")) is None:
        site.note(where, f"its date {shown(front.get('date'))} is not a time: taken from its file name")
    ends = _end(site, where, front, begins)
    entries, notes = said(match[2], begins, ends)
    for note in notes:
        site.note(where, note)
    impact, status = _severity(site, where, front)
    if odd := [name for name in rows(front.get("affected")) if name and not text(name)]:
        site.note(where, f"{len(odd)} of the systems that it affects have a name that is not text, and were left out")
    return _Issue(
        key=where.removesuffix(".md"),
        title=_title(site, where, front),
        impact=impact,
        status=status,
        affected=tuple(dict.fromkeys(name for name in (text(each).strip() for each in rows(front.get("affected"))) if name)),
        said=tuple(in_order(entries, ends)),
    )


def _title(site: _Site, where: str, front: dict[str, Any]) -> str:
    if title := " ".join(text(front.get("title")).split()):
        return title
    site.note(
        where,
        "its title is not text: called by its file name" if front.get("title") else "it has no title: called by its file name",
    )
    return Path(where).stem


def _end(site: _Site, where: str, front: dict[str, Any], begins: datetime) -> datetime | None:
    """When it ended; None while it goes on. What is informational never was broken, so it ends as it begins."""
    if front.get("informational") is True:
        return moment_of(front.get("resolvedWhen")) or begins + MILLISECOND
    if text(front.get("resolved")).lower() not in ("true", "yes"):
        return None
    ends = moment_of(front.get("resolvedWhen"))
    if ends is None:
        site.note(where, f"its resolvedWhen {shown(front.get('resolvedWhen'))} is not a time: shown as resolved when it began")
    elif ends < begins:
        site.note(where, f"its resolvedWhen ({ends:%Y-%m-%d %H:%M}) is before its date: shown as resolved when it began")
    return ends if ends and ends > begins else begins + MILLISECOND


def _severity(site: _Site, where: str, front: dict[str, Any]) -> tuple[Impact, ComponentStatus]:
    word = text(front.get("severity")).strip().lower()
    if front.get("informational") is True:
        return _SEVERITIES["notice"]
    if word not in _SEVERITIES:
        site.note(where, f"its severity {shown(front.get('severity'))} is not cState's: taken as a notice")
    return _SEVERITIES.get(word, _SEVERITIES["notice"])


def _told(issues: Sequence[_Issue], components: Sequence[Component]) -> tuple[tuple[Incident, ...], tuple[Component, ...]]:
    """The incidents, with what each did to its components. Issues overlap, so turns are found in the order of time."""
    known = {component.name: component for component in components}
    edges = [(issue.said[0].at, issue, True) for issue in issues]
    edges += [(issue.said[issue.close].at, issue, False) for issue in issues if issue.close]
    raging: dict[str, list[ComponentStatus]] = {component.id: [] for component in components}
    changes: dict[tuple[str, bool], tuple[Change, ...]] = {}
    for _, issue, opens in sorted(edges, key=lambda edge: edge[0]):
        # What was told only when it was over turns nothing: nobody knows for how long it was.
        status = ComponentStatus.OPERATIONAL if issue.close == 0 else issue.status
        made = []
        for component in (known[name] for name in issue.affected):
            old = worst(raging[component.id])
            (raging[component.id].append if opens else raging[component.id].remove)(status)
            made.append(Change(component.id, component.name, old, worst(raging[component.id])))
        changes[issue.key, opens] = tuple(made)
    now = tuple(replace(component, status=worst(raging[component.id])) for component in components)
    by_id = {component.id: component for component in components}
    return tuple(_incident(issue, changes, by_id) for issue in issues), now


def _incident(issue: _Issue, changes: dict[tuple[str, bool], tuple[Change, ...]], known: dict[str, Component]) -> Incident:
    at_first, at_last = changes[issue.key, True], changes.get((issue.key, False), ())
    turned = {issue.close: at_last, 0: at_first}
    updates = [_update(issue.key, number, entry, turned.get(number) or None) for number, entry in enumerate(issue.said)]
    first, newest = issue.said[0].at, issue.said[-1].at
    return Incident(
        id=id_of("cstate issue", issue.key),
        name=issue.title,
        created_at=first,
        updated_at=newest,
        started_at=first,
        updates=tuple(updates),
        components=tuple(replace(known[change.component_id], status=change.new) for change in at_last or at_first),
        impact_override=issue.impact,
    )


def _update(key: str, number: int, entry: Said, changes: tuple[Change, ...] | None) -> Update:
    assert entry.status is not None
    return Update(
        id=id_of("cstate update", key, str(number)),
        status=entry.status,
        wordings=(Wording(entry.at, entry.body),),
        created_at=entry.at,
        updated_at=entry.at,
        display_at=entry.at,
        changes=changes,
        notify=False,
    )


def _named_date(path: Path) -> datetime | None:
    match = re.match(r"\d{4}-\d{2}-\d{2}", path.name)
    return moment_of(match[0]) if match else None


def _component_id(name: str) -> str:
    return id_of("cstate system", name.strip())
