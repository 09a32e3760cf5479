"""doctor: would it work today, and what goes down together? Needs no desk and no database."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import click

from lightship.cli.shared import App, json_option, page_option, pass_app, read_key
from lightship.config import Config, PageConfig
from lightship.doctor import GROUPS, Environment, Examination, Finding, Known, Verdict, examine
from lightship.doctor.environment import RDAP, SECONDS

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
    pages = [config.page(app.slug)] if app.slug else list(config.pages.values())
    examinations = [examine(config, page, environment, _known(config, page, key)) for page in pages]
    lines = [line for examination in examinations for line in _lines(examination, everything=everything)]
    facts = [examination.facts() for examination in examinations]
    app.say("\n".join(lines), facts[0] if len(facts) == 1 else facts)
    statuses = {examination.status for examination in examinations}
    raise click.exceptions.Exit(1 if 1 in statuses else max(statuses))


def _known(config: Config, page: PageConfig, key: Path | None) -> Known:
    """What the desk's database says (when the last drill was), if it is here and answers: the doctor works without."""
    alone = Known(key=read_key(str(key)) if key else None)
    if config.desk_or_none is None:
        return alone
    from lightship.store.settings import configure  # only with a desk

    configure(config)
    from django.db import DatabaseError

    from lightship.store import models, reports

    try:
        row = models.Page.objects.filter(slug=page.slug).first()
        return replace(reports.known(row), key=alone.key) if row else alone
    except DatabaseError:
        return alone


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
