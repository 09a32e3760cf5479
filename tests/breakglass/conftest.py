"""What a dead desk left: a harbour of a page, published to hosts that still stand; and laptops that can speak."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.publishing.book import Book, harbour
from tests.publishing.conftest import MakeHost, make_host, vienna

from lightship.breakglass.pending import NAME, PendingLog
from lightship.breakglass.speak import BreakGlass, Compose, Outcome
from lightship.config import HostConfig, PageConfig
from lightship.config.values import Pulse
from lightship.core import updates
from lightship.core.model import ComponentStatus, Incident, Status
from lightship.core.site.receipt import Receipt
from lightship.core.site.state import STATE_PATH, state_in
from lightship.core.site.union import Union
from lightship.core.updates import NewIncident, NewUpdate
from lightship.hosts import Host
from lightship.publishing.publish import Publisher
from lightship.publishing.rendering import Rendering
from lightship.publishing.verify import Verifier, audit
from lightship.signing import SigningKey

__all__ = ["MakeHost", "make_host", "vienna"]

SEAL = SigningKey(bytes(range(32)))
DOWN = ComponentStatus.MAJOR


def utc_now() -> datetime:
    return datetime.now(UTC)


def desk_publishes(book: Book, *hosts: Host, signing_key: SigningKey = SEAL) -> tuple[Receipt, ...]:
    return asyncio.run(Publisher(signing_key, utc_now, Verifier()).publish(Rendering(book), hosts))


@dataclass(frozen=True)
class Laptop:
    """A person with lightship.toml and the page's key."""

    glass: BreakGlass
    name: str

    def posts(self, name: str, body: str = "It fails.", **more: object) -> Outcome:
        return self.speaks(opening(name, body, f"{self.name}{name}", **more))

    def updates(self, incident_id: str, body: str, status: Status = Status.IDENTIFIED, **more: object) -> Outcome:
        return self.speaks(adding(incident_id, body, status, f"{self.name}{body}", **more))

    def speaks(self, compose: Compose) -> Outcome:
        return asyncio.run(self.glass.speak(compose, self.name))[1]

    def publishes(self) -> Outcome:
        return asyncio.run(self.glass.publish())


def opening(name: str, body: str, seed: str, **more: object) -> Compose:
    def compose(whole: Union) -> Incident:
        say = NewUpdate(status=Status.INVESTIGATING, body=body, **more)  # type: ignore[arg-type]
        new = NewIncident(name=name, update=say)
        return updates.opened(whole.now, new, made_id(seed, "i"), made_id(seed, "u"), utc_now())

    return compose


def adding(incident_id: str, body: str, status: Status, seed: str, **more: object) -> Compose:
    def compose(whole: Union) -> Incident:
        incident = next(each for each in (*whole.snapshot.open, *whole.snapshot.recent) if each.id == incident_id)
        say = NewUpdate(status=status, body=body, **more)  # type: ignore[arg-type]
        return updates.added(whole.now, incident, say, made_id(seed, "u"), utc_now())

    return compose


def made_id(seed: str, kind: str) -> str:
    letters = "".join(letter for letter in seed.lower() if letter.isalnum())[-10:]
    return f"{kind}{letters:0>11}"


MakeLaptop = Callable[..., Laptop]


def laptop_of(
    folder: Path, hosts: Sequence[Host], name: str = "alice", trusting: Sequence[str] = (), again: Sequence[float] = (0.0, 0.1)
) -> Laptop:
    configs = tuple(HostConfig(name=host.name, kind="folder", url=host.url, options={}) for host in hosts)
    page = PageConfig(slug="harbour", url="https://harbour.example", key=SEAL.seed, proven=1, pulse=Pulse(), hosts=configs)
    folder.mkdir(exist_ok=True)
    stranger = Verifier(seconds=2.0)
    return Laptop(BreakGlass(page, hosts, SEAL, PendingLog(folder / NAME, "harbour"), utc_now, trusting, stranger, again), name)


@pytest.fixture
def oslo(make_host: MakeHost) -> Host:
    return make_host("oslo")


def words_on(host: Host) -> set[str]:
    """The text of every update of what is open there, as the state says."""
    existing = asyncio.run(host.read(STATE_PATH))
    assert existing
    return {update.body for incident in state_in(existing.body).open for update in incident.updates}


def faults(*hosts: Host) -> list[str]:
    return [fault for host in hosts for fault in audit(Verifier(), host.url, SEAL.verify, whole=True)]


def book_now() -> Book:
    """The harbour, with times of today: laptops have the real clock."""
    return replace(harbour(), at=utc_now())
