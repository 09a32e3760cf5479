"""Witnesses that race: each a process with a key of its own, all pointing the name from the same state at the same moment."""

import contextlib
import multiprocessing
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lightship.zones import Conflict, Key, Sets, Zone, ZoneError

A, AAAA, RECORD = ("@", "A"), ("@", "AAAA"), ("_lease", "TXT")
READ: tuple[Key, ...] = (A, AAAA, RECORD)
PATIENCE = 300.0


@dataclass(frozen=True)
class Attempt:
    """What one witness knows after a round. `won`: it believes that its change is the one. `sure`: it had a reply. `seen`: the
    sets as it read them afterwards. `mine`: as it wanted them. `seconds` that `point` took."""

    won: bool
    sure: bool
    mine: Sets
    seen: Sets
    seconds: float


def race(zones: Sequence[Zone], rounds: int) -> list[list[Attempt]]:
    """Of each round, the attempts of all witnesses."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, "lightship.zones.rfc2136"])
    barrier, results = context.Barrier(len(zones)), context.SimpleQueue()
    runners = [
        context.Process(target=_run, args=(number, zone, rounds, barrier, results), daemon=True)
        for number, zone in enumerate(zones)
    ]
    for runner in runners:
        runner.start()
    found: list[list[Attempt]] = [[] for _ in range(rounds)]
    try:
        for _ in range(rounds * len(zones)):
            number, attempt = results.get()
            if isinstance(attempt, str):
                raise RuntimeError(attempt)
            found[number].append(attempt)
    finally:
        for runner in runners:
            runner.kill()
            runner.join()
    return found


def _run(me: int, zone: Zone, rounds: int, barrier: Any, results: Any) -> None:
    try:
        for number in range(rounds):
            barrier.wait(PATIENCE)
            existing = _read(zone)
            mine = _wish(me, number)
            barrier.wait(PATIENCE)
            started = time.perf_counter()
            won = _pointed(zone, mine, existing)
            seconds = time.perf_counter() - started
            barrier.wait(PATIENCE)
            seen = _read(zone)
            results.put(
                (number, Attempt(seen[RECORD] == mine[RECORD] if won is None else won, won is not None, mine, seen, seconds))
            )
    except Exception as error:
        results.put((0, f"witness {me}: {error!r}"))


def _wish(me: int, number: int) -> Sets:
    return {
        A: frozenset({f"192.0.2.{me + 1}"}),
        AAAA: frozenset({f"2001:db8::{me + 1:x}"}),
        RECORD: frozenset({f"{number} w{me + 1} {secrets.token_hex(8)}"}),
    }


def _pointed(zone: Zone, to: Sets, existing: Sets) -> bool | None:
    """None: no reply came."""
    try:
        zone.set_records(zone.name, to, expecting=existing)
    except Conflict:
        return False
    except ZoneError as error:
        if not error.unknown:
            raise
        return None
    return True


def _read(zone: Zone) -> Sets:
    for _ in range(20):
        with contextlib.suppress(ZoneError):
            return zone.read(zone.name, READ)
    return zone.read(zone.name, READ)
