"""The one crossing from rows to core values: what a page shows now, one month of it, and what changed since a revision."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from lightship.core import model as core
from lightship.core.history import window_start
from lightship.core.model import ComponentStatus, HostLink, Kind, Month, Snapshot
from lightship.desk import rows
from lightship.desk.models import Incident, Page, Turn

RECENT = 50
RECENT_DAYS = 14


def take(page: Page, url: str, hosts: Iterable[HostLink], now: datetime, *, pulse_seconds: int = 300) -> Snapshot:
    """The front of the page at its newest revision. What it costs depends on the last 90 days, not on the years before."""
    page.refresh_from_db()
    groups = list(page.groups.all())
    start = window_start(now)
    found = list(page.components.annotate(now_is=_newest_turn(now), was=_newest_turn(start, before=True)))
    components = rows.in_order(found, groups)
    standing = {each.pk: _status(getattr(each, "now_is", None)) for each in components}
    turns = page.turns.filter(at__gte=start).order_by("at", "id")
    return Snapshot(
        page=rows.page(page, url),
        revision=page.revision,
        epoch=page.epoch,
        at=now,
        groups=tuple(rows.group(each) for each in groups),
        components=tuple(rows.component(each, standing[each.pk]) for each in components),
        open=rows.incidents(_whole(page.incidents.filter(open=True))),
        recent=_recent(page, now),
        turns=tuple(rows.turn(each) for each in turns),
        before={each.pk: _status(getattr(each, "was", None)) for each in components},
        months=months(page),
        hosts=tuple(hosts),
        pulse_seconds=pulse_seconds,
    )


def months(page: Page) -> tuple[tuple[str, int], ...]:
    """Every month with something in it, newest first, and how many incidents and maintenances it holds."""
    counts = dict(page.incidents.order_by().values_list("month").annotate(Count("id")))
    lone = {f"{day:%Y-%m}" for day in page.turns.filter(update_said=None).datetimes("at", "month")}
    return tuple((name, counts.get(name, 0)) for name in sorted({*counts, *lone}, reverse=True))


def touched(page: Page, since: int) -> dict[str, frozenset[str]] | None:
    """Which months' files the entries after revision `since` touch, and which incidents in each. A month alone, with no
    incident, was touched as a whole or by a turn. None: the journal does not reach back that far."""
    first = page.entries.order_by("revision").values_list("revision", flat=True).first()
    if first is None or since < first - 1:
        return None
    found: dict[str, set[str]] = defaultdict(set)
    entries = page.entries.filter(revision__gt=since, revision__lte=page.revision).exclude(month="")
    for name, incident_id in entries.order_by().values_list("month", "incident_id").distinct():
        found[name] |= {incident_id} if incident_id else set()
    return {name: frozenset(ids) for name, ids in found.items()}


def month(page: Page, name: str) -> Month:
    first = datetime.strptime(name, "%Y-%m").replace(tzinfo=UTC)
    after = (first + timedelta(days=32)).replace(day=1)
    turns = page.turns.filter(update_said=None, at__gte=first, at__lt=after).order_by("at", "id")
    return Month(name, rows.incidents(_whole(page.incidents.filter(month=name))), tuple(rows.turn(each) for each in turns))


def _recent(page: Page, now: datetime) -> tuple[core.Incident, ...]:
    ids: set[str] = set()
    for kind in Kind:
        newest: Sequence[tuple[str, bool]] = list(
            page.incidents.filter(kind=kind).order_by("-created_at").values_list("pk", "open")[:RECENT]
        )
        ids |= {pk for pk, is_open in newest if not is_open}
    spoken = page.incidents.filter(updated_at__gte=now - timedelta(days=RECENT_DAYS), open=False)
    return rows.incidents(_whole(page.incidents.filter(Q(pk__in=ids) | Q(pk__in=spoken.values("pk")))))


def _whole(found: QuerySet[Incident]) -> QuerySet[Incident]:
    return found.order_by("-created_at", "-id").prefetch_related(*rows.PARTS)


def _newest_turn(at: datetime, *, before: bool = False) -> Subquery:
    when = Q(at__lt=at) if before else Q(at__lte=at)
    turns = Turn.objects.filter(when, component=OuterRef("pk"))
    return Subquery(turns.order_by("-at", "-id").values("new")[:1])


def _status(word: str | None) -> ComponentStatus:
    return ComponentStatus(word) if word else ComponentStatus.OPERATIONAL


class Truth:
    """What publish.py asks: the page as the database has it at the moment of making."""

    def __init__(self, page: Page, url: str, hosts: Iterable[HostLink], now: datetime, *, pulse_seconds: int = 300) -> None:
        self.page = page
        self.snapshot = take(page, url, hosts, now, pulse_seconds=pulse_seconds)

    def touched(self, since: int) -> dict[str, frozenset[str]] | None:
        return touched(self.page, since)

    def month(self, name: str) -> Month:
        return month(self.page, name)
