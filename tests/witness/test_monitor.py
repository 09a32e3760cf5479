"""What looks add up to over a long time."""

from datetime import UTC, datetime

from lightship.config import HostConfig, WitnessConfig
from lightship.core.site.manifest import Manifest
from lightship.core.site.receipt import CheckStatus
from lightship.signing import VerifyKey
from lightship.witness.monitor import CheckResult, HostCheck, Monitor

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
NEVER = float("inf")


def test_of_all_that_was_ever_published_only_the_newest_is_remembered() -> None:
    host = HostConfig(name="a", kind="folder", url="", options={})
    host_check = HostCheck("https://acmestatus.net", VerifyKey(bytes(32)), lambda: NOW)
    monitor = Monitor("acme", [host], host_check, WitnessConfig(name="w1"))
    for revision in range(1000):
        manifest = Manifest(page="acme", revision=revision, epoch=1, at=NOW, build="b")
        monitor.take([CheckResult(host="a", address="192.0.2.1", verdict=CheckStatus.LIVE, manifest=manifest)])
        assert monitor.newest(NEVER) == (1, revision)
    assert len(monitor.versions) == 1
