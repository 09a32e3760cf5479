"""Make every host hold the snapshot, and prove it from outside. Compare and repair: to try again is to run again."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field, replace
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
    compare,
    manifest_in,
    manifest_out,
    month_list_in,
    month_list_out,
    month_list_path,
    pulse_out,
    refusal,
)
from lightship.core.site.receipt import Fault, Front, Read, Receipt, Verdict
from lightship.core.site.versions import Version
from lightship.core.status import promised
from lightship.core.wire import WireError, sha256
from lightship.hosts import Conflict, File, Held, Host, HostError, Wrapper
from lightship.publishing.rendering import Rendering
from lightship.publishing.verify import Verifier
from lightship.signing import SigningKey

RELEASES = 3
"""How often to try a release that another publisher was quicker with."""
FRONT = "index.html"

Clock = Callable[[], datetime]
T = TypeVar("T")

TAKE_OVER = "To take the place over, run `lightship publish --force`."


class RefusedError(Exception):
    """Publishing there would take back what someone else said; the message says who and what to do. `existing`: what another
    desk of this page said there."""

    def __init__(self, message: str, existing: Version | None = None) -> None:
        super().__init__(message)
        self.existing = existing


@dataclass(frozen=True)
class Timed(Wrapper):
    """A host each of whose answers must come within `seconds`; else HostError."""

    seconds: float

    async def answered(self, answer: Coroutine[Any, Any, T]) -> T:
        try:
            async with asyncio.timeout(self.seconds):
                return await answer
        except TimeoutError as error:
            raise HostError(f"it did not answer within {self.seconds:.0f} s") from error


@dataclass(frozen=True)
class Publisher:
    """What publishing needs beside a rendering and hosts. `clock` gives aware UTC times; `deadline`: seconds for an answer.
    `unreleased`: by host, the months whose leaf pages we put and did not release: they may lie over those of another publisher
    that was quicker, where no list tells it."""

    signing_key: SigningKey
    clock: Clock
    verifier: Verifier
    deadline: float = 30.0
    unreleased: dict[str, set[str]] = field(default_factory=dict)

    async def publish(self, rendering: Rendering, hosts: Sequence[Host], *, force: bool = False) -> tuple[Receipt, ...]:
        """Every host at once; one that fails or is slow holds up no other."""
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
        """One host to a proven state; whatever goes wrong is in the receipt.

        `force`: put every file again, whatever the host claims to hold. `repair`: a reader got something else there, or
        another publisher was in the way: put the front set again, and each month whose list is not the one named.
        """
        started = monotonic()
        outcome: Read | Fault
        front, existing = None, None
        try:
            front = await self._converge(rendering, Timed(host, self.deadline), force=force, repair=repair)
            outcome = await self.verifier.prove(host.url, front)
        except RefusedError as error:
            outcome, existing = Fault(Verdict.REFUSED, str(error)), error.existing
        except (HostError, OSError) as error:
            outcome = Fault(Verdict.FAILED, str(error))
        return Receipt(
            host=host.name,
            at=self.clock(),
            outcome=outcome,
            put=front,
            milliseconds=round((monotonic() - started) * 1000),
            existing=existing,
        )

    async def beat(self, front: Front, rendering: Rendering, host: Host, seconds: int) -> None:
        """Put a fresh pulse, which vouches for what the host was given and for nothing newer. HostError if it fails."""
        pulse = Pulse(
            page=rendering.snapshot.page.id,
            revision=front.revision,
            epoch=front.epoch,
            at=self.clock(),
            seconds=seconds,
            next_update=min((at for at in map(promised, rendering.snapshot.open) if at), default=None),
        )
        signed = pulse_out(pulse, self.signing_key.sign, self.signing_key.public)
        await Timed(host, self.deadline).put([File(PULSE_PATH, signed)])

    async def _converge(self, rendering: Rendering, host: Host, *, force: bool, repair: bool) -> Front:
        """Write what the host lacks; the front page that it then holds."""
        unreleased = self.unreleased.setdefault(host.name, set())
        for _ in range(RELEASES):
            existing = await host.read(MANIFEST_PATH)
            theirs = self._claim(existing, rendering, force=force)
            if theirs and (reason := refusal(_manifest(rendering), theirs)):
                raise RefusedError(reason, theirs.version)
            if theirs and not force and not unreleased and _same(rendering, theirs):
                front = Front(theirs.epoch, theirs.revision, theirs.files[FRONT])
                if not (repair and (await self._differs(host, front) or await _lost(host, theirs))):
                    return front
            try:
                front = await _Writing(self.signing_key, rendering, host, existing, theirs, force, repair, unreleased).write()
                unreleased.clear()
                return front
            except Conflict:
                repair = True
        raise HostError(f"others released there {RELEASES} times while we tried")

    async def _differs(self, host: Host, front: Front) -> bool:
        outcome = await asyncio.to_thread(self.verifier.check, host.url, front)
        return isinstance(outcome, Fault) and outcome.verdict is Verdict.DIFFERS

    def _claim(self, existing: Held | None, rendering: Rendering, *, force: bool) -> Manifest | None:
        """The host's manifest, if it is one of ours. A torn one counts as none; a whole one of someone else is refused."""
        if existing is None:
            return None
        try:
            theirs = manifest_in(existing.body, self.signing_key.verify)
            if theirs.page == rendering.snapshot.page.id:
                return theirs
            refused = RefusedError(f"another page lives there: give each page a host of its own. {TAKE_OVER}")
        except NotOurs as error:
            refused = RefusedError(f"{error}: another Lightship publishes there, or the key was changed. {TAKE_OVER}")
        except WireError:
            return None
        if force:
            return None
        raise refused


