"""The environment of this process: what it holds, and what goes on to programs that it starts."""

import os
from collections.abc import Mapping


def current() -> Mapping[str, str]:
    return os.environ


def hand_on(name: str, value: str) -> None:
    """To every program that this process starts from now on."""
    os.environ[name] = value


def inherited(*, without: str = "", **more: str) -> dict[str, str]:
    """The environment for one program."""
    return {**{key: value for key, value in os.environ.items() if key != without}, **more}
