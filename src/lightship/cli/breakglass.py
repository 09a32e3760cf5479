"""breakglass: post, update and resolve when the desk is gone."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import click
from rich.console import Console

from lightship.breakglass.pending import NAME, PendingLog
from lightship.breakglass.speak import BreakGlass, NothingLeftError
from lightship.channels import tell_staff
from lightship.cli import compose
from lightship.cli.breakglass_report import HOW, became_facts, became_words, scene_facts, scene_words, staff_message
from lightship.cli.clock import insist_on_clock
from lightship.cli.compose import end_options, opening_options, update_options
from lightship.cli.shared import App, json_option, page_option, refuse_unknown, refusing, say, utc_now, who_types
from lightship.config import Config
from lightship.config.ids import new_id
from lightship.core import rules, updates
from lightship.core.model import Incident
from lightship.core.site.union import Union
from lightship.publishing.read_only import open_host

T = TypeVar("T")


@dataclass(frozen=True)
class Here:
    """What every command of the group needs: the page from this machine, and who speaks."""

    config: Config
    glass: BreakGlass
    by: str
    clock_is_right: bool


@click.group(invoke_without_command=True)
@page_option
@click.option("--torn", "trusting", multiple=True, metavar="HOST", help="Believe this host though it was torn in a publish.")
@click.option("--as", "by", metavar="NAME", help="Who speaks, for your colleagues. Default: your name on this machine.")
@click.option("--clock-is-right", is_flag=True, help="Speak though every host says that this machine's clock is wrong.")
@click.pass_context
def breakglass(context: click.Context, slug: str | None, trusting: Sequence[str], by: str | None, clock_is_right: bool) -> None:
    """Speak when the desk is gone: from what hosts still hold, to every host that can be reached.

    Needs lightship.toml and the page's key; no desk, no database. Alone, it shows what survives, and what to type.

    \b
    lightship breakglass
    lightship breakglass post "Webmail is down" "Sign-in fails with 503." -c Webmail=down
    """
    app = context.ensure_object(App)

    @cache  # called by the command that needs it: `--help` must answer where there is no lightship.toml
    def here() -> Here:
        config = app.config(without={"desk", "secrets"})
        page = config.page(slug)
        refuse_unknown("host", trusting, {host.name: host for host in page.hosts})
        pending_log = PendingLog(config.base / NAME, page.slug)
        hosts = [open_host(host) for host in page.hosts]
        glass = BreakGlass(page, hosts, pending_log, utc_now, trusting, app.reader())
        return Here(config, glass, by or who_types() or "somebody", clock_is_right)

    context.obj = here
    if context.invoked_subcommand is None:
        scene = _run("reading what survives", here().glass.look())
        click.echo(f"{scene_words(scene, utc_now())}\n\n{HOW}")


@breakglass.command()
@json_option
@click.pass_obj
def show(here: Callable[[], Here], as_json: bool) -> None:
    """What survives where: what each host holds, how old it is, and what is open.

    \b
    lightship breakglass show
    """
    scene = _run("reading what survives", here().glass.look())
    say(scene_words(scene, utc_now()), scene_facts(scene), as_json=as_json)


@breakglass.command()
@click.argument("name")
@click.argument("body", default="")
@opening_options
@json_option
@click.pass_obj
def post(here: Callable[[], Here], /, name: str, body: str, as_json: bool, **options: Any) -> None:
    """Say that something is broken. BODY - reads the text from standard input.

    \b
    lightship breakglass post "Webmail is down" "Sign-in fails with 503." -c Webmail=down --since 13:41 --next 30m
    """
    body, now = compose.text(body), utc_now()

    def composed(union: Union) -> Incident:
        new = compose.opening(union.snapshot, name, body, options["components"], options, now)
        return updates.opened(union.now, new, new_id(), new_id(), now)

    _speak(here(), composed, as_json=as_json)


@breakglass.command()
@click.argument("arguments", nargs=-1, required=True, metavar="[INCIDENT] BODY")
@update_options
@json_option
@click.pass_obj
def update(
    here: Callable[[], Here], /, arguments: Sequence[str], incident_id: str | None, as_json: bool, **options: Any
) -> None:
    """Say what is new about an open incident. BODY - reads the text from standard input.

    \b
    lightship breakglass update "A failed controller; moving mailboxes to spare hardware." --state known --next 15:00
    """

    incident_id, body = _incident_and_body(arguments, incident_id)
    now = utc_now()

    def composed(union: Union) -> Incident:
        incident = compose.chosen(union.snapshot, incident_id, "breakglass post")
        new = compose.update(union.snapshot, incident, body, options, now)
        return updates.added(union.now, incident, new, new_id(), now)

    _speak(here(), composed, as_json=as_json)


@breakglass.command()
@click.argument("arguments", nargs=-1, metavar="[[INCIDENT] BODY]")
@end_options
@json_option
@click.pass_obj
def resolve(
    here: Callable[[], Here], /, arguments: Sequence[str], incident_id: str | None, as_json: bool, **options: Any
) -> None:
    """Say that it is over. Its components turn to working, unless another open incident holds them down.

    \b
    lightship breakglass resolve "All mailboxes are on new hardware." --ended 14:20 --cause "A failed controller."
    """

    incident_id, body = _incident_and_body(arguments or ("",), incident_id)
    now = utc_now()

    def composed(union: Union) -> Incident:
        incident = compose.chosen(union.snapshot, incident_id, "breakglass post")
        new = compose.end(incident, body, options["ended"], options, now)
        return updates.added(union.now, incident, new, new_id(), now)

    _speak(here(), composed, as_json=as_json)


@breakglass.command()
@json_option
@click.pass_obj
def publish(here: Callable[[], Here], as_json: bool) -> None:
    """Bring every host to what all of them, and this machine, hold. For hosts that were away, and after a command that died.

    \b
    lightship breakglass publish
    """
    outcome = _run("publishing", here().glass.publish())
    say(became_words(outcome), became_facts(outcome), as_json=as_json, failed=not outcome.proven)


def _run(doing: str, work: Coroutine[Any, Any, T]) -> T:
    with refusing(NothingLeftError, rules.Refused), Console(stderr=True).status(doing):
        return asyncio.run(work)


def _speak(here: Here, composed: Callable[[Union], Incident], *, as_json: bool) -> None:
    if not here.clock_is_right:
        insist_on_clock([host.url for host in here.glass.page.hosts], here.glass.reader)
    pending, outcome = _run("publishing", here.glass.speak(composed, here.by))
    troubles = [*here.config.lacking, *tell_staff(here.config.channels, *staff_message(pending, outcome))]
    incident = outcome.scene.union.content.incidents.get(pending.incident.id, pending.incident)
    lines = [f"Said: {incident.name} ({incident.id}).", became_words(outcome)]
    lines += [f"staff not told: {trouble}" for trouble in troubles]
    facts = {"id": incident.id, "update": pending.id, **became_facts(outcome), "troubles": troubles}
    say("\n".join(lines), facts, as_json=as_json, failed=not any(receipt.proven for receipt in outcome.receipts))


def _incident_and_body(arguments: Sequence[str], incident_id: str | None) -> tuple[str | None, str]:
    if len(arguments) > 2 or (len(arguments) == 2 and incident_id):
        raise click.UsageError("put the text in quotes: it is one word to the shell then")
    *named, body = arguments
    return (named[0] if named else incident_id), compose.text(body)
