"""Rehearse the worst day on the real configuration, and time it. Readers notice nothing: the drill has a path that nobody links
to, a name that nobody asks for, and a database that is thrown away."""

import asyncio
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
    """`seconds`: what it took; `goal`: what it may take at most. `summary`: what was done, or why it was not."""

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
    """What a drill needs. `key`: the file of a recovery key, if one is at hand."""

    config: Config
    page: PageConfig
    hosts: tuple[Host, ...]
    environment: Environment
    key: Path | None = None


def rehearse(scene: Scene, progress: Callable[[str], None]) -> Drill:
    """Do every step, whether or not the one before failed. `progress` gets the title of each. Leaves nothing behind; what a
    killed drill left, the next one removes first."""
    at, started = scene.environment.now(), monotonic()
    sweep(scene.hosts)
    try:
        steps = tuple(_timed(progress, *plan) for plan in _plan(scene))
    finally:
        sweep(scene.hosts)
    return Drill(page=scene.page.slug, at=at, seconds=round(monotonic() - started, 2), steps=steps)


def _plan(scene: Scene) -> tuple[tuple[str, str, float, Callable[[], tuple[float, str]]], ...]:
    """Name, title, goal in seconds, and the action of each step: the seconds that count, and what was done."""
    page, hosts = scene.page, scene.hosts
    return (
        ("publish", "Publish to every host", 5, lambda: asyncio.run(publish.step(hosts))),
        ("move", "Move the name", 5, lambda: move.step(page, scene.environment)),
        ("restore", "Restore the desk", 60, lambda: restore.step(scene.config, page, hosts, scene.key)),
        ("speak", "Speak without the desk", 30, lambda: speak.step(page, hosts)),
    )


def _timed(
    progress: Callable[[str], None], name: str, title: str, goal: float, action: Callable[[], tuple[float, str]]
) -> Step:
    progress(title)
    status, seconds = DONE, 0.0
    try:
        seconds, summary = action()
    except NotRehearsed as reason:
        status, summary = SKIPPED, str(reason)
    except FAILURES as error:
        status, summary = FAILED, str(error)
    return Step(name=name, title=title, status=status, seconds=round(seconds, 2), goal=goal, summary=summary)
