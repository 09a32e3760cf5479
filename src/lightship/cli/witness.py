"""witness, steer: watch the hosts and move the name, and set by hand where it leads. Neither needs a desk."""

import logging
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import click

from lightship.cli.shared import App, Refused, json_option, page_option, pass_app, refusing, utc_now, who_types
from lightship.witness import run
from lightship.witness.by_hand import Steering, SteeringError
from lightship.zones import ZoneError

SPARED = ("desk", "keys")


@click.command()
@click.option("--name", metavar="NAME", help="Which of the witnesses this machine is, where [witness] does not say.")
@pass_app
def witness(app: App, name: str | None) -> None:
    """Look at each host from outside, vote with the other witnesses, and point the name at a host that answers.

    Runs until it is stopped. Three are recommended, each on a machine and network of its own, none of them a host's. Needs of
    lightship.toml: [witness], and of each page `url`, `public`, hosts with `address`, a zone, and the witnesses' names.

    \b
    lightship witness
    LIGHTSHIP_CONFIG=/etc/lightship/lightship.toml lightship witness --name w2
    """
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s")
    config = app.config(SPARED, witness=True)
    run(replace(config, witness=replace(config.witness, name=name)) if name else config, utc_now)


@click.group(invoke_without_command=True)
@page_option
@json_option
@click.pass_context
def steer(context: click.Context) -> None:
    """See where the name leads, or set it by hand. Works without a desk, with a key that may change the zone.

    \b
    lightship steer
    lightship steer to vienna
    lightship steer auto
    """
    if not context.invoked_subcommand:
        context.invoke(show)


@steer.command()
@pass_app
def show(app: App) -> None:
    """Where the name leads, since when and by whom, and what each witness votes."""
    steering = _steering(app)
    with refusing(ZoneError):
        facts = steering.facts(steering.read(), utc_now())
    app.say(_message(facts), facts)


@steer.command()
@click.argument("hosts", nargs=-1, required=True, metavar="HOST...")
@pass_app
def to(app: App, hosts: Sequence[str]) -> None:
    """Point the name there and keep it there, whatever witnesses see, until `lightship steer auto`.

    More than one host is no failover: browsers may stay with a dead one for minutes.

    \b
    lightship steer to vienna
    """
    steering = _steering(app)
    known = [place.name for place in steering.places]
    if unknown := [name for name in hosts if name not in known]:
        raise Refused(
            f"the name cannot lead to {', '.join(unknown)}: hosts with an `address` or `cname` are {', '.join(known)}"
        )
    facts = _set(steering, tuple(dict.fromkeys(hosts)))
    zone = steering.zone
    stays = "and stays there" if zone.holds_txt else "until a witness moves it: this zone holds no texts, and so no pin"
    message = f"{zone.name} leads to {', '.join(hosts)} {stays}. Readers follow within {zone.ttl} s."
    app.say(message, facts)


@steer.command()
@pass_app
def auto(app: App) -> None:
    """Let the witnesses steer again. The name stays where it is until they move it."""
    steering = _steering(app)
    facts = _set(steering, ())
    hosts = ", ".join(facts["hosts"] or ["no host"])
    message = f"Witnesses steer {steering.zone.name} again; it leads to {hosts}."
    app.say(message, facts)


def _steering(app: App) -> Steering:
    with refusing(SteeringError):
        return Steering.of(app.config(SPARED).page(app.slug))


def _set(steering: Steering, hosts: tuple[str, ...]) -> dict[str, Any]:
    by = "".join(c for c in who_types() if c.isalnum() or c in "-_.") or "operator"
    with refusing(SteeringError, ZoneError):
        return steering.set(hosts, by, utc_now())


def _message(facts: dict[str, Any]) -> str:
    records = "; ".join(f"{kind} {', '.join(values)}" for kind, values in facts["records"].items()) or "nothing"
    hosts = "no host of this file" if facts["hosts"] is None else ", ".join(facts["hosts"]) or "no host"
    lines = [f"{facts['name']} leads to {hosts} ({records})"]
    if facts["gen"]:
        lines.append(f"set by {facts['by']} at {facts['at']:%Y-%m-%d %H:%M:%S} UTC, move {facts['gen']}")
    elif facts["gen"] is None:
        lines.append("the move record in the zone cannot be read: `lightship steer auto` or `steer to HOST` writes a new one")
    if facts["pin"]:
        lines.append(f"pinned to {', '.join(facts['pin'])}: `lightship steer auto` lets the witnesses steer again")
    for name, ballot in (facts["witnesses"] or {}).items():
        lines.append(f"{name}: {_ballot_message(ballot)}")
    if facts["witnesses"] is None:
        lines.append("what witnesses vote is not in this kind of zone: they tell each other")
    return "\n".join(lines)


def _ballot_message(ballot: dict[str, Any] | None) -> str:
    if ballot is None:
        return "never voted"
    hosts = ", ".join(f"{name} {'up' if host['up'] else 'down'}" for name, host in ballot["hosts"].items())
    return f"{hosts or 'knows nothing yet'} ({'' if ballot['fresh'] else 'silent since '}{ballot['at']:%H:%M:%S} UTC)"
