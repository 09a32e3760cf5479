"""What looks add up to over a long time."""

from datetime import UTC, datetime, timedelta

import pytest

from lightship.config import HostConfig, WitnessConfig
from lightship.core.site.manifest import Manifest, Pulse
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


def watching(*results: CheckResult) -> Monitor:
    hosts = [HostConfig(name=name, kind="folder", url="", options={}) for name in ("a", "b")]
    monitor = Monitor(
        "acme", hosts, HostCheck("https://acmestatus.net", VerifyKey(bytes(32)), lambda: NOW), WitnessConfig(name="w1")
    )
    monitor.take(results)
    return monitor


def beaten(host: str, age: float | None, verdict: CheckStatus) -> CheckResult:
    """`age`: seconds since the pulse that it has, of a publisher that promised one each minute."""
    pulse = None
    if age is not None:
        pulse = Pulse(page="acme", revision=7, epoch=1, at=NOW - timedelta(seconds=age), seconds=60)
    return CheckResult(host=host, address="192.0.2.1", verdict=verdict, pulse=pulse)


LIVE, STALE, OLD, TIMED_OUT = CheckStatus.LIVE, CheckStatus.STALE, CheckStatus.OLD, CheckStatus.TIMED_OUT


@pytest.mark.parametrize(
    ("a", "b", "silent"),
    [
        ((5, LIVE), (5, LIVE), False),
        ((180, LIVE), (181, STALE), False),
        ((181, STALE), (190, STALE), True),
        ((181, STALE), (5, LIVE), False),
        ((181, STALE), (None, TIMED_OUT), True),
        ((181, STALE), (190, OLD), True),
        ((181, OLD), (190, OLD), True),
        ((None, TIMED_OUT), (None, TIMED_OUT), False),
    ],
)
def test_the_pulse_has_stopped_where_the_youngest_on_any_host_is_older_than_it_promised(
    a: tuple[float | None, CheckStatus], b: tuple[float | None, CheckStatus], silent: bool
) -> None:
    troubles = watching(beaten("a", *a), beaten("b", *b)).troubles
    assert list(troubles) == (["publisher"] if silent else [])
    if silent:
        assert troubles["publisher"].startswith(
            "the pulse has stopped: the page's publisher last lived 181 s ago (13:56:59 UTC)"
        )
