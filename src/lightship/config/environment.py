"""The environment of this process, handed on to programs that it starts."""

import os


def inherited(*, without: str = "", **more: str) -> dict[str, str]:
    return {**{key: value for key, value in os.environ.items() if key != without}, **more}
