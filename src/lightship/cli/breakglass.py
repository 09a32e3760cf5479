"""breakglass: post, update and resolve when the desk is gone, and tell what survives."""

import asyncio
import socket
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import click
from rich.console import Console

from lightship.breakglass.pending import NAME, PendingLog, PendingUpdate
from lightship.breakglass.speak import BreakGlass, NothingLeftError, Outcome, Scene
from lightship.channels import tell_staff
from lightship.cli import compose
from lightship.cli.clarity import Judge, report_facts, vague_option
from lightship.cli.compose import Composed, end_options, opening_options, update_options
from lightship.cli.scene import scene_facts, scene_words
from lightship.cli.shared import App, Refused, json_option, page_option, refuse_unknown, refusing, utc_now, who_types
from lightship.config import Config
from lightship.config.ids import new_id
from lightship.core import rules, updates
from lightship.core.drafts import drafted
from lightship.core.model import Incident
from lightship.core.site.union import Union
from lightship.net.client import PublicReader
from lightship.publishing.read_only import open_host
from lightship.signing import SigningKey

HOW = """\
Say it from here, and it goes to every host that can be reached:

  lightship breakglass post "Webmail is down" "Sign-in fails with 503." -c Webmail=down
  lightship breakglass update "A failed controller; moving mailboxes." --state known
  lightship breakglass resolve "All mailboxes are on new hardware."
  lightship breakglass publish         bring hosts up that were away, and what is not proven yet"""

CLOCK_OFF = 300.0
"""Seconds. A cache that does not tell the age of its answer is less behind."""
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Here(App):
    """With the options of the group. `trusting`: hosts to believe though they are torn. `by`: who speaks."""

    trusting: Sequence[str]
    by: str
    clock_is_right: bool

    def opened(self) -> tuple[Config, BreakGlass]:
        """Called by the command that needs it: `--help` must answer where there is no lightship.toml."""
        config = self.config(without={"desk", "secrets"})
        page = config.page(self.slug)
        refuse_unknown("host", self.trusting, {host.name: host for host in page.hosts})
        pending_log = PendingLog(config.base / NAME, page.slug)
        hosts = [open_host(host) for host in page.hosts]
        return config, BreakGlass(page, hosts, SigningKey(page.key), pending_log, utc_now, self.trusting, self.reader())

    def look(self) -> Scene:
        _, glass = self.opened()
        return _run("reading what survives", glass.look())


@click.group(invoke_without_command=True)
@page_option
@click.option("--torn", "trusting", multiple=True, metavar="HOST", help="Believe this host though it was torn in a publish.")
@click.option("--as", "by", metavar="NAME", help="Who speaks, for your colleagues. Default: your name on this machine.")
@click.option("--clock-is-right", is_flag=True, help="Speak though every host says that this machine's clock is wrong.")
@click.pass_context
def breakglass(context: click.Context, trusting: Sequence[str], by: str | None, clock_is_right: bool) -> None:
    """Speak when the desk is gone: from what hosts still hold, to every host that can be reached.

    Needs lightship.toml and the page's key; no desk, no database. Alone, it shows what survives, and what to type.

    \b
    lightship breakglass
    lightship breakglass post "Webmail is down" "Sign-in fails with 503." -c Webmail=down
    """
    here = Here(**vars(context.obj), trusting=trusting, by=by or who_types() or "somebody", clock_is_right=clock_is_right)
    context.obj = here
    if context.invoked_subcommand is None:
        click.echo(f"{scene_words(here.look(), utc_now())}\n\n{HOW}")


@breakglass.command()
@json_option
@click.pass_obj
def show(here: Here) -> None:
    """What survives where: what each host holds, how old it is, and what is open.

    \b
    lightship breakglass show
    """
    scene = here.look()
    here.say(scene_words(scene, utc_now()), scene_facts(scene))


@breakglass.command()
@click.argument("name")
@click.argument("body", default="")
@opening_options
@vague_option
@json_option
@click.pass_obj
def post(here: Here, /, name: str, body: str, vague_because: str, **options: Any) -> None:
    """Say that something is broken. BODY - reads the text from standard input.

    \b
    lightship breakglass post "Webmail is down" "Sign-in fails with 503." -c Webmail=down --since 13:41 --next 30m
    """
    body, now = compose.text(body), utc_now()

    def composed(union: Union) -> Incident:
        new = compose.opening(union.snapshot, name, body, options, now)
        first, draft = drafted(union.now, None, new.update, now)
        judge.read(draft)
        return updates.opened(union.now, replace(new, update=first), new_id(), new_id(), now)

    judge = Judge(vague_because)
    _speak(here, composed, judge)


@breakglass.command()
@click.argument("arguments", nargs=-1, required=True, metavar="[INCIDENT] BODY")
@update_options
@vague_option
@json_option
@click.pass_obj
def update(here: Here, /, arguments: Sequence[str], **options: Any) -> None:
    """Say what is new about an open incident. BODY - reads the text from standard input.

    \b
    lightship breakglass update "A failed controller; moving mailboxes to spare hardware." --state known --next 15:00
    """
    _add(here, compose.update, arguments, options)


