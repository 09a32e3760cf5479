"""The YAML that people write, read with care: whatever it holds, a text or a table comes of it, or one of UNREADABLE."""

from datetime import date
from typing import Any

import yaml
from yaml.composer import ComposerError
from yaml.nodes import Node

UNREADABLE = (OSError, ValueError, OverflowError, RecursionError, yaml.YAMLError)


class _Loader(yaml.SafeLoader):
    """Without aliases: a few lines of them can stand for more than any memory holds, and no cState site needs one."""

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        if self.check_event(yaml.AliasEvent):
            raise ComposerError(None, None, "aliases (*name) are not taken", None)
        return super().compose_node(parent, index)


def document(text: str) -> Any:
    return yaml.load(text, _Loader)  # noqa: S506  it is a SafeLoader


def text(value: Any) -> str:
    """What YAML took for a number, a date or a boolean is the text that somebody wrote; a list or a table is none."""
    if not value or not isinstance(value, str | int | float | date):
        return ""
    try:
        return str(value).encode(errors="ignore").decode()  # without halves of a character
    except ValueError:  # a number of thousands of digits
        return ""


def table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def rows(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def one_line(error: BaseException) -> str:
    return " ".join(str(error).split())
