"""A page's incidents as cards of the scorecard: what was posted, how it was judged, and when somebody said that it is wrong."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from lightship.core import model as core
from lightship.core.duty.cards import Card, Case, Judgement
from lightship.core.duty.scorecard import ALWAYS, REPORTED_WITHIN, Report, bounds, card, reported
from lightship.core.duty.sheet import months
from lightship.store import models
from lightship.store.models import Alert, Incident, Page
from lightship.store.read import rows

REPORTS, DRILL = "reports", "drill"
"""Sources of alerts: customers, as support hears them; and a rehearsal, which counts for nothing."""

BATCH = 1000
"""How many incidents one query names: databases have a limit."""


def year(page: Page, now: datetime, known: Mapping[str, Card] | None = None, *, practice: bool = True) -> dict[str, Card]:
    """The cards of the months that a scorecard shows."""
    return cards(page, bounds(months(now)[-1])[0], now, known, practice=practice)


def cards(
    page: Page, since: datetime, now: datetime, known: Mapping[str, Card] | None = None, *, practice: bool = True
) -> dict[str, Card]:
    """By id, what was open or spoken of at some time from `since` on. `known`: cards that are not read again (see `still`)."""
    wanted = page.incidents if practice else page.incidents.filter(practice=False)
    # Two queries, each with an index of its own.
    lists = (wanted.filter(open=True), wanted.filter(open=False, **({} if since == ALWAYS else {"updated_at__gte": since})))
    ids = [pk for rows in lists for pk in rows.order_by().values_list("pk", flat=True)]
    held = {pk: known[pk] for pk in ids if known and pk in known}
    unread = [pk for pk in ids if pk not in held]
    for start in range(0, len(unread), BATCH):
        held |= _read(page, unread[start : start + BATCH], now)
    return held


def _read(page: Page, ids: list[str], now: datetime) -> dict[str, Card]:
    incident_rows = list(Incident.objects.filter(pk__in=ids).order_by())
    incidents = [incident for incident in rows.incidents(incident_rows) if incident.updates]
    practice = {row.pk for row in incident_rows if row.practice}
    judgements, alerts, reports = _judgements(ids), _alerts(ids), _reports(page, incidents)
    return {
        incident.id: card(
            Case(
                incident=incident,
                judgements=judgements[incident.id],
                alerts=tuple(alert.at for alert in alerts[incident.id] if alert.source != REPORTS),
                support=(
                    *(alert.at for alert in alerts[incident.id] if alert.source == REPORTS),
                    *(() if incident.id in practice else reported(incident, reports, incidents)),
                ),
                practice=incident.id in practice,
            ),
            now,
        )
        for incident in incidents
    }


def _judgements(ids: list[str]) -> dict[str, dict[str, Judgement]]:
    """By incident, and by update."""
    judgements: dict[str, dict[str, Judgement]] = defaultdict(dict)
    judged = models.Judgement.objects.filter(update__incident__in=ids).select_related("update", "holder")
    for row in judged:
        judgements[row.update.incident_id][row.update_id] = Judgement(
            verdict=row.verdict,
            overridden=row.overridden,
            unapproved=row.unapproved,
            holder=(row.holder.get_full_name() or row.holder.username) if row.holder else "",
        )
    return judgements


def _alerts(ids: list[str]) -> dict[str, list[Alert]]:
    alerts: dict[str, list[Alert]] = defaultdict(list)
    for row in Alert.objects.filter(incident__in=ids).exclude(source=DRILL):
        alerts[str(row.incident_id)].append(row)
    return alerts


def still(cards: Mapping[str, Card], changed: Mapping[str, frozenset[str] | None] | None) -> dict[str, Card]:
    """Those that need not be read again after a change of the page (see snapshot.touched): they have ended, and nothing was
    written about them since."""
    if changed is None:
        return {}
    whole = {month for month, ids in changed.items() if ids is None}
    touched = frozenset[str]().union(*(ids for ids in changed.values() if ids))
    return {
        pk: card for pk, card in cards.items() if card.incident.ended and pk not in touched and card.incident.month not in whole
    }


def _reports(page: Page, incidents: Sequence[core.Incident]) -> list[Report]:
    """What customers reported at the front line around the beginnings of these."""
    firsts = [min(update.created_at for update in incident.updates) for incident in incidents]
    if not firsts:
        return []
    reports = models.CustomerReport.objects.filter(
        page=page, at__gt=min(firsts) - REPORTED_WITHIN, at__lte=max(firsts)
    ).order_by("at")
    return [(at, frozenset(components)) for at, components in reports.values_list("at", "components")]
