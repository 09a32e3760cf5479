"""The built-in local host: serve a folder of hosts/folder.py on an address, from memory, pre-compressed.

    python -m lightship.serve hosts/a 127.0.0.1:8001

One process, no shared state: killing it takes down this host and no other. Any web server may stand in its place.
"""

import asyncio
import contextlib
import hashlib
import os
import re
import signal
import socket
import stat
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from granian._granian import RSGIHTTPProtocol
from granian.constants import HTTPModes, Interfaces
from granian.rsgi import Scope
from granian.server.embed import Server

from lightship.core.address import host_and_port
from lightship.hosts import cache_control, content_type
from lightship.hosts._release import CURRENT

FRESH_SECONDS = 0.02
LEAVES_IN_MEMORY = 512
VARIANTS = {"br": ".br", "gzip": ".gz", "": ""}
"""Content-coding -> the ending of the file that has it, in our order of preference."""

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
    return tuple(coding for coding in VARIANTS if coding and weights.get(coding, default) > 0)


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
        # Public all of it; a reader's browser takes it to the name of a host that is dead.
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
    """What lies in the folder now. The front set is held in memory whole, and exchanged whole when the release changes;
    a leaf page is read when it is asked for, and again when its file is another one."""

    root: Path
    _front: dict[str, Page] = field(default_factory=dict)
    _release: str | None = None

    def __post_init__(self) -> None:
        self._read_leaf = lru_cache(LEAVES_IN_MEMORY)(lambda path, _version: read_page(self.root / path, path))
        self._below, self._current = f"{self.root}/", f"{self.root}/{CURRENT}"

    def find(self, path: str) -> Page | None:
        """The file at a path relative to the root, if a reader may have it."""
        self.refresh()
        return self._front.get(path) or self._leaf(path)

    def _leaf(self, path: str) -> Page | None:
        try:
            found = os.lstat(self._below + path)
            # A symlink here leads to a front path that is gone, or out of the site: no business of a reader's.
            if not stat.S_ISREG(found.st_mode):
                return None
            return self._read_leaf(path, (found.st_mtime_ns, found.st_ino, found.st_size))
        except (OSError, ValueError):
            return None

    def refresh(self) -> str | None:
        """Which release is held now: the one that lies there."""
        for _ in range(3):
            try:
                release = os.readlink(self._current)  # noqa: PTH115  a Path costs more than the look itself
                if release != self._release:
                    self._front, self._release = _read_release((self.root / CURRENT).parent / release), release
                break
            except OSError:  # a release that is removed while it is read was replaced by another: look again
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
        # Relative, because we may stand behind a proxy that took a prefix off.
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


class Handler:
    """The RSGI application of one site. What was answered within the last moment is answered again, unless another release
    lies there since: no coding must show the page of before, and no proof read it."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._given: dict[tuple[str, str, str, str], Answer] = {}
        self._release: str | None = None
        self._until = 0.0

    async def __rsgi__(self, scope: Scope, protocol: RSGIHTTPProtocol) -> None:
        now = time.monotonic()
        release = self.site.refresh()
        if release != self._release or now > self._until:
            self._given.clear()
            self._release, self._until = release, now + FRESH_SECONDS
        headers = scope.headers
        asked = (scope.method, scope.path, headers.get("accept-encoding", ""), headers.get("if-none-match", ""))
        given = self._given.get(asked)
        if given is None:
            given = self._given[asked] = answer(self.site, *asked)
        protocol.response_bytes(*given)


def serve(path: Path, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT. OSError if the address cannot be had."""
    _claim(host, port)
    asyncio.run(_serve(path, host, port))


def _claim(host: str, port: int) -> None:
    """Granian shares a port with whoever holds it (SO_REUSEPORT): readers would get either's answers. Refuse that."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))


async def _serve(path: Path, host: str, port: int) -> None:
    server = Server(
        Handler(Site(path)),
        address=host,
        port=port,
        interface=Interfaces.RSGI,
        http=HTTPModes.http1,
        websockets=False,
        backlog=16_384,
        log_enabled=False,
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, server.stop)
    await server.serve()


def main(arguments: Sequence[str]) -> int:
    folder, address = arguments if len(arguments) == 2 else ("", "")
    try:
        host, port = host_and_port(address)
    except ValueError:
        sys.stderr.write("usage: python -m lightship.serve FOLDER ADDRESS:PORT\n")
        return 2
    try:
        serve(Path(folder).absolute(), host, port)
    except OSError as error:
        sys.stderr.write(f"lightship.serve: cannot listen on {address}: {error.strerror}\n")
        return 1
    return 0


if __name__ == "__main__":
    # Not sys.exit: Granian's threads may still be answering, and panic when the interpreter is taken down around them.
    os._exit(main(sys.argv[1:]))
