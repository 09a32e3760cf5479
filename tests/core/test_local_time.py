"""What a wall clock's time may mean in the nights in which clocks change."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from lightship.core.local_time import exists, instants

VIENNA, LORD_HOWE, UTC_ZONE = ZoneInfo("Europe/Vienna"), ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Etc/UTC")
CASES = [
    ("an evening", datetime(2026, 11, 22, 20, 30), VIENNA, ["2026-11-22T19:30"], True),
    ("twice", datetime(2026, 10, 25, 2, 30), VIENNA, ["2026-10-25T00:30", "2026-10-25T01:30"], True),
    ("never", datetime(2026, 3, 29, 2, 30), VIENNA, ["2026-03-29T00:30", "2026-03-29T01:30"], False),
    ("the hour after", datetime(2026, 3, 29, 3, 0), VIENNA, ["2026-03-29T01:00"], True),
    ("half an hour twice", datetime(2026, 4, 5, 1, 45), LORD_HOWE, ["2026-04-04T14:45", "2026-04-04T15:15"], True),
    ("a zone that never moves", datetime(2026, 10, 25, 2, 30), UTC_ZONE, ["2026-10-25T02:30"], True),
]  # fmt: skip


@pytest.mark.parametrize(("name", "wall", "zone", "meant", "there"), CASES, ids=[case[0] for case in CASES])
def test_a_wall_clock_in_the_night_in_which_it_changes(
    name: str, wall: datetime, zone: ZoneInfo, meant: list[str], there: bool
) -> None:
    assert instants(wall, zone) == tuple(datetime.fromisoformat(text).replace(tzinfo=UTC) for text in meant)
    assert exists(wall, zone) is there
