"""From Atlassian Statuspage: saved JSON, the public API v2 of a page, or the management API v1 with a key."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from lightship.importers import Imported, ImporterError, Problem
from lightship.importers._statuspage_reading import Rows
from lightship.importers._web import Web

API = "https://api.statuspage.io/v1"
PAGE_SIZE = 100
NEWEST = 50
QUIET_PAGES = 8
MOST_PAGES = 400


def read(source: str, *, key: str = "", api: str = API) -> Imported:
    """`source`: a JSON file or a folder of such; the URL of a page; or, with `key`, the page's id, name or URL.

    Without a key it reads what the page shows: the newest 50 of each kind, and older ones by the page's history.
    """
    if key:
        return _managed(source, Web({"Authorization": f"OAuth {key}"}), api.rstrip("/")).imported()
    if source.startswith(("http://", "https://")):
        return _public(source.rstrip("/"), Web()).imported()
    return _saved(Path(source)).imported()


def _saved(path: Path) -> Rows:
    rows = Rows()
    try:
        files = sorted(path.glob("*.json")) if path.is_dir() else [path]
        if not files:
            raise ImporterError(f"{path} has no .json file")
        understood = False
        for file in files:
            try:
                understood |= _take(rows, json.loads(file.read_bytes()), file.name)
            except (ValueError, RecursionError) as error:
                if len(files) == 1:
                    raise ImporterError(f"{file} is not JSON: {error}") from error
                rows.problems.append(Problem(file.name, f"is not JSON: {error}", lost=True))
    except OSError as error:
        raise ImporterError(f"{path} cannot be read: {error.strerror}") from error
    if len(files) > 1:
        rows.entries = _once(rows.entries)
    if not understood:
        raise ImporterError(f"{path} is not Statuspage JSON: it has no components, incidents or scheduled_maintenances")
    return rows


def _take(rows: Rows, document: Any, name: str) -> bool:
    """Add a document of any v2 shape, or a bare list of incidents as v1 gives. False if it is none of these."""
    if isinstance(document, list):
        document = {"incidents": document}
    if not isinstance(document, dict):
        return False
    if isinstance(document.get("incident"), dict):
        document = {**document, "incidents": [document["incident"]]}
    rows.page = document["page"] if isinstance(document.get("page"), dict) else rows.page
    for row in _objects(rows, document.get("components"), name, "components"):
        (rows.groups if row.get("group") else rows.components).append(row)
    for part in ("incidents", "scheduled_maintenances"):
        rows.entries += _objects(rows, document.get(part), name, part)
    return any(part in document for part in ("components", "incidents", "scheduled_maintenances"))


def _objects(rows: Rows, value: Any, name: str, part: str) -> Iterator[Mapping[str, Any]]:
    if value is not None and not isinstance(value, list):
        rows.problems.append(Problem(name, f"{part} is not a list"))
        return
    for number, row in enumerate(value or ()):
        if isinstance(row, dict):
            yield row
        elif part == "components":
            rows.problems.append(Problem(name, f"{part}[{number}] is not an object"))
        else:
            rows.problems.append(Problem(f"{name}: {part}[{number}]", "is not an object", lost=True))


def _public(url: str, web: Web) -> Rows:
    """What the public may read. The lists overlap: an incident is taken once, from the list read first."""
    rows = Rows()
    summary = web.json(f"{url}/api/v2/summary.json")
    if not isinstance(summary, dict) or not _take(rows, summary, "summary.json"):
        raise ImporterError(f"{url} has no /api/v2/summary.json: is it a Statuspage?")
    full = False
    for name in ("incidents", "scheduled-maintenances"):
        document = web.json(f"{url}/api/v2/{name}.json")
        before = len(rows.entries)
        _take(rows, document, f"{name}.json")
        full |= len(rows.entries) - before >= NEWEST
    rows.entries = _once(rows.entries)
    try:
        codes = list(_history(url, web))
    except ImporterError as error:
        codes = []
        if full:
            what = f"{error}; incidents older than the newest {NEWEST} were left behind (an API key reads them all)"
            rows.problems.append(Problem(f"{url}/history", what))
    known = {id_ for row in rows.entries if isinstance(id_ := row.get("id"), str)}
    for code in dict.fromkeys(code for code in codes if code not in known):
        _fetch(rows, url, code, web)
    return rows


def _fetch(rows: Rows, url: str, code: str, web: Web) -> None:
    what = "is in the history, but the page does not give it"
    document = None
    try:
        document = web.json(f"{url}/api/v2/incidents/{code}.json") or web.json(f"{url}/incidents/{code}.json")
    except ImporterError as error:
        what = str(error)
    row = document.get("incident", document) if isinstance(document, dict) else None
    if isinstance(row, dict) and "incident_updates" in row:
        rows.entries.append(row)
    else:
        rows.problems.append(Problem(f"incident {code}", what, lost=True))


def _history(url: str, web: Web) -> Iterator[str]:
    """The codes on `/history`, newest first, three months a page. It has no last page: stop after two years without any."""
    quiet, known = 0, set[str]()
    for number in range(1, MOST_PAGES):
        document = web.json(f"{url}/history?page={number}")
        if not isinstance(document, dict) or not isinstance(document.get("months"), list):
            if number == 1:
                raise ImporterError("gives no JSON")
            return
        new = [code for code in _codes(document["months"]) if code not in known]
        yield from new
        known.update(new)
        quiet = 0 if new else quiet + 1
        if quiet == QUIET_PAGES or not document["months"]:
            return


def _codes(months: list[Any]) -> list[str]:
    lists = [month.get("incidents") for month in months if isinstance(month, dict)]
    codes = [row.get("code") for rows in lists if isinstance(rows, list) for row in rows if isinstance(row, dict)]
    return [code for code in codes if isinstance(code, str)]


def _managed(source: str, web: Web, api: str) -> Rows:
    """All content, by API v1. `source` is needed only where the key opens several pages."""
    page = _chosen(web.json(f"{api}/pages"), source)
    base = f"{api}/pages/{page['id']}"
    url = page.get("url") or (f"https://{page['domain']}" if page.get("domain") else "")
    rows = Rows(page={**page, "url": url or (source if "://" in source else "")})
    for row in _paged(f"{base}/components", web):
        (rows.groups if row.get("group") else rows.components).append(row)
    # These rows of the same groups have more fields, so they come first.
    rows.groups = [*_paged(f"{base}/component-groups", web), *rows.groups]
    rows.entries = list(_paged(f"{base}/incidents", web))
    return rows


def _chosen(pages: Any, source: str) -> dict[str, Any]:
    if not isinstance(pages, list) or not pages or not all(isinstance(page, dict) and "id" in page for page in pages):
        raise ImporterError("the key opens no page")
    wanted = source.rstrip("/").lower()
    host = urlsplit(wanted).hostname or wanted
    for page in pages:
        names = [str(page.get(name) or "").lower().rstrip("/") for name in ("id", "name", "subdomain", "domain", "url")]
        if wanted and (wanted in names or host in names or host == f"{page.get('subdomain')}.statuspage.io"):
            return dict(page)
    if len(pages) == 1 and not wanted:
        return dict(pages[0])
    known = ", ".join(f"{page['id']} ({page.get('name')})" for page in pages)
    raise ImporterError(f"no page {source!r}: the key opens {known}")


def _paged(url: str, web: Web) -> Iterator[Mapping[str, Any]]:
    """All rows. Each list has its own name for the page's size; a server that ignores them repeats the rows."""
    known = set[str]()
    for number in range(1, 10_000):
        rows = web.json(f"{url}?limit={PAGE_SIZE}&per_page={PAGE_SIZE}&page={number}")
        if rows is None and number == 1 and url.endswith("/component-groups"):
            return
        if not isinstance(rows, list):
            raise ImporterError(f"{url} does not answer a list")
        new = [row for row in rows if isinstance(row, dict) and str(row.get("id")) not in known]
        yield from new
        known.update(str(row.get("id")) for row in new)
        if len(rows) < PAGE_SIZE or not new:
            return


def _once(rows: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    first: dict[str | int, Mapping[str, Any]] = {}
    for row in rows:
        id_ = row.get("id")
        first.setdefault(id_ if id_ and isinstance(id_, str) else id(row), row)
    return list(first.values())
