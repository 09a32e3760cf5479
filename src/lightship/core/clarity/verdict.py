"""How much an update says, from its facts alone: vague, acceptable or definitive, and what it lacks for its status."""

from collections.abc import Mapping
from enum import StrEnum

from lightship.core.model import Status

GIVEN, NONE, ABSENT = "given", "none_stated", "absent"
TIME, VAGUE = "time", "vague"
Stated = Mapping[str, bool | str]
SINGLE = ("affected", "symptom", "scope", "start_time", "end_time", "eta", "cause", "progress")
FLAGS = (*SINGLE, "action", "apology", "excuse")
_LACKING = {
    Status.INVESTIGATING: ("affected", "symptom", "scope", "start_time", "workaround", "next_update"),
    Status.IDENTIFIED: ("affected", "symptom", "action", "workaround", "next_update"),
    Status.MONITORING: ("affected", "symptom", "action", "next_update"),
    Status.RESOLVED: ("affected", "symptom", "start_time", "end_time", "action", "cause"),
    Status.SCHEDULED: ("affected", "symptom"),
    Status.IN_PROGRESS: ("affected", "symptom", "action", "next_update"),
    Status.VERIFYING: ("affected", "action", "next_update"),
    Status.COMPLETED: ("affected", "end_time"),
}
_OVER = {Status.RESOLVED, Status.POSTMORTEM, Status.COMPLETED}
ENOUGH = 2
"""Points below which an update is vague."""


class Verdict(StrEnum):
    VAGUE = "vague"
    ACCEPTABLE = "acceptable"
    DEFINITIVE = "definitive"


def points(facts: Stated) -> int:
    """One for a fact; two for what is being done, and for what a reader can do."""
    doubled = bool(facts["action"]) + (facts["workaround"] == GIVEN)
    return sum(bool(facts[key]) for key in SINGLE) + (facts["next_update"] == TIME) + 2 * doubled


def verdict(facts: Stated, status: Status) -> Verdict:
    if points(facts) < ENOUGH:
        return Verdict.VAGUE
    return Verdict.DEFINITIVE if _definitive(facts, status) else Verdict.ACCEPTABLE


def _definitive(facts: Stated, status: Status) -> bool:
    if not (facts["affected"] and facts["symptom"]):
        return False
    helps, action, promises = facts["workaround"] != ABSENT, bool(facts["action"]), facts["next_update"] == TIME
    if status in _OVER:
        when = facts["start_time"] or facts["end_time"]
        return bool(when and (facts["cause"] or action or facts["workaround"] == GIVEN))
    more = [facts[key] for key in ("scope", "start_time", "end_time", "eta", "cause", "progress")]
    return (action or helps or promises or bool(facts["eta"])) and sum(map(bool, [*more, action, helps, promises])) >= 2


def missing(facts: Stated, status: Status) -> tuple[str, ...]:
    """The facts that an update of this status should state and does not, in the order in which to ask for them."""
    absent = {key for key in FLAGS if not facts[key]}
    absent |= {"workaround"} if facts["workaround"] == ABSENT else set()
    absent |= {"next_update"} if facts["next_update"] != TIME else set()
    return tuple(key for key in _LACKING.get(status, _LACKING[Status.RESOLVED]) if key in absent)
