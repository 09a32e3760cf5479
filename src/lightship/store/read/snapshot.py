"""The one crossing from rows to core values: what a page shows now, one month of it, and what changed since a revision."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.db.models import Count, QuerySet

from lightship.core import model as core
from lightship.core.duty import sheet
from lightship.core.duty.cards import Card
from lightship.core.duty.figures import PublicScorecard
from lightship.core.history import window_start
from lightship.core.model import ComponentStatus, HostLink, Kind, Month, Snapshot, month_of
from lightship.core.site.union import RECENT, RECENT_DAYS, in_shown_order
from lightship.core.site.versions import Version
from lightship.store.models import Incident, Page
from lightship.store.read import rows, scorecard

Known = dict[str, core.Incident]
"""Incidents by id that were read before, and need not be read again."""


def take(page: Page, url: str, hosts: Iterable[HostLink], now: datetime) -> Snapshot:
    """The front of the page at its newest revision. What it costs depends on the last 90 days, not on the years before."""
    return Truth(page, url, hosts, now).snapshot


def months(page: Page) -> tuple[tuple[str, int], ...]:
    """Every month with something in it, newest first, and how many incidents and maintenances it holds."""
    counts = dict(rows.public(page).order_by().values_list("month").annotate(Count("id")))
    by_hand = {month_of(day) for day in page.status_changes.filter(update=None).datetimes("at", "month")}
    return tuple((name, counts.get(name, 0)) for name in sorted({*counts, *by_hand}, reverse=True))


def touched(page: Page, since: int) -> dict[str, frozenset[str] | None] | None:
    """The months whose files the entries after revision `since` touch, and the incidents in each; None for a month: all of its
    incidents. None: the journal does not reach back that far, or the page took over another page's history since."""
    first = page.entries.exclude(revision=None).order_by("revision").values_list("revision", flat=True).first()
    if first is None or since < first - 1:
        return None
    entries = page.entries.filter(revision__gt=since, revision__lte=page.revision)
    if entries.filter(action="adopt").exists():
        return None
    months: dict[str, set[str]] = defaultdict(set)
    whole: set[str] = set()
    files = entries.exclude(month="").order_by().values_list("month", "incident_id", "action").distinct()
    for name, incident_id, action in files:
        months[name] |= {incident_id} if incident_id else set()
        whole |= {name} if action == "import month" else set()
    return {name: None if name in whole else frozenset(ids) for name, ids in months.items()}


def _recent(page: Page, now: datetime, known: Known) -> tuple[core.Incident, ...]:
    changed = rows.public(page).filter(updated_at__gte=now - timedelta(days=RECENT_DAYS), open=False)
    ids = set(changed.values_list("pk", flat=True))
    for kind in Kind:
        newest = rows.public(page).filter(kind=kind).order_by("-created_at").values_list("pk", "open")[:RECENT]
        ids |= {pk for pk, is_open in newest if not is_open}
    return _read(Incident.objects.filter(pk__in=ids), known)


def _read(wanted: QuerySet[Incident], known: Known) -> tuple[core.Incident, ...]:
    """Newest first. Those that are not `known` are read whole, and known from then on."""
    # Sorted here: asked to sort, SQLite walks every incident of the page by date instead of finding the few by index.
    ids = [pk for _, pk in sorted(wanted.order_by().values_list("created_at", "pk"), reverse=True)]
    if new := [pk for pk in ids if pk not in known]:
        unread = wanted.filter(pk__in=new) if len(new) < len(ids) else wanted
        known |= {incident.id: incident for incident in rows.incidents(unread.order_by())}
    return tuple(known[pk] for pk in ids if pk in known)


class Truth:
    """The page as the database has it when this is made, for publishing/rendering.py. `before`: the one that was made last;
    what the journal has not touched since is not read again."""

    def __init__(self, page: Page, url: str, hosts: Iterable[HostLink], now: datetime, before: "Truth | None" = None) -> None:
        # The revision first: what is read after it may be newer than it says, but never older.
        page.refresh_from_db()
        self.page = page
        changed = touched(page, before.snapshot.revision) if before else None
        self._known = before._untouched(changed) if before else {}
        self._cards: dict[str, Card] = scorecard.still(before._cards, changed) if before else {}
        self._month: Month | None = None
        groups, start = tuple(rows.group(group) for group in page.groups.all()), window_start(now)
        levels, status_changes = rows.timeline(page, start).window(start, now)
        newest = levels | {changed.change.component_id: changed.change.new for changed in status_changes}
        components = [rows.component(row, newest.get(row.pk, ComponentStatus.OPERATIONAL)) for row in page.components.all()]
        self.snapshot: Snapshot = Snapshot(
            page=rows.page(page, url),
            revision=page.revision,
            epoch=page.epoch,
            at=now,
            groups=groups,
            components=in_shown_order(components, groups),
            open=_read(rows.public(page).filter(open=True), self._known),
            recent=_recent(page, now, self._known),
            status_changes=status_changes,
            before=levels,
            months=months(page),
            hosts=tuple(hosts),
            scorecard=self._scorecard(now) if page.scorecard else None,
            vector=rows.vector(page),
        )

    def touched(self, since: Version) -> dict[str, frozenset[str] | None] | None:
        """The journal counts our own revisions only: of what another desk made, everything is compared."""
        epoch, revision = since
        return touched(self.page, revision) if epoch == self.page.epoch else None

    def month(self, name: str) -> Month:
        first = datetime.strptime(name, "%Y-%m").replace(tzinfo=UTC)
        after = (first + timedelta(days=32)).replace(day=1)
        status_changes = self.page.status_changes.filter(update=None, at__gte=first, at__lt=after)
        incidents = _read(rows.public(self.page).filter(month=name), dict(self._known))
        self._month = Month(name, incidents, rows.status_changes(status_changes))
        return self._month

    def _scorecard(self, now: datetime) -> PublicScorecard:
        self._cards = scorecard.year(self.page, now, self._cards, practice=False)
        return sheet.public(tuple(self._cards.values()), now)

    def _untouched(self, changed: dict[str, frozenset[str] | None] | None) -> Known:
        """Incidents of the front, and of the month read last, whose files the journal has not touched since."""
        if changed is None:
            return {}
        whole = {name for name, ids in changed.items() if ids is None}
        ids = frozenset[str]().union(*(ids for ids in changed.values() if ids))
        read = (*self.snapshot.open, *self.snapshot.recent, *(self._month.incidents if self._month else ()))
        return {incident.id: incident for incident in read if incident.month not in whole and incident.id not in ids}
