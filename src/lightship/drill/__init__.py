"""Rehearse the worst day on the real configuration, and time it. Readers notice nothing: the drill has a path that nobody links
to, a name that nobody asks for, and a database that is thrown away."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Any

from lightship.breakglass.speak import NothingLeftError
from lightship.config import Config, PageConfig
from lightship.core.rules import Refused
from lightship.doctor import Environment
from lightship.drill import steps
from lightship.drill.canary import DrillError, NotRehearsed, sweep
from lightship.hosts import HostError
from lightship.publishing.read_only import open_host
from lightship.vault import VaultError
from lightship.zones import ZoneError

FAILURES = (DrillError, HostError, NothingLeftError, OSError, Refused, VaultError, ZoneError)
DONE, FAILED, SKIPPED = "done", "failed", "skipped"


def rehearse(
    config: Config, page: PageConfig, key: Path | None, environment: Environment, progress: Callable[[str], None]
) -> dict[str, Any]:
    """Do every step, whether or not the one before failed; the report, as the desk keeps it. `key`: the file of a recovery key,
    if one is at hand. `progress` gets the title of each step. Leaves nothing behind; what a killed drill left, the next one
    removes first."""
    hosts = [open_host(host) for host in page.hosts]
    plan = (
        ("publish", "Publish to every host", 5, lambda: asyncio.run(steps.publish(hosts))),
        ("move", "Move the name", 5, lambda: steps.move(page, environment)),
        ("restore", "Restore the desk", 60, lambda: steps.restore(config, page, key)),
        ("speak", "Speak without the desk", 30, lambda: steps.speak(page, hosts, environment.now)),
    )
    at, started = environment.now(), monotonic()
    asyncio.run(sweep(hosts))
    try:
        done = []
        for name, title, goal, action in plan:
            progress(title)
            done.append(_timed(name, title, goal, action))
    finally:
        asyncio.run(sweep(hosts))
    seconds, passed = round(monotonic() - started, 2), all(step["status"] != FAILED for step in done)
    return {"page": page.slug, "at": at.isoformat(), "seconds": seconds, "passed": passed, "steps": done}


def _timed(name: str, title: str, goal: float, action: Callable[[], tuple[float, str]]) -> dict[str, Any]:
    """`seconds`: what it took; `goal`: what it may take at most. `words`: what was done, or why it was not."""
    status, seconds = DONE, 0.0
    try:
        seconds, summary = action()
    except NotRehearsed as reason:
        status, summary = SKIPPED, str(reason)
    except FAILURES as error:
        status, summary = FAILED, str(error)
    facts = {"name": name, "title": title, "status": status}
    return {**facts, "seconds": round(seconds, 2), "goal": goal, "words": summary}
