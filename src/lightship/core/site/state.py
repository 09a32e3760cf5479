"""The public state, lossless: state.json for what is now, an archive for each month of what is over."""

from dataclasses import dataclass, fields, replace

from lightship.core.model import Component, Group, Incident, Month, Page, Snapshot
from lightship.core.wire import canonical, from_json, reading, to_json

STATE = "lightship-state/1"
ARCHIVE = "lightship-archive/1"

STATE_PATH = "lightship/state.json"


def archive_path(month: str) -> str:
    return f"lightship/archive/{month}.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What state.json holds. With the archives of `months` it is everything public: a desk can be rebuilt from it.

    `open`: incidents that have not ended. Ended ones, and status changes without an incident, are in their month's archive.
    """

    revision: int
    epoch: int
    page: Page
    groups: tuple[Group, ...]
    components: tuple[Component, ...]
    open: tuple[Incident, ...]
    months: tuple[str, ...]


def state_of(snapshot: Snapshot) -> State:
    same = {item.name: getattr(snapshot, item.name) for item in fields(State)}
    return State(**{**same, "months": tuple(month for month, _ in snapshot.months)})


def state_out(state: State) -> bytes:
    return canonical({"format": STATE, **to_json(state)})


def state_in(body: bytes) -> State:
    with reading("state.json", body, STATE) as raw:
        return from_json(State, raw)


def archive_out(month: Month) -> bytes:
    """A month's ended incidents and its status changes; what is still open is in state.json until it ends."""
    ended = tuple(incident for incident in month.incidents if incident.ended)
    return canonical({"format": ARCHIVE, **to_json(replace(month, incidents=ended))})


def archive_in(body: bytes) -> Month:
    with reading("an archive", body, ARCHIVE) as raw:
        return from_json(Month, raw)
