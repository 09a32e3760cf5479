"""Whether what customers report starts the clock of the first word, and what the duty writer reads of it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from lightship.core.duty.policy import Policy

FLOOD = 60
"""Reports of one sender within FLOOD_WITHIN: from then on all of them count as one customer."""
FLOOD_WITHIN = timedelta(hours=1)
AFTER_DISMISSAL = timedelta(minutes=15)
"""So long each sender whose reports a writer has dismissed counts as one customer. A flood has reached FLOOD by then, so that
one link, however often it is used, starts one alert and no second one."""
RECENT = timedelta(hours=1)
"""How long a report is shown to the duty writer, and counted for support."""
QUOTES_OF_ONE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerReport:
    """`sender`: the link or account that it came by. `customer`: as support writes it down; empty: not known, and then each
    report is a customer of its own."""

    at: datetime
    sender: str
    text: str = ""
    customer: str = ""
    components: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Open:
    """What is open already: how many incidents, and which components they hold."""

    incidents: int = 0
    components: frozenset[str] = frozenset()

    def covers(self, report: CustomerReport) -> bool:
        """Whether staff speak of it already, so that no first word is due."""
        return self.incidents > 0 and report.components <= self.components


@dataclass(frozen=True, slots=True)
class Tally:
    """How many customers reported, of how many each component; and their words, newest first, no sender with more than a
    few, so that one who writes much hides nobody."""

    customers: int
    components: Mapping[str, int]
    quotes: Sequence[CustomerReport]


def due(at: datetime, policy: Policy) -> datetime:
    """When the first word is due of what was said to be wrong at `at`."""
    return at + timedelta(minutes=policy.first_word)


@dataclass(frozen=True, slots=True)
class Past:
    """When the last alert of the page was closed, and when one was last dismissed, which is without an incident."""

    closed: datetime | None = None
    dismissed: datetime | None = None


def starts(reports: Iterable[CustomerReport], policy: Policy, opened: Open, past: Past, now: datetime) -> bool:
    """Whether so many customers reported within the policy's minutes, and since the last alert, what nobody speaks of yet.
    `reports`: those of the last FLOOD_WITHIN."""
    reports = list(reports)
    as_one = _flooding(reports, past, now)
    since = max(filter(None, (now - timedelta(minutes=policy.reports_within), past.closed)))
    counting = [report for report in reports if report.at > since and not opened.covers(report)]
    customers = {
        ("sender", report.sender) if report.sender in as_one else _customer(report, number)
        for number, report in enumerate(counting)
    }
    return len(customers) >= policy.reports


def _flooding(reports: Iterable[CustomerReport], past: Past, now: datetime) -> set[str]:
    """The senders who count as one customer each."""
    counts = Counter(report.sender for report in reports if report.at > now - FLOOD_WITHIN)
    flooding = {sender for sender, count in counts.items() if count >= FLOOD}
    if past.dismissed and now - past.dismissed < AFTER_DISMISSAL:
        flooding |= {report.sender for report in reports if report.at <= past.dismissed}
    return flooding


def tally(reports: Iterable[CustomerReport]) -> Tally:
    """The newest report of each customer."""
    ordered = sorted(reports, key=lambda report: report.at)
    newest = {_customer(report, number): report for number, report in enumerate(ordered)}
    components = Counter(component for report in newest.values() for component in report.components)
    senders, quotes = Counter[str](), []
    for report in sorted(newest.values(), key=lambda report: report.at, reverse=True):
        senders[report.sender] += bool(report.text)
        if report.text and senders[report.sender] <= QUOTES_OF_ONE:
            quotes.append(report)
    return Tally(len(newest), components, tuple(quotes))


def _customer(report: CustomerReport, number: int) -> tuple[str, object]:
    """Whom it is from, however the reference was typed; where that is not known, a customer of its own."""
    name = "".join(report.customer.casefold().split())
    return ("known", name) if name else ("unknown", number)
