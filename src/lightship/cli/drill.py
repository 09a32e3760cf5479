"""drill: rehearse the worst day, and time it."""

import statistics
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from lightship.cli.shared import App, json_option, page_option, pass_app, say
from lightship.config import PageConfig
from lightship.doctor import Environment
from lightship.drill import DONE, FAILED, Drill, Scene, Step, rehearse
from lightship.publishing.read_only import open_host

WORDS = {DONE: "done", FAILED: "FAILED"}
LAST = 12


@click.command()
@click.option(
    "--key", type=click.Path(exists=True, path_type=Path, dir_okay=False), help="The recovery key, to restore the vault with."
)
@page_option
@json_option
@pass_app
def drill(app: App, key: Path | None, slug: str | None, as_json: bool) -> None:
    """Rehearse the worst day on the real configuration, and time it. Readers notice nothing.

    Publishes a canary to every host, moves a canary name and back, restores the vault into a throw-away database, and speaks
    without the desk onto a canary path. Exit status 1 if anything failed.

    \b
    lightship drill --key recovery.txt
    """
    config = app.config(without={"desk", "secrets"})
    page = config.page(slug)
    scene = Scene(config=config, page=page, hosts=tuple(open_host(host) for host in page.hosts), world=Environment(), key=key)
    with Console(stderr=True).status("clearing away what earlier drills left") as status:
        done = rehearse(scene, lambda title: status.update(title.lower()))
    before = _kept(app, page, done)
    say("\n".join(_lines(done, before)), done.facts(), as_json=as_json)
    if not done.passed:
        raise click.exceptions.Exit(1)


def _kept(app: App, page: PageConfig, done: Drill) -> Sequence[dict[str, Any]]:
    """The drills before this one, once this one is beside them: nothing where there is no desk here."""
    with suppress(Exception):  # a laptop has no desk, and a dead desk is what drills are for
        app.desk()
        from lightship.store import models, reports  # after Django is set up

        row = models.Page.objects.get(slug=page.slug)
        before = [report.facts for report in row.reports.filter(kind=reports.DRILL)[:LAST]]
        models.Report.objects.create(page=row, kind=reports.DRILL, at=done.at, facts=done.facts())
        return before
    click.echo("There is no desk here: this drill is told, and not kept.", err=True)
    return []


def _lines(done: Drill, before: Sequence[dict[str, Any]]) -> Iterator[str]:
    yield f"{'':24}{'took':>9}{'before':>9}{'goal':>9}"
    for step in done.steps:
        took = _seconds(step.seconds) if step.status == DONE else WORDS.get(step.status, "-")
        late = "  late" if step.status == DONE and step.seconds > step.goal else ""
        yield f"{step.title:24}{took:>9}{_usual(step, before):>9}{f'{step.goal:.0f} s':>9}{late}"
        yield f"  {step.summary}"
    yield ""
    became = "Nothing failed." if done.passed else "Something failed: see above."
    yield f"{done.page}: rehearsed in {done.seconds:.1f} s. {became}"


def _usual(step: Step, before: Sequence[dict[str, Any]]) -> str:
    took = [s["seconds"] for facts in before for s in facts["steps"] if s["name"] == step.name and s["status"] == DONE]
    return _seconds(statistics.median(took)) if took else "-"


def _seconds(value: float) -> str:
    return f"{value:.2f} s" if value < 1 else f"{value:.1f} s"
