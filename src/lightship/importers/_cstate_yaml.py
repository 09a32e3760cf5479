"""Read untrusted YAML: any content becomes a text, a table or a list, or raises one of UNREADABLE."""

from datetime import date
from typing import Any

import yaml
from yaml.composer import ComposerError
from yaml.nodes import Node

UNREADABLE = (OSError, ValueError, OverflowError, RecursionError, yaml.YAMLError)


class _Loader(yaml.SafeLoader):
    """Without aliases: a few lines of them can expand beyond any memory, and no cState site needs one."""

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        if self.check_event(yaml.AliasEvent):
            raise ComposerError(None, None, "aliases (*name) are not taken", None)
        return super().compose_node(parent, index)


def document(text: str) -> Any:
    return yaml.load(text, _Loader)  # noqa: S506  it is a SafeLoader


def text(value: Any) -> str:
    """A scalar as the text that its author wrote; empty for a list or a table."""
    if not value or not isinstance(value, str | int | float | date):
        return ""
    try:
        return str(value).encode(errors="ignore").decode()  # without lone surrogates
    except ValueError:  # a number of thousands of digits
        return ""


def table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def rows(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def one_line(error: BaseException) -> str:
    return " ".join(str(error).split())
