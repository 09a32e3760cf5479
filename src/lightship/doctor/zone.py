"""Try whether the name can be moved: write a canary record beside it in the zone, and remove it."""

import secrets
import time
from collections.abc import Collection, Iterator
from contextlib import suppress

import dns.rdatatype

from lightship.doctor.checks import CHECKS, Finding
from lightship.doctor.environment import Environment
from lightship.doctor.name import valid
from lightship.doctor.servers import Delegation, ZoneCopy
from lightship.zones import Conflict, Key, Zone, ZoneError

CANARY: Key = ("_canary", "TXT")
STRAY: Key = ("lightship-scope", "TXT")
TTL = 60
NOTHING = frozenset[str]()


def judge(zone: Zone, delegation: Delegation, environment: Environment, members: Collection[str]) -> Iterator[Finding]:
    """`members`: the witnesses."""
    name, writes = zone.name, CHECKS["zone.writes"]
    yield CHECKS["zone.compares"].warn_unless(zone.atomic, name, "one request does both", "it reads, then writes")
    yield CHECKS["zone.floor"].fail_unless(zone.ttl <= TTL, name, f"{zone.ttl} s", f"{zone.ttl} s is the least it takes")
    if not zone.holds_txt:
        yield writes.unchecked(name, "this kind of zone holds no TXT, and so no canary")
        return
    token = secrets.token_hex(8)
    try:
        _write(zone, token)
    except ZoneError as error:
        yield writes.fail(name, str(error))
        return
    try:
        yield wrong_expectation(zone)
        yield from spreads(delegation, token, environment)
        if zone.holds_votes:
            yield scope(zone, members)
    finally:
        with suppress(ZoneError):
            zone.set_records(name, {CANARY: NOTHING}, expecting={CANARY: frozenset({token})})


def _write(zone: Zone, token: str) -> None:
    """Over what an earlier examination may have left; a second time if another examination writes at the same moment."""
    try:
        zone.set_records(zone.name, {CANARY: frozenset({token})}, expecting=zone.read(zone.name, [CANARY]))
    except Conflict:
        zone.set_records(zone.name, {CANARY: frozenset({token})}, expecting=zone.read(zone.name, [CANARY]))


def wrong_expectation(zone: Zone) -> Finding:
    check = CHECKS["zone.writes"]
    try:
        zone.set_records(zone.name, {CANARY: frozenset({"wrong"})}, expecting={CANARY: frozenset({"something else"})})
    except Conflict:
        return check.ok(zone.name, "a right expectation is taken, a wrong one refused")
    except ZoneError as error:
        return check.fail(zone.name, f"a wrong expectation was not refused as one: {error}")
    return check.fail(zone.name, "it took a change whose expectation was wrong")


def scope(zone: Zone, members: Collection[str]) -> Finding:
    """Writes a stray record and removes it: only the attempt shows that a permission is missing. Keys are named like the
    witnesses in `members` that hold them."""
    check, stray = CHECKS["zone.scope"], {STRAY: frozenset({"a trial of Lightship's doctor"})}
    try:
        zone.set_records(zone.name, stray, expecting={STRAY: NOTHING})
    except ZoneError as error:
        refused = error.permanent
        return check.ok(zone.name, "other names are refused") if refused else check.unchecked(zone.name, str(error))
    with suppress(ZoneError):
        zone.set_records(zone.name, {STRAY: NOTHING}, expecting=stray)
    key = getattr(getattr(zone, "key", None), "name", "")
    if key and members and key not in members:
        # An operator's must write more: _acme-challenge, for certificates.
        return check.unchecked(zone.name, f"the key {key} is no witness's, and may: run `lightship doctor` on a witness")
    return check.warn(zone.name, f"it could write {STRAY[0]}.{zone.name}")


def spreads(delegation: Delegation, token: str, environment: Environment) -> Iterator[Finding]:
    check, started = CHECKS["zone.spreads"], time.monotonic()
    waiting = {copy.server.address: copy for copy in delegation.answering}
    while waiting and time.monotonic() - started < environment.patience:
        for address in list(waiting):
            if token in canary_at(address, delegation.name, environment):
                copy = waiting.pop(address)
                yield check.ok(str(copy.server), f"after {time.monotonic() - started:.1f} s")
                yield from _signed(copy, delegation, environment)
        time.sleep(0.05)
    for copy in waiting.values():
        yield check.fail(str(copy.server), f"not after {environment.patience:.0f} s")


def canary_at(server: str, name: str, environment: Environment) -> str:
    """The canary as one name server has it."""
    answer = environment.ask(server, f"{CANARY[0]}.{name}", "TXT")
    return " ".join(record.to_text() for rrset in answer.answer for record in rrset) if answer else ""


def _signed(copy: ZoneCopy, delegation: Delegation, environment: Environment) -> Iterator[Finding]:
    """Whether the primary signs what is written now."""
    owner, keys = f"{CANARY[0]}.{delegation.name}", copy.sets.get("DNSKEY")
    answer = environment.ask(copy.server.address, owner, "TXT", signed=True) if keys else None
    if keys is None or answer is None:
        return
    kinds = {rrset.rdtype: rrset for rrset in answer.answer}
    rrset, signature = kinds.get(dns.rdatatype.TXT), kinds.get(dns.rdatatype.RRSIG)
    good = rrset and signature and valid(rrset, signature, keys, delegation.apex, environment.now())
    yield CHECKS["name.dnssec"].fail_unless(bool(good), owner, "signed as it was written", "what is written is not signed")
