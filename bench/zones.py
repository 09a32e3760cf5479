"""The cost of one update of a zone beside a bare dnspython update, and races of twenty witnesses, on each name server.

python -m bench zones [--quick]; LIGHTSHIP_ROUNDS=1000 for as many races on each
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import dns.query
import dns.rcode
import dns.rdatatype
import dns.tsig
import dns.update
from tests import servers
from tests.kills import rounds
from tests.name_servers import PRIMARIES, Layout
from tests.zones.lossy import lossy
from tests.zones.races import Attempt, race

from lightship.zones import Sets

WITNESSES = 20


def main() -> None:
    quick = "--quick" in sys.argv
    for kind in PRIMARIES:
        if not servers.available(kind):
            print(f"{kind} is absent: {servers.remedy(kind)}")
            continue
        latency(kind, 100 if quick else 1000)
    for kind in filter(servers.available, PRIMARIES):
        for signed, lost in ((False, 0.0), (True, 0.0), (False, 0.25)):
            races(kind, rounds(3 if quick else 30), signed=signed, lost=lost)


def latency(kind: str, count: int) -> None:
    """Measure alternately our update (read before, so that the prerequisites are true) and dnspython's over TCP and UDP."""
    with tempfile.TemporaryDirectory() as home, PRIMARIES[kind](Path(home), Layout()) as layout:
        ways = {"ours": _ours(layout), "tcp": _bare(layout, dns.query.tcp), "udp": _bare(layout, dns.query.udp)}
        times: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(count):
            for name, way in ways.items():
                started = time.perf_counter()
                next(way)
                times[name].append(time.perf_counter() - started)
    ours, tcp, udp = (_p50_p99(times[name]) for name in ways)
    print(
        f"{kind} update p50/p99: ours {_ms(ours)}, bare dnspython over TCP {_ms(tcp)}, over UDP {_ms(udp)}; p50 "
        f"{ours[0] / tcp[0]:.2f}x TCP, {ours[0] / udp[0]:.2f}x UDP (A and AAAA, both as prerequisites; {count} of each in turn)"
    )


def _ours(layout: Layout) -> Iterator[None]:
    zone, current = layout.zone("w1"), _sets(0)
    zone.set_records(zone.name, current, expecting={})
    for number in _forever():
        zone.set_records(zone.name, _sets(number), expecting=current)
        current = _sets(number)
        yield


def _bare(layout: Layout, ask: Callable[..., dns.message.Message]) -> Iterator[None]:
    """The same update and prerequisites, at a sibling name."""
    owner, current = f"{ask.__name__}.{layout.name}.", _sets(0)
    key = dns.tsig.Key("operator", layout.keys["operator"], "hmac-sha256")
    for number in _forever():
        update = dns.update.UpdateMessage(f"{layout.name}.", keyring=key)
        for (_, kind), values in current.items() if number > 1 else ():
            update.present(owner, kind, *values)
        current = _sets(number)
        for (_, kind), values in current.items():
            update.replace(owner, 30, kind, *values)
        assert ask(update, layout.address, 10, layout.port).rcode() == dns.rcode.NOERROR
        yield


def _forever() -> Iterator[int]:
    number = 0
    while True:
        number += 1
        yield number


def _sets(number: int) -> Sets:
    return {
        ("@", "A"): frozenset({f"192.0.2.{number % 250 + 1}"}),
        ("@", "AAAA"): frozenset({f"2001:db8::{number % 250 + 1:x}"}),
    }


def races(kind: str, count: int, *, signed: bool, lost: float) -> None:
    layout, started = Layout(witnesses=WITNESSES, signed=signed), time.monotonic()
    with tempfile.TemporaryDirectory() as home, ExitStack() as stack:
        stack.enter_context(PRIMARIES[kind](Path(home), layout))
        port = stack.enter_context(lossy(layout.address, layout.port, share=lost)) if lost else layout.port
        results = race([layout.zone(f"w{n}", port=port, timeout=30) for n in range(1, WITNESSES + 1)], count)
    attempts = [attempt for race_attempts in results for attempt in race_attempts]
    settled = sum(attempt.won and not attempt.sure for attempt in attempts)
    print(
        f"{kind}{' signed' if signed else ''}{f', {lost:.0%} of replies lost' if lost else ''}: {count} races of {WITNESSES}: "
        f"exactly one winner in {sum(map(_one_winner, results))}, all agree on it in {sum(map(_agree, results))}; "
        f"reply p50/p99 {_ms(_p50_p99([attempt.seconds for attempt in attempts if attempt.sure]))}"
        f"{f'; {settled} winners without a reply settled by their nonce' if lost else ''} ({time.monotonic() - started:.0f} s)",
        flush=True,
    )


def _one_winner(attempts: Sequence[Attempt]) -> bool:
    return len(attempts) == WITNESSES and sum(attempt.won for attempt in attempts) == 1


def _agree(attempts: Sequence[Attempt]) -> bool:
    return all(attempt.seen == winner.mine for winner in attempts if winner.won for attempt in attempts)


def _p50_p99(times: Sequence[float]) -> tuple[float, float]:
    return statistics.median(times), statistics.quantiles(times, n=100)[-1]


def _ms(pair: tuple[float, float]) -> str:
    return "/".join(f"{seconds * 1000:.1f}" for seconds in pair) + " ms"


if __name__ == "__main__":
    main()
