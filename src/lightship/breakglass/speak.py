"""Speak without a desk: read what the hosts hold, and publish to every host in reach. No database, no Django.

The states of all hosts are merged, one update is added, and the result is published under an epoch of its own. Then all
hosts are read again: if somebody else published at the same time, both are merged, until the hosts agree.
"""

import asyncio
import random
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lightship.breakglass.pending import PendingLog, PendingUpdate
from lightship.config import PageConfig
from lightship.core.model import HostLink, Incident, Month, Update
from lightship.core.site import versions
from lightship.core.site.receipt import Receipt
from lightship.core.site.state import archive_path
from lightship.core.site.union import Union, merged
from lightship.core.site.versions import STEP
from lightship.core.status import promised
from lightship.core.wire import WireError
from lightship.hosts import File, Held, Host, HostError, Wrapper
from lightship.publishing.publish import Clock, Publisher
from lightship.publishing.rendering import Rendering
from lightship.publishing.survey import AGAIN, HostState, Survey, TornError, Unreadable, digests, highest, with_archives
from lightship.publishing.verify import Verifier
from lightship.signing import SigningKey

ROUNDS = 8
LONGEST_PULSE = 3600
PAUSE = 0.5
TAKE_AS_IS = """\
If one was torn by a publisher that died in the middle, and nobody but you could write there, name it with
--torn HOST: what lies there is then taken as it is. If none is left: `lightship restore --help`."""

Compose = Callable[[Union], Incident]


class NothingLeftError(Exception):
    """No host holds a state that can be trusted. The message says why for each, and what to do."""


@dataclass(frozen=True)
class Scene:
    """What the hosts hold, and the page as it would be published: merged, with this machine's pending updates."""

    states: Sequence[HostState]
    unreadable: Sequence[Unreadable]
    union: Union
    pending: Sequence[PendingUpdate]

    @property
    def agreed(self) -> bool:
        """Whether every host that could be read holds all of it already."""
        return all(state.manifest.version == self.union.version and not state.torn for state in self.states)


@dataclass(frozen=True)
class Outcome:
    """The result of a publication. `proven`: on every host there is; else the update stays pending, to be published again.
    `unkept`: why it could not be stored on this machine, or nothing."""

    scene: Scene
    receipts: Sequence[Receipt]
    proven: bool
    unkept: str = ""


@dataclass(frozen=True)
class BreakGlass:
    """One page from one machine. `hosts`: all of the page. `signing_key`: the page's own, or another that trusts it."""

    page: PageConfig
    hosts: Sequence[Host]
    signing_key: SigningKey
    pending_log: PendingLog
    clock: Clock
    trusting: Collection[str] = ()
    reader: Verifier = field(default_factory=Verifier)
    again: Sequence[float] = AGAIN

    async def look(self) -> Scene:
        """The state of all hosts. NothingLeftError where no host can be trusted."""
        pending = self.pending_log.pending()
        survey = Survey(self.signing_key.trusted, self.reader, self.pending_log.known(), self.trusting, again=self.again)
        results = await survey.read(self.hosts)
        unreadable = [result for result in results if isinstance(result, Unreadable)]
        states = [result for result in results if isinstance(result, HostState)]
        while states:
            try:
                return await self._scene(survey, states, unreadable, pending)
            except BrokenError as broken:
                unreadable.append(Unreadable(broken.host, str(broken)))
                states = [state for state in states if state.host.name != broken.host]
        hosts = "".join(f"  {host.host}: {host.why}\n" for host in unreadable)
        raise NothingLeftError(f"no host holds anything that can be believed:\n{hosts}{TAKE_AS_IS}")

    async def speak(self, compose: Compose, by: str, vague_because: Callable[[], str] = str) -> tuple[PendingUpdate, Outcome]:
        """Add one update and publish. Refused like in a desk's journal; then nothing is stored or published.
        `vague_because`: asked once it is composed, why it is posted though it is vague; empty where it is not."""
        scene = await self.look()
        incident = compose(scene.union)
        pending = _same(scene.pending, incident)
        if pending is None:
            pending = self.pending_log.keep(incident, _newest(incident).id, by, self.clock(), vague_because())
        return pending, await self.publish()

    async def publish(self) -> Outcome:
        """Bring every host to one state that includes the updates of all hosts, and ours."""
        scene, receipts = await self.look(), list[Receipt]()
        for number in range(1, ROUNDS + 1):
            self.pending_log.note(digests(scene.states))
            receipts = await self._put(scene)
            try:
                after, read_back = await self.look(), True
            except NothingLeftError:
                # Every host is in the middle of another's publish: what was read before stands, and is put again.
                after, read_back = scene, False
            overtaken = any(receipt.existing for receipt in receipts)
            if read_back and after.union.version == scene.union.version and not overtaken:
                break  # nobody published anything else, even if some host still lacks it
            scene = after
            await asyncio.sleep(random.SystemRandom().uniform(0, PAUSE * number))
        proven = read_back and all(receipt.proven for receipt in receipts) and len(receipts) == len(self.page.hosts)
        if proven and after.agreed:
            self.pending_log.settle(after.pending)
        return Outcome(after, receipts, proven and after.agreed, "".join(self.pending_log.faults[-1:]))

    async def _put(self, scene: Scene) -> list[Receipt]:
        rendering, publisher = Rendering(scene.union), Publisher(self.signing_key, self.clock, self.reader)
        torn = {host.host for host in scene.unreadable} | {state.host.name for state in scene.states if state.torn}
        puts = (
            publisher.publish_to(rendering, Noting(host, self.pending_log), repair=host.name in torn) for host in self.hosts
        )
        return list(await asyncio.gather(*puts))

    async def _scene(
        self, survey: Survey, states: list[HostState], unreadable: list[Unreadable], pending: Sequence[PendingUpdate]
    ) -> Scene:
        incidents = [update.incident for update in pending]
        months = _differing(states, {incident.month for incident in incidents})
        states = await _read(survey, states, months)
        top, parts = highest(states), [state.part for state in states]
        content, now = merged(parts, incidents), self.clock()
        vector = versions.merged((part.manifest.version, part.manifest.vector) for part in parts)
        version = top.manifest.version
        if content != top.part.content:
            epoch = versions.next_epoch(vector, random.SystemRandom().randrange(STEP))
            version = epoch, max(part.manifest.revision for part in parts) + 1
        with _broken(top):
            read = await survey.for_front(top, now, dict(top.part.archives))
        union = Union(
            content=content,
            parts=[part for part in parts if part is not top.part] + [top.part],
            version=version,
            vector={epoch: revision for epoch, revision in vector.items() if epoch != version[0]},
            at=now,
            url=self.page.url,
            hosts=tuple(HostLink(host.name, host.url) for host in self.page.hosts),
            load=_loader(survey, states),
            read=read,
            pulse_seconds=_pulse_seconds(content.incidents.values(), now, self.page.pulse.calm),
            service_worker=self.page.service_worker,
        )
        return Scene(states, unreadable, union, pending)


