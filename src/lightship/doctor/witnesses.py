"""Judge the witnesses: who moves the name when nobody is awake?"""

import base64
import binascii
from collections.abc import Iterator
from datetime import datetime

from lightship.config import PageConfig, Peer
from lightship.core.steering.records import FRESH, RECORD, Vote, record_of, vote_in, vote_key, votes_of
from lightship.doctor.catalogue import say
from lightship.doctor.environment import Environment, at_once
from lightship.doctor.finding import Finding
from lightship.doctor.infrastructure import Part, Role
from lightship.net.pinned import ConnectError
from lightship.signing import VerifyKey
from lightship.zones import Zone, ZoneError

ENOUGH = 3


def judge(page: PageConfig, zone: Zone, world: Environment) -> Iterator[Finding]:
    members = tuple(peer.name for peer in page.witnesses)
    told, check = f"only {', '.join(members)}" if members else "nobody", say("witnesses.count")
    if len(members) >= ENOUGH:
        yield check.ok(page.slug, ", ".join(members))
    else:
        yield check.warn(page.slug, told) if members else check.fail(page.slug, told)
    if not zone.holds_txt:
        yield say("witnesses.lease").unchecked(zone.name, "this kind of zone holds no lease")
        return
    keys = [RECORD, *(vote_key(name) for name in members if zone.holds_votes)]
    try:
        sets = zone.read(zone.name, keys)
    except ZoneError as error:
        yield say("witnesses.lease").unchecked(zone.name, str(error))
        return
    votes = (
        votes_of(sets, members)
        if zone.holds_votes
        else dict(at_once(lambda each: (each.name, ask(page, each, world)), page.witnesses))
    )
    now = world.now()
    for peer in page.witnesses:
        yield fresh(peer, votes.get(peer.name), now, asked=zone.holds_votes or bool(peer.url))
    record = record_of(sets)
    if record is None:
        yield say("witnesses.lease").fail(zone.name, "what lies at _lease is no lease", "Run `lightship steer auto`.")
    else:
        pin = f"{record.by} pinned it to {' and '.join(record.pin)}: witnesses leave it there whatever happens"
        change = "Run `lightship steer auto` when the reason is gone."
        told = f"moved {record.gen} times, last by {record.by}" if record.gen else "never moved yet"
        yield say("witnesses.lease").rather(not record.pin, zone.name, told, pin, change)


def fresh(peer: Peer, vote: Vote | None, now: datetime, *, asked: bool) -> Finding:
    check = say("witnesses.fresh")
    if not asked:
        return check.unchecked(peer.name, "it has no url in lightship.toml")
    if vote is None:
        return check.fail(peer.name, "it has not voted")
    age = (now - vote.at).total_seconds()
    words = f"its last vote is {age:.0f} s old" if age >= 0 else f"its clock is {-age:.0f} s ahead"
    return check.when(abs(age) <= FRESH.total_seconds(), peer.name, words, words)


def asked_for(page: PageConfig, world: Environment) -> dict[str, Vote]:
    found = at_once(lambda each: (each.name, ask(page, each, world)), page.witnesses)
    return {name: vote for name, vote in found if vote}


def ask(page: PageConfig, peer: Peer, world: Environment) -> Vote | None:
    """Its newest vote, as it shows it to the others: a line, and the signature of that line."""
    try:
        answer = world.reader.get(f"{peer.url}/{page.slug}", seconds=world.seconds)
        text, _, signature = answer.body.decode().rstrip("\n").rpartition("\n")
        signed = VerifyKey(peer.public).verify(text.encode(), base64.b64decode(signature))
    except (ConnectError, ValueError, binascii.Error):
        return None
    start = f"{page.slug} {peer.name} "
    return vote_in(text.removeprefix(start)) if signed and text.startswith(start) else None


def apart(parts: tuple[Part, ...]) -> Iterator[Finding]:
    """Three in three networks, none of them a host's or the product's, as far as their URLs tell."""
    check, mine = say("witnesses.spread"), [part for part in parts if part.role is Role.WITNESS]
    others = [part for part in parts if part.role in (Role.HOST, Role.WATCHED)]
    for part in mine:
        beside = [other.label for other in others if part.numbers & other.numbers or part.addresses & other.addresses]
        yield check.rather(
            not beside, part.label, "in a network of its own", f"it stands in the network of {', '.join(beside)}"
        )
    numbers = {number for part in mine for number in part.numbers}
    if mine and all(part.networks for part in mine):
        bad = f"{len(mine)} witnesses in {len(numbers)} networks"
        yield check.rather(len(numbers) >= min(len(mine), ENOUGH), "all of them", bad, bad)
