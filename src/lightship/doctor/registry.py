"""The part of a name that is registered; ask its registry by RDAP (RFC 9083), and judge whether it can be lost."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from publicsuffixlist import PublicSuffixList

from lightship.doctor.checks import CHECKS, Finding
from lightship.doctor.environment import Environment
from lightship.doctor.servers import as_address, host_of
from lightship.net.pinned import ConnectError

DAYS, LAST_DAYS = 60, 14
LOCKS = ("client transfer prohibited", "client update prohibited")


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    registrar: str
    expires: datetime | None
    status: frozenset[str]


_suffixes = cache(PublicSuffixList)  # reading the list takes a while


def registrable(url: str) -> str:
    """`example.co.uk` of `https://www.example.co.uk`; empty for what nobody registers."""
    host = host_of(url)
    return "" if as_address(host) else str(_suffixes().privatesuffix(host) or "")


def ask(domain: str, environment: Environment) -> Registration | None:
    """None where the registry cannot be asked, or does not know the domain."""
    if not domain or not environment.rdap:
        return None
    try:
        answer = environment.reader.get(f"{environment.rdap}/domain/{domain}", seconds=environment.seconds)
        return _read(json.loads(answer.body)) if answer.status == 200 else None
    except (ConnectError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _read(raw: Mapping[str, Any]) -> Registration:
    ends = [event["eventDate"] for event in raw.get("events", ()) if event.get("eventAction") == "expiration"]
    expires = datetime.fromisoformat(ends[0]) if ends else None
    registrars = [entity for entity in raw.get("entities", ()) if "registrar" in entity.get("roles", ())]
    return Registration(
        registrar=_name(registrars[0]) if registrars else "",
        expires=expires if expires is None or expires.tzinfo else expires.replace(tzinfo=UTC),
        status=frozenset(str(status).lower() for status in raw.get("status", ())),
    )


def _name(entity: Mapping[str, Any]) -> str:
    """jCard (RFC 7095): `["vcard", [["fn", {}, "text", "Example Registrar"]]]`."""
    card = (entity.get("vcardArray") or ["vcard", []])[1]
    return next((str(item[3]) for item in card if item[0] == "fn"), str(entity.get("handle", "")))


def judge(domain: str, registration: Registration | None, now: datetime) -> Iterator[Finding]:
    expiry, locks = CHECKS["registry.expiry"], CHECKS["registry.locks"]
    if registration is None:
        yield expiry.unchecked(domain, "RDAP could not be asked, or does not know it")
        yield locks.unchecked(domain, "RDAP could not be asked, or does not know it")
        return
    if registration.expires is None:
        yield expiry.unchecked(domain, "the registry does not tell")
    else:
        days = (registration.expires - now).days
        evidence = f"{days} days left, until {registration.expires:%d %B %Y}"
        yield (expiry.ok if days > DAYS else expiry.warn if days > LAST_DAYS else expiry.fail)(domain, evidence)
    missing = [lock for lock in LOCKS if lock not in registration.status]
    yield locks.warn_unless(not missing, domain, ", ".join(LOCKS), f"without {', '.join(missing)}")
