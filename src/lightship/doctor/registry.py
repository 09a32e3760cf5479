"""Ask the registry by RDAP (RFC 9083) what is known of a domain, and judge whether it can be lost."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lightship.doctor.catalogue import say
from lightship.doctor.environment import Environment
from lightship.doctor.finding import Finding
from lightship.net.pinned import ConnectError

DAYS, LAST_DAYS = 60, 14
LOCKS = ("client transfer prohibited", "client update prohibited")


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    domain: str
    registrar: str
    expires: datetime | None
    status: frozenset[str]


def ask(domain: str, world: Environment) -> Registration | None:
    """None where it cannot be asked, or knows nothing."""
    if not domain or not world.rdap:
        return None
    try:
        answer = world.reader.get(f"{world.rdap}/domain/{domain}", seconds=world.seconds)
        return _read(domain, json.loads(answer.body)) if answer.status == 200 else None
    except (ConnectError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _read(domain: str, raw: Mapping[str, Any]) -> Registration:
    ends = [event["eventDate"] for event in raw.get("events", ()) if event.get("eventAction") == "expiration"]
    expires = datetime.fromisoformat(ends[0]) if ends else None
    return Registration(
        domain=domain,
        registrar=next((_name(each) for each in raw.get("entities", ()) if "registrar" in each.get("roles", ())), ""),
        expires=expires if expires is None or expires.tzinfo else expires.replace(tzinfo=UTC),
        status=frozenset(str(each).lower() for each in raw.get("status", ())),
    )


def _name(entity: Mapping[str, Any]) -> str:
    """jCard (RFC 7095): `["vcard", [["fn", {}, "text", "Example Registrar"]]]`."""
    card = (entity.get("vcardArray") or ["vcard", []])[1]
    return next((str(item[3]) for item in card if item[0] == "fn"), str(entity.get("handle", "")))


def judge(domain: str, found: Registration | None, now: datetime) -> Iterator[Finding]:
    expiry, locks = say("registry.expiry"), say("registry.locks")
    if found is None:
        yield expiry.unchecked(domain, "RDAP could not be asked, or does not know it")
        yield locks.unchecked(domain, "RDAP could not be asked, or does not know it")
        return
    if found.expires is None:
        yield expiry.unchecked(domain, "the registry does not tell")
    else:
        days = (found.expires - now).days
        words = f"{days} days left, until {found.expires:%d %B %Y}"
        yield (expiry.ok if days > DAYS else expiry.warn if days > LAST_DAYS else expiry.fail)(domain, words)
    missing = [lock for lock in LOCKS if lock not in found.status]
    yield locks.rather(not missing, domain, ", ".join(LOCKS), f"without {', '.join(missing)}")
