"""Move a canary beside the name from one host to another and back, until every name server says so.

The canary is a TXT record with the hosts' addresses: it goes the way of a real move, and a name server that insists on host
names (BIND's check-names) takes it, where it would refuse an address at such a name.
"""

import time
from collections.abc import Sequence
from contextlib import suppress
from urllib.parse import urlsplit

from lightship.config import PageConfig
from lightship.core.steering.records import Place, place
from lightship.doctor import Environment
from lightship.doctor.servers import Server, delegation
from lightship.doctor.zone import CANARY, NOTHING, canary_at
from lightship.drill.canary import DrillError, NotRehearsed
from lightship.zones import Zone, ZoneError, open_zone


def step(page: PageConfig, environment: Environment) -> tuple[float, str]:
    if page.zone is None:
        raise NotRehearsed("no zone is configured")
    places = [place(host.name, host.address, host.cname) for host in page.hosts if host.address or host.cname]
    if len(places) < 2:
        raise NotRehearsed("fewer than two hosts have an address")
    zone = open_zone(page.zone)
    if not zone.holds_txt:
        raise NotRehearsed(f"{page.zone.kind} holds no texts, so there is no canary to move")
    servers = [view.server for view in delegation(urlsplit(page.url).hostname or "", environment).answering]
    try:
        _point(zone, places[0], servers, environment)
        there = _point(zone, places[1], servers, environment)
        back = _point(zone, places[0], servers, environment)
    finally:
        with suppress(ZoneError):
            zone.set_records(zone.name, {CANARY: NOTHING}, expecting=zone.read(zone.name, [CANARY]))
    who = f"{len(servers)} name servers say so" if servers else "no name server could be asked"
    way = f"{CANARY[0]}.{zone.name} from {places[0].name} to {places[1].name}"
    return there, f"{way} in {there:.2f} s, back in {back:.2f} s: {who}"


def _point(zone: Zone, to: Place, servers: Sequence[Server], environment: Environment) -> float:
    """Seconds until all servers have it."""
    text, started = " ".join(sorted(to.values)), time.monotonic()
    zone.set_records(zone.name, {CANARY: frozenset({text})}, expecting=zone.read(zone.name, [CANARY]))
    waiting = list(servers)
    while waiting := [server for server in waiting if text not in canary_at(server.address, zone.name, environment)]:
        if time.monotonic() - started > environment.patience:
            raise DrillError(f"after {environment.patience:.0f} s {', '.join(map(str, waiting))} had not followed")
        time.sleep(0.02)
    return time.monotonic() - started
