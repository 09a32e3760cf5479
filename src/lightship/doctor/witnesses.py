"""Judge the witnesses: who moves the name when nobody is awake?"""

from collections.abc import Iterator
from datetime import datetime

from lightship.config import PageConfig, Peer
from lightship.core.steering.records import FRESH, RECORD, Sets, Vote, record_of, signed_vote_in, vote_key, votes_of
from lightship.doctor.checks import CHECKS, Finding
from lightship.doctor.environment import Environment, in_parallel
from lightship.doctor.shared_fate import Part, Role
from lightship.net.pinned import ConnectError
from lightship.signing import VerifyKey
from lightship.zones import Zone, ZoneError

ENOUGH = 3


def judge(page: PageConfig, zone: Zone, environment: Environment) -> Iterator[Finding]:
    count, record = CHECKS["witnesses.count"], CHECKS["witnesses.lease"]
    members = [peer.name for peer in page.witnesses]
    names = ", ".join(members)
    if members:
        yield count.warn_unless(len(members) >= ENOUGH, page.slug, names, f"only {names}")
    else:
        yield count.fail(page.slug, "nobody")
    if not zone.holds_txt:
        yield record.unchecked(zone.name, "this kind of zone holds no lease")
        return
    try:
        sets = zone.read(zone.name, [RECORD, *(vote_key(name) for name in members if zone.holds_votes)])
    except ZoneError as error:
        yield record.unchecked(zone.name, str(error))
        return
    if zone.holds_votes:
        votes = votes_of(sets, members)
    else:
        shown = in_parallel(lambda peer: ask(page, peer, environment), page.witnesses)
        votes = {peer.name: vote for peer, vote in zip(page.witnesses, shown, strict=True) if vote}
    for peer in page.witnesses:
        asked = zone.holds_votes or bool(peer.url)
        yield _fresh(peer, votes.get(peer.name), environment.now(), asked=asked)
    yield _record(zone.name, sets)


def _fresh(peer: Peer, vote: Vote | None, now: datetime, *, asked: bool) -> Finding:
    check = CHECKS["witnesses.fresh"]
    if not asked:
        return check.unchecked(peer.name, "it has no url in lightship.toml")
    if vote is None:
        return check.fail(peer.name, "it has not voted")
    age = (now - vote.at).total_seconds()
    evidence = f"its last vote is {age:.0f} s old" if age >= 0 else f"its clock is {-age:.0f} s ahead"
    return check.fail_unless(abs(age) <= FRESH.total_seconds(), peer.name, evidence, evidence)


def _record(zone: str, sets: Sets) -> Finding:
    check, record = CHECKS["witnesses.lease"], record_of(sets)
    if record is None:
        return check.fail(zone, "what lies at _lease is no lease", "Run `lightship steer auto`.")
    pin = f"{record.by} pinned it to {' and '.join(record.pin)}: witnesses leave it there whatever happens"
    moves = f"moved {record.gen} times, last by {record.by}" if record.gen else "never moved yet"
    return check.warn_unless(not record.pin, zone, moves, pin, "Run `lightship steer auto` when the reason is gone.")


def ask(page: PageConfig, peer: Peer, environment: Environment) -> Vote | None:
    """The newest vote that a witness shows to the others."""
    try:
        body = environment.reader.get(f"{peer.url}/{page.slug}", seconds=environment.seconds).body
    except ConnectError:
        return None
    return signed_vote_in(body, page.slug, peer.name, VerifyKey(peer.public).verify)


def apart(parts: tuple[Part, ...]) -> Iterator[Finding]:
    """Three witnesses in three networks, none of them a host's or the product's, as far as their URLs tell."""
    check, witnesses = CHECKS["witnesses.spread"], [part for part in parts if part.role is Role.WITNESS]
    rest = [part for part in parts if part.role in (Role.HOST, Role.WATCHED)]
    for witness in witnesses:
        near = [p.label for p in rest if p.networks & witness.networks or p.addresses & witness.addresses]
        bad = f"it stands in the network of {', '.join(near)}"
        yield check.warn_unless(not near, witness.label, "in a network of its own", bad)
    if witnesses and all(witness.networks for witness in witnesses):
        networks = frozenset[object]().union(*(witness.networks for witness in witnesses))
        evidence = f"{len(witnesses)} witnesses in {len(networks)} networks"
        yield check.warn_unless(len(networks) >= min(len(witnesses), ENOUGH), "all of them", evidence, evidence)
