"""doctor, drill: would it work today, and what goes down together? And rehearse the worst day. Neither needs a desk."""

import statistics
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from lightship.cli.shared import App, json_option, page_option, pass_app, read_key, utc_now
from lightship.config import PageConfig
from lightship.doctor import GROUPS, Environment, Examination, Finding, Known, Verdict, examine
from lightship.doctor.environment import RDAP, SECONDS
from lightship.drill import DONE, FAILED, rehearse

LAST = 12
"""Earlier drills that a new one is compared with."""
MARKS = {
    Verdict.FAIL: ("✗", "red", "failures"),
    Verdict.WARN: ("!", "yellow", "warnings"),
    Verdict.UNCHECKED: ("?", "cyan", "not checked"),
    Verdict.OK: ("✓", "green", "well"),
}
ANSWERS = {
    0: "It would work today.",
    2: "It would work today; see the warnings.",
    1: "It would not work today: see what fails.",
}


@click.command()
@click.option("--all", "everything", is_flag=True, help="Show what is well, too.")
@click.option(
    "--key", type=click.Path(path_type=Path, dir_okay=False), help="A recovery key, to try on the vault. It is not kept."
)
@click.option("--rdap", metavar="URL", default=None, help="Where to ask for registrations. Default: https://rdap.org.")
@page_option
@json_option
@pass_app
def doctor(app: App, everything: bool, key: Path | None, rdap: str | None) -> None:
    """Would it work today? Examines hosts, certificates, the name, witnesses and the vault, and finds what goes down together.

    Exit status 0: all is well; 2: warnings; 1: something fails.

    \b
    lightship doctor
    lightship doctor --all --key recovery.txt
    lightship doctor --json --page acme
    """
    config = app.readable((), {"desk", "secrets"}, {"desk", "keys"})
    environment = Environment(rdap=(rdap or RDAP).rstrip("/"), seconds=min(app.seconds, SECONDS), visit=2 * app.seconds)
    recovery_key = read_key(str(key)) if key else None
    pages = [config.page(app.slug)] if app.slug else list(config.pages.values())
    examinations = [examine(config, page, environment, replace(_known(app, page), key=recovery_key)) for page in pages]
    lines = [line for examination in examinations for line in _lines(examination, everything=everything)]
    facts = [examination.facts() for examination in examinations]
    app.say("\n".join(lines), facts[0] if len(facts) == 1 else facts)
    statuses = {examination.status for examination in examinations}
    raise click.exceptions.Exit(1 if 1 in statuses else max(statuses))


def _known(app: App, page: PageConfig) -> Known:
    """What the desk's database says: when the last drill was."""
    with suppress(Exception):  # a laptop has no desk, and a dead desk is what the doctor is asked about
        config = app.desk()
        from lightship.store import models, reports  # after Django is set up

        return reports.known(config, models.Page.objects.get(slug=page.slug), utc_now())
    return Known()


def _lines(examination: Examination, *, everything: bool) -> Iterator[str]:
    for group, title in GROUPS.items():
        findings = [finding for finding in examination.findings if finding.check.group == group]
        well = sum(finding.verdict is Verdict.OK for finding in findings)
        if findings:
            yield ""
            yield click.style(title, bold=True) + click.style(f"  {well} of {len(findings)} well", dim=True)
            yield from _findings([f for f in findings if everything or f.verdict is not Verdict.OK])
    if examination.shared:
        yield ""
        yield click.style("What goes down together", bold=True)
        for fact in examination.facts()["shared"]:
            yield f"  {fact['part']} and {fact['watched']}: {fact['aspect']} {fact['what']}"
    yield ""
    counts = ", ".join(f"{number} {noun}" for verdict, (_, _, noun) in MARKS.items() if (number := examination.count(verdict)))
    yield click.style(f"{examination.page}: {counts}. {ANSWERS[examination.status]}", bold=True)
    yield click.style(f"Networks by {examination.source}.", dim=True)


