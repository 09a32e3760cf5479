"""Speak without a desk: from whatever hosts still hold, to every host that can be reached. No database, no Django.

What survives is read and joined, whatever was said elsewhere meanwhile; one more word is added; the whole is published under
an epoch of its own. Then all is read again: where another spoke at the same moment, both are joined, until the hosts agree.
"""

import asyncio
import random
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lightship.breakglass.pending import PendingLog, PendingUpdate
from lightship.config import PageConfig
from lightship.core.duty.promises import due
from lightship.core.model import HostLink, Incident, Month, Update
from lightship.core.site import versions
from lightship.core.site.receipt import Receipt
from lightship.core.site.state import archive_path
from lightship.core.site.union import Union, merged
from lightship.core.site.versions import STEP
from lightship.core.wire import WireError
from lightship.hosts import File, Held, Host, HostError, Wrapper
from lightship.publishing.publish import Clock, Publisher
from lightship.publishing.rendering import Rendering
from lightship.publishing.survey import AGAIN, HostState, Survey, TornError, Unreadable, digests, highest, with_archives
from lightship.publishing.verify import Stranger
from lightship.signing import SigningKey

ROUNDS = 8
LONGEST_PULSE = 3600
PAUSE = 0.5

Compose = Callable[[Union], Incident]


class NothingLeftError(Exception):
    """No host holds anything that can be believed; the message says why of each, and what to do."""


@dataclass(frozen=True)
class Scene:
    """What is left, and the page as it would be published: joined, with what this machine said and has not seen proven."""

    survivors: Sequence[HostState]
    lost: Sequence[Unreadable]
    whole: Union
    said: Sequence[PendingUpdate]

    @property
    def agreed(self) -> bool:
        """Every host that could be read holds all of it already."""
        return all(each.manifest.version == self.whole.version and not each.torn for each in self.survivors)


@dataclass(frozen=True)
class Outcome:
    """What became of it. `proven`: on every host there is; else the words are kept, to be published again; or
    are not, because of what `unkept` tells."""

    scene: Scene
    receipts: Sequence[Receipt]
    proven: bool
    unkept: str = ""


@dataclass(frozen=True)
class BreakGlass:
    """One page from one machine. `hosts` are all there are; `draw` gives random numbers below STEP. `seal`: another than the
    page's own, for a drill."""

    page: PageConfig
    hosts: Sequence[Host]
    pending_log: PendingLog
    clock: Clock
    trusting: Collection[str] = ()
    stranger: Stranger = field(default_factory=Stranger)
    again: Sequence[float] = AGAIN
    draw: Callable[[], int] = lambda: random.SystemRandom().randrange(STEP)
    signing_key: SigningKey | None = None

    @property
    def _seal(self) -> SigningKey:
        return self.signing_key or SigningKey(self.page.key)

    async def look(self, said: Sequence[PendingUpdate] | None = None) -> Scene:
        """NothingLeftError where no host can be believed."""
        said = self.pending_log.pending() if said is None else said
        search = Survey(self._seal.trusted, self.stranger, self.pending_log.known(), self.trusting, again=self.again)
        found = await search.read(self.hosts)
        lost = [each for each in found if isinstance(each, Unreadable)]
        survivors = [each for each in found if isinstance(each, HostState)]
        while survivors:
            try:
                return await self._scene(search, survivors, lost, said)
            except BrokenError as broken:
                lost.append(Unreadable(broken.host, str(broken)))
                survivors = [each for each in survivors if each.host.name != broken.host]
        raise NothingLeftError(_nothing(lost))

    async def speak(self, compose: Compose, by: str) -> tuple[PendingUpdate, Outcome]:
        """Add one word and publish. Refused as a desk's journal would raise it; then nothing is kept or published."""
        scene = await self.look()
        incident = compose(scene.whole)
        word = _again(scene.said, incident)
        if word is None:
            word = self.pending_log.keep(incident, _newest(incident).id, by, self.clock())
        return word, await self.publish()

    async def publish(self) -> Outcome:
        """Bring every host to one state that holds the words of all of them, and ours."""
        scene, receipts = await self.look(), list[Receipt]()
        for number in range(1, ROUNDS + 1):
            self.pending_log.note(digests(scene.survivors))
            receipts = await self._put(scene)
            after = await self.look()
            if after.agreed and after.whole.version == scene.whole.version and not _overtaken(receipts):
                break
            if after.whole.version == scene.whole.version and not _overtaken(receipts):
                break  # some host does not take it; nobody said more
            scene = after
            await asyncio.sleep(random.SystemRandom().uniform(0, PAUSE * number))
        proven = all(receipt.proven for receipt in receipts) and len(receipts) == len(self.page.hosts)
        if proven and after.agreed:
            self.pending_log.settle(after.said)
        return Outcome(after, receipts, proven and after.agreed, "".join(self.pending_log.faults[-1:]))

    async def _put(self, scene: Scene) -> list[Receipt]:
        rendering, publisher = Rendering(scene.whole), Publisher(self._seal, self.clock, self.stranger)
        torn = {each.host for each in scene.lost} | {each.host.name for each in scene.survivors if each.torn}
        each = (publisher.one(rendering, Noting(host, self.pending_log), repair=host.name in torn) for host in self.hosts)
        return list(await asyncio.gather(*each))

    async def _scene(
        self, search: Survey, survivors: list[HostState], lost: list[Unreadable], said: Sequence[PendingUpdate]
    ) -> Scene:
        incidents = [word.incident for word in said]
        months = _differing(survivors, {incident.month for incident in incidents})
        survivors = await _read(search, survivors, months)
        top, parts = highest(survivors), [each.part for each in survivors]
        words, now = merged(parts, incidents), self.clock()
        every = versions.merged((part.manifest.version, part.manifest.vector) for part in parts)
        version = top.manifest.version
        if words != top.part.content:
            version = versions.next_epoch(every, self.draw()), max(part.manifest.revision for part in parts) + 1
        read = await self._for_front(search, top, now)
        pulse = _pulse(words.incidents.values(), now, self.page.pulse.calm)
        whole = Union(
            content=words,
            parts=[part for part in parts if part is not top.part] + [top.part],
            version=version,
            vector={epoch: revision for epoch, revision in every.items() if epoch != version[0]},
            at=now,
            url=self.page.url,
            hosts=tuple(HostLink(host.name, host.url) for host in self.page.hosts),
            load=_loader(search, survivors),
            read=read,
            pulse_seconds=pulse,
            service_worker=self.page.service_worker,
        )
        return Scene(survivors, lost, whole, said)

    async def _for_front(self, search: Survey, top: HostState, now: datetime) -> Mapping[str, Month]:
        try:
            return await search.for_front(top, now, dict(top.part.archives))
        except (TornError, WireError, HostError, OSError) as error:
            raise BrokenError(top.host.name, str(error)) from error


