"""The public state, lossless: state.json for what is now, an archive for each month of what is over."""

from dataclasses import dataclass

from lightship.core.model import Component, Group, Incident, Month, Page, Snapshot
from lightship.core.wire import (
    canonical,
    component_in,
    component_out,
    group_in,
    group_out,
    incident_in,
    incident_out,
    page_in,
    page_out,
    reading,
    status_change_in,
    status_change_out,
)

STATE = "lightship-state/1"
ARCHIVE = "lightship-archive/1"

STATE_PATH = "lightship/state.json"


def archive_path(month: str) -> str:
    return f"lightship/archive/{month}.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What state.json holds. With the archives of `months` it is everything public: a desk can be rebuilt from it.

    `open` are the incidents not ended; ended ones, and turns made without an incident, lie in their month's archive.
    """

    revision: int
    epoch: int
    page: Page
    groups: tuple[Group, ...]
    components: tuple[Component, ...]
    open: tuple[Incident, ...]
    months: tuple[str, ...]


def state_of(snapshot: Snapshot) -> State:
    return State(
        revision=snapshot.revision,
        epoch=snapshot.epoch,
        page=snapshot.page,
        groups=snapshot.groups,
        components=snapshot.components,
        open=snapshot.open,
        months=tuple(month for month, _ in snapshot.months),
    )


def state_out(state: State) -> bytes:
    return canonical(
        {
            "format": STATE,
            "revision": state.revision,
            "epoch": state.epoch,
            "page": page_out(state.page),
            "groups": [group_out(group) for group in state.groups],
            "components": [component_out(component) for component in state.components],
            "open": [incident_out(incident) for incident in state.open],
            "months": list(state.months),
        }
    )


def state_in(body: bytes) -> State:
    with reading("state.json", body, STATE) as raw:
        return State(
            revision=raw["revision"],
            epoch=raw["epoch"],
            page=page_in(raw["page"]),
            groups=tuple(group_in(group) for group in raw["groups"]),
            components=tuple(component_in(component) for component in raw["components"]),
            open=tuple(incident_in(incident) for incident in raw["open"]),
            months=tuple(raw["months"]),
        )


def archive_out(month: Month) -> bytes:
    """A month's ended incidents and its turns; what is still open is in state.json until it ends."""
    return canonical(
        {
            "format": ARCHIVE,
            "month": month.month,
            "incidents": [incident_out(incident) for incident in month.incidents if incident.ended],
            "turns": [status_change_out(status_change) for status_change in month.status_changes],
        }
    )


def archive_in(body: bytes) -> Month:
    with reading("an archive", body, ARCHIVE) as raw:
        return Month(
            raw["month"],
            tuple(incident_in(incident) for incident in raw["incidents"]),
            tuple(status_change_in(status_change) for status_change in raw["turns"]),
        )
