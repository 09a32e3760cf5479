"""Move a canary name from one host to another and back, until every name server says so."""

import time
from collections.abc import Sequence
from contextlib import suppress
from urllib.parse import urlsplit

from lightship.config import PageConfig
from lightship.core.steer import Place, Sets, place
from lightship.doctor import World, open_zone
from lightship.doctor.servers import Server, delegation
from lightship.drill.canary import DrillError, NotRehearsed
from lightship.zones import Key, Zone, ZoneError

OWNER = "_canary"
KEYS: tuple[Key, ...] = ((OWNER, "A"), (OWNER, "AAAA"), (OWNER, "CNAME"))
PATIENCE = 30.0


def step(page: PageConfig, world: World) -> tuple[float, str]:
    if page.zone is None:
        raise NotRehearsed("no zone is configured")
    places = [place(host.name, host.address, host.cname) for host in page.hosts if host.address or host.cname]
    if len(places) < 2:
        raise NotRehearsed("fewer than two hosts have an address")
    zone = open_zone(page)
    asked = [view.server for view in delegation(urlsplit(page.url).hostname or "", world).seen]
    try:
        _point(zone, places[0], asked, world)
        there = _point(zone, places[1], asked, world)
        back = _point(zone, places[0], asked, world)
    finally:
        with suppress(ZoneError):
            zone.point(zone.name, dict.fromkeys(KEYS, frozenset()), expecting={})
    who = f"{len(asked)} name servers say so" if asked else "no name server could be asked"
    return there, f"{OWNER}.{zone.name} from {places[0].name} to {places[1].name} in {there:.1f} s, back in {back:.1f} s: {who}"


def _point(zone: Zone, to: Place, asked: Sequence[Server], world: World) -> float:
    """Seconds until all have it."""
    wanted: Sets = {(OWNER, kind): values for (_, kind), values in to.sets.items()}
    held, started = zone.read(zone.name, KEYS), time.monotonic()
    changed = {key: wanted[key] for key in KEYS if wanted[key] != held[key]}
    zone.point(zone.name, changed, expecting={key: held[key] for key in changed})
    waiting = list(asked)
    while waiting := [server for server in waiting if not _says(server, zone.name, to, world)]:
        if time.monotonic() - started > PATIENCE:
            raise DrillError(f"after {PATIENCE:.0f} s {', '.join(map(str, waiting))} had not followed")
        time.sleep(0.02)
    return time.monotonic() - started


def _says(server: Server, name: str, to: Place, world: World) -> bool:
    for (_, kind), values in to.sets.items():
        answer = world.ask(server.address, f"{OWNER}.{name}", kind) if values else None
        found = {str(item).rstrip(".") for rrset in answer.answer for item in rrset} if answer else set()
        if values and not values <= found:
            return False
    return True
