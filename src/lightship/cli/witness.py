"""witness, steer: let the name follow the hosts that answer, and set where it leads by hand. Neither needs a desk."""

import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from secrets import token_hex
from typing import Any

import click

from lightship.cli.shared import App, Chosen, Refused, chosen, json_option, page_option, pass_app, say, utc_now, who_types
from lightship.config import PageConfig
from lightship.core.steering.decide import by_hand
from lightship.core.steering.records import (
    FRESH,
    POINTERS,
    RECORD,
    Key,
    Place,
    Sets,
    Vote,
    place,
    pointed,
    record_of,
    vote_key,
    votes_of,
)
from lightship.zones import Conflict, Zone, ZoneError, open_zone, within

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
    from lightship.witness import run  # only this command needs it

    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s")
    config = app.config(SPARED, witness=True)
    run(replace(config, witness=replace(config.witness, name=name)) if name else config)


@click.group(invoke_without_command=True)
@page_option
@json_option
@click.pass_context
def steer(context: click.Context, slug: str | None, as_json: bool) -> None:
    """See where the name leads, or set it by hand. Works without a desk, with a key that may change the zone.

    \b
    lightship steer
    lightship steer to vienna
    lightship steer auto
    """
    context.obj = Chosen(context.ensure_object(App), slug, as_json)
    if not context.invoked_subcommand:
        context.invoke(show)


@steer.command()
@chosen
def show(chosen: Chosen) -> None:
    """Where the name leads, since when and by whom, and what each witness votes."""
    wheel = _wheel(chosen)
    facts = wheel.facts(wheel.read(), utc_now())
    say(_told(facts), facts, as_json=chosen.as_json)


@steer.command()
@click.argument("hosts", nargs=-1, required=True, metavar="HOST...")
@chosen
def to(chosen: Chosen, hosts: Sequence[str]) -> None:
    """Point the name there and keep it there, whatever witnesses see, until `lightship steer auto`.

    More than one host is no failover: browsers may stay with a dead one for minutes.

    \b
    lightship steer to vienna
    """
    wheel = _wheel(chosen)
    known = [each.name for each in wheel.places]
    if unknown := [name for name in hosts if name not in known]:
        raise Refused(
            f"the name cannot lead to {', '.join(unknown)}: hosts with an `address` or `cname` are {', '.join(known)}"
        )
    facts = wheel.set(tuple(dict.fromkeys(hosts)))
    stays = "and stays there" if wheel.zone.holds_txt else "until a witness moves it: this zone holds no texts, and so no pin"
    say(
        f"{wheel.zone.name} leads to {', '.join(hosts)} {stays}. Readers follow within {wheel.zone.ttl} s.",
        facts,
        as_json=chosen.as_json,
    )


@steer.command()
@chosen
def auto(chosen: Chosen) -> None:
    """Let the witnesses steer again. The name stays where it is until they move it."""
    wheel = _wheel(chosen)
    facts = wheel.set(())
    say(
        f"Witnesses steer {wheel.zone.name} again; it leads to {', '.join(facts['hosts'] or ['no host'])}.",
        facts,
        as_json=chosen.as_json,
    )


@dataclass(frozen=True)
class _Wheel:
    page: PageConfig
    zone: Zone
    places: tuple[Place, ...]

    @property
    def members(self) -> tuple[str, ...]:
        return tuple(peer.name for peer in self.page.witnesses)

    def read(self) -> Sets:
        texts: list[Key] = [RECORD] if self.zone.holds_txt else []
        texts += [vote_key(name) for name in self.members] if self.zone.holds_votes else []
        try:
            return self.zone.read(self.zone.name, [*POINTERS, *texts])
        except ZoneError as error:
            raise Refused(str(error)) from error

    def set(self, hosts: tuple[str, ...]) -> dict[str, Any]:
        """A witness may move the name at the same moment: then read again, and set it all the same."""
        by = "".join(c for c in who_types() if c.isalnum() or c in "-_.") or "operator"
        for _ in range(5):
            sets = self.read()
            flip = by_hand(sets, self.places, hosts, by, utc_now(), token_hex(6))
            try:
                to, expecting = within(self.zone, flip.to), within(self.zone, flip.expecting)
                self.zone.set_records(self.zone.name, to, expecting=expecting)
            except Conflict:
                continue
            except ZoneError as error:
                held = self.read() if error.unknown else {}
                # The addresses too: some providers change one set after the other.
                if not error.unknown or any(held.get(key) != values for key, values in to.items()):
                    raise Refused(str(error)) from error
            return self.facts({**sets, **to}, utc_now())  # not read again: it is set, whatever the zone does next
        raise Refused("the zone changed each time while it was set: look with `lightship steer`, then try again")

    def facts(self, sets: Sets, now: datetime) -> dict[str, Any]:
        record, hosts, votes = record_of(sets), pointed(sets, self.places), votes_of(sets, self.members)
        return {
            "name": self.zone.name,
            "records": {kind: sorted(sets[owner, kind]) for owner, kind in POINTERS if sets[owner, kind]},
            "hosts": None if hosts is None else list(hosts),
            "gen": record.gen if record else None,
            "by": record.by if record else None,
            "at": record.at if record else None,
            "pin": list(record.pin) if record else None,
            "witnesses": {name: _ballot(votes.get(name), now) for name in self.members} if self.zone.holds_votes else None,
        }


def _ballot(vote: Vote | None, now: datetime) -> dict[str, Any] | None:
    if vote is None:
        return None
    health = {host: {"up": state.up, "since": state.since} for host, state in vote.health.items()}
    return {"at": vote.at, "fresh": abs(now - vote.at) <= FRESH, "hosts": health}


def _wheel(chosen: Chosen) -> _Wheel:
    page = chosen.app.config(SPARED).page(chosen.slug)
    if page.zone is None:
        raise Refused(f"pages.{page.slug} has no zone: there is no name to steer")
    zone = open_zone(page.zone)
    hosts = (host for host in page.hosts if host.address or host.cname)
    return _Wheel(page, zone, tuple(place(host.name, host.address, host.cname) for host in hosts))


def _told(facts: dict[str, Any]) -> str:
    records = "; ".join(f"{kind} {', '.join(values)}" for kind, values in facts["records"].items()) or "nothing"
    hosts = "no host of this file" if facts["hosts"] is None else ", ".join(facts["hosts"]) or "no host"
    lines = [f"{facts['name']} leads to {hosts} ({records})"]
    if facts["gen"]:
        lines.append(f"set by {facts['by']} at {facts['at']:%Y-%m-%d %H:%M:%S} UTC, move {facts['gen']}")
    elif facts["gen"] is None:
        lines.append("the lease in the zone cannot be read: `lightship steer auto` or `steer to HOST` writes a new one")
    if facts["pin"]:
        lines.append(f"pinned to {', '.join(facts['pin'])}: `lightship steer auto` lets the witnesses steer again")
    for name, ballot in (facts["witnesses"] or {}).items():
        lines.append(f"{name}: {_ballot_told(ballot)}")
    if facts["witnesses"] is None:
        lines.append("what witnesses vote is not in this kind of zone: they tell each other")
    return "\n".join(lines)


def _ballot_told(ballot: dict[str, Any] | None) -> str:
    if ballot is None:
        return "never voted"
    hosts = ", ".join(f"{name} {'up' if host['up'] else 'down'}" for name, host in ballot["hosts"].items())
    return f"{hosts or 'knows nothing yet'} ({'' if ballot['fresh'] else 'silent since '}{ballot['at']:%H:%M:%S} UTC)"
