"""How the page spoke: a month and its incidents with a drawing of each, the year before it, practice apart; and the same as
files. All of it is computed from the journal when it is asked for."""

import json
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from lightship.core.duty import sheet
from lightship.core.duty.cards import Card
from lightship.core.duty.figures import Figures
from lightship.core.duty.scorecard import FRESH, bounds, figures
from lightship.core.model import Kind, month_of
from lightship.desk.views.base import on_page, show
from lightship.page import scorecard as drawing
from lightship.page.times import month_name
from lightship.store.models import Page
from lightship.store.read import scorecard as read

WIDTH = 1000
SIGNS = {"alert": "from an alert", "support": "from customers", "since": "from the time stated"}
"""What a first word was counted from."""
Facts = dict[str, Any]


@on_page
def scorecard(request: HttpRequest, page: Page) -> HttpResponse:
    now = timezone.now()
    month, names = _asked(request, now), sheet.months(now)
    since, until = bounds(month)
    cards = tuple(read.cards(page, min(since, bounds(names[-1])[0]), now).values())
    within = sorted((c for c in cards if c.touches(since, until)), key=lambda c: (c.began_at, c.incident.id), reverse=True)
    real = [card for card in within if not card.practice]
    counted = [card for card in real if not card.incident.withdrawn]
    rows = sheet.month_figures(cards, names)
    return show(
        request,
        "scorecard.html",
        page,
        month=month,
        title=month_name(month),
        neighbours=[(name, month_name(name), rel) for name, rel in _neighbours(month, now)],
        facts=drawing.facts(figures(cards, since, until)),
        plots=drawing.plots([(month_name(name), sums) for name, sums in rows]),
        table=[(name, month_name(name), _cells(sums)) for name, sums in rows],
        lines=[_line(card) for card in real if card.incident.kind is Kind.INCIDENT],
        promised=[_line(card) for card in real if card.incident.kind is Kind.MAINTENANCE and card.promises],
        practice=[_line(card) for card in within if card.practice],
        overrides=[(card.incident, post) for card in counted for post in card.overrides if since <= post.at < until],
        holders=_holders(counted, since, until),
    )


@on_page
def export(request: HttpRequest, page: Page, kind: str) -> HttpResponse:
    """A month that is asked for, with its incidents; or the last twelve, which as CSV are a row each."""
    now = timezone.now()
    chosen = [_asked(request, now)] if request.GET.get("month") else sheet.months(now)
    cards = tuple(read.cards(page, bounds(chosen[-1])[0], now).values())
    document = sheet.document(cards, chosen, now)
    name = f"{page.slug}-scorecard{'-' + chosen[0] if len(chosen) == 1 else ''}.{kind}"
    if kind == "json":
        body = json.dumps(document, ensure_ascii=False, indent=1)
    elif kind == "csv" and len(chosen) == 1:
        body = sheet.incident_table(document["incidents"])
    elif kind == "csv":
        body = sheet.month_table(document["months"])
    else:
        raise Http404(f"a scorecard is handed out as json or csv, not as {kind}")
    types = {"json": "application/json", "csv": "text/csv; charset=utf-8"}
    return HttpResponse(body, types[kind], headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _asked(request: HttpRequest, now: datetime) -> str:
    month = request.GET.get("month") or sheet.months(now, 1)[0]
    try:
        bounds(month)
    except ValueError as error:
        raise Http404(str(error)) from error
    return month


def _neighbours(month: str, now: datetime) -> list[tuple[str, str]]:
    since, until = bounds(month)
    return [(month_of(since - timedelta(days=1)), "prev"), *([(month_of(until), "next")] if until <= now else [])]


def _cells(sums: Figures) -> list[str]:
    """A row of the table, in the order of its head; a dash for what is not known."""
    facts = dict(drawing.facts(sums))
    return [facts.get(name, "–") for name in drawing.NAMES[:7]]


def _line(card: Card) -> Facts:
    """An incident with the drawing of when it was spoken of."""
    facts = dict(drawing.facts(sheet.of(card))[1:])  # the first is how many incidents it is
    if drawing.FIRST_WORD in facts:
        facts[drawing.FIRST_WORD] += f" ({SIGNS[card.known_by]})"
    return {
        "incident": card.incident,
        "from": card.began_at,
        "to": card.last_at if card.incident.ended else None,
        "facts": facts.items(),
        "holders": ", ".join(card.holders),
        "marks": _marks(card),
        "sentence": _sentence(card),
    }


def _marks(card: Card) -> Facts:
    """Where the drawing has silences (tone, from, to) and posts, from 0 to WIDTH: from when it was known to its end."""
    starts, ends = card.known_at or card.began_at, card.last_at
    starts = max(starts, card.began_at - (ends - card.began_at))  # a start long before must not squeeze all that was said

    def at(time: datetime) -> int:
        return round(WIDTH * ((max(time, starts) - starts) / ((ends - starts) or timedelta(1))))

    strokes = []
    for silence in card.silences:
        stale = min(silence.starts + FRESH, silence.ends) if silence.after_update else silence.starts
        strokes += [("ok", at(silence.starts), at(stale)), ("down", at(stale), at(silence.ends))]
    waited = [("waits", 0, at(card.began_at))] if card.known_at else []
    return {"strokes": [row for row in [*waited, *strokes] if row[1] < row[2]], "posts": [at(post.at) for post in card.posts]}


def _sentence(card: Card) -> str:
    late = [silence.ends - silence.starts for silence in card.silences if silence.ends - silence.starts > FRESH]
    posts = f"{len(card.posts)} update{'' if len(card.posts) == 1 else 's'}"
    return f"{posts}; silences over 30 minutes: {', '.join(map(drawing.length, late)) or 'none'}"


def _holders(cards: Iterable[Card], since: datetime, until: datetime) -> list[tuple[str, int]]:
    """Who held the clock at how many posts, most first."""
    posts = (post for card in cards for post in card.posts if since <= post.at < until)
    return Counter(post.judgement.holder for post in posts if post.judgement and post.judgement.holder).most_common()