@breakglass.command()
@click.argument("arguments", nargs=-1, metavar="[[INCIDENT] BODY]")
@end_options
@vague_option
@json_option
@click.pass_obj
def resolve(here: Here, /, arguments: Sequence[str], **options: Any) -> None:
    """Say that it is over. Its components turn to working, unless another open incident holds them down.

    \b
    lightship breakglass resolve "All mailboxes are on new hardware." --ended 14:20 --cause "A failed controller."
    """
    _add(here, compose.end, arguments or [""], options)


@breakglass.command()
@json_option
@click.pass_obj
def publish(here: Here) -> None:
    """Bring every host to what all of them, and this machine, hold. For hosts that were away, and after a command that died.

    \b
    lightship breakglass publish
    """
    _, glass = here.opened()
    outcome = _run("publishing", glass.publish())
    here.say(became_words(outcome), became_facts(outcome), failed=not outcome.proven)


def _run(doing: str, work: Coroutine[Any, Any, T]) -> T:
    with refusing(NothingLeftError, rules.Refused), Console(stderr=True).status(doing):
        return asyncio.run(work)


def _add(here: Here, composed: Composed, arguments: Sequence[str], options: dict[str, Any]) -> None:
    """One more update of the incident that was named, or of the only one that is open."""
    if len(arguments) > 2 or (len(arguments) == 2 and options["incident_id"]):
        raise click.UsageError("put the text in quotes: it is one word to the shell then")
    *named, body = arguments
    body, now = compose.text(body), utc_now()
    judge = Judge(options.pop("vague_because"))

    def added(union: Union) -> Incident:
        incident = compose.chosen(union.snapshot, named[0] if named else options["incident_id"], "breakglass post")
        new, draft = drafted(union.now, incident, composed(union.snapshot, incident, body, options, now), now)
        judge.read(draft)
        return updates.added(union.now, incident, new, new_id(), now)

    _speak(here, added, judge)


def _speak(here: Here, composed: Callable[[Union], Incident], judge: Judge) -> None:
    config, glass = here.opened()
    if not here.clock_is_right:
        insist_on_clock([host.url for host in glass.page.hosts], glass.reader)
    pending, outcome = _run("publishing", glass.speak(composed, here.by, lambda: judge.vague_because))
    troubles = [*config.lacking, *tell_staff(config.channels, *staff_message(pending, outcome))]
    incident = outcome.scene.union.content.incidents.get(pending.incident.id, pending.incident)
    lines = [f"Said: {incident.name} ({incident.id}).", became_words(outcome)]
    lines += [f"Posted though it is vague, because: {judge.vague_because}"] if judge.vague_because else []
    lines += [f"staff not told: {trouble}" for trouble in troubles]
    clarity = {**report_facts(judge.report), "vague_because": judge.vague_because}
    facts = {"id": incident.id, "update": pending.id, **became_facts(outcome), "troubles": troubles, "clarity": clarity}
    here.say("\n".join(lines), facts, failed=not any(receipt.proven for receipt in outcome.receipts))


def insist_on_clock(urls: Sequence[str], reader: PublicReader) -> None:
    """Refuse to speak while this machine's clock is wrong: an update with a wrong date stands above or below those of
    colleagues, and nobody can take that back. One host that agrees with this machine is enough: another may lie."""
    with ThreadPoolExecutor(16) as pool:
        clocks = [at for at in pool.map(reader.clock, urls) if at]
    off = min(((utc_now() - at).total_seconds() for at in clocks), key=abs, default=0.0)
    if abs(off) > CLOCK_OFF:
        raise Refused(
            f"this machine's clock is {abs(off) / 60:,.0f} minutes {'ahead of' if off > 0 else 'behind'} what every host says "
            "that answers: what you say would be dated wrongly. Set it (timedatectl set-ntp true); or, if it is right, put "
            "--clock-is-right after breakglass"
        )


def became_words(outcome: Outcome) -> str:
    snapshot = outcome.scene.union.snapshot
    lines = [f"{r.host}: {r.verdict}{': ' + r.reason if r.reason else ''} ({r.milliseconds} ms)" for r in outcome.receipts]
    lines.append(f"revision {snapshot.revision} of epoch {snapshot.epoch}")
    if not outcome.proven:
        where = f"Kept in {NAME}"
        if outcome.unkept:
            where = f"Not kept on this machine, only where it is proven: {outcome.unkept}"
        lines.append(f"Not on every host yet. {where}; when they are back: lightship breakglass publish")
    return "\n".join(lines)


def became_facts(outcome: Outcome) -> dict[str, Any]:
    epoch, revision = outcome.scene.union.version
    receipts = [receipt.facts() for receipt in outcome.receipts]
    return {"epoch": epoch, "revision": revision, "proven": outcome.proven, "receipts": receipts}


def staff_message(pending: PendingUpdate, outcome: Outcome) -> tuple[str, str]:
    """Subject and body."""
    update = next(update for update in pending.incident.updates if update.id == pending.id)
    page = outcome.scene.union.snapshot.page
    subject = f"Break-glass on {page.name}: {pending.incident.name} ({update.status})"
    body = [
        f"{pending.by} at {socket.gethostname()} spoke without the desk, {pending.at}:",
        "",
        update.body or "(no text)",
        "",
        became_words(outcome),
        "",
        f"Readers see it at {page.url}. When the desk is back, it says so on every view: take in there what was said here.",
    ]
    return subject, "\n".join(body)
