"""channels: who is told, and whether a message reaches them."""

import socket
from collections.abc import Sequence

import click

from lightship.channels import Message, open_channel, tell_each
from lightship.cli.shared import App, Chosen, Refused, chosen, json_option, say, utc_now
from lightship.config import Config


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def channels(context: click.Context, as_json: bool) -> None:
    """The ways in which staff are told of what happens around the page.

    \b
    lightship channels
    lightship channels check
    """
    context.obj = Chosen(context.ensure_object(App), None, as_json)
    if context.invoked_subcommand:
        return
    configured = _config(context.obj).channels
    words = "\n".join(f"{each.name}: {each.kind}" for each in configured) or "no channel is configured: nobody is told"
    say(words, [{"channel": each.name, "kind": each.kind} for each in configured], as_json=as_json)


@channels.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@chosen
def check(chosen: Chosen, names: Sequence[str]) -> None:
    """Send a test message through every channel, or those named. Works on a witness too, and needs no database.

    \b
    lightship channels check
    lightship channels check mail
    """
    config = _config(chosen)
    known = {each.name: each for each in config.channels}
    if unknown := set(names) - set(known):
        raise Refused(f"there is no channel {', '.join(sorted(unknown))}; there is {', '.join(known) or 'none'}")
    if not known:
        raise Refused(f"no channel is configured in {config.path}: nobody would be told. See docs/operate/channels.md")
    found = tell_each([open_channel(known[name]) for name in names or known], _test_message(config))
    lines = [f"{name}: {wrong or 'a test message went out; see that it arrived'}" for name, wrong in found.items()]
    say("\n".join(lines), dict(found), as_json=chosen.as_json)
    if any(found.values()):
        raise click.exceptions.Exit(1)


def _test_message(config: Config) -> Message:
    pages = " and ".join(page.url for page in config.pages.values())
    return Message(
        subject="Test of Lightship's messages to staff",
        body=f"This is a test: nothing is wrong.\n\nSent by `lightship channels check` on {socket.gethostname()} at "
        f"{utc_now():%H:%M:%S} UTC, for {pages}.\nIn earnest you would read here what happened to the page, and what to do.",
    )


def _config(chosen: Chosen) -> Config:
    return chosen.app.readable({"desk"}, {"desk", "keys"})
