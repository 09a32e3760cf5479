"""Make every host hold the snapshot, and prove it from outside. Compare and repair: to try again is to run again."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from time import monotonic
from typing import Any, Protocol, TypeVar

from lightship import page as paper
from lightship.core.clock import phase
from lightship.core.model import Incident, Month, Snapshot
from lightship.core.plan import compare, refusal
from lightship.core.signed import (
    MANIFEST_PATH,
    PULSE_PATH,
    Manifest,
    NotOurs,
    Pulse,
    manifest_in,
    manifest_out,
    pulse_out,
    shelf_in,
    shelf_out,
    shelf_path,
)
from lightship.core.status import promised
from lightship.core.verdict import Receipt, Verdict
from lightship.core.wire import WireError, sha256
from lightship.hosts import File, Held, Host, HostError
from lightship.prove import Stranger
from lightship.seal import Seal

DEADLINE = 30.0
FRONT = "index.html"

Clock = Callable[[], datetime]
T = TypeVar("T")


TAKE_OVER = "To take the place over, run `lightship publish --force`."


class RefusedError(Exception):
    """Publishing there would take back what someone else said; the message says who and what to do."""


class Truth(Protocol):
    """Who knows what the page says: the desk's database, or a surviving host's state."""

    @property
    def snapshot(self) -> Snapshot: ...

    def touched(self, since: int) -> Mapping[str, frozenset[str]] | None:
        """Month -> incidents touched after a revision; no ids: the month as a whole. None: everything."""

    def month(self, name: str) -> Month: ...


class Press:
    """One truth drawn once for all its hosts. Safe to share between threads; months are kept two at a time."""

    def __init__(self, truth: Truth) -> None:
        self.truth, self.snapshot = truth, truth.snapshot
        self._months: dict[str, Month] = {}
        self._drawn: dict[tuple[str, frozenset[str]], dict[str, File]] = {}
        self._lock = threading.RLock()

    @cached_property
    def build(self) -> str:
        return paper.build(self.snapshot.page, self.snapshot.hosts)

    @cached_property
    def front(self) -> dict[str, File]:
        """Path -> file, in the order of writing."""
        with self._lock:
            return {path: File(path, body) for path, body in paper.front(self.snapshot).items()}

    @cached_property
    def digests(self) -> dict[str, str]:
        return {path: sha256(file.body or b"") for path, file in self.front.items()}

    def leaves(self, name: str, ids: frozenset[str]) -> dict[str, File]:
        """A month's own files and those of its incidents `ids`; no ids: of all its incidents."""
        with self._lock:
            if (name, ids) not in self._drawn:
                self._drawn = {key: self._drawn[key] for key in list(self._drawn)[-1:]}
                self._drawn[name, ids] = {path: File(path, body) for path, body in self._draw(name, ids)}
            return self._drawn[name, ids]

    def _draw(self, name: str, ids: frozenset[str]) -> Sequence[tuple[str, bytes]]:
        whole, chrome = self.truth.month(name), (self.snapshot.page, self.snapshot.hosts)
        wanted: Sequence[Incident] = [each for each in whole.incidents if not ids or each.id in ids]
        leaves = [item for each in wanted for item in paper.leaf(chrome[0], each, chrome[1]).items()]
        return [*leaves, *paper.month(chrome[0], whole, chrome[1]).items()]


@dataclass(frozen=True)
class Timed:
    """A host each of whose answers must come within `seconds`; else HostError."""

    host: Host
    seconds: float

    @property
    def name(self) -> str:
        return self.host.name

    @property
    def url(self) -> str:
        return self.host.url

    async def read(self, path: str) -> Held | None:
        return await self._in_time(self.host.read(path))

    async def put(self, files: Sequence[File]) -> None:
        await self._in_time(self.host.put(files))

    async def release(self, files: Sequence[File], manifest: File, expecting: Held | None) -> None:
        await self._in_time(self.host.release(files, manifest, expecting))

    async def _in_time(self, answer: Coroutine[Any, Any, T]) -> T:
        try:
            async with asyncio.timeout(self.seconds):
                return await answer
        except TimeoutError as error:
            raise HostError(f"it did not answer within {self.seconds:.0f} s") from error


