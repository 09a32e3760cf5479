"""From a cState site: its folder, with config.yml and content/issues/*.md.

Severity: `down` is impact major and sets its components to major_outage; `disrupted` is minor and partial_outage;
`notice`, and whatever is `informational`, is none and changes no status. A component under several issues at once has the
worst status of them. Pinning has no equivalent here and is left out.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lightship.core.model import ENDED, Change, Component, ComponentStatus, Group, Impact, Incident, Page, Update, Wording
from lightship.core.status import worst
from lightship.importers import OLDEST, Imported, ImporterError, Problem, id_of, shown
from lightship.importers._cstate_body import MILLISECOND, Statement, in_order, moment_of, statements
from lightship.importers._cstate_yaml import UNREADABLE, document, one_line, rows, table, text

_SEVERITIES = {
    "down": (Impact.MAJOR, ComponentStatus.MAJOR),
    "disrupted": (Impact.MINOR, ComponentStatus.PARTIAL),
    "notice": (Impact.NONE, ComponentStatus.OPERATIONAL),
}
_FRONT = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?)^---[ \t]*(?:\r?\n|\Z)(.*)", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class _Issue:
    """An issue file. `affected` are names."""

    key: str
    title: str
    impact: Impact
    status: ComponentStatus
    affected: tuple[str, ...]
    statements: tuple[Statement, ...]

    @property
    def close(self) -> int | None:
        """Index of the statement that closed it; None while it goes on."""
        return next((number for number, entry in enumerate(self.statements) if entry.status in ENDED), None)


@dataclass
class _Site:
    """The site's configuration, and the problems of the import."""

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
    times = [entry.at for issue in issues for entry in issue.statements] or [datetime(OLDEST, 1, 1, tzinfo=UTC)]
    born, now = min(times), max(times)
    groups, known = _components(site, born)
    incidents, components = _incidents(issues, [*known, *_retired(site, issues, known, born)])
    return Imported(
        page=_page(site.config, born, now),
        groups=groups,
        components=components,
        incidents=incidents,
        problems=tuple(site.problems),
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
    """The systems in the order of their categories. A category without a title on the page becomes no group."""
    params = table(site.config.get("params"))
    systems = [table(row) for row in rows(params.get("systems"))]
    categories = [table(row) for row in rows(params.get("categories"))]
    order = [text(category.get("name")) for category in categories]
    groups: list[Group] = []
    for category in categories:
        if not category.get("untitled") and (name := text(category.get("name"))):
            group = Group(id=id_of("cstate group", name), name=name, position=len(groups) + 1, created_at=born, updated_at=born)
            groups.append(replace(group, description=text(category.get("description")).strip()))
    ids = {group.name: group.id for group in groups}
    named = [system for system in systems if text(system.get("name")).strip()]
    if len(named) < len(systems):
        site.note("config.yml", f"{len(systems) - len(named)} of its systems have no name and were left out")
    if odd := [system for system in systems if system.get("description") and not text(system["description"])]:
        site.note("config.yml", f"{len(odd)} of its systems have a description that is not text, which was left out")
    named.sort(key=lambda system: order.index(c) if (c := text(system.get("category"))) in order else len(order))
    components = [
        replace(
            _component(text(system["name"]).strip(), position, born),
            description=text(system.get("description")).strip() or None,
            group_id=ids.get(text(system.get("category"))),
        )
        for position, system in enumerate(named, 1)
    ]
    return tuple(groups), list({component.id: component for component in components}.values())


def _retired(site: _Site, issues: Iterable[_Issue], known: Sequence[Component], born: datetime) -> list[Component]:
    names = {component.name for component in known}
    gone = dict.fromkeys(name for issue in issues for name in issue.affected if name not in names)
    if gone:
        what = f"{len(gone)} names of affected systems are not in it; kept as retired components: {', '.join(gone)}"
        site.note("config.yml", what)
    return [replace(_component(name, number, born), retired=True) for number, name in enumerate(gone, len(known) + 1)]


def _component(name: str, position: int, born: datetime) -> Component:
    return Component(id=id_of("cstate system", name), name=name, position=position, created_at=born, updated_at=born)


def _issue(site: _Site, path: Path, where: str) -> _Issue | None:
    """The issue, or None and a problem where the file has none."""
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
    in_name = re.match(r"\d{4}-\d{2}-\d{2}", path.name)
    dated, date = moment_of(front.get("date")), shown(front.get("date"))
    begins = dated or moment_of(in_name and in_name[0])
    if begins is None:
        site.note(where, f"left out: its date {date} is not a time, and neither is its file name", lost=True)
        return None
    if dated is None:
        site.note(where, f"its date {date} is not a time: taken from its file name")
    ends = _end(site, where, front, begins)
    entries, notes = statements(match[2], begins, ends)
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
        affected=tuple(dict.fromkeys(filter(None, (text(row).strip() for row in rows(front.get("affected")))))),
        statements=tuple(in_order(entries, ends)),
    )


def _title(site: _Site, where: str, front: dict[str, Any]) -> str:
    if title := " ".join(text(front.get("title")).split()):
        return title
    reason = "its title is not text" if front.get("title") else "it has no title"
    site.note(where, f"{reason}: called by its file name")
    return Path(where).stem


def _end(site: _Site, where: str, front: dict[str, Any], begins: datetime) -> datetime | None:
    """The end of the issue; None while it goes on. An informational one ends as it begins, for nothing was broken."""
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


def _incidents(issues: Sequence[_Issue], components: Sequence[Component]) -> tuple[tuple[Incident, ...], tuple[Component, ...]]:
    """The incidents with their status changes, and the components with their status now. Issues overlap, so the status
    changes are derived in the order of time."""
    known = {component.name: component for component in components}
    edges = [(issue, 0) for issue in issues] + [(issue, issue.close) for issue in issues if issue.close]
    active: dict[str, list[ComponentStatus]] = {component.id: [] for component in components}
    changes: dict[tuple[str, int], tuple[Change, ...]] = {}
    for issue, number in sorted(edges, key=lambda edge: edge[0].statements[edge[1]].at):
        # An issue that was reported only when it was over changes no status: its duration is unknown.
        status = ComponentStatus.OPERATIONAL if issue.close == 0 else issue.status
        made = []
        for component in (known[name] for name in issue.affected):
            levels = active[component.id]
            old = worst(levels)
            (levels.remove if number else levels.append)(status)
            made.append(Change(component.id, component.name, old, worst(levels)))
        changes[issue.key, number] = tuple(made)
    now = tuple(replace(component, status=worst(active[component.id])) for component in components)
    return tuple(_incident(issue, changes, known) for issue in issues), now


def _incident(issue: _Issue, changes: dict[tuple[str, int], tuple[Change, ...]], known: dict[str, Component]) -> Incident:
    updates = [_update(issue.key, i, entry, changes.get((issue.key, i)) or None) for i, entry in enumerate(issue.statements)]
    first, newest = issue.statements[0].at, issue.statements[-1].at
    return Incident(
        id=id_of("cstate issue", issue.key),
        name=issue.title,
        created_at=first,
        updated_at=newest,
        started_at=first,
        updates=tuple(updates),
        components=tuple(replace(known[c.name], status=c.new) for c in changes[issue.key, issue.close or 0]),
        impact_override=issue.impact,
    )


def _update(key: str, number: int, entry: Statement, changes: tuple[Change, ...] | None) -> Update:
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
