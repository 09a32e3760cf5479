"""breakglass: speak when the desk is gone."""

import asyncio
import socket
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import click
from rich.console import Console

from lightship.breakglass.pending import NAME, PendingLog, PendingUpdate
from lightship.breakglass.speak import BreakGlass, NothingLeftError, Outcome
from lightship.channels import tell_staff
from lightship.cli import compose
from lightship.cli.breakglass_report import became_facts, became_words, scene_facts, scene_words
from lightship.cli.compose import component_option, ended_option, facts_options, incident_option, state_option
from lightship.cli.shared import App, Refused, json_option, say, utc_now, who_types
from lightship.config import Config
from lightship.config.ids import new_id
from lightship.core import rules, updates
from lightship.core.model import Incident, Snapshot
from lightship.core.site.union import Union
from lightship.net.client import PublicReader
from lightship.publishing.read_only import open_host

T = TypeVar("T")
CLOCK_OFF = 300.0
"""Seconds; what a cache says that forgot to tell its age is less."""
HOW = """\
Say it from here, and it goes to every host that can be reached:

  lightship breakglass post "Webmail is down" "Sign-in fails with 503." -c Webmail=down
  lightship breakglass update "A failed controller; moving mailboxes." --state known
  lightship breakglass resolve "All mailboxes are on new hardware."
  lightship breakglass publish         bring hosts up that were away, and what is not proven yet"""


@click.group(invoke_without_command=True)
@click.option("--page", "slug", metavar="SLUG", help="Which page, where there are several.")
@click.option("--torn", "trusting", multiple=True, metavar="HOST", help="Believe this host though it was torn in a publish.")
@click.option("--as", "by", metavar="NAME", help="Who speaks, for your colleagues. Default: your name on this machine.")
@click.option("--clock-is-right", is_flag=True, help="Speak though every host says that this machine's clock is wrong.")
@click.pass_context
def breakglass(
    context: click.Context, /, slug: str | None, trusting: Sequence[str], by: str | None, *, clock_is_right: bool
) -> None:
    """Speak when the desk is gone: from what hosts still hold, to every host that can be reached.

    Needs lightship.toml and the page's key; no desk, no database. Alone, it shows what survives, and what to type.

    \b
    lightship breakglass
    lightship breakglass post "Webmail is down" "Sign-in fails with 503." -c Webmail=down
    """
    # Opened by the command that needs it: `--help` must answer where there is no lightship.toml.
    context.meta["breakglass"] = cache(lambda: _open(context.ensure_object(App), slug, trusting, by))
    context.meta["clock is right"] = clock_is_right
    if context.invoked_subcommand is None:
        scene = _run("reading what survives", _glass(context).look())
        click.echo(f"{scene_words(scene, utc_now())}\n\n{HOW}")


@breakglass.command()
@json_option
@click.pass_context
def show(context: click.Context, as_json: bool) -> None:
    """What survives where: what each host holds, how old it is, and what is open.

    \b
    lightship breakglass show
    """
    glass = _glass(context)
    scene = _run("reading what survives", glass.look())
    say(scene_words(scene, utc_now()), scene_facts(scene), as_json=as_json)


@breakglass.command()
@click.argument("name")
@click.argument("body", default="")
@component_option
@facts_options
@json_option
@click.pass_context
def post(context: click.Context, /, name: str, body: str, components: Sequence[str], as_json: bool, **facts: Any) -> None:
    """Say that something is broken. BODY - reads the text from standard input.

    \b
    lightship breakglass post "Webmail is down" "Sign-in fails with 503." -c Webmail=down --since 13:41 --next 30m
    """
    body, now = compose.text(body), utc_now()

    def composed(whole: Union) -> Incident:
        new = compose.opening(whole.snapshot, name, body, components, facts, now)
        return updates.opened(whole.now, new, new_id(), new_id(), now)

    _speak(context, composed, as_json=as_json)


@breakglass.command()
@click.argument("words", nargs=-1, required=True, metavar="[INCIDENT] BODY")
@incident_option
@state_option
@component_option
@facts_options
@json_option
@click.pass_context
def update(
    context: click.Context,
    /,
    words: Sequence[str],
    incident_id: str | None,
    state: str | None,
    components: Sequence[str],
    as_json: bool,
    **facts: Any,
) -> None:
    """Say what is new about an open incident. BODY - reads the text from standard input.

    \b
    lightship breakglass update "A failed controller; moving mailboxes to spare hardware." --state known --next 15:00
    """
    incident_id, body = _named(words, incident_id)
    body, now = compose.text(body), utc_now()

    def composed(whole: Union) -> Incident:
        incident = _chosen(context, whole.snapshot, incident_id)
        new = compose.update(whole.snapshot, incident, body, state, components, facts, now)
        return updates.added(whole.now, incident, new, new_id(), now)

    _speak(context, composed, as_json=as_json)


