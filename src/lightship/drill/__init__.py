"""Rehearse the worst day on the real configuration, and time it. Readers notice nothing: a path that nobody links to, a name
that nobody asks for, a database that is thrown away."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any

from lightship.breakglass.speak import NothingLeftError
from lightship.config import Config, PageConfig
from lightship.core.rules import Refused
from lightship.doctor import Environment
from lightship.drill import move, publish, restore, speak
from lightship.drill.canary import DrillError, NotRehearsed, sweep
from lightship.hosts import Host, HostError
from lightship.vault import VaultError
from lightship.zones import ZoneError

FAILURES = (DrillError, HostError, NothingLeftError, OSError, Refused, VaultError, ZoneError)
DONE, FAILED, SKIPPED = "done", "failed", "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """`seconds` is what it took, `goal` what it may take at most. `summary`: what was done, or why it was not."""

    name: str
    title: str
    status: str
    seconds: float
    goal: float
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    page: str
    at: datetime
    seconds: float
    steps: tuple[Step, ...]

    @property
    def passed(self) -> bool:
        """Nothing that was rehearsed failed."""
        return all(step.status != FAILED for step in self.steps)

    def facts(self) -> dict[str, Any]:
        steps = [
            {"words" if name == "summary" else name: getattr(step, name) for name in Step.__slots__} for step in self.steps
        ]
        return {"page": self.page, "at": self.at.isoformat(), "seconds": self.seconds, "passed": self.passed, "steps": steps}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What a drill is done with. `key`: the file of a recovery key, if one is at hand."""

    config: Config
    page: PageConfig
    hosts: tuple[Host, ...]
    environment: Environment
    key: Path | None = None


Told = Callable[[str], None]


def rehearse(scene: Scene, told: Told) -> Drill:
    """Every step, whatever became of the one before. `told` hears what is being done. Leaves nothing behind; what a drill
    that was killed left, the next one clears away first."""
    at, started = scene.environment.now(), monotonic()
    sweep(scene.hosts)
    try:
        steps = tuple(_timed(told, *plan) for plan in _plan(scene))
    finally:
        sweep(scene.hosts)
    return Drill(page=scene.page.slug, at=at, seconds=round(monotonic() - started, 2), steps=steps)


def _plan(scene: Scene) -> tuple[tuple[str, str, float, Callable[[], tuple[float, str]]], ...]:
    """Name, title, goal in seconds, and what does it: its own time, where that is not the whole, and what was done."""
    page, hosts = scene.page, scene.hosts
    return (
        ("publish", "Publish to every host", 5, lambda: publish.step(hosts)),
        ("move", "Move the name", 5, lambda: move.step(page, scene.environment)),
        ("restore", "Restore the desk", 60, lambda: restore.step(scene.config, page, hosts, scene.key)),
        ("speak", "Speak without the desk", 30, lambda: speak.step(page, hosts)),
    )


def _timed(told: Told, name: str, title: str, goal: float, action: Callable[[], tuple[float, str]]) -> Step:
    told(title)
    status, seconds = DONE, 0.0
    try:
        seconds, words = action()
    except NotRehearsed as why:
        status, words = SKIPPED, str(why)
    except FAILURES as error:
        status, words = FAILED, str(error)
    return Step(name=name, title=title, status=status, seconds=round(seconds, 2), goal=goal, summary=words)
