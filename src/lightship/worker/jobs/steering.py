"""Read every few seconds where the name points and who votes, and keep a report of each change, which others may have made."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lightship.config import BackEndConfig, Config, PageConfig
from lightship.core.steering.records import FRESH, POINTERS, RECORD, Key, Sets, place, pointed, record_of, vote_key, votes_of
from lightship.core.wire import stamp
from lightship.store.models import Page, Report
from lightship.worker.current import for_each_page, utc_now
from lightship.zones import Zone, ZoneError, open_zone

STEER = "steer"
_DIGITS = re.compile(r"\d")
_opened: dict[str, tuple[BackEndConfig, Zone]] = {}


async def run(config: Config) -> None:
    await for_each_page(config, _report)


def _report(page: PageConfig, row: Page) -> None:
    if page.zone is None:
        return
    now, last = utc_now(), row.reports.filter(kind=STEER).first()
    facts = _read(page, now)
    if "error" in facts and last:  # what was read before is still the best that is known
        facts = {**last.facts, **facts}
    if last is None or not _same(last.facts, facts):
        Report.objects.create(page=row, kind=STEER, at=now, facts=facts)


def _same(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """But for the numbers in an error: "timed out after 5.103 seconds" differs at each read, and is no change."""
    return {**old, "error": _DIGITS.sub("", old.get("error", ""))} == {**new, "error": _DIGITS.sub("", new.get("error", ""))}


def _zone(page: PageConfig) -> Zone:
    """Opened once: with some providers a new zone signs in anew, and this would do so every few seconds."""
    assert page.zone
    config, zone = _opened.get(page.slug, (None, None))
    if zone is None or config != page.zone:
        zone = open_zone(page.zone)
        _opened[page.slug] = page.zone, zone
    return zone


def _read(page: PageConfig, now: datetime) -> dict[str, Any]:
    """What the zone holds now; `error` where it cannot be read. Blocks."""
    zone = _zone(page)
    members = [peer.name for peer in page.witnesses] if zone.holds_votes else []
    keys: list[Key] = [*POINTERS, RECORD, *(vote_key(name) for name in members)]
    try:
        sets = zone.read(zone.name, keys)
    except ZoneError as error:
        return {"error": str(error)}
    return {"name": zone.name, **_facts(page, sets, members, now)}


def _facts(page: PageConfig, sets: Sets, members: list[str], now: datetime) -> Mapping[str, Any]:
    hosts = pointed(sets, [place(host.name, host.address, host.cname) for host in page.hosts])
    record, votes = record_of(sets), votes_of(sets, members)
    voting = [name for name, vote in votes.items() if abs(now - vote.at) <= FRESH]
    return {
        "hosts": None if hosts is None else list(hosts),
        "records": sorted(frozenset().union(*(sets[key] for key in POINTERS))),
        "gen": record.gen if record else None,
        "by": record.by if record else "",
        "moved": stamp(record.at) if record and record.gen else "",
        "pin": list(record.pin) if record else [],
        "voting": voting,
        "silent": [name for name in members if name not in voting],
    }