@breakglass.command()
@click.argument("words", nargs=-1, metavar="[[INCIDENT] BODY]")
@incident_option
@ended_option
@facts_options
@json_option
@click.pass_context
def resolve(
    context: click.Context,
    /,
    words: Sequence[str],
    incident_id: str | None,
    ended: str | None,
    as_json: bool,
    **facts: Any,
) -> None:
    """Say that it is over. Its components turn to working, unless another open incident holds them down.

    \b
    lightship breakglass resolve "All mailboxes are on new hardware." --ended 14:20 --cause "A failed controller."
    """
    incident_id, body = _named(words or ("",), incident_id)
    body, now = compose.text(body), utc_now()

    def composed(whole: Union) -> Incident:
        incident = _chosen(context, whole.snapshot, incident_id)
        return updates.added(whole.now, incident, compose.end(incident, body, ended, facts, now), new_id(), now)

    _speak(context, composed, as_json=as_json)


@breakglass.command()
@json_option
@click.pass_context
def publish(context: click.Context, as_json: bool) -> None:
    """Bring every host to what all of them, and this machine, hold. For hosts that were away, and after a command that died.

    \b
    lightship breakglass publish
    """
    became = _run("publishing", _glass(context).publish())
    say(became_words(became), became_facts(became), as_json=as_json)
    if not became.proven:
        raise click.exceptions.Exit(1)


@dataclass(frozen=True)
class Here:
    """What every command of the group needs: the page from this machine, and who speaks."""

    config: Config
    glass: BreakGlass
    by: str


def _open(app: App, slug: str | None, trusting: Sequence[str], by: str | None) -> Here:
    config = app.config(without={"desk", "secrets"})
    page = config.page(slug)
    known = {host.name for host in page.hosts}
    if strange := set(trusting) - known:
        raise Refused(f"there is no host {', '.join(sorted(strange))}; there is {', '.join(known)}")
    pending_log = PendingLog(config.base / NAME, page.slug)
    glass = BreakGlass(page, [open_host(host) for host in page.hosts], pending_log, utc_now, trusting, app.stranger())
    return Here(config, glass, by or who_types() or "somebody")


def _glass(context: click.Context) -> BreakGlass:
    here: Here = context.meta["breakglass"]()
    return here.glass


def _run(doing: str, work: Coroutine[Any, Any, T]) -> T:
    try:
        with Console(stderr=True).status(doing):
            return asyncio.run(work)
    except (NothingLeftError, rules.Refused) as error:
        raise Refused(str(error)) from error


def _speak(context: click.Context, composed: Callable[[Union], Incident], *, as_json: bool) -> None:
    here: Here = context.meta["breakglass"]()
    if not context.meta["clock is right"]:
        _insist_on_clock([host.url for host in here.glass.page.hosts], here.glass.stranger)
    word, became = _run("publishing", here.glass.speak(composed, here.by))
    troubles = (*here.config.lacking, *tell_staff(here.config.channels, *_message(here, word, became)))
    said = _said(became, word)
    lines = [f"Said: {said.name} ({said.id}).", became_words(became), *(f"staff not told: {each}" for each in troubles)]
    facts = {"id": said.id, "update": word.id, **became_facts(became), "troubles": list(troubles)}
    say("\n".join(lines), facts, as_json=as_json)
    if not any(receipt.proven for receipt in became.receipts):
        raise click.exceptions.Exit(1)


def _insist_on_clock(urls: Sequence[str], reader: PublicReader) -> None:
    """What is dated wrongly stands above or below what colleagues say, and nobody can take that back. One host that agrees
    with us is enough: another may lie."""
    with ThreadPoolExecutor(16) as pool:
        app = [at for at in pool.map(reader.clock, urls) if at]
    off = min(((utc_now() - at).total_seconds() for at in app), key=abs, default=0.0)
    if abs(off) > CLOCK_OFF:
        raise Refused(
            f"this machine's clock is {abs(off) / 60:,.0f} minutes {'ahead of' if off > 0 else 'behind'} what every host says "
            "that answers: what you say would be dated wrongly. Set it (timedatectl set-ntp true); or, if it is right, put "
            "--clock-is-right after breakglass"
        )


def _said(became: Outcome, word: PendingUpdate) -> Incident:
    return became.scene.union.content.incidents.get(word.incident.id, word.incident)


def _message(here: Here, word: PendingUpdate, became: Outcome) -> tuple[str, str]:
    update = next(each for each in word.incident.updates if each.id == word.id)
    page = became.scene.union.snapshot.page
    subject = f"Break-glass on {page.name}: {word.incident.name} ({update.status})"
    body = [
        f"{word.by} at {socket.gethostname()} spoke without the desk, {word.at}:",
        "",
        update.body or "(no text)",
        "",
        became_words(became),
        "",
        f"Readers see it at {page.url}. When the desk is back, it says so on every view: take in there what was said here.",
    ]
    return subject, "\n".join(body)


def _chosen(context: click.Context, page: Snapshot, incident_id: str | None) -> Incident:
    recent = {incident.id: incident for incident in page.recent}
    return compose.chosen(page, incident_id, recent.get, "breakglass post")


def _named(words: Sequence[str], incident_id: str | None) -> tuple[str | None, str]:
    if len(words) > 2 or (len(words) == 2 and incident_id):
        raise click.UsageError("put the text in quotes: it is one word to the shell then")
    return (words[0], words[1]) if len(words) == 2 else (incident_id, words[0])
