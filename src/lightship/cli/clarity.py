"""clarity: what a draft lacks, before anybody reads it."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from lightship.cli.compose import STATES
from lightship.cli.shared import App, json_option, pass_app
from lightship.core import rules
from lightship.core.clarity import Draft, Report, Verdict, check, guess
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


vague_option = click.option("--vague-because", default="", metavar="REASON", help="Post it though it is vague, and record why.")


def refuse_vague(report: Report, reason: str) -> None:
    """Refused where a draft is vague and nobody gave a reason to post it all the same."""
    if report.verdict is Verdict.VAGUE and not reason.strip():
        raise rules.Refused(f"{show(report)}\nNothing was posted. To post it all the same: --vague-because REASON")


@dataclass
class Judge:
    """Reads what is about to be posted. `reason`: why to post it though it is vague."""

    reason: str
    report: Report = field(default_factory=lambda: Report(verdict=Verdict.ACCEPTABLE))

    def read(self, draft: Draft) -> None:
        """Say what it lacks, before it is posted. Refused where it is vague and no reason is given."""
        self.report = check(draft)
        refuse_vague(self.report, self.reason)
        if self.report.findings:
            click.echo(show(self.report), err=True)

    @property
    def vague_because(self) -> str:
        return self.reason if self.report.verdict is Verdict.VAGUE else ""


@click.command()
@click.argument("file", default="-")
@click.option(
    "--status",
    "state",
    type=click.Choice([*STATES, "over", *(status.value for status in Status)]),
    default="looking",
    metavar="|".join([*STATES, "over"]),
    help="Where the incident stands; each status asks for other facts.",
    show_default=True,
)
@click.option("--language", metavar="CODE", help="Of the text: en, de. Default: the one whose commonest words it has.")
@click.option("-c", "--component", "components", multiple=True, metavar="NAME", help="What is affected. May be repeated.")
@json_option
@pass_app
def clarity(app: App, file: str, state: str, language: str | None, components: Sequence[str]) -> None:
    """What a draft lacks: whether it is vague, and what to ask its author. FILE - reads standard input.

    Needs no lightship.toml. The exit status is 0 whatever it finds: it advises, and blocks nothing.

    \b
    lightship clarity draft.txt --status known
    echo "We are looking into an issue." | lightship clarity --json
    """
    body = sys.stdin.read(LONGEST_FILE) if file == "-" else _text(file)
    status = Status.RESOLVED if state == "over" else STATES.get(state) or Status(state)
    report = check(Draft(body=body, status=status, language=language or guess(body), components=tuple(components)))
    app.say(show(report), report_facts(report))


def _text(name: str) -> str:
    path = Path(name)
    if not path.is_file():
        raise click.UsageError(f"there is no file {name!r}; to check words, pipe them in: echo '…' | lightship clarity")
    with path.open("rb") as file:
        return file.read(LONGEST_FILE).decode("utf-8")
