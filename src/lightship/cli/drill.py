"""drill: rehearse the worst day, and time it."""

import statistics
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from lightship.cli.shared import App, json_option, page_option, pass_app
from lightship.config import PageConfig
from lightship.doctor import Environment
from lightship.drill import DONE, FAILED, Drill, Step, rehearse

LAST = 12


@click.command()
@click.option(
    "--key", type=click.Path(exists=True, path_type=Path, dir_okay=False), help="The recovery key, to restore the vault with."
)
@page_option
@json_option
@pass_app
def drill(app: App, key: Path | None) -> None:
    """Rehearse the worst day on the real configuration, and time it. Readers notice nothing.

    Publishes a canary to every host, moves a canary name and back, restores the vault into a throw-away database, and speaks
    without the desk onto a canary path. Exit status 1 if anything failed.

    \b
    lightship drill --key recovery.txt
    """
    config = app.config(without={"desk", "secrets"})
    page = config.page(app.slug)
    with Console(stderr=True).status("clearing away what earlier drills left") as status:
        drill = rehearse(config, page, key, Environment(), lambda title: status.update(title.lower()))
    before = _record(app, page, drill)
    app.say("\n".join(_lines(drill, before)), drill.facts(), failed=not drill.passed)


def _record(app: App, page: PageConfig, drill: Drill) -> Sequence[dict[str, Any]]:
    """Record this drill at the desk; the facts of the drills before it. Without a desk here, neither."""
    with suppress(Exception):  # a laptop has no desk, and a dead desk is what drills are for
        app.desk()
        from lightship.store import models, reports  # after Django is set up

        row = models.Page.objects.get(slug=page.slug)
        before = [report.facts for report in row.reports.filter(kind=reports.DRILL)[:LAST]]
        models.Report.objects.create(page=row, kind=reports.DRILL, at=drill.at, facts=drill.facts())
        return before
    click.echo("There is no desk here: this drill is told, and not kept.", err=True)
    return []


def _lines(drill: Drill, before: Sequence[dict[str, Any]]) -> Iterator[str]:
    yield f"{'':24}{'took':>9}{'before':>9}{'goal':>9}"
    for step in drill.steps:
        took = _seconds(step.seconds) if step.status == DONE else "FAILED" if step.status == FAILED else "-"
        late = "  late" if step.status == DONE and step.seconds > step.goal else ""
        yield f"{step.title:24}{took:>9}{_usual(step, before):>9}{f'{step.goal:.0f} s':>9}{late}"
        yield f"  {step.summary}"
    yield ""
    result = "Nothing failed." if drill.passed else "Something failed: see above."
    yield f"{drill.page}: rehearsed in {drill.seconds:.1f} s. {result}"


def _usual(step: Step, before: Sequence[dict[str, Any]]) -> str:
    same = [row for facts in before for row in facts["steps"] if row["name"] == step.name and row["status"] == DONE]
    return _seconds(statistics.median(row["seconds"] for row in same)) if same else "-"


def _seconds(value: float) -> str:
    return f"{value:.2f} s" if value < 1 else f"{value:.1f} s"
