"""Of twenty witnesses that point the name from the same state at the same moment exactly one wins; the others read again
and agree. On each name server, signed or not, and where one reply in four is lost. In full: LIGHTSHIP_ROUNDS=1000."""

from contextlib import ExitStack
from pathlib import Path

import pytest
from tests import name_servers
from tests.kills import rounds
from tests.zones.lossy import lossy
from tests.zones.races import race

WITNESSES = 20


def _cases() -> list[object]:
    ways = [("plain", False, 0.0), ("signed", True, 0.0), ("replies-lost", False, 0.25)]
    return [
        pytest.param(kind, signed, lost, id=f"{kind}-{name}", marks=pytest.mark.server(kind))
        for kind in name_servers.PRIMARIES
        for name, signed, lost in ways
    ]


@pytest.mark.long
@pytest.mark.parametrize(("kind", "signed", "lost"), _cases())
def test_exactly_one_of_twenty_wins_and_all_agree_on_it(kind: str, signed: bool, lost: float, tmp_path: Path) -> None:
    layout = name_servers.Layout(witnesses=WITNESSES, signed=signed)
    with ExitStack() as stack:
        stack.enter_context(name_servers.PRIMARIES[kind](tmp_path, layout))
        port = stack.enter_context(lossy(layout.address, layout.port, share=lost)) if lost else layout.port
        zones = [layout.zone(f"w{number}", port=port, timeout=30) for number in range(1, WITNESSES + 1)]
        found = race(zones, rounds(3))
    for attempts in found:
        assert len(attempts) == WITNESSES
        winners = [attempt for attempt in attempts if attempt.won]
        assert len(winners) == 1
        assert all(attempt.seen == winners[0].mine for attempt in attempts)
    unsure = sum(not attempt.sure for attempts in found for attempt in attempts)
    assert (unsure > 0) == (lost > 0)
