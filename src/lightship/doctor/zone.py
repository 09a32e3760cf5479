"""Try the zone: can the name be moved at all? All writes go to a canary beside the name, and are taken back."""

import secrets
import time
from collections.abc import Collection, Iterator
from contextlib import suppress

import dns.rdatatype

from lightship.doctor import dnssec
from lightship.doctor.catalogue import say
from lightship.doctor.environment import Environment
from lightship.doctor.finding import Finding
from lightship.doctor.servers import Delegation, View
from lightship.zones import Conflict, Key, Zone, ZoneError

CANARY: Key = ("_canary", "TXT")
STRANGE: Key = ("lightship-scope", "TXT")
TTL = 60
NOTHING = frozenset[str]()


def judge(zone: Zone, found: Delegation, world: Environment, members: Collection[str]) -> Iterator[Finding]:
    name = zone.name
    yield say("zone.compares").rather(zone.atomic, name, "one request does both", "it reads, then writes")
    yield say("zone.floor").when(zone.ttl <= TTL, name, f"{zone.ttl} s", f"{zone.ttl} s is the least it takes")
    if not zone.holds_txt:
        yield say("zone.writes").unchecked(name, "this kind of zone holds no TXT, and so no canary")
        return
    token = secrets.token_hex(8)
    try:
        _write(zone, token)
    except ZoneError as error:
        yield say("zone.writes").fail(name, str(error))
        return
    try:
        yield wrong_expectation(zone)
        yield from spreads(found, token, world)
        if zone.holds_votes:
            yield scope(zone, members)
    finally:
        with suppress(ZoneError):
            zone.set_records(name, {CANARY: NOTHING}, expecting={CANARY: frozenset({token})})


def _write(zone: Zone, token: str) -> None:
    """Over what an earlier examination may have left. Another may be at it in this moment: so once more."""
    try:
        zone.set_records(zone.name, {CANARY: frozenset({token})}, expecting=zone.read(zone.name, [CANARY]))
    except Conflict:
        zone.set_records(zone.name, {CANARY: frozenset({token})}, expecting=zone.read(zone.name, [CANARY]))


def wrong_expectation(zone: Zone) -> Finding:
    check = say("zone.writes")
    try:
        zone.set_records(zone.name, {CANARY: frozenset({"wrong"})}, expecting={CANARY: frozenset({"something else"})})
    except Conflict:
        return check.ok(zone.name, "a right expectation is taken, a wrong one refused")
    except ZoneError as error:
        return check.fail(zone.name, f"a wrong expectation was not refused as one: {error}")
    return check.fail(zone.name, "it took a change whose expectation was wrong")


def scope(zone: Zone, members: Collection[str]) -> Finding:
    """Only a permission that is missing shows: so it does try, and takes it back. `roll`: witnesses; keys have their names."""
    check, stray = say("zone.scope"), {STRANGE: frozenset({"a trial of Lightship's doctor"})}
    try:
        zone.set_records(zone.name, stray, expecting={STRANGE: NOTHING})
    except ZoneError as error:
        refused = error.permanent
        return check.ok(zone.name, "other names are refused") if refused else check.unchecked(zone.name, str(error))
    with suppress(ZoneError):
        zone.set_records(zone.name, {STRANGE: NOTHING}, expecting=stray)
    key = getattr(getattr(zone, "key", None), "name", "")
    if key and members and key not in members:
        # An operator's must write more: _acme-challenge, for certificates.
        return check.unchecked(zone.name, f"the key {key} is no witness's, and may: run `lightship doctor` on a witness")
    return check.warn(zone.name, f"it could write {STRANGE[0]}.{zone.name}")


def spreads(found: Delegation, token: str, world: Environment) -> Iterator[Finding]:
    check, started = say("zone.spreads"), time.monotonic()
    waiting = {view.server.address: view for view in found.answering}
    while waiting and time.monotonic() - started < world.patience:
        for address in list(waiting):
            if token in canary_at(address, found.name, world):
                view = waiting.pop(address)
                yield check.ok(str(view.server), f"after {time.monotonic() - started:.1f} s")
                yield from _signed(view, found, world)
        time.sleep(0.05)
    for view in waiting.values():
        yield check.fail(str(view.server), f"not after {world.patience:.0f} s")


def canary_at(server: str, name: str, world: Environment) -> str:
    """The canary as one name server has it."""
    answer = world.ask(server, f"{CANARY[0]}.{name}", "TXT")
    return " ".join(item.to_text() for rrset in answer.answer for item in rrset) if answer else ""


def _signed(view: View, found: Delegation, world: Environment) -> Iterator[Finding]:
    """Whether the primary signs what is written now."""
    keys = view.sets.get("DNSKEY")
    answer = world.ask(view.server.address, f"{CANARY[0]}.{found.name}", "TXT", signed=True) if keys else None
    if keys is None or answer is None:
        return
    kinds = {rrset.rdtype: rrset for rrset in answer.answer}
    rrset, signature = kinds.get(dns.rdatatype.TXT), kinds.get(dns.rdatatype.RRSIG)
    good = bool(rrset and signature and dnssec.valid(rrset, signature, keys, found.apex, world.now()))
    yield say("name.dnssec").when(
        good, f"{CANARY[0]}.{found.name}", "signed as it was written", "what is written is not signed"
    )
