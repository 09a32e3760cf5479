"""A new incident or update from what a person types in a terminal: the same with a desk and without one."""

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import click
from click.decorators import FC

from lightship.cli.shared import Refused
from lightship.core.model import ComponentStatus, Facts, Incident, Kind, Snapshot, Status
from lightship.core.updates import NewIncident, NewUpdate

LEVELS = {
    "working": ComponentStatus.OPERATIONAL,
    "slow": ComponentStatus.DEGRADED,
    "partly-down": ComponentStatus.PARTIAL,
    "down": ComponentStatus.MAJOR,
    "maintenance": ComponentStatus.UNDER_MAINTENANCE,
}
CODES = {status.value: status for status in ComponentStatus}
UNITS = {"m": "minutes", "h": "hours", "d": "days"}
STATES = {"looking": Status.INVESTIGATING, "known": Status.IDENTIFIED, "watching": Status.MONITORING}
NONE_YET = "none-yet"
COMPONENT_HELP = f"What is affected, and how: {', '.join(LEVELS)}. May be repeated."

component_option = click.option("-c", "--component", "components", multiple=True, metavar="NAME[=LEVEL]", help=COMPONENT_HELP)
incident_option = click.option("--incident", "incident_id", metavar="ID", help="Which one, where several are open.")
state_option = click.option(
    "--state", "--status", "state", type=click.Choice([*STATES, *STATES.values()]), metavar="|".join(STATES),
    help="Where it stands now. Default: as before.",
)  # fmt: skip
separate_option = click.option(
    "--separate", is_flag=True, help="It is an incident of its own, though one is open in the same component."
)
ended_options = (
    click.option("--ended", metavar="TIME", help="When it ended: 14:20, or 10m (ago)."),
    click.option("--prevention", default="", help="What prevents it from now on."),
    click.option("--data-lost", default="", help="Whether data was lost: “none”."),
)
facts_options = (
    click.option("--symptom", default="", help="What customers see: “sign-in fails with 503”."),
    click.option("--scope", default="", help="Who is affected, and where: “mailboxes in Vienna”."),
    click.option("--numbers", default="", help="How many: “about 4,000”."),
    click.option("--unaffected", default="", help="Who is not affected."),
    click.option("--since", metavar="TIME", help="When it began: 13:41, 2026-11-22T13:41Z, or 20m (ago)."),
    click.option("--doing", default="", help="What is being done right now."),
    click.option("--workaround", default="", metavar="TEXT|none-yet", help="What customers can do meanwhile."),
    click.option("--back-by", metavar="TIME|none-yet", help="When it will work again, or that nobody can tell yet."),
    click.option(
        "--next", "next_update", metavar="TIME", help="When you will speak next: 30m, 14:30. Default: by the page's rules."
    ),
    click.option("--cause", default="", help="What caused it."),
)


def in_order(*options: Callable[[FC], FC]) -> Callable[[FC], FC]:
    """Options, as `--help` is to list them."""

    def added(command: FC) -> FC:
        for option in reversed(options):
            command = option(command)
        return command

    return added


Composed = Callable[[Snapshot, Incident, str, Mapping[str, Any], datetime], NewUpdate]
"""`update` or `end`."""

opening_options = in_order(component_option, *facts_options)
update_options = in_order(incident_option, state_option, component_option, *facts_options)
end_options = in_order(incident_option, *ended_options, *facts_options)


def opening(page: Snapshot, name: str, body: str, options: Mapping[str, Any], now: datetime) -> NewIncident:
    # A title alone is a first word too.
    options = {**options, "symptom": options["symptom"] or ("" if body.strip() else name)}
    first = _new(page, Status.INVESTIGATING, body, options, now)
    return NewIncident(name=name, update=first, started_at=first.facts.since)


def update(page: Snapshot, incident: Incident, body: str, options: Mapping[str, Any], now: datetime) -> NewUpdate:
    state = options["state"]
    status = STATES.get(state) or Status(state) if state else incident.status
    return _new(page, status, body, options, now)


def end(page: Snapshot, incident: Incident, body: str, options: Mapping[str, Any], now: datetime) -> NewUpdate:
    over = Status.COMPLETED if incident.kind is Kind.MAINTENANCE else Status.RESOLVED
    return _new(page, over, body, {**options, "next_update": None}, now)


