"""clarity: what a draft lacks, before anybody reads it."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from lightship.cli.compose import STATES
from lightship.cli.shared import App, json_option, pass_app
from lightship.core.clarity import Draft, Report, Verdict, check
from lightship.core.model import Status

LONGEST_FILE = 1_000_000
SAYS = {
    Verdict.VAGUE: "Vague: a reader learns next to nothing that he could repeat.",
    Verdict.ACCEPTABLE: "Acceptable: it says something, and could say more.",
    Verdict.DEFINITIVE: "Definitive: it says what is affected, how, and what comes next.",
}


def show(report: Report) -> str:
    """A report in words, for a terminal: the verdict, then a line for each finding, with its question."""
    findings = [f"  - {finding.message} {finding.question}".rstrip() for finding in report.findings]
    return "\n".join([SAYS[report.verdict], *findings])


def report_facts(report: Report) -> dict[str, Any]:
    """A report for a machine."""
    findings = [
        {"kind": f.kind, "message": f.message, "question": f.question, "field": f.field, "quote": f.quote}
        for f in report.findings
    ]
    return {"verdict": report.verdict.value, "facts": dict(report.facts), "findings": findings}


@click.command()
@click.argument("file", default="-")
@click.option(
    "--status", "state", type=click.Choice([*STATES, "over", *Status]), default="looking", metavar="|".join([*STATES, "over"]),
    help="Where the incident stands; each status asks for other facts.", show_default=True,
)  # fmt: skip
@click.option("--language", default="en", metavar="CODE", help="Of the text: en, de. Of others only times, numbers and names.")
@click.option("-c", "--component", "components", multiple=True, metavar="NAME", help="What is affected. May be repeated.")
@json_option
@pass_app
def clarity(app: App, file: str, state: str, language: str, components: Sequence[str]) -> None:
    """What a draft lacks: whether it is vague, and what to ask its author. FILE - reads standard input.

    Needs no lightship.toml. The exit status is 0 whatever it finds: it advises, and blocks nothing.

    \b
    lightship clarity draft.txt --status known
    echo "We are looking into an issue." | lightship clarity --json
    """
    body = sys.stdin.read(LONGEST_FILE) if file == "-" else _text(file)
    status = Status.RESOLVED if state == "over" else STATES.get(state) or Status(state)
    report = check(Draft(body=body, status=status, language=language, components=tuple(components)))
    app.say(show(report), report_facts(report))


def _text(name: str) -> str:
    path = Path(name)
    if not path.is_file():
        raise click.UsageError(f"there is no file {name!r}; to check words, pipe them in: echo '…' | lightship clarity")
    with path.open("rb") as file:
        return file.read(LONGEST_FILE).decode("utf-8")
