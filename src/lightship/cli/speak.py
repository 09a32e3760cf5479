"""post, update, resolve: speak from the terminal."""

import getpass
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from lightship.cli.shared import Refused, Told, json_option, page_option, say, told, utc_now
from lightship.cli.times import when
from lightship.core.model import ComponentStatus, Facts, Status

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from lightship.desk.models import Incident, Page

LEVELS = {
    "working": ComponentStatus.OPERATIONAL,
    "slow": ComponentStatus.DEGRADED,
    "partly-down": ComponentStatus.PARTIAL,
    "down": ComponentStatus.MAJOR,
    "maintenance": ComponentStatus.UNDER_MAINTENANCE,
}
COMPONENT_HELP = f"What is affected, and how: {', '.join(LEVELS)}. May be repeated."
STATES = {"looking": Status.INVESTIGATING, "known": Status.IDENTIFIED, "watching": Status.MONITORING}


def facts_options(command: click.decorators.FC) -> click.decorators.FC:
    """The structured facts of an update, as options."""
    options = (
        click.option("--symptom", default="", help="What customers see: “sign-in fails with 503”."),
        click.option("--scope", default="", help="Who or how many are affected, and who is not."),
        click.option("--since", metavar="TIME", help="When it began: 13:41, 2026-11-22T13:41Z, or 20m (ago)."),
        click.option("--doing", default="", help="What is being done right now."),
        click.option("--workaround", default="", help="What customers can do meanwhile."),
        click.option("--back-by", metavar="TIME|none-yet", help="When it will work again, or that nobody can tell yet."),
        click.option(
            "--next", "next_update", metavar="TIME", help="When you will speak next: 30m, 14:30. Default: the page's promise."
        ),
        click.option("--cause", default="", help="What caused it."),
        click.option("--by", metavar="ACCOUNT", help="Whose words these are. Default: the account named like you."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.command()
@click.argument("name")
@click.argument("body", default="")
@click.option("-c", "--component", "components", multiple=True, metavar="NAME[=LEVEL]", help=COMPONENT_HELP)
@facts_options
@page_option
@json_option
@told
def post(told: Told, /, name: str, body: str, components: Sequence[str], slug: str | None, as_json: bool, **facts: Any) -> None:
    """Say that something is broken. BODY - reads the text from standard input.

    \b
    lightship post "Webmail is down" "Sign-in fails with 503." -c Webmail=down --since 13:41 --next 30m
    """
    _, page = told.page(slug)
    from lightship.desk import journal  # after Django is set up

    now = utc_now()
    said = journal.Say(
        status=Status.INVESTIGATING,
        body=_text(body),
        facts=_facts(facts, now, page.promise_minutes),
        statuses=_statuses(page, components, default="down") or None,
    )
    try:
        incident = journal.open_incident(
            page, journal.Opening(name=name, say=said, started_at=said.facts.since), _author(facts), now
        )
    except journal.JournalError as error:
        raise Refused(str(error)) from error
    _posted(page, incident, as_json=as_json)


@click.command()
@click.argument("body")
@click.option("--incident", "incident_id", metavar="ID", help="Which one, where several are open.")
@click.option("--state", type=click.Choice(list(STATES)), help="Where it stands now. Default: as before.")
@click.option("-c", "--component", "components", multiple=True, metavar="NAME[=LEVEL]", help=COMPONENT_HELP)
@facts_options
@page_option
@json_option
@told
def update(
    told: Told,
    /,
    body: str,
    incident_id: str | None,
    state: str | None,
    components: Sequence[str],
    slug: str | None,
    as_json: bool,
    **facts: Any,
) -> None:
    """Say what is new about an open incident. BODY - reads the text from standard input.

    \b
    lightship update "A failed controller; moving mailboxes to spare hardware." --state known --next 15:00
    """
    _, page = told.page(slug)
    from lightship.desk import rows  # after Django is set up

    incident, now = _open(page, incident_id), utc_now()
    status = STATES[state] if state else rows.status_of_incident(incident)
    statuses = _statuses(page, components, default="down") or None
    _say(page, incident, status, _text(body), _facts(facts, now, page.promise_minutes), statuses, facts, as_json=as_json)


@click.command()
@click.argument("body", default="")
@click.option("--incident", "incident_id", metavar="ID", help="Which one, where several are open.")
@click.option("--ended", metavar="TIME", help="When it ended: 14:20, or 10m (ago).")
@facts_options
@page_option
@json_option
@told
def resolve(
    told: Told, /, body: str, incident_id: str | None, ended: str | None, slug: str | None, as_json: bool, **facts: Any
) -> None:
    """Say that it is over. Its components turn to working, unless another open incident holds them down.

    \b
    lightship resolve "All mailboxes are on new hardware." --ended 14:20 --cause "A failed storage controller."
    """
    _, page = told.page(slug)
    incident, now = _open(page, incident_id), utc_now()
    said = _facts({**facts, "next_update": None}, now, 0, ended=when(ended, now, ahead=False) if ended else None)
    over = Status.COMPLETED if incident.kind == "maintenance" else Status.RESOLVED
    _say(page, incident, over, _text(body), said, _freed(page, incident), facts, as_json=as_json)


def _author(options: Mapping[str, Any]) -> "User | None":
    """Who speaks: the account named with --by, or the one named as the person at this terminal; else nobody by name."""
    from django.contrib.auth.models import User  # after Django is set up

    name = options["by"] or getpass.getuser()
    user = User.objects.filter(username=name).first()
    if options["by"] and user is None:
        raise Refused(f"there is no account {name!r}")
    return user


def _say(
    page: "Page",
    incident: "Incident",
    status: Status,
    body: str,
    said: Facts,
    statuses: Mapping[str, ComponentStatus] | None,
    options: Mapping[str, Any],
    *,
    as_json: bool,
) -> None:
    from lightship.desk import journal  # after Django is set up

    word = journal.Say(status=status, body=body, facts=said, statuses=statuses)
    try:
        journal.update(incident, word, _author(options), utc_now())
    except journal.JournalError as error:
        raise Refused(str(error)) from error
    _posted(page, incident, as_json=as_json)


def _posted(page: "Page", incident: "Incident", *, as_json: bool) -> None:
    page.refresh_from_db()
    words = f"Posted: {incident.name} ({incident.pk}), revision {page.revision}. The worker publishes it at once."
    say(words, {"id": incident.pk, "revision": page.revision}, as_json=as_json)


def _open(page: "Page", incident_id: str | None) -> "Incident":
    """The one that was named, or the only one that touches readers now."""
    from lightship.desk import rows  # after Django is set up

    if incident_id:
        found = list(page.incidents.filter(pk=incident_id))
    else:
        found = [row for row in page.incidents.filter(open=True) if rows.status_of_incident(row) is not Status.SCHEDULED]
    if len(found) == 1:
        return found[0]
    if incident_id:
        raise Refused(f"there is no incident {incident_id!r} on this page")
    if not found:
        raise Refused("nothing is open on this page; `lightship post` opens an incident")
    names = "".join(f"\n  {each.pk}  {each.name}" for each in found[:20])
    raise Refused(f"{len(found)} are open: say which with --incident{names}")


def _statuses(page: "Page", components: Sequence[str], *, default: str) -> dict[str, ComponentStatus]:
    known = {row.name.casefold(): row.pk for row in page.components.filter(retired=False)}
    statuses = {}
    for text in components:
        name, _, level = text.partition("=")
        if name.casefold() not in known:
            raise Refused(f"there is no component {name!r}; there is {', '.join(sorted(known)) or 'none yet'}")
        if (level or default) not in LEVELS:
            raise Refused(f"{level!r} is not a level; there is {', '.join(LEVELS)}")
        statuses[known[name.casefold()]] = LEVELS[level or default]
    return statuses


def _freed(page: "Page", incident: "Incident") -> dict[str, ComponentStatus] | None:
    """Every component of the incident, working again, but for those that another open one holds."""
    others = page.incidents.filter(open=True).exclude(pk=incident.pk)
    held = {record["id"] for other in others for record in other.components if record["status"] != "operational"}
    freed = {record["id"]: ComponentStatus.OPERATIONAL for record in incident.components if record["id"] not in held}
    return freed or None


def _facts(options: Mapping[str, Any], now: datetime, promise: int, *, ended: datetime | None = None) -> Facts:
    back_by, due = options["back_by"], options["next_update"]
    return Facts(
        symptom=options["symptom"],
        scope=options["scope"],
        since=when(options["since"], now, ahead=False) if options["since"] else None,
        doing=options["doing"],
        workaround=options["workaround"],
        estimate=when(back_by, now, ahead=True) if back_by and back_by != "none-yet" else None,
        no_estimate=back_by == "none-yet",
        next_update=when(due, now, ahead=True) if due else now + timedelta(minutes=promise) if promise else None,
        ended=ended,
        cause=options["cause"],
    )


def _text(body: str) -> str:
    return sys.stdin.read() if body == "-" else body