def _new(page: Snapshot, status: Status, body: str, options: Mapping[str, Any], now: datetime) -> NewUpdate:
    """Where the options do not say when the next update comes, it is promised as usual."""
    back_by, no_estimate = options["back_by"], options["back_by"] == NONE_YET
    workaround, next_update = options["workaround"], when(options["next_update"], now, ahead=True)
    facts = Facts(
        symptom=options["symptom"],
        scope=options["scope"],
        numbers=options.get("numbers", ""),
        unaffected=options.get("unaffected", ""),
        since=when(options["since"], now, ahead=False),
        doing=options["doing"],
        workaround="" if workaround == NONE_YET else workaround,
        no_workaround=workaround == NONE_YET,
        estimate=None if no_estimate else when(back_by, now, ahead=True),
        no_estimate=no_estimate,
        next_update=next_update,
        ended=when(options.get("ended"), now, ahead=False),
        cause=options["cause"],
        prevention=options.get("prevention", ""),
        data_lost=options.get("data_lost", ""),
    )
    levels = statuses(page, options.get("components", ())) or None
    return NewUpdate(status=status, body=body, facts=facts, statuses=levels, promise_usual=next_update is None)


def chosen(
    page: Snapshot, incident_id: str | None, command: str, find: Callable[[str], Incident | None] | None = None
) -> Incident:
    """The incident that was named, or the only one that touches readers now. `find`: finds one that is not open any more;
    without it, it is searched for among the page's recent ones. `command`: opens an incident."""
    find = find or {incident.id: incident for incident in page.recent}.get
    if incident_id:
        named = next((incident for incident in page.open if incident.id == incident_id), None) or find(incident_id)
        if named is None:
            raise Refused(f"there is no incident {incident_id!r} on this page")
        return named
    begun = [incident for incident in page.open if incident.status is not Status.SCHEDULED]
    if not begun:
        raise Refused(f"nothing is open on this page; `lightship {command}` opens an incident")
    if len(begun) > 1:
        names = "".join(f"\n  {incident.id}  {incident.name}" for incident in begun[:20])
        raise Refused(f"{len(begun)} are open: say which with --incident{names}")
    return begun[0]


def statuses(page: Snapshot, components: Sequence[str]) -> dict[str, ComponentStatus]:
    known = {component.name.casefold(): component.id for component in page.components if not component.retired}
    levels = {}
    for text in components:
        name, _, level = text.partition("=")
        if name.casefold() not in known:
            raise Refused(f"there is no component {name!r}; there is {', '.join(sorted(known)) or 'none yet'}")
        status = LEVELS.get(level or "down") or CODES.get(level)
        if status is None:
            raise Refused(f"{level!r} is not a level; there is {', '.join(LEVELS)}")
        levels[known[name.casefold()]] = status
    return levels


def when(text: str | None, now: datetime, *, ahead: bool) -> datetime | None:
    """`20m`, `2h` or `1d` from now (before now unless `ahead`), `13:41` (UTC, the nearest in that direction), or any ISO
    8601 time; without a zone it is UTC. None where nothing is typed. click.BadParameter otherwise."""
    if not text:
        return None
    at = _read(text, now, ahead=ahead)
    if ahead and at <= now:
        raise click.BadParameter(f"{text!r} is over: give a time to come")
    if not ahead and at > now:
        raise click.BadParameter(f"{text!r} is still to come: give a time that has been")
    return at


def _read(text: str, now: datetime, *, ahead: bool) -> datetime:
    if span := re.fullmatch(r"(\d{1,4})([mhd])", text):
        distance = timedelta(**{UNITS[span[2]]: int(span[1])})
        return now + distance if ahead else now - distance
    try:
        if re.fullmatch(r"\d{1,2}:\d{2}", text):
            hour, minute = text.split(":")
            at = now.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)
            if ahead and at <= now:
                return at + timedelta(days=1)
            return at - timedelta(days=1) if not ahead and at > now else at
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise click.BadParameter(f"{text!r} is no time: write 20m, 13:41 (UTC) or 2026-11-22T13:41Z") from error


def text(body: str) -> str:
    return sys.stdin.read() if body == "-" else body
