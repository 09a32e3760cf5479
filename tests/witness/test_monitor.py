"""What looks add up to over a long time."""

from datetime import UTC, datetime

from lightship.config import HostConfig, WitnessConfig
from lightship.core.site.receipt import Seen
from lightship.signing import Mark
from lightship.witness.look import Eye, Sight
from lightship.witness.monitor import Lookout

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
NEVER = float("inf")


def test_of_all_that_was_ever_published_only_the_newest_is_remembered() -> None:
    host = HostConfig(name="a", kind="folder", url="", options={})
    eye = Eye("https://acmestatus.net", Mark(bytes(32)), lambda: NOW)
    lookout = Lookout("acme", [host], eye, WitnessConfig(name="w1"))
    for revision in range(1000):
        lookout.take([Sight(host="a", address="192.0.2.1", verdict=Seen.LIVE, rank=(1, revision), pulse=NOW, every=60)])
        assert lookout.newest(NEVER) == (1, revision)
    assert len(lookout.ranks) == 1
