"""Make every host hold the snapshot, and prove it from outside. Compare and repair: to try again is to run again."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from time import monotonic
from typing import Any, TypeVar

from lightship.core.duty.promises import phase
from lightship.core.site.manifest import (
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
from lightship.core.site.plan import compare, refusal
from lightship.core.site.receipt import Fault, Front, Read, Receipt, Verdict
from lightship.core.site.versions import Version
from lightship.core.status import promised
from lightship.core.wire import WireError, sha256
from lightship.hosts import Conflict, File, Held, Host, HostError, Wrapper
from lightship.publishing.rendering import Rendering
from lightship.publishing.verify import Verifier
from lightship.signing import SigningKey

DEADLINE = 30.0
RELEASES = 3
"""How often to try a release that another publisher was quicker with."""
FRONT = "index.html"
NOTHING: Mapping[str, str] = {}

Clock = Callable[[], datetime]
T = TypeVar("T")


TAKE_OVER = "To take the place over, run `lightship publish --force`."


class RefusedError(Exception):
    """Publishing there would take back what someone else said; the message says who and what to do. `held`: what another
    desk of this page said there."""

    def __init__(self, message: str, held: Version | None = None) -> None:
        super().__init__(message)
        self.held = held


@dataclass(frozen=True)
class Timed(Wrapper):
    """A host each of whose answers must come within `seconds`; else HostError."""

    seconds: float

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

    signing_key: SigningKey
    clock: Clock
    stranger: Verifier
    deadline: float = DEADLINE

    async def publish(self, rendering: Rendering, hosts: Sequence[Host], *, force: bool = False) -> tuple[Receipt, ...]:
        """Every host at once; one that fails or dawdles holds up none. Where it is proven, it gets a pulse."""
        return tuple(await asyncio.gather(*(self.publish_to(rendering, host, force=force) for host in hosts)))

    async def publish_to(self, rendering: Rendering, host: Host, *, force: bool = False, repair: bool = False) -> Receipt:
        """One host; where it is proven, it gets a pulse."""
        receipt = await self.converge(rendering, host, force=force, repair=repair)
        if isinstance(receipt.outcome, Read):
            try:
                await self.beat(receipt.outcome, rendering, host, rendering.snapshot.pulse_seconds)
            except HostError as error:
                return replace(receipt, outcome=Fault(Verdict.FAILED, str(error), receipt.outcome))
        return receipt

    async def converge(self, rendering: Rendering, host: Host, *, force: bool = False, repair: bool = False) -> Receipt:
        """One host to a proven state; whatever goes wrong is in the receipt. `force`: put every file again, whatever the
        host claims to hold. `mend`: look closer, for a stranger read something else there, or another publisher was in the
        way: put the front set again, and each month whose list is not the one named."""
        started = monotonic()
        outcome: Read | Fault
        front, other = None, None
        try:
            front = await self._converge(rendering, Timed(host, self.deadline), force=force, repair=repair)
            outcome = _outcome(front, *await self.stranger.prove(host.url, front.digest))
        except RefusedError as refused:
            outcome, other = Fault(Verdict.REFUSED, str(refused)), refused.held
        except (HostError, OSError) as error:
            outcome = Fault(Verdict.FAILED, str(error))
        return Receipt(
            host=host.name,
            at=self.clock(),
            outcome=outcome,
            put=front,
            milliseconds=round((monotonic() - started) * 1000),
            held=other,
        )

    def look(self, host: Host, front: Front) -> Read | Fault:
        """What a stranger reads there now, of what was put. Blocks."""
        return _outcome(front, *self.stranger.look(host.url, front.digest))

    async def _converge(self, rendering: Rendering, host: Host, *, force: bool, repair: bool) -> Front:
        """Write what the host lacks; the front page that it then holds."""
        for _ in range(RELEASES):
            held = await host.read(MANIFEST_PATH)
            theirs = self._claim(held, rendering, force=force)
            if refused := refusal(self._manifest(rendering), theirs):
                raise RefusedError(str(refused), refused.held.version)
            if theirs and not force and self._same(rendering, theirs) and not (repair and await self._broken(host, theirs)):
                return Front(theirs.epoch, theirs.revision, theirs.files[FRONT])
            try:
                return await self._write(rendering, host, held, theirs, force=force, repair=repair)
            except Conflict:
                repair = True  # what we put may have overwritten leaf pages of the other's
        raise HostError(f"others released there {RELEASES} times while we tried")

    async def _broken(self, host: Host, theirs: Manifest) -> bool:
        """Whether a stranger reads another front page than the manifest names, or the list of a month is another."""
        verdict, _ = await asyncio.to_thread(self.stranger.look, host.url, theirs.files[FRONT])
        return verdict is Verdict.DIFFERS or bool(await self._lost(host, theirs))

    async def _lost(self, host: Host, theirs: Manifest) -> list[str]:
        """The months whose list is not the one that the manifest names."""
        return [name for name in theirs.months if not await self._shelf(host, theirs, name)]

    def _claim(self, held: Held | None, rendering: Rendering, *, force: bool) -> Manifest | None:
        """The host's manifest, if it is one of ours. A torn one counts as none; a whole one of someone else is refused."""
        if held is None:
            return None
        try:
            theirs = manifest_in(held.body, self.signing_key.verify)
        except NotOurs as error:
            if force:
                return None
            raise RefusedError(f"{error}: another Lightship publishes there, or the key was changed. {TAKE_OVER}") from error
        except WireError:
            return None
        if theirs.page == rendering.snapshot.page.id:
            return theirs
        if force:
            return None
        raise RefusedError(f"another page lives there: give each page a host of its own. {TAKE_OVER}")

    @staticmethod
    def _manifest(rendering: Rendering, files: Mapping[str, str] = NOTHING, months: Mapping[str, str] = NOTHING) -> Manifest:
        shot = rendering.snapshot
        return Manifest(
            page=shot.page.id,
            revision=shot.revision,
            epoch=shot.epoch,
            at=shot.at,
            build=rendering.build,
            files=files,
            months=months,
            vector=shot.vector,
        )

    @staticmethod
    def _same(rendering: Rendering, theirs: Manifest) -> bool:
        """Nothing was said since, and time alone changed nothing that is drawn."""
        shot = rendering.snapshot
        same_words = theirs.version == (shot.epoch, shot.revision) and theirs.build == rendering.build
        return same_words and phase(shot, theirs.at) == phase(shot, shot.at)

    async def _write(
        self, rendering: Rendering, host: Host, held: Held | None, theirs: Manifest | None, *, force: bool, repair: bool
    ) -> Front:
        """Leaf pages by month, then the front set, then away with what is gone."""
        months, gone = await self._months(rendering, host, theirs, force=force, repair=repair)
        files = await asyncio.to_thread(rendering.front, self.signing_key.public)
        digests = {path: file.digest for path, file in files.items()}
        put = set(compare(digests, dict(theirs.files) if theirs and not (force or repair) else {}))
        manifest = manifest_out(self._manifest(rendering, digests, months), self.signing_key.sign, self.signing_key.public)
        await host.release(
            [file if path in put else unchanged(file) for path, file in files.items()], File(MANIFEST_PATH, manifest), held
        )
        gone += [path for path in theirs.files if path not in digests] if theirs else []
        if gone:
            await host.put([File(path, None) for path in gone])
        return Front(rendering.snapshot.epoch, rendering.snapshot.revision, digests[FRONT])

    async def _months(
        self, rendering: Rendering, host: Host, theirs: Manifest | None, *, force: bool, repair: bool
    ) -> tuple[dict[str, str], list[str]]:
        """Put what changed of each month; month -> hash of its list, and the paths that are gone."""
        known = theirs if theirs and theirs.build == rendering.build and not force else None
        touched = await asyncio.to_thread(rendering.truth.touched, known.version) if known else None
        months, gone = dict(known.months) if known and touched is not None else {}, list[str]()
        if touched is None:
            touched = {name: None for name, _ in rendering.snapshot.months}
            for name in sorted(set(theirs.months) - set(touched) if theirs else ()):
                gone += [*await self._shelf(host, theirs, name), shelf_path(name)]
        elif repair and known:
            touched = {**touched, **dict.fromkeys(await self._lost(host, known))}
        for name, ids in sorted(touched.items()):
            months[name], dropped = await self._shelve(rendering, host, theirs, name, ids, force=force)
            gone += dropped
        return months, gone

    async def _shelve(
        self, rendering: Rendering, host: Host, theirs: Manifest | None, name: str, ids: frozenset[str] | None, *, force: bool
    ) -> tuple[str, Sequence[str]]:
        """Put what changed of a month; the hash of its list, and the paths that are no longer in it."""
        old = await self._shelf(host, theirs, name)
        ids = ids if old else None
        leaves = await asyncio.to_thread(rendering.leaves, name, ids)
        fresh = {path: file.digest for path, file in leaves.items()}
        desired = fresh if ids is None else {**old, **fresh}
        puts = compare(desired, {} if force else old)
        shelf = File(shelf_path(name), shelf_out(name, desired))
        await host.put([*(leaves[path] for path in puts), shelf])
        return shelf.digest, [path for path in old if path not in desired]

    @staticmethod
    async def _shelf(host: Host, theirs: Manifest | None, name: str) -> dict[str, str]:
        """What the host's manifest says that it holds of a month; nothing where its list is not the one it named."""
        if theirs is None or name not in theirs.months:
            return {}
        held = await host.read(shelf_path(name))
        if held is None or sha256(held.body) != theirs.months[name]:
            return {}
        return shelf_in(held.body)

    async def beat(self, front: Front, rendering: Rendering, host: Host, seconds: int) -> None:
        """Put a fresh pulse, which vouches for what the host was given and for nothing newer. HostError if it fails."""
        due = min((at for at in map(promised, rendering.snapshot.open) if at), default=None)
        pulse = Pulse(
            page=rendering.snapshot.page.id,
            revision=front.revision,
            epoch=front.epoch,
            at=self.clock(),
            seconds=seconds,
            next_update=due,
        )
        await Timed(host, self.deadline).put(
            [File(PULSE_PATH, pulse_out(pulse, self.signing_key.sign, self.signing_key.public))]
        )


def _outcome(front: Front, verdict: Verdict, words: str) -> Read | Fault:
    if verdict is Verdict.PROVEN:
        return Read(front.epoch, front.revision, front.digest)
    return Fault(verdict, words)


def unchanged(file: File) -> File:
    return File(file.path, file.body, changed=False)
