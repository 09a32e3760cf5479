"""One state of the page, drawn once for all the hosts that are to hold it."""

import threading
from collections.abc import Mapping
from functools import cached_property
from typing import Protocol

from lightship import page as paper
from lightship.core.model import Month, Snapshot
from lightship.core.site.versions import Version
from lightship.hosts import File


class PageState(Protocol):
    """Who knows what the page says: the desk's database, or the states of the hosts that are left."""

    @property
    def snapshot(self) -> Snapshot: ...

    def touched(self, since: Version) -> Mapping[str, frozenset[str] | None] | None:
        """Month -> incidents touched after a state that it contains; None for a month: all of them. None: everything."""

    def month(self, name: str) -> Month: ...


class Rendering:
    """Safe to share between threads; months are kept two at a time."""

    def __init__(self, state: PageState) -> None:
        self.state, self.snapshot = state, state.snapshot
        self._front: dict[str, File] = {}
        self._drawn: dict[tuple[str, frozenset[str] | None], dict[str, File]] = {}
        self._lock = threading.Lock()

    @cached_property
    def build(self) -> str:
        shot = self.snapshot
        return paper.build(shot.page, shot.hosts, service_worker=shot.service_worker)

    def front(self, key: bytes = b"") -> dict[str, File]:
        """Path -> file, in the order of writing. `key`: the public half of the one that signs them, always the same one."""
        with self._lock:
            if not self._front:
                self._front = _files(paper.front(self.snapshot, key))
            return self._front

    def leaves(self, name: str, ids: frozenset[str] | None) -> dict[str, File]:
        """A month's own files and those of its incidents `ids`; None: of all its incidents."""
        with self._lock:
            if (name, ids) not in self._drawn:
                self._drawn = {key: self._drawn[key] for key in list(self._drawn)[-1:]}
                self._drawn[name, ids] = self._draw(name, ids)
            return self._drawn[name, ids]

    def _draw(self, name: str, ids: frozenset[str] | None) -> dict[str, File]:
        month, page, hosts = self.state.month(name), self.snapshot.page, self.snapshot.hosts
        leaves: dict[str, File] = {}
        for incident in month.incidents:
            if ids is None or incident.id in ids:
                leaves |= _files(paper.leaf(page, incident, hosts))
        return leaves | _files(paper.month(page, month, hosts))


def _files(bodies: Mapping[str, bytes]) -> dict[str, File]:
    return {path: File(path, body) for path, body in bodies.items()}
