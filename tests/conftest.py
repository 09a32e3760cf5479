"""Real servers, each started once a run when the first test asks for it; and who runs what, where, and in which order."""

import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from _pytest.nodeid import coerce_node_id
from hypothesis import settings
from tests import name_servers, servers

# A busy machine is no fault of the code: properties have no deadline.
settings.register_profile("lightship", deadline=None)
settings.load_profile("lightship")

ABSENT = "server absent: "
TOGETHER = ("ip", "seaweedfs", "sshd", "postfix", "pebble", "powerdns", "knot", "bind", "rclone")
"""Tests that need one of these share a worker of pytest-xdist, the first that fits: so it is started once a run, no two tests
are at it at once, and the networks of `ip`, whose clocks run, have the machine to themselves. The slowest first."""
NOWHERE = (".test", ".example", ".invalid")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """`-n auto`. One more than cores: most tests of a server wait for it more than they work."""
    return (os.cpu_count() or 1) + 1


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--quick"):
        settings.register_profile("quick", max_examples=20, deadline=None)
        settings.load_profile("quick")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--quick", action="store_true", help="leave out what starts a process or waits for a slow peer, and try fewer examples"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Groups first, the slowest foremost: what waits long must not begin last."""
    if config.getoption("--quick"):
        items[:] = [item for item in items if not any(item.get_closest_marker(name) for name in ("server", "long", "slow"))]
    groups = {item: group_of(item) for item in items}
    versions = {**{name: version for version, name in enumerate(TOGETHER)}, "": len(TOGETHER) + 1}
    items.sort(key=lambda item: versions.get(groups[item], len(TOGETHER)))
    if hasattr(config, "workerinput"):
        for item, group in groups.items():
            if group:
                # What pytest-xdist reads a group from. Its own marker writes where pytest 9.2 does not look any more.
                item._id = coerce_node_id(f"{item.nodeid}@{group}")


def group_of(item: pytest.Item) -> str:
    """Tests of one group run one after the other, in one process: those of a server, and those of a module's own fixture."""
    needs = {str(mark.args[0]) for mark in item.iter_markers("server")}
    definitions = item._fixtureinfo.name2fixturedefs.values() if isinstance(item, pytest.Function) else ()
    of_module = any(definition[-1].scope == "module" for definition in definitions)
    return next((name for name in TOGETHER if name in needs), item.nodeid.partition("::")[0] if of_module else "")


@pytest.fixture(scope="session", autouse=True)
def _no_process_if_quick(request: pytest.FixtureRequest) -> Iterator[None]:
    """Patched, because all that is slow comes through this one door: servers, browsers, networks and our own command. So a
    test is left out because of what it does, and no list must be kept. (Those with a mark are not even collected.)"""

    def left_out(process: object, command: Any, *_: object, **__: object) -> None:
        pytest.skip(f"--quick starts no process: {command}")

    with pytest.MonkeyPatch.context() as patch:
        if request.config.getoption("--quick"):
            patch.setattr(subprocess.Popen, "__init__", left_out)
            patch.setattr(subprocess.Popen, "__del__", lambda process: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def _reserved_names_are_nowhere() -> Iterator[None]:
    """RFC 6761. Patched, because a machine without a resolver answers for them after seconds, and one with a strange resolver
    answers something."""
    real = socket.getaddrinfo

    def lookup(host: Any, *rest: Any, **more: Any) -> Any:
        if str(host).rstrip(".").endswith(NOWHERE):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return real(host, *rest, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", lookup)
        yield


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
