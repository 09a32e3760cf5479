"""From a Lightship: a host's folder or URL, or what `lightship export` wrote. Whole or not at all: what is torn is refused."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from lightship.core.model import Month
from lightship.core.signed import MANIFEST_PATH, Manifest, Verify, manifest_in, shelf_in, shelf_path
from lightship.core.state import STATE_PATH, State, archive_in, archive_path, state_in
from lightship.core.wire import WireError, sha256
from lightship.importers import Imported, ImporterError, Problem, with_retired
from lightship.importers._sound import checked, faults
from lightship.importers._web import Web

Fetch = Callable[[str], bytes | None]
T = TypeVar("T")

UNPROVEN = Problem(MANIFEST_PATH, "its hashes hold; its signature was not checked, for that needs the page's key")


def read(source: str) -> Imported:
    return _read(source, None)


def proven(source: str, verify: Verify) -> Imported:
    """As `read`, but only what the page's key has signed; it is checked as all that importers give."""
    return checked(_read(source, verify))


def _read(source: str, verify: Verify | None) -> Imported:
    fetch = _from_web(source) if source.startswith(("http://", "https://")) else _from_folder(Path(source))
    body = fetch(STATE_PATH)
    if body is None:
        raise ImporterError(f"{source} is not a Lightship: it has no {STATE_PATH}")
    state, manifest = _sound(STATE_PATH, _parsed(STATE_PATH, state_in, body)), _manifest(fetch, verify)
    if verify and not manifest:
        raise ImporterError(f"{source} has no {MANIFEST_PATH}: nothing there is signed")
    if manifest:
        _refuse_torn(state, body, manifest)
    if strange := [name for name in state.months if not re.fullmatch(r"[0-9]{4}-[0-9]{2}", name)]:
        raise ImporterError(f"{STATE_PATH} names {strange[0]!r}, which is no month")
    months = [_month(fetch, name, manifest) for name in state.months]
    incidents = (*state.open, *(incident for month in months for incident in month.incidents))
    if len({incident.id for incident in incidents}) < len(incidents):
        raise ImporterError(f"{source} holds an incident twice: its files are of different times", permanent=False)
    return Imported(
        page=state.page,
        groups=state.groups,
        components=with_retired(state.components, incidents),
        incidents=incidents,
        turns=tuple(turn for month in sorted(months, key=lambda month: month.month) for turn in month.turns),
        problems=(UNPROVEN,) if manifest and not verify else (),
        found=len(incidents),
        revision=state.revision,
        epoch=state.epoch,
    )


def _manifest(fetch: Fetch, verify: Verify | None) -> Manifest | None:
    body = fetch(MANIFEST_PATH)
    if not body:
        return None
    manifest = _parsed(MANIFEST_PATH, lambda raw: manifest_in(raw, verify or _anyone), body)
    if not isinstance(manifest.files, dict) or not isinstance(manifest.months, dict):
        raise ImporterError(f"{MANIFEST_PATH} names no files")
    return manifest


def _anyone(_message: bytes, _signature: bytes) -> bool:
    return True


def _refuse_torn(state: State, body: bytes, manifest: Manifest) -> None:
    """A host is written file by file: what was read in the middle of that belongs to no revision."""
    if manifest.page != state.page.id:
        raise ImporterError(f"{STATE_PATH} is of another page than {MANIFEST_PATH}")
    if manifest.files.get(STATE_PATH) != sha256(body):
        raise ImporterError(
            f"{STATE_PATH} is not what {MANIFEST_PATH} names: try again when nothing is published", permanent=False
        )


def _month(fetch: Fetch, name: str, manifest: Manifest | None) -> Month:
    path = archive_path(name)
    body = fetch(path)
    if body is None:
        raise ImporterError(f"{path} is missing, though {STATE_PATH} names it")
    if manifest and _shelf(fetch, name, manifest).get(path) != sha256(body):
        raise ImporterError(f"{path} is not what {shelf_path(name)} names: torn, or changed by another hand", permanent=False)
    month = _sound(path, _parsed(path, archive_in, body))
    if month.month != name:
        raise ImporterError(f"{path} holds another month, {month.month}")
    return month


def _shelf(fetch: Fetch, name: str, manifest: Manifest) -> Mapping[str, str]:
    path = shelf_path(name)
    body = fetch(path)
    if body is None or sha256(body) != manifest.months.get(name):
        raise ImporterError(f"{path} is missing, or not what {MANIFEST_PATH} names", permanent=False)
    return _parsed(path, shelf_in, body)


def _parsed(path: str, parse: Callable[[bytes], T], body: bytes) -> T:
    try:
        return parse(body)
    except WireError as error:
        raise ImporterError(f"{path}: {error}") from error
    except (RecursionError, OverflowError) as error:
        raise ImporterError(f"{path} is nested too deep, or has a number beyond all measure") from error


def _sound(path: str, document: T) -> T:
    """Before anything is looked up by its ids, or a file named by its months."""
    for fault in faults(document, type(document)):
        raise ImporterError(f"{path}: {fault}")
    return document


def _from_web(url: str) -> Fetch:
    web = Web()
    return lambda path: web.get(f"{url.rstrip('/')}/{path}")


def _from_folder(root: Path) -> Fetch:
    def fetch(path: str) -> bytes | None:
        try:
            return (root / path).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise ImporterError(f"{root / path} cannot be read: {error.strerror}") from error

    return fetch
