"""channels: which ones there are, and whether a message reaches staff through each."""

import socket
from collections.abc import Sequence

import click

from lightship.channels import Message, open_channel, tell_each
from lightship.cli.shared import App, Refused, json_option, pass_app, refuse_unknown, utc_now
from lightship.config import Config


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def channels(context: click.Context) -> None:
    """The ways in which staff are told of what happens around the page.

    \b
    lightship channels
    lightship channels check
    """
    if context.invoked_subcommand:
        return
    configured = _config(context.obj).channels
    message = "\n".join(f"{channel.name}: {channel.kind}" for channel in configured)
    facts = [{"channel": channel.name, "kind": channel.kind} for channel in configured]
    context.obj.say(message or "no channel is configured: nobody is told", facts)


@channels.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@pass_app
def check(app: App, names: Sequence[str]) -> None:
    """Send a test message through every channel, or those named. Works on a witness too, and needs no database.

    \b
    lightship channels check
    lightship channels check mail
    """
    config = _config(app)
    known = {channel.name: channel for channel in config.channels}
    refuse_unknown("channel", names, known)
    if not known:
        raise Refused(f"no channel is configured in {config.path}: nobody would be told. See docs/operate/channels.md")
    errors = tell_each([open_channel(known[name]) for name in names or known], _test_message(config))
    lines = [f"{name}: {error or 'a test message went out; see that it arrived'}" for name, error in errors.items()]
    app.say("\n".join(lines), dict(errors), failed=any(errors.values()))


def _test_message(config: Config) -> Message:
    pages = " and ".join(page.url for page in config.pages.values())
    return Message(
        subject="Test of Lightship's messages to staff",
        body=f"This is a test: nothing is wrong.\n\nSent by `lightship channels check` on {socket.gethostname()} at "
        f"{utc_now():%H:%M:%S} UTC, for {pages}.\nIn earnest you would read here what happened to the page, and what to do.",
    )


def _config(app: App) -> Config:
    return app.readable({"desk"}, {"desk", "keys"})