class BrokenError(Exception):
    """A month of a host cannot be believed, so the host is passed over."""

    def __init__(self, host: str, why: str) -> None:
        super().__init__(why)
        self.host = host


@dataclass(frozen=True)
class Noting(Wrapper):
    """A host for which every document of the page's state is noted before it is put."""

    pending_log: PendingLog

    async def put(self, files: Sequence[File]) -> None:
        self._note(files)
        await self.host.put(files)

    async def release(self, files: Sequence[File], manifest: File, expecting: Held | None) -> None:
        self._note(files)
        await self.host.release(files, manifest, expecting)

    def _note(self, files: Sequence[File]) -> None:
        self.pending_log.note(f.digest for f in files if f.path.startswith("lightship/") and f.body is not None)


async def _read(search: Survey, survivors: list[HostState], months: Collection[str]) -> list[HostState]:
    """With the archives of `months`. Hosts that hold the same documents share one reading."""
    seen: dict[object, Mapping[str, Month]] = {}
    found = []
    for each in survivors:
        content = tuple(sorted((name, each.shelves.get(name, {}).get(archive_path(name), "")) for name in months))
        if content not in seen or each.torn:
            try:
                seen[content] = await search.archives(each, months)
            except (TornError, WireError, HostError, OSError) as error:
                raise BrokenError(each.host.name, str(error)) from error
        found.append(with_archives(each, dict(seen[content])))
    return found


def _differing(survivors: Sequence[HostState], more: Collection[str]) -> set[str]:
    """The months whose archives are not the same everywhere, and `more`."""
    names = {name for each in survivors for name in each.state.months}
    held = {name: {each.shelves.get(name, {}).get(archive_path(name), "") for each in survivors} for name in names}
    torn = {name for each in survivors if each.torn for name in names}
    return {name for name in names if len(held[name]) > 1 or name in more or name in torn}


def _loader(search: Survey, survivors: Sequence[HostState]) -> Callable[[str], Month]:
    """Reads one month of history when it is asked for, in the thread that asks."""

    def load(name: str) -> Month:
        why = ""
        for each in survivors:
            if name in each.state.months:
                try:
                    return asyncio.run(search.archives(each, [name]))[name]
                except (TornError, WireError, HostError, OSError) as error:
                    why = f"{each.host.name}: {error}"
        raise HostError(f"no host gives the history of {name}: {why}")

    return load


def _pulse(incidents: Collection[Incident], now: datetime, calm: int) -> int:
    """Seconds for which nobody need come by: until the person who spoke promised to be back. Nobody keeps the page fresh
    after a break-glass post, and it turns to unknown when twice that is over."""
    promised = [promise.at - now for promise in due(incidents) if promise.at > now]
    return max(calm, min(round(min(promised, default=timedelta()).total_seconds() / 2), LONGEST_PULSE))


def _overtaken(receipts: Sequence[Receipt]) -> bool:
    return any(receipt.held for receipt in receipts)


def _newest(incident: Incident) -> Update:
    return max(incident.updates, key=lambda update: update.created_at)


def _again(said: Sequence[PendingUpdate], incident: Incident) -> PendingUpdate | None:
    """What was said in the very same words before, and is not proven yet: a command that was killed, and called again."""
    new = _newest(incident)
    for word in said:
        old = next(update for update in word.incident.updates if update.id == word.id)
        same = (old.body, old.status, old.facts.symptom) == (new.body, new.status, new.facts.symptom)
        if same and word.incident.name == incident.name:
            return word
    return None


def _nothing(lost: Sequence[Unreadable]) -> str:
    lines = [f"  {each.host}: {each.why}" for each in lost]
    return "\n".join(
        [
            "no host holds anything that can be believed:",
            *lines,
            "If one was torn by a publisher that died in the middle, and nobody but you could write there, name it with",
            "--torn HOST: what lies there is then taken as it is. If none is left: `lightship restore --help`.",
        ]
    )
