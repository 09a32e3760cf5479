"""A worker whose clock the test sets: the duty job of the real one, at each time that comes in by standard input.

    python -m tests.story.day_worker lightship.toml

Says each time back when its work for that time is done."""

import asyncio
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lightship.cli.shared import App
from lightship.core.duty.roster import Duty

PEOPLE = ("alice", "bob", "carol", "erin", "frank")
HOURS = 8


def names(at: datetime) -> dict[str, str]:
    """Who holds which duty: Alice and Carol take turns with the pen, every eight hours."""
    pen, rest = ("alice", "carol") if at.hour // HOURS % 2 else ("carol", "alice")
    return {"writer": pen, "deputy": "bob", "approver": rest, "lead": "erin"}


def holder(page: object, at: datetime) -> Mapping[Duty, Any]:
    from django.contrib.auth.models import User  # after Django is set up

    users = {user.username: user for user in User.objects.all()}
    return {Duty(duty): users[name] for duty, name in names(at).items()}


def answer(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(path: str) -> None:
    config = App(path, {}).desk()
    from lightship.worker.jobs import duty  # after Django is set up

    answer("ready")
    for line in sys.stdin:
        now = datetime.fromisoformat(line.strip())
        asyncio.run(duty.run(config, lambda at=now: at, holder))  # type: ignore[misc]
        answer(line.strip())


if __name__ == "__main__":
    main(sys.argv[1])
