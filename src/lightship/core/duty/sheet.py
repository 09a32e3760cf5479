"""A scorecard as it is handed out: by months, as JSON, as CSV, and without what is not public."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from lightship.core.duty.cards import Card, Post
from lightship.core.duty.figures import Figures, IncidentFigures, PublicScorecard
from lightship.core.duty.scorecard import bounds, figures
from lightship.core.model import Kind, month_of
from lightship.core.wire import stamp

FORMAT = "lightship-scorecard/1"
MONTHS = 12
"""How many are shown and published, this one included."""
LISTED = 50
"""How many incidents are published one by one."""
ONE = (
    "first_word_seconds",
    "support_gap_seconds",
    "promises_made",
    "promises_kept",
    "longest_silence_seconds",
    "open_seconds",
    "fresh_seconds",
    "posts",
    "posts_judged",
    "posts_vague",
    "posts_overridden",
)
"""The figures that one incident has."""
Json = dict[str, Any]


def months(now: datetime, count: int = MONTHS) -> list[str]:
    """The last months, this one first."""
    names = [month_of(now)]
    while len(names) < count:
        names.append(month_of(bounds(names[-1])[0] - timedelta(days=1)))
    return names


def months_since(first: datetime, now: datetime) -> list[str]:
    """All months from that of `first` on, the newest first."""
    return months(now, max(12 * (now.year - first.year) + now.month - first.month, 0) + 1)


def month_figures(cards: Sequence[Card], names: Iterable[str]) -> list[tuple[str, Figures]]:
    """Of each month, but not of those before anything happened."""
    within: dict[str, list[Card]] = defaultdict(list)
    for card in cards:  # so that a month adds up its own incidents, and not those of the whole year
        first, last = card.began_at, card.last_at
        for name in [month_of(first)] if month_of(first) == month_of(last) else months_since(first, last):
            within[name].append(card)
    rows = [(name, figures(within[name], *bounds(name))) for name in names]
    return rows[: max((number for number, (_, sums) in enumerate(rows, 1) if sums != Figures()), default=0)]


def of(card: Card) -> Figures:
    """Of one incident, practice too; of what is withdrawn only that it is."""
    return figures([replace(card, practice=False)])


def public(cards: Sequence[Card], now: datetime) -> PublicScorecard:
    names = months(now)
    since, _ = bounds(names[1])
    shown = [card for card in cards if card.incident.kind is Kind.INCIDENT and not card.practice and card.last_at >= since]
    listed = sorted(shown, key=lambda card: (card.began_at, card.incident.id), reverse=True)[:LISTED]
    incidents = (IncidentFigures(card.incident.id, card.incident.name, card.began_at, of(card)) for card in listed)
    return PublicScorecard(tuple(month_figures(cards, names)), tuple(incidents))


def facts(sums: Figures) -> Json:
    """As JSON has them: lengths in seconds, null for what is not known."""
    return {
        "incidents": sums.incidents,
        "withdrawn": sums.withdrawn,
        "first_word_seconds": _seconds(sums.first_word),
        "first_word_longest_seconds": _seconds(max(sums.first_words, default=None)),
        "first_words_known": len(sums.first_words),
        "support_gap_seconds": _seconds(sums.support_gap),
        "support_gap_longest_seconds": _seconds(max(sums.support_gaps, default=None)),
        "support_gaps_known": len(sums.support_gaps),
        "promises_made": sums.promises,
        "promises_kept": sums.in_time,
        "longest_silence_seconds": _seconds(sums.longest_silence),
        "open_seconds": _seconds(sums.open),
        "fresh_seconds": _seconds(sums.fresh),
        "posts": sums.posts,
        "posts_judged": sums.judged,
        "posts_vague": sums.vague,
        "posts_overridden": sums.overridden,
    }


def _seconds(length: timedelta | None) -> int | None:
    return None if length is None else round(length.total_seconds())


def incident_facts(card: Card) -> Json:
    incident = card.incident
    return {
        "id": incident.id,
        "name": incident.name,
        "kind": incident.kind.value,
        "practice": card.practice,
        "withdrawn": incident.withdrawn,
        "merged_into": incident.merged_into,
        "first_post": stamp(card.posts[0].at) if card.posts else None,
        "known_at": card.known_at and stamp(card.known_at),
        "known_by": card.known_by,
        "open": not incident.ended,
        "held_by": list(card.holders),
        "overrides": [_override(post) for post in card.overrides],
        **_one(of(card)),
    }


def _one(sums: Figures) -> Json:
    """Of one incident: without counts of incidents, and what is the same as its only value."""
    return {name: value for name, value in facts(sums).items() if name in ONE}


def _override(post: Post) -> Json:
    judgement = asdict(post.judgement) if post.judgement else {}
    return {"update": post.update.id, "at": stamp(post.at), **judgement}


def document(cards: Sequence[Card], names: Sequence[str], now: datetime) -> Json:
    """All of a scorecard: months, and every incident that touches one of them; practice apart."""
    rows = month_figures(cards, names)
    within = [card for card in cards if any(card.touches(*bounds(name)) for name, _ in rows)]
    newest_first = sorted(within, key=lambda card: (card.began_at, card.incident.id), reverse=True)
    return {
        "format": FORMAT,
        "at": stamp(now),
        "months": [{"month": name, **facts(sums)} for name, sums in rows],
        "incidents": [incident_facts(card) for card in newest_first if not card.practice],
        "practice": [incident_facts(card) for card in newest_first if card.practice],
    }


def public_document(scorecard: PublicScorecard, now: datetime) -> Json:
    return {
        "format": FORMAT,
        "at": stamp(now),
        "months": [{"month": name, **facts(sums)} for name, sums in scorecard.months],
        "incidents": [
            {
                "id": line.id,
                "name": line.name,
                "at": stamp(line.at),
                "withdrawn": line.figures.withdrawn > 0,
                **_one(line.figures),
            }
            for line in scorecard.incidents
        ],
    }


def month_table(rows: Sequence[Mapping[str, Any]]) -> str:
    return _csv(["month", *facts(Figures())], rows)


def incident_table(rows: Sequence[Mapping[str, Any]]) -> str:
    first = ["id", "name", "kind", "practice", "withdrawn", "merged_into", "first_post", "known_at", "known_by", "held_by"]
    flat = [{**row, "held_by": ", ".join(row["held_by"]), "reasons": _reasons(row["overrides"])} for row in rows]
    return _csv([*first, *ONE, "reasons"], flat)


def _reasons(overrides: Iterable[Mapping[str, str]]) -> str:
    return "; ".join(filter(None, (reason for row in overrides for reason in (row["overridden"], row["unapproved"]))))


def _csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, extrasaction="ignore")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return out.getvalue()


def _cell(value: Any) -> Any:
    """What begins as a formula does would run as one in a spreadsheet."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