def _findings(findings: Sequence[Finding]) -> Iterator[str]:
    for finding in findings:
        mark, colour, _ = MARKS[finding.verdict]
        wrong = finding.verdict in (Verdict.FAIL, Verdict.WARN)
        severity = f", {finding.check.severity}" if wrong else ""
        head = f"{mark} {finding.check.title}: {finding.subject}"
        yield f"  {click.style(head, fg=colour)}" + click.style(f"  [{finding.check.id}{severity}]", dim=True)
        yield f"    {'not checked: ' if finding.verdict is Verdict.UNCHECKED else ''}{finding.evidence}"
        if wrong:
            yield f"    → {finding.check.breaks}"
            yield f"    ⚒ {finding.change}"


@click.command()
@click.option(
    "--key", type=click.Path(exists=True, path_type=Path, dir_okay=False), help="The recovery key, to restore the vault with."
)
@click.option(
    "--answer",
    "patience",
    metavar="SECONDS",
    type=click.FloatRange(0, 3600),
    default=300,
    show_default=True,
    help="How long to wait until the person on duty answers a nudge. 0: nobody is nudged.",
)
@page_option
@json_option
@pass_app
def drill(app: App, key: Path | None, patience: float) -> None:
    """Rehearse the worst day on the real configuration, and time it. Readers notice nothing.

    Publishes a canary to every host, moves a canary name and back, restores the vault into a throw-away database, and speaks
    without the desk onto a canary path. Then nudges the person on duty, and times the answer. Exit status 1 if anything failed.

    \b
    lightship drill --key recovery.txt
    lightship drill --answer 0
    """
    config = app.config(without={"desk", "secrets"})
    page = config.page(app.slug)
    patience = patience if _has_desk(app) else 0
    with Console(stderr=True).status("clearing away what earlier drills left") as status:
        report = rehearse(config, page, key, Environment(), lambda title: status.update(title.lower()), patience)
    before = _record(app, page, report)
    app.say("\n".join(_drill_lines(report, before)), report, failed=not report["passed"])


def _has_desk(app: App) -> bool:
    with suppress(Exception):  # a laptop has no desk, and a dead desk is what drills are for
        app.desk()
        from lightship.store.models import Page  # after Django is set up

        return Page.objects.exists()
    return False


def _record(app: App, page: PageConfig, report: dict[str, Any]) -> Sequence[dict[str, Any]]:
    """Record this drill at the desk; the reports of the drills before it. Without a desk here, neither."""
    with suppress(Exception):  # a laptop has no desk, and a dead desk is what drills are for
        app.desk()
        from lightship.store import models, reports  # after Django is set up

        row = models.Page.objects.get(slug=page.slug)
        before = [earlier.facts for earlier in row.reports.filter(kind=reports.DRILL)[:LAST]]
        at = datetime.fromisoformat(report["at"])
        models.Report.objects.create(page=row, kind=reports.DRILL, at=at, facts=report)
        return before
    click.echo("There is no desk here: this drill is told, and not kept.", err=True)
    return []


def _drill_lines(report: dict[str, Any], before: Sequence[dict[str, Any]]) -> Iterator[str]:
    yield f"{'':24}{'took':>9}{'before':>9}{'goal':>9}"
    for step in report["steps"]:
        seconds, goal, status = step["seconds"], step["goal"], step["status"]
        took = _seconds(seconds) if status == DONE else "FAILED" if status == FAILED else "-"
        late = "  late" if status == DONE and seconds > goal else ""
        yield f"{step['title']:24}{took:>9}{_usual(step['name'], before):>9}{f'{goal:.0f} s':>9}{late}"
        yield f"  {step['words']}"
    yield ""
    result = "Nothing failed." if report["passed"] else "Something failed: see above."
    yield f"{report['page']}: rehearsed in {report['seconds']:.1f} s. {result}"


def _usual(name: str, before: Sequence[dict[str, Any]]) -> str:
    same = [row for facts in before for row in facts["steps"] if row["name"] == name and row["status"] == DONE]
    return _seconds(statistics.median(row["seconds"] for row in same)) if same else "-"


def _seconds(value: float) -> str:
    return f"{value:.2f} s" if value < 1 else f"{value:.1f} s"