@dataclass(frozen=True)
class Publisher:
    """What publishing needs beside truth and hosts. `clock` gives aware UTC times."""

    seal: Seal
    clock: Clock
    stranger: Stranger
    deadline: float = DEADLINE

    async def publish(self, press: Press, hosts: Sequence[Host], *, force: bool = False) -> tuple[Receipt, ...]:
        """Every host at once; one that fails or dawdles holds up none."""
        return tuple(await asyncio.gather(*(self.converge(press, host, force=force) for host in hosts)))

    async def converge(self, press: Press, host: Host, *, force: bool = False, mend: bool = False) -> Receipt:
        """One host to a proven state; whatever goes wrong is in the receipt. `force`: put every file again, whatever the
        host claims to hold. `mend`: put the front set again, for a stranger read something else there."""
        started = monotonic()
        verdict, words, front = Verdict.FAILED, "", ""
        try:
            front = await self._converge(press, Timed(host, self.deadline), force=force, mend=mend)
            verdict, words = await self.stranger.prove(host.url, front)
        except RefusedError as refused:
            verdict, words = Verdict.REFUSED, str(refused)
        except (HostError, OSError) as error:
            words = str(error)
        return Receipt(
            host=host.name,
            verdict=verdict,
            at=self.clock(),
            revision=press.snapshot.revision,
            epoch=press.snapshot.epoch,
            words=words,
            milliseconds=round((monotonic() - started) * 1000),
            front=front,
        )

    async def _converge(self, press: Press, host: Host, *, force: bool, mend: bool) -> str:
        """Write what the host lacks; the hash of the front page that it then holds."""
        held = await host.read(MANIFEST_PATH)
        theirs = self._claim(held, press, force=force)
        ours = self._manifest(press)
        if refused := refusal(ours, theirs):
            raise RefusedError(str(refused))
        if theirs and not (force or mend) and self._same(press, theirs, ours):
            return theirs.files[FRONT]
        await self._write(press, host, held, theirs, ours, force=force, mend=mend)
        return ours.files[FRONT]

    def _claim(self, held: Held | None, press: Press, *, force: bool) -> Manifest | None:
        """The host's manifest, if it is one of ours. A torn one counts as none; a whole one of someone else is refused."""
        if held is None:
            return None
        try:
            theirs = manifest_in(held.body, self.seal.verify)
        except NotOurs as error:
            if force:
                return None
            raise RefusedError(f"{error}: another Lightship publishes there, or the key was changed. {TAKE_OVER}") from error
        except WireError:
            return None
        if theirs.page == press.snapshot.page.id:
            return theirs
        if force:
            return None
        raise RefusedError(f"another page lives there: give each page a host of its own. {TAKE_OVER}")

    def _manifest(self, press: Press) -> Manifest:
        shot = press.snapshot
        return Manifest(
            page=shot.page.id, revision=shot.revision, epoch=shot.epoch, at=shot.at, build=press.build, files=press.digests
        )

    @staticmethod
    def _same(press: Press, theirs: Manifest, ours: Manifest) -> bool:
        """Nothing was said since, and time alone changed nothing that is drawn."""
        same_words = theirs.rank == ours.rank and theirs.build == ours.build
        return same_words and phase(press.snapshot, theirs.at) == phase(press.snapshot, ours.at)

    async def _write(
        self, press: Press, host: Host, held: Held | None, theirs: Manifest | None, ours: Manifest, *, force: bool, mend: bool
    ) -> None:
        known = theirs if theirs and theirs.build == ours.build and theirs.epoch == ours.epoch and not force else None
        touched = await asyncio.to_thread(press.truth.touched, known.revision) if known else None
        months = dict(known.months) if known else {}
        if touched is None:
            touched = {name: frozenset[str]() for name, _ in press.snapshot.months}
        gone: list[str] = []
        for name, ids in sorted(touched.items()):
            months[name], dropped = await self._shelve(press, host, theirs, name, ids, force=force)
            gone += dropped
        files = await asyncio.to_thread(lambda: press.front)
        front = compare(dict(ours.files), dict(theirs.files) if theirs and not (force or mend) else {})
        claim = Manifest(
            page=ours.page,
            revision=ours.revision,
            epoch=ours.epoch,
            at=ours.at,
            build=ours.build,
            files=ours.files,
            months=months,
        )
        put = set(front.puts)
        await host.release(
            [file if path in put else unchanged(file) for path, file in files.items()],
            File(MANIFEST_PATH, manifest_out(claim, self.seal.sign, self.seal.public)),
            held,
        )
        gone += [path for path in theirs.files if path not in ours.files] if theirs else []
        if gone:
            await host.put([File(path, None) for path in gone])

    async def _shelve(
        self, press: Press, host: Host, theirs: Manifest | None, name: str, ids: frozenset[str], *, force: bool
    ) -> tuple[str, Sequence[str]]:
        """Put what changed of a month; the hash of its list, and the paths that are no longer in it."""
        old = await self._shelf(host, theirs, name)
        ids = ids if old else frozenset()
        leaves = await asyncio.to_thread(press.leaves, name, ids)
        fresh = {path: sha256(file.body or b"") for path, file in leaves.items()}
        desired = {**old, **fresh} if ids else fresh
        plan = compare(desired, {} if force else old)
        shelf = File(shelf_path(name), shelf_out(name, desired))
        await host.put([*(leaves[path] for path in plan.puts), shelf])
        return sha256(shelf.body or b""), [path for path in old if path not in desired]

    @staticmethod
    async def _shelf(host: Host, theirs: Manifest | None, name: str) -> dict[str, str]:
        """What the host's manifest says that it holds of a month; nothing where its list is not the one it named."""
        if theirs is None or name not in theirs.months:
            return {}
        held = await host.read(shelf_path(name))
        if held is None or sha256(held.body) != theirs.months[name]:
            return {}
        return shelf_in(held.body)

    async def beat(self, press: Press, host: Host, seconds: int) -> None:
        """Put a fresh pulse. HostError if the host does not take it."""
        shot = press.snapshot
        due = min((at for at in map(promised, shot.open) if at), default=None)
        pulse = Pulse(
            page=shot.page.id,
            revision=shot.revision,
            epoch=shot.epoch,
            at=self.clock(),
            seconds=seconds,
            next_update=due,
        )
        await Timed(host, self.deadline).put([File(PULSE_PATH, pulse_out(pulse, self.seal.sign, self.seal.public))])


def unchanged(file: File) -> File:
    return File(file.path, file.body, changed=False)