@dataclass(frozen=True)
class _Writing:
    """One release of a rendering to one host, over the manifest `theirs`, which was read there as `existing`."""

    signing_key: SigningKey
    rendering: Rendering
    host: Host
    existing: Held | None
    theirs: Manifest | None
    force: bool
    repair: bool
    unreleased: set[str]
    gone: list[str] = field(default_factory=list)

    async def write(self) -> Front:
        """Leaf pages by month, then the front set; then remove what is gone."""
        months, key, shot = await self._months(), self.signing_key, self.rendering.snapshot
        files = await asyncio.to_thread(self.rendering.front, key.public)
        digests = {path: file.digest for path, file in files.items()}
        known = dict(self.theirs.files) if self.theirs and not (self.force or self.repair) else {}
        changed = set(compare(digests, known))
        front = [file if path in changed else replace(file, changed=False) for path, file in files.items()]
        manifest = replace(_manifest(self.rendering), files=digests, months=months)
        signed = File(MANIFEST_PATH, manifest_out(manifest, key.sign, key.public))
        await self.host.release(front, signed, self.existing)
        gone = [*self.gone, *(path for path in (self.theirs.files if self.theirs else ()) if path not in digests)]
        if gone:
            await self.host.put([File(path, None) for path in gone])
        return Front(shot.epoch, shot.revision, digests[FRONT])

    async def _months(self) -> dict[str, str]:
        """Put what changed of each month; month -> hash of its list."""
        known = self.theirs if self.theirs and self.theirs.build == self.rendering.build and not self.force else None
        touched = await asyncio.to_thread(self.rendering.state.touched, known.version) if known else None
        months = dict(known.months) if known and touched is not None else {}
        if touched is None:
            touched = {name: None for name, _ in self.rendering.snapshot.months}
            for name in sorted(set(self.theirs.months) - set(touched) if self.theirs else ()):
                self.gone.extend([*await _shelf(self.host, self.theirs, name), month_list_path(name)])
        elif self.repair and known:
            touched = {**touched, **dict.fromkeys(await _lost(self.host, known))}
        again = frozenset(self.unreleased)
        for name, ids in sorted({**touched, **dict.fromkeys(again)}.items()):
            self.unreleased.add(name)
            months[name] = await self._month(name, ids, again=self.force or name in again)
        return months

    async def _month(self, name: str, ids: frozenset[str] | None, *, again: bool) -> str:
        """Put what changed of a month, or all of it again; the hash of its list."""
        old = await _shelf(self.host, self.theirs, name)
        leaves = await asyncio.to_thread(self.rendering.leaves, name, ids if old else None)
        fresh = {path: file.digest for path, file in leaves.items()}
        desired = {**old, **fresh} if old and ids is not None else fresh
        month_list = File(month_list_path(name), month_list_out(name, desired))
        await self.host.put([*(leaves[path] for path in compare(desired, {} if again else old)), month_list])
        self.gone.extend(path for path in old if path not in desired)
        return month_list.digest


def _manifest(rendering: Rendering) -> Manifest:
    """Ours, but for what lies where."""
    shot = rendering.snapshot
    return Manifest(
        page=shot.page.id,
        revision=shot.revision,
        epoch=shot.epoch,
        at=shot.at,
        build=rendering.build,
        vector=shot.vector,
    )


def _same(rendering: Rendering, theirs: Manifest) -> bool:
    """Nothing was said since, and time alone changed nothing that is drawn."""
    shot = rendering.snapshot
    same_state = theirs.version == (shot.epoch, shot.revision) and theirs.build == rendering.build
    return same_state and phase(shot, theirs.at) == phase(shot, shot.at)


async def _lost(host: Host, theirs: Manifest) -> list[str]:
    """The months whose list is not the one that the manifest names."""
    return [name for name in theirs.months if not await _shelf(host, theirs, name)]


async def _shelf(host: Host, theirs: Manifest | None, name: str) -> dict[str, str]:
    """What the host's manifest says that it holds of a month; nothing where its list is not the one it named."""
    if theirs is None or name not in theirs.months:
        return {}
    existing = await host.read(month_list_path(name))
    if existing is None or sha256(existing.body) != theirs.months[name]:
        return {}
    return month_list_in(existing.body)
