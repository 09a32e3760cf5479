"""The environment of this process, handed on to programs that it starts."""

import os


def inherited(**more: str) -> dict[str, str]:
    """Without what would lead another Lightship to this one's configuration."""
    return {**{key: value for key, value in os.environ.items() if key != "LIGHTSHIP_CONFIG"}, **more}