class BrokenError(Exception):
    """A month of a host cannot be trusted, so the host is left out."""

    def __init__(self, host: str, reason: str) -> None:
        super().__init__(reason)
        self.host = host


@contextmanager
def _broken(state: HostState) -> Iterator[None]:
    try:
        yield
    except (TornError, WireError, HostError, OSError) as error:
        raise BrokenError(state.host.name, str(error)) from error


@dataclass(frozen=True)
class Noting(Wrapper):
    """A host whose documents of the page's state are recorded before they are put."""

    pending_log: PendingLog

    async def put(self, files: Sequence[File]) -> None:
        self._note(files)
        await self.host.put(files)

    async def release(self, files: Sequence[File], manifest: File, expecting: Held | None) -> None:
        self._note(files)
        await self.host.release(files, manifest, expecting)

    def _note(self, files: Sequence[File]) -> None:
        self.pending_log.note(f.digest for f in files if f.path.startswith("lightship/") and f.body is not None)


async def _read(survey: Survey, states: list[HostState], months: Collection[str]) -> list[HostState]:
    """The states with the archives of `months`. Hosts that hold the same documents share one reading."""
    archives: dict[object, Mapping[str, Month]] = {}
    read = []
    for state in states:
        content = tuple(sorted((name, _archive_digest(state, name)) for name in months))
        if content not in archives or state.torn:
            with _broken(state):
                archives[content] = await survey.archives(state, months)
        read.append(with_archives(state, dict(archives[content])))
    return read


def _differing(states: Sequence[HostState], more: Collection[str]) -> set[str]:
    """The months whose archives differ between hosts, and those in `more`. All of them if a host is torn."""
    names = {name for state in states for name in state.state.months}
    if any(state.torn for state in states):
        return names
    return {name for name in names if name in more or len({_archive_digest(state, name) for state in states}) > 1}


def _archive_digest(state: HostState, month: str) -> str:
    return state.shelves.get(month, {}).get(archive_path(month), "")


def _loader(survey: Survey, states: Sequence[HostState]) -> Callable[[str], Month]:
    """A function that reads one month of history, in the thread that calls it."""

    def load(name: str) -> Month:
        reason = ""
        for state in states:
            if name in state.state.months:
                try:
                    with _broken(state):
                        return asyncio.run(survey.archives(state, [name]))[name]
                except BrokenError as broken:
                    reason = f"{broken.host}: {broken}"
        raise HostError(f"no host gives the history of {name}: {reason}")

    return load


def _pulse_seconds(incidents: Collection[Incident], now: datetime, calm: int) -> int:
    """Interval of the pulse, in seconds: half the time until the next promised update. Nobody refreshes the page after a
    break-glass post, and it becomes unknown after twice the interval."""
    waits = [due - now for due in map(promised, incidents) if due and due > now]
    return max(calm, min(round(min(waits, default=timedelta()).total_seconds() / 2), LONGEST_PULSE))


def _newest(incident: Incident) -> Update:
    return max(incident.updates, key=lambda update: update.created_at)


def _same(pending: Sequence[PendingUpdate], incident: Incident) -> PendingUpdate | None:
    """The pending update that says the same: the command was killed, and is called again."""
    new = _newest(incident)
    for update in pending:
        old = next(old for old in update.incident.updates if old.id == update.id)
        same = (old.body, old.status, old.facts.symptom) == (new.body, new.status, new.facts.symptom)
        if same and update.incident.name == incident.name:
            return update
    return None
