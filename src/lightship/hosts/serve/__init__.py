"""What the built-in host answers, from memory and pre-compressed. `__main__` serves it."""

import contextlib
import hashlib
import os
import re
import stat
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from lightship.hosts import VARIANTS, cache_control, content_type
from lightship.hosts._tree import CURRENT

LEAVES_IN_MEMORY = 512

Headers = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Page:
    """One file, ready to be sent: content-coding -> headers and bytes."""

    etag: str
    answers: dict[str, tuple[Headers, bytes]]

    def best(self, accepted: str) -> tuple[Headers, bytes]:
        for coding in ordered(accepted):
            if coding in self.answers:
                return self.answers[coding]
        return self.answers[""]


@lru_cache(maxsize=256)
def ordered(accepted: str) -> tuple[str, ...]:
    """The content-codings of an Accept-Encoding (RFC 9110, 12.5.3) that we have, best first; those with q=0 left out."""
    weights = {}
    for part in accepted.lower().split(","):
        coding, _, parameters = part.strip().partition(";")
        weight = re.search(r"q\s*=\s*([01](?:\.\d*)?)", parameters)
        weights[coding.strip()] = float(weight[1]) if weight else 1.0
    default = weights.get("*", 0.0)
    return tuple(coding for coding in VARIANTS if weights.get(coding, default) > 0)


def read_page(file: Path, path: str) -> Page:
    """A file with its variants beside it. OSError where it is gone."""
    body = file.read_bytes()
    etag = hashlib.sha256(body).hexdigest()[:24]
    bodies = {"": body}
    for coding, ending in VARIANTS.items():
        with contextlib.suppress(FileNotFoundError):
            bodies[coding] = Path(f"{file}{ending}").read_bytes()
    return Page(etag, {coding: (_headers(path, etag, coding, len(bodies) > 1), sent) for coding, sent in bodies.items()})


def _headers(path: str, etag: str, coding: str, varies: bool) -> Headers:
    headers = [
        ("content-type", content_type(path)),
        ("cache-control", cache_control(path)),
        ("etag", f'"{etag}{"-" + coding if coding else ""}"'),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "strict-origin-when-cross-origin"),
        # All of it is public, and a browser shows it under the name of a host that is dead.
        ("access-control-allow-origin", "*"),
    ]
    if coding:
        headers.append(("content-encoding", coding))
    if varies:
        headers.append(("vary", "accept-encoding"))
    if path.endswith(".html"):
        headers.append(("content-security-policy", "frame-ancestors 'self'"))
    return headers


@dataclass
class Site:
    """What lies in the folder now. The front set is in memory, and is replaced whole when the release changes; a leaf page is
    read when a reader asks for it, and again when its file has changed."""

    root: Path
    _front: dict[str, Page] = field(default_factory=dict)
    _release: str | None = None

    def __post_init__(self) -> None:
        self._read_leaf = lru_cache(LEAVES_IN_MEMORY)(lambda path, _version: read_page(self.root / path, path))
        self._below, self._current = f"{self.root}/", f"{self.root}/{CURRENT}"

    def find(self, path: str) -> Page | None:
        """The file at a path relative to the root, if readers may have it."""
        self.refresh()
        if page := self._front.get(path):
            return page
        try:
            file = os.lstat(self._below + path)
            # A symlink here leads to a front path that is gone, or out of the site.
            if not stat.S_ISREG(file.st_mode):
                return None
            return self._read_leaf(path, (file.st_mtime_ns, file.st_ino, file.st_size))
        except (OSError, ValueError):
            return None

    def refresh(self) -> str | None:
        """Load the current release, unless it is in memory; its name."""
        for _ in range(3):
            try:
                release = os.readlink(self._current)  # noqa: PTH115  a Path costs more than the system call
                if release != self._release:
                    self._front, self._release = _read_release((self.root / CURRENT).parent / release), release
                break
            except OSError:  # it was removed while it was read, because another one is current: try again
                continue
        return self._release


def _read_release(release: Path) -> dict[str, Page]:
    paths = {(Path(folder) / name).relative_to(release).as_posix() for folder, _, names in os.walk(release) for name in names}
    return {
        path: read_page(release / path, path) for path in paths if path[-3:] not in VARIANTS.values() or path[:-3] not in paths
    }


Answer = tuple[int, Headers, bytes]


def answer(site: Site, method: str, path: str, accepted: str, known: str) -> Answer:
    """What a request gets that has these Accept-Encoding and If-None-Match. Paths come percent-decoded."""
    if method not in ("GET", "HEAD"):
        return 405, [("allow", "GET, HEAD")], b""
    # Also keeps readers out of .lightship, and inside the folder.
    if "/." in path or path.startswith(".") or "//" in path or "\0" in path:
        return _missing(site, accepted)
    name = path.lstrip("/")
    page = site.find(f"{name}index.html" if path.endswith("/") else name)
    if page is not None:
        return _found(page, accepted, known)
    if not path.endswith("/") and site.find(f"{name}/index.html") is not None:
        # Relative, because a proxy before this host may take a prefix off.
        return 301, [("location", "./" + quote(name.rsplit("/", 1)[-1]) + "/")], b""
    return _missing(site, accepted)


def _found(page: Page, accepted: str, known: str) -> Answer:
    headers, body = page.best(accepted)
    if known == "*" or page.etag in known:
        return 304, [header for header in headers if header[0] not in ("content-type", "content-encoding")], b""
    return 200, headers, body


def _missing(site: Site, accepted: str) -> Answer:
    page = site.find("404.html")
    if page is None:
        return 404, [("content-type", "text/plain; charset=utf-8")], b"There is nothing here.\n"
    headers, body = page.best(accepted)
    return 404, [header for header in headers if header[0] != "etag"], body
