"""How a release lies in a tree of files: the layout that `folder` and `sftp` share. Pure: names and paths only.

    index.html           -> .lightship/current/index.html        a front path: a symlink that never changes
    incidents/x/index.html                                       a leaf page: a file in place
    .lightship/current   -> releases/00000012-9f3a21             the only thing that a release switches
    .lightship/releases/00000012-9f3a21/index.html               every front file of that release
    .lightship/scratch/                                          where files are written before they are renamed into place

So the root stays a real directory, which any web server serves and which may be a mount, and all front files change in
one rename.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from lightship.hosts import File, HostError

HOME = ".lightship"
CURRENT = f"{HOME}/current"
RELEASES = f"{HOME}/releases"
SCRATCH = f"{HOME}/scratch"
LOCK = f"{HOME}/lock"

VARIANTS = (".br", ".gz")
STALE_SECONDS = 600
KEPT = 2


def checked(path: str) -> str:
    """The path itself, if it stays inside the site; a bug above must not write elsewhere on the machine."""
    parts = path.split("/")
    if path.startswith(f"{HOME}/") or "\0" in path or any(part in ("", ".", "..") for part in parts):
        raise HostError(f"the path {path!r} is not one inside a site", permanent=True)
    return path


def forms(file: File) -> dict[str, bytes | None]:
    """Path -> bytes of the pre-compressed variants and of the file itself, which comes last; None means: must be gone."""
    return {f"{file.path}.br": file.brotlied, f"{file.path}.gz": file.gzipped, file.path: file.body}


def link_target(path: str) -> str:
    """Where the symlink of a front path points: relative, so that the site may be moved or mounted elsewhere."""
    return "../" * path.count("/") + f"{CURRENT}/{path}"


def parents(path: str) -> list[str]:
    """The directories above a path, deepest first."""
    parts = path.split("/")[:-1]
    return ["/".join(parts[:size]) for size in range(len(parts), 0, -1)]


def folders(paths: Iterable[str]) -> list[str]:
    """Every directory that the paths need, each after its parent."""
    return sorted({parent for path in paths for parent in parents(path)})


def next_name(names: Iterable[str], nonce: str) -> str:
    return f"{max((number(name) for name in names), default=0) + 1:08d}-{nonce}"


def number(name: str) -> int:
    digits = name.partition("-")[0]
    return int(digits) if digits.isdecimal() else 0


@dataclass(frozen=True, slots=True)
class Releases:
    """What lies in `.lightship/releases`, seen from the current one."""

    names: frozenset[str]
    current: str | None

    @property
    def unfinished(self) -> list[str]:
        """Not older than the current one: made by a publisher that never switched to them."""
        return sorted(name for name in self.names if number(name) >= number(self.current or "") and name != self.current)

    @property
    def surplus(self) -> list[str]:
        """Older than the ones kept. One more than the current is kept, for readers that are half-way through it."""
        past = sorted((name for name in self.names if name != self.current and name not in self.unfinished), key=number)
        return past[: -(KEPT - 1)]
