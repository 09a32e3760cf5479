"""Real servers, each started once a session (and once a worker of pytest-xdist) when the first test asks for it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests import name_servers, servers

ABSENT = "server absent: "


def pytest_runtest_setup(item: pytest.Item) -> None:
    for name in [str(mark.args[0]) for mark in item.iter_markers("server")]:
        if not servers.available(name):
            if os.environ.get("LIGHTSHIP_REQUIRE_SERVERS") == "1":
                pytest.fail(f"{ABSENT}{name}: {servers.remedy(name)}", pytrace=False)
            pytest.skip(f"{ABSENT}{name}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reasons = [
        str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", []) if isinstance(report.longrepr, tuple)
    ]
    for name in servers.NAMES:
        count = sum(reason.endswith(ABSENT + name) for reason in reasons)
        if count:
            terminalreporter.write_line(
                f"{count} tests skipped: {name} is absent. To have it: {servers.remedy(name)}", yellow=True
            )


@pytest.fixture(scope="session")
def web_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `nginx_url` serves."""
    return tmp_path_factory.mktemp("web")


@pytest.fixture(scope="session")
def nginx_url(web_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with servers.nginx(web_root, tmp_path_factory.mktemp("nginx")) as url:
        yield url


@pytest.fixture(scope="session")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Sshd]:
    with servers.sshd(tmp_path_factory.mktemp("sshd")) as server:
        yield server


@pytest.fixture(scope="session")
def seaweedfs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Store]:
    with servers.seaweedfs(tmp_path_factory.mktemp("weed")) as store:
        yield store


@pytest.fixture(scope="session")
def rclone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Store]:
    with servers.rclone(tmp_path_factory.mktemp("rclone")) as store:
        yield store


@pytest.fixture(scope="session")
def bind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[name_servers.Layout]:
    with name_servers.bind(tmp_path_factory.mktemp("bind")) as primary:
        yield primary


@pytest.fixture(scope="session")
def knot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[name_servers.Layout]:
    with name_servers.knot(tmp_path_factory.mktemp("knot")) as primary:
        yield primary


@pytest.fixture(scope="session")
def powerdns(tmp_path_factory: pytest.TempPathFactory) -> Iterator[name_servers.Layout]:
    with name_servers.powerdns(tmp_path_factory.mktemp("powerdns")) as primary:
        yield primary
