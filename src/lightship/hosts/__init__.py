"""Hosts: places on the web that hold the static site. One file a kind, one class in it, found by its name.

A kind is a frozen dataclass whose fields are its configuration (beside `name` and `url`, which every host has) and
which has the methods of `Host`. Publishing calls them in this order: `read` the manifest, `put` leaf pages,
`release` the front set, and `put` again for what is gone.
"""

import gzip
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, TypeVar

import brotli  # type: ignore[import-untyped]

from lightship.config import HostConfig
from lightship.config import kinds as back_ends
from lightship.core.wire import sha256

T = TypeVar("T")
VARIANTS = {"br": ".br", "gzip": ".gz"}
"""Content-coding -> the ending of the file that has it, in our order of preference."""


class HostError(Exception):
    """A host did not do what was asked. The message is for an operator: what is wrong, and what to do."""


class Conflict(HostError):
    """Someone else released since the manifest was read: read again, then decide again."""


@dataclass(frozen=True)
class File:
    """A path below the site's root (no leading slash) and its bytes; `body` None means that the path must be gone.

    `changed` False: the host's own manifest says that it already has these bytes there.
    """

    path: str
    body: bytes | None
    changed: bool = True

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the body, in hex."""
        return sha256(self.body or b"")

    @cached_property
    def variants(self) -> dict[str, bytes]:
        """Ending -> the compressed body, where that saves something. Equal bodies give equal bytes: no name, no time."""
        if self.body is None or len(self.body) <= 256 or self.path.rsplit(".", 1)[-1] not in _TYPES:
            return {}
        packed = {".br": brotli.compress(self.body, quality=5), ".gz": gzip.compress(self.body, 9, mtime=0)}
        return {ending: body for ending, body in packed.items() if len(body) < len(self.body)}


@dataclass(frozen=True, slots=True)
class Held:
    """What lies at a path. `version` names these very bytes to the store (an ETag), where it can compare and set."""

    body: bytes
    version: str | None = None


LONGEST = 64 * 1024 * 1024
"""Maximum size of a file on a host, in bytes. More is not ours and is not read: a hijacked host must not fill our memory."""


def within(size: int, path: str) -> int:
    if size > LONGEST:
        raise HostError(f"{path} has {size:,} bytes, which is more than we ever put there: somebody else writes to this host")
    return size


class Place(Protocol):
    """Where files lie. Every method may raise HostError; none may leave a torn file, whenever it is killed."""

    async def read(self, path: str) -> Held | None:
        """What lies at the path, or None."""

    async def put(self, files: Sequence[File]) -> None:
        """Write each file (or remove it), each whole at once, in any order. For leaf pages, the pulse, and removals."""


class Host(Place, Protocol):
    """A place on the web."""

    @property
    def name(self) -> str: ...

    @property
    def url(self) -> str:
        """The public URL of this host alone; no trailing slash."""

    async def release(self, files: Sequence[File], manifest: File, expecting: Held | None) -> None:
        """Make the front set (every file not in a month's list) what `files` and `manifest` say.

        All at once where the kind can; else the front page after the others and the manifest last. `files` holds the
        whole set, changed or not, in the order of writing. `expecting` is the manifest as read before: where the kind can
        tell that another lies there now, it raises Conflict and changes nothing that readers see.
        """

    def vault_place(self) -> Place | None:
        """A place with the same provider that public readers cannot reach, for the vault; None where there is none. Its `str`
        tells a person where it is."""


@dataclass(frozen=True)
class Wrapper:
    """Passes everything on to `host`. A subclass changes only what differs."""

    host: Host

    @property
    def name(self) -> str:
        return self.host.name

    @property
    def url(self) -> str:
        return self.host.url

    async def answered(self, answer: Coroutine[Any, Any, T]) -> T:
        """Every answer of the host passes here."""
        return await answer

    async def read(self, path: str) -> Held | None:
        return await self.answered(self.host.read(path))

    async def put(self, files: Sequence[File]) -> None:
        await self.answered(self.host.put(files))

    async def release(self, files: Sequence[File], manifest: File, expecting: Held | None) -> None:
        await self.answered(self.host.release(files, manifest, expecting))

    def vault_place(self) -> Place | None:
        return self.host.vault_place()


def kinds() -> tuple[str, ...]:
    return back_ends.kinds(__path__)


def find(kind: str) -> type[Host]:
    """The class of a kind: the one in the file of that name that has all of `Host`'s methods. LookupError if there is none."""
    kind_of_host: type[Host] = back_ends.find(__name__, __path__, kind, "release")
    return kind_of_host


def open_host(config: HostConfig) -> Host:
    return find(config.kind)(name=config.name, url=config.url, **config.options)  # type: ignore[call-arg]


def content_type(path: str) -> str:
    """The Content-Type of a path (RFC 9110), with its charset where it is text."""
    if path == "feed.json":
        return "application/feed+json; charset=utf-8"
    return _TYPES.get(path.rsplit(".", 1)[-1], "application/octet-stream")


_TYPES = {
    "html": "text/html; charset=utf-8",
    "json": "application/json; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
    "xml": "application/xml; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "rss": "application/rss+xml; charset=utf-8",
    "ics": "text/calendar; charset=utf-8",
}


def cache_control(path: str) -> str:
    """Short for what changes. `no-cache` on pages, so that a browser's own cache never answers for a dead host."""
    return "public, max-age=10" if path.endswith((".json", ".svg", ".atom", ".rss", ".ics")) else "no-cache"
