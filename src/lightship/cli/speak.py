"""post, update, resolve: speak from the terminal, and wait until readers read it. Where no worker is alive, it is published
from here."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from lightship.cli import compose
from lightship.cli.clarity import vague_option
from lightship.cli.compose import Composed, end_options, in_order, opening_options, update_options
from lightship.cli.judging import judged, judging_options, practice_option
from lightship.cli.publish import bring
from lightship.cli.shared import App, Refused, json_option, page_option, pass_app, refusing, utc_now, who_types
from lightship.config import PageConfig
from lightship.core.model import Incident, Snapshot
from lightship.core.rules import fit_name
from lightship.core.site.receipt import Verdict

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from lightship.publishing.verify import Verifier
    from lightship.store.models import Incident as Row
    from lightship.store.models import Page, Receipt

LONGEST = 20.0
"""Seconds to wait for hosts that a worker still works on."""
SILENCE = 6.0
"""Seconds to wait for a first receipt: a living worker checks each host every 5."""
PATIENCE = 3.0
"""Seconds in which a host that fails may still come to hold it."""
LOOK = 0.05

by_option = click.option("--by", metavar="ACCOUNT", help="Whose words these are. Default: the account named like you.")
wait_option = click.option("--no-wait", is_flag=True, help="Do not wait until readers read it.")
posting_options = in_order(by_option, page_option, wait_option, json_option)


@dataclass(frozen=True)
class HostAnswer:
    """What a host does with the post. `recorded`: whether a worker has recorded a receipt since."""

    host: str
    verdict: str
    revision: int
    reason: str
    reads: bool
    recorded: bool


@click.command()
@click.argument("name")
@click.argument("body", default="")
@opening_options
@compose.separate_option
@practice_option
@vague_option
@posting_options
@pass_app
def post(app: App, /, name: str, body: str, **options: Any) -> None:
    """Say that something is broken. BODY - reads the text from standard input.

    \b
    lightship post "Webmail is down" "Sign-in fails with 503." -c Webmail=down --since 13:41 --next 30m
    """
    config, page, snapshot = page_now(app)
    from lightship.store.journal import JournalError, OpenAlready, open_incident  # after Django is set up

    now = utc_now()
    new, by = compose.opening(snapshot, name, compose.text(body), options, now), author(options["by"])
    with refusing(JournalError):
        fit_name(name)
    first, verdict = judged(page, None, new.update, options, by, now)
    new = replace(new, update=first, practice=options["practice"])
    with refusing(JournalError):
        try:
            incident = open_incident(page, new, by, now, separate=options["separate"], judged=verdict)
        except OpenAlready as error:
            raise Refused(
                f"{error}\n  lightship update ... --incident {error.incidents[0].pk}\n  or post with --separate"
            ) from error
    tell_posted(app, config, page, incident, wait=not options["no_wait"])


@click.command()
@click.argument("body", default="")
@update_options
@judging_options
@posting_options
@pass_app
def update(app: App, /, body: str, **options: Any) -> None:
    """Say what is new about an open incident. BODY - reads the text from standard input.

    \b
    lightship update "A failed controller; moving mailboxes to spare hardware." --state known --next 15:00
    """
    _add(app, compose.update, body, options)


@click.command()
@click.argument("body", default="")
@end_options
@judging_options
@posting_options
@pass_app
def resolve(app: App, /, body: str, **options: Any) -> None:
    """Say that it is over. Its components turn to working, unless another open incident holds them down.

    \b
    lightship resolve "All mailboxes are on new hardware." --ended 14:20 --cause "A failed storage controller."
    """
    _add(app, compose.end, body, options)


def page_now(app: App) -> "tuple[PageConfig, Page, Snapshot]":
    config, page = app.page()
    from lightship.store.read import snapshot  # after Django is set up

    return config, page, snapshot.take(page, config.url, (), utc_now())


def _add(app: App, composed: Composed, body: str, options: dict[str, Any]) -> None:
    """One more update of the incident that was named, or of the only one that is open."""
    config, page, snapshot = page_now(app)
    from lightship.store import journal  # after Django is set up
    from lightship.store.read import rows

    row = chosen_row(page, snapshot, options["incident_id"])
    now, by = utc_now(), author(options["by"])
    new = composed(snapshot, rows.incident(row), compose.text(body), options, now)
    new, verdict = judged(page, row, new, options, by, now)
    with refusing(journal.JournalError):
        journal.update(row, new, by, now, judged=verdict)
    tell_posted(app, config, page, row, wait=not options["no_wait"])


def chosen_row(page: "Page", snapshot: Snapshot, incident_id: str | None) -> "Row":
    """The incident that was named, or the only one that is open."""
    from lightship.store.read import rows  # after Django is set up

    def find(id: str) -> Incident | None:
        return next(iter(rows.incidents(page.incidents.filter(pk=id))), None)

    return page.incidents.get(pk=compose.chosen(snapshot, incident_id, "post", find).id)


def author(by: str | None) -> "User | None":
    """The account named with --by, or the one named as the person at this terminal; else nobody."""
    from django.contrib.auth.models import User  # after Django is set up

    user = User.objects.filter(username=by or who_types()).first()
    if by and user is None:
        raise Refused(f"there is no account {by!r}")
    return user


def tell_posted(app: App, config: PageConfig, page: "Page", row: "Row", became: str = "", *, wait: bool) -> None:
    """Say at once that it is accepted; then who reads it. Exit status 1 where nobody does, unless it is practice. `became`:
    what the incident became by it."""
    page.refresh_from_db()
    name = f"{row.name}, {became}" if became else row.name
    if row.practice:
        app.say(f"PRACTICE, and no reader sees it: {name} ({row.pk}).", {"id": row.pk, "practice": True})
        return
    facts, started = {"id": row.pk, "revision": page.revision}, time.monotonic()
    if not app.as_json:
        click.echo(f"Posted: {name} ({row.pk}), revision {page.revision}.")
    if not wait:
        app.say("Not waited for: `lightship hosts` tells who reads it.", facts)
        return
    answers, by = answers_of(config, page, app.reader())
    reads = [answer.host for answer in answers if answer.reads]
    hosts = [{"host": a.host, "verdict": a.verdict, "revision": a.revision, "words": a.reason} for a in answers]
    seconds = round(time.monotonic() - started, 1)
    lines = [f"{a.host} does not have it: {a.reason or a.verdict}" for a in answers if not a.reads]
    if by == "terminal":
        lines.insert(0, "No worker is alive: it was published from here, and nobody keeps the page fresh.")
    if reads:
        lines.insert(0, f"Read on {', '.join(reads[:-1])}{' and ' if reads[1:] else ''}{reads[-1]} after {seconds} s.")
    more = {"published": bool(reads), "by": by, "seconds": seconds, "hosts": hosts}
    app.say("\n".join(lines), {**facts, **more})
    if not reads:
        why = "no host is proven to show it" if answers else "the page has no hosts in lightship.toml"
        click.echo(f"NOT PUBLISHED: {why}. It is kept, and goes out when a worker runs and a host answers.", err=True)
        raise click.exceptions.Exit(1)


def answers_of(
    config: PageConfig,
    page: "Page",
    reader: "Verifier",
    now: Callable[[], float] = time.monotonic,
    pause: Callable[[float], None] = time.sleep,
) -> tuple[Sequence[HostAnswer], str]:
    """What each host does with the newest revision, and who published it: `worker`, or `terminal` where none is alive."""
    from lightship.store import receipts  # after Django is set up

    started, before = now(), {host.name: receipts.newest(page, host.name) for host in config.hosts}

    def answers() -> Sequence[HostAnswer]:
        return [_answer(page, name, receipts.newest(page, name), row) for name, row in before.items()]

    alive = receipts.is_working(page, utc_now())
    while alive:
        latest, waited = answers(), now() - started
        if waited > LONGEST or all(answer.reads or (answer.recorded and waited > PATIENCE) for answer in latest):
            return latest, "worker"
        alive = waited <= SILENCE or any(answer.recorded for answer in latest)
        pause(LOOK)
    bring(config, page, config.hosts, reader)
    return answers(), "terminal"


def _answer(page: "Page", host: str, row: "Receipt | None", before: "Receipt | None") -> HostAnswer:
    if row is None:
        return HostAnswer(host, "", 0, "nothing is heard of it", reads=False, recorded=False)
    behind = (row.epoch, row.revision) < (page.epoch, page.revision)
    proven = row.verdict == Verdict.PROVEN
    reason = f"it serves revision {row.revision}" if proven and behind else row.reason
    recorded = before is None or (row.pk, row.seen_at) != (before.pk, before.seen_at)
    return HostAnswer(host, row.verdict, row.revision, reason, reads=proven and not behind, recorded=recorded)
