"""A drill on a real installation: every step done, told, kept, and nothing left behind; also when it is killed."""

import asyncio
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from tests import servers

from lightship import drill
from lightship.cli.shared import ROOMS
from lightship.config import load
from lightship.core.site.manifest import NotOurs, manifest_in, pulse_in
from lightship.drill.canary import LEFT, left, sweep
from lightship.hosts import File
from lightship.hosts.folder import Folder
from lightship.publishing.read_only import open_host
from lightship.signing import verify_key

COMMAND = (sys.executable, "-m", "lightship.cli")
ENV = {key: value for key, value in os.environ.items() if key != "LIGHTSHIP_CONFIG"}


@dataclass(frozen=True)
class Site:
    """An installation with two local hosts that are up, and its recovery key in a file."""

    home: Path
    key: Path

    def run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run([*COMMAND, *words], cwd=self.home, env=ENV, capture_output=True, text=True, timeout=120)

    def drill(self, *words: str) -> dict[str, dict[str, object]]:
        done = self.run("drill", "--json", *words)
        assert done.returncode == 0, done.stdout + done.stderr
        return {step["name"]: step for step in json.loads(done.stdout)["steps"]}

    def left(self) -> list[Path]:
        return [path for path in (self.home / "hosts").glob("*/lightship/drill/**/*") if path.is_file()]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("site")
    made = Site(home, home / "recovery.txt")
    port = three_ports()
    said = made.run("init", "--port", str(port))
    assert said.returncode == 0, said.stderr
    made.key.write_text(next(line for line in said.stdout.splitlines() if "AGE-SECRET-KEY-1" in line))
    with (home / "up.log").open("wb") as log:
        up = subprocess.Popen([*COMMAND, "up"], cwd=home, stdout=log, stderr=log, preexec_fn=servers.die_with_us)
    try:
        until(lambda: all((home / "hosts" / f"{name}.vault" / "index").exists() for name in ("a", "b")))
        until(lambda: all((home / "hosts" / name / "lightship" / "pulse.json").exists() for name in ("a", "b")))
        yield made
    finally:
        up.terminate()  # and not kill: it must stop what it started
        up.wait()


def three_ports() -> int:
    """The first of three that are free, below those that the system hands out to whoever connects."""
    tries = iter(lambda: random.randrange(10_000, 30_000), 0)
    return next(port for port in tries if all(is_free(port + more) for more in range(3)))


def is_free(port: int) -> bool:
    with socket.socket() as taken:
        return taken.connect_ex(("127.0.0.1", port)) != 0


def until(there: Callable[[], bool]) -> None:
    end = time.monotonic() + 120
    while not there():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_every_step_is_done_in_time_and_leaves_nothing_behind(site: Site) -> None:
    steps = site.drill("--key", str(site.key))
    done = {name for name, step in steps.items() if step["status"] == "done"}
    assert done == {"publish", "restore", "speak"}
    assert (steps["move"]["status"], steps["move"]["words"]) == ("skipped", "no zone is configured")
    assert "rows of" in str(steps["restore"]["words"])
    assert site.left() == []


def test_without_the_recovery_key_the_restore_is_told_as_not_rehearsed(site: Site) -> None:
    steps = site.drill()
    assert (steps["restore"]["status"], steps["restore"]["words"]) == (
        "skipped",
        "the recovery key was not at hand: --key FILE",
    )


def test_a_wrong_recovery_key_fails_and_says_so(site: Site, tmp_path: Path) -> None:
    from lightship.vault import new_key

    wrong = tmp_path / "wrong.txt"
    wrong.write_text(new_key()[0])
    done = site.run("drill", "--key", str(wrong))
    assert done.returncode == 1
    assert "this key does not open the vault" in done.stdout


def test_a_dead_host_fails_and_the_other_is_still_tried(site: Site) -> None:
    config = site.home / "lightship.toml"
    real = config.read_text()
    config.write_text(real.replace('path = "hosts/b"', 'path = "/proc/nowhere"'))
    try:
        done = site.run("drill")
    finally:
        config.write_text(real)
    assert done.returncode == 1
    assert "a 0." in done.stdout and "b could not be written to" in done.stdout
    assert site.left() == []


def test_drills_are_kept_and_shown_beside_each_other(site: Site) -> None:
    site.drill()
    told = site.run("drill").stdout
    assert "before" in told and told.count(" s") >= 6


def test_what_a_killed_drill_left_the_next_one_clears_away(site: Site) -> None:
    process = subprocess.Popen(
        [*COMMAND, "drill"], cwd=site.home, env=ENV, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    until(lambda: any("index.html" in str(path) for path in site.left()) or process.poll() is not None)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert site.left() != []
    site.drill()
    assert site.left() == []


@pytest.mark.parametrize("body", [b"7", b"[7]", b"[" * 200_000, b'["lightship/drill", "index.html"]'])
def test_a_list_that_no_drill_wrote_takes_nothing_away(body: bytes, tmp_path: Path) -> None:
    host = Folder("vienna", "http://127.0.0.1:9", tmp_path)
    asyncio.run(host.put([File(LEFT, body), File("index.html", b"the page")]))
    assert asyncio.run(left(host)) == set()


def test_readers_see_nothing_of_it(site: Site) -> None:
    front = (site.home / "hosts" / "a" / "index.html").read_bytes()
    site.drill()
    assert b"drill" not in front.lower()
    assert (site.home / "hosts" / "a" / "index.html").read_bytes() == front


def test_nothing_that_a_drill_puts_is_signed_with_the_page_s_key(site: Site) -> None:
    """Or whoever has a host could put it in the place of the page."""
    config = load(site.home / "lightship.toml", {}, ROOMS)
    page = config.page(None)
    hosts = [open_host(host) for host in page.hosts]
    try:
        drill.speak(page, hosts, partial(datetime.now, UTC))
        claims = [path for path in site.left() if path.name in ("manifest.json", "pulse.json")]
        assert len(claims) == 4
        for path in claims:
            read = manifest_in if path.name == "manifest.json" else pulse_in
            with pytest.raises(NotOurs):
                read(path.read_bytes(), verify_key(page).verify)
    finally:
        asyncio.run(sweep(hosts))
    assert site.left() == []
