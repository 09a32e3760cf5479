"""The nouns of a status page, as frozen values. Every datetime is aware and UTC; every id is 12 characters `[a-z0-9]`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from lightship.core.duty.figures import PublicScorecard


class ComponentStatus(StrEnum):
    """Statuspage's component states, best first except maintenance (see `severity` in status.py)."""

    OPERATIONAL = "operational"
    UNDER_MAINTENANCE = "under_maintenance"
    DEGRADED = "degraded_performance"
    PARTIAL = "partial_outage"
    MAJOR = "major_outage"


class Impact(StrEnum):
    """How bad an incident is, mildest first; `MAINTENANCE` is what every maintenance has."""

    NONE = "none"
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"
    MAINTENANCE = "maintenance"


class Kind(StrEnum):
    INCIDENT = "incident"
    MAINTENANCE = "maintenance"


class Status(StrEnum):
    """The status of an incident (first five) or of a maintenance (last four)."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"
    POSTMORTEM = "postmortem"
    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    VERIFYING = "verifying"
    COMPLETED = "completed"


INCIDENT_STATUSES = (Status.INVESTIGATING, Status.IDENTIFIED, Status.MONITORING, Status.RESOLVED, Status.POSTMORTEM)
MAINTENANCE_STATUSES = (Status.SCHEDULED, Status.IN_PROGRESS, Status.VERIFYING, Status.COMPLETED)
ENDED = frozenset({Status.RESOLVED, Status.POSTMORTEM, Status.COMPLETED})


def month_of(at: datetime) -> str:
    """The month (UTC, `YYYY-MM`, always seven characters) in whose files a value of this time is kept."""
    return f"{at.year:04d}-{at.month:02d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One public status page. `url` is the name readers know, without a trailing slash. `staffed`: the hours in which somebody
    posts, as readers read them; empty: always. `kit`, `scorecard`: whether they are published."""

    id: str
    slug: str
    name: str
    url: str
    time_zone: str = "Etc/UTC"
    description: str = ""
    support_url: str = ""
    promise_minutes: int = 30
    staffed: str = ""
    kit: bool = False
    scorecard: bool = False
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    id: str
    name: str
    description: str = ""
    position: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """A part of the service. `status` is derived by whoever built the value. `retired`: named only in old incidents."""

    id: str
    name: str
    status: ComponentStatus = ComponentStatus.OPERATIONAL
    description: str | None = None
    group_id: str | None = None
    position: int
    showcase: bool = True
    start_date: date | None = None
    only_show_if_degraded: bool = False
    retired: bool = False
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """A component's change from one status to another. `name`: as readers knew it then ("Group - Component")."""

    component_id: str
    name: str
    old: ComponentStatus
    new: ComponentStatus


@dataclass(frozen=True, slots=True)
class StatusChange:
    """A change at a time. `id`: only of those made without an incident."""

    at: datetime
    change: Change
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What an update states that a reader could repeat. Empty string or None: not stated. `scope`: who and where; `numbers`:
    how many; `unaffected`: who is not. `data_lost`: whether data was lost, in words. `no_workaround`, `no_estimate`: it states
    that there is none yet."""

    symptom: str = ""
    scope: str = ""
    numbers: str = ""
    unaffected: str = ""
    since: datetime | None = None
    doing: str = ""
    workaround: str = ""
    no_workaround: bool = False
    estimate: datetime | None = None
    no_estimate: bool = False
    next_update: datetime | None = None
    ended: datetime | None = None
    cause: str = ""
    prevention: str = ""
    data_lost: str = ""


@dataclass(frozen=True, slots=True)
class Wording:
    """One wording of an update: Markdown source and facts. A correction adds another, and none is ever lost."""

    at: datetime
    body: str
    facts: Facts = Facts()


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """An update of an incident. `wordings`: oldest first, never empty. `changes` None: no component mentioned. `speaker`: the
    name or role of who posted it, where the page's owner shows it; `automatic`: a machine wrote it, and it keeps no promise."""

    id: str
    status: Status
    wordings: tuple[Wording, ...]
    created_at: datetime
    updated_at: datetime
    display_at: datetime
    changes: tuple[Change, ...] | None = None
    notify: bool = True
    speaker: str = ""
    automatic: bool = False

    @property
    def body(self) -> str:
        return self.wordings[-1].body

    @property
    def facts(self) -> Facts:
        return self.wordings[-1].facts

    @property
    def edited(self) -> bool:
        return len(self.wordings) > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """An incident or a scheduled maintenance. `updates` is oldest first by `display_at`, never empty.

    `components`: those it touches, as they were at its newest update: its own file does not change because a component is
    renamed years later. `withdrawn`: posted by mistake; `merged_into`: the id of the incident that goes on in its place. Both
    have ended, and their updates stay to be read.
    """

    id: str
    kind: Kind = Kind.INCIDENT
    name: str
    created_at: datetime
    updated_at: datetime
    started_at: datetime
    updates: tuple[Update, ...]
    components: tuple[Component, ...] = ()
    impact_override: Impact | None = None
    scheduled_for: datetime | None = None
    scheduled_until: datetime | None = None
    auto_start: bool = False
    auto_end: bool = False
    withdrawn: bool = False
    merged_into: str = ""

    @property
    def status(self) -> Status:
        return self.updates[-1].status

    @property
    def ended(self) -> bool:
        return self.status in ENDED

    @property
    def month(self) -> str:
        """The month (UTC, `YYYY-MM`) in whose files this incident is kept for good."""
        return month_of(self.created_at)


@dataclass(frozen=True, slots=True)
class HostLink:
    """Another place where the same page can be read."""

    name: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """All that the front of a page shows, at one revision and one moment.

    `open`: all incidents that have not ended, newest first by `created_at`. `recent`: ended ones, newest first: at least the
    last 14 days and the last 50 of each kind. `components` and `groups` are in the order shown. `status_changes`: of the
    last 90 days, oldest first; `before`: each component's status when those 90 days began. `months`: every month that has a
    history page, newest first, with its number of incidents. `vector`: revisions of other desks that it includes (see
    site/versions.py). `service_worker` False: readers' browsers are told to drop theirs. `scorecard`: where it is published.
    """

    page: Page
    revision: int
    epoch: int
    at: datetime
    groups: tuple[Group, ...] = ()
    components: tuple[Component, ...] = ()
    open: tuple[Incident, ...] = ()
    recent: tuple[Incident, ...] = ()
    status_changes: tuple[StatusChange, ...] = ()
    before: Mapping[str, ComponentStatus]
    months: tuple[tuple[str, int], ...] = ()
    hosts: tuple[HostLink, ...] = ()
    pulse_seconds: int = 300
    service_worker: bool = True
    scorecard: PublicScorecard | None = None
    vector: Mapping[int, int] = field(default_factory=dict)

    @property
    def live(self) -> tuple[Component, ...]:
        return tuple(component for component in self.components if not component.retired)


@dataclass(frozen=True, slots=True)
class Month:
    """A month of history: incidents created in it, newest first, and status changes without an incident, oldest first."""

    month: str
    incidents: tuple[Incident, ...]
    status_changes: tuple[StatusChange, ...] = ()
