"""Who may do what in the desk."""

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    WRITER = "writer"
    FRONT_LINE = "front_line"


class Act(StrEnum):
    READ = "read"
    REPORT = "report"
    WRITE = "write"


_MAY: Mapping[Role, frozenset[Act]] = {
    Role.WRITER: frozenset(Act),
    Role.FRONT_LINE: frozenset({Act.READ, Act.REPORT}),
}


def stored(name: str | None) -> Role:
    """The role that a row names. None: without a row, everybody writes. One that this version does not know only reports."""
    if name is None:
        return Role.WRITER
    return Role(name) if name in list(Role) else Role.FRONT_LINE


def may(role: Role, act: Act) -> bool:
    """READ: open incidents and the front-line kit. REPORT: that customers see something. WRITE: all that the desk can do."""
    return act in _MAY[role]
