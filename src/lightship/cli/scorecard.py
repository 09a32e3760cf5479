"""scorecard: how the page spoke, computed from the journal."""

import json
from collections.abc import Sequence

import click

from lightship.cli.shared import App, Refused, page_option, pass_app, utc_now
from lightship.core.duty import sheet
from lightship.core.duty.cards import Card
from lightship.core.duty.scorecard import bounds, figures
from lightship.core.model import Kind
from lightship.page.scorecard import NAMES, facts
from lightship.page.times import month_name


@click.command()
@click.option("--month", metavar="YYYY-MM", help="One month (UTC) with its incidents. Without it: the last twelve months.")
@click.option("--json", "form", flag_value="json", help="Everything, as JSON.")
@click.option("--csv", "form", flag_value="csv", help="A row a month; with --month, a row an incident.")
@page_option
@pass_app
def scorecard(app: App, month: str | None, form: str | None) -> None:
    """First words, promises kept, silences and vague updates, as the journal has them.

    \b
    lightship scorecard
    lightship scorecard --month 2026-11 --csv > november.csv
    """
    now = utc_now()
    try:
        names = [month] if month else sheet.months(now)
        since, _ = bounds(names[-1])
    except ValueError as error:
        raise Refused(str(error)) from error
    _, page = app.page()
    from lightship.store.read.scorecard import cards  # after Django is set up

    read = tuple(cards(page, since, now).values())
    document = sheet.document(read, names, now)
    if form == "json":
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
    elif form == "csv":
        table = sheet.incident_table(document["incidents"]) if month else sheet.month_table(document["months"])
        click.echo(table, nl=False)
    else:
        click.echo("\n".join(_month(read, month) if month else _months(read, names)))


def _months(cards: Sequence[Card], names: Sequence[str]) -> list[str]:
    shown = [NAMES[place] for place in (1, 2, 3, 4, 6)]
    months = [(name, dict(facts(sums))) for name, sums in sheet.month_figures(cards, names)]
    rows = [["", *shown], *([name, *(values.get(column, "-") for column in shown)] for name, values in months)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return lines if months else ["nothing was open in the last twelve months"]


def _month(cards: Sequence[Card], month: str) -> list[str]:
    sums = facts(figures(cards, *bounds(month)))
    lines = [month_name(month), *(f"  {name:<26}{value}" for name, value in sums)]
    shown = [card for card in cards if card.touches(*bounds(month)) and card.incident.kind is Kind.INCIDENT]
    for card in sorted(shown, key=lambda card: card.began_at):
        kind = "practice, counted nowhere" if card.practice else "withdrawn, not counted" if card.incident.withdrawn else ""
        lines += ["", f"{card.incident.name}  {card.incident.id}{f'  ({kind})' if kind else ''}"]
        if not card.incident.withdrawn:
            lines += [f"  {name:<26}{value}" for name, value in facts(sheet.of(card))[1:]]
        lines += [f"  {'Clock held by':<26}{', '.join(card.holders)}"] if card.holders else []
        for post in card.overrides:
            lines += [f"  {name:<26}{reason}" for name, reason in post.reasons]
    return lines
