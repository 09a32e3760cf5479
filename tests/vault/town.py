"""A desk that can be lost: two pages, each on two hosts that outlive it, everything run as an operator runs it."""

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests import servers
from tests.kills import fetched

from lightship import vault

LIGHTSHIP = (sys.executable, "-m", "lightship.cli")
SECRET = "a secret of the desk that is forty letters"
LEFT_OUT = ("auth_permission", "auth_group_permissions", "auth_user_user_permissions", "desk_receipt", "desk_attempt")
Rows = dict[str, list[tuple[Any, ...]]]


@dataclass
class Town:
    """`home`: the desk's folder. `urls`: page -> host -> where readers reach it. `key`: the file with the recovery key."""

    home: Path
    web: Path
    urls: dict[str, dict[str, str]]
    key: Path
    env: dict[str, str] = field(default_factory=lambda: {"DESK_SECRET": SECRET})
    workers: "list[subprocess.Popen[bytes]]" = field(default_factory=list)

    def run(self, *words: str, home: Path | None = None, **env: str) -> str:
        done = self.tried(*words, home=home, **env)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def tried(self, *words: str, home: Path | None = None, **env: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*LIGHTSHIP, *words],
            cwd=home or self.home,
            env={**os.environ, **self.env, **env, "COLUMNS": "200"},
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )

    def work(self, home: Path | None = None) -> None:
        log = (self.web / "worker.log").open("ab")
        env = {**os.environ, **self.env}
        command = [*LIGHTSHIP, "worker"]
        self.workers.append(subprocess.Popen(command, cwd=home or self.home, env=env, stdout=log, stderr=log))

    def rest(self) -> None:
        for worker in self.workers:
            worker.kill()
            worker.wait()
        self.workers.clear()

    def vault(self, page: str = "acme", host: str = "vienna") -> Path:
        return self.web / f"{page}-{host}.vault"

    def keep(self) -> None:
        """Let a worker publish and fill the vaults, and stop it."""
        for place in self.web.glob("*.vault"):
            (place / "index").unlink(missing_ok=True)
        for page in self.urls:
            self.run("publish", "--page", page)
        self.work()
        every = [self.vault(page, host) / "index" for page, hosts in self.urls.items() for host in hosts]
        until(lambda: all(index.exists() for index in every), "every host has a vault")
        self.rest()

    def shows(self, words: str, page: str = "acme") -> bool:
        return all(words in fetched(f"{url}/")[0].decode() for url in self.urls[page].values())

    def is_lost(self) -> None:
        self.rest()
        shutil.rmtree(self.home)
        self.home.mkdir()
        self.env.clear()

    def restore(self, *words: str, url: str = "", **env: str) -> Any:
        return json.loads(self.run("restore", url or self.urls["acme"]["vienna"], *words, "--json", home=self.home, **env))


def until(holds: Callable[[], object], what: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.02)


@contextlib.contextmanager
def town(root: Path, more: str = "", database: str = "sqlite:///desk.sqlite3") -> Iterator[Town]:
    """`more`: what else lightship.toml says."""
    home, web = root / "desk", root / "web"
    home.mkdir()
    key, recipient = vault.new_key()
    (root / "recovery.txt").write_text(key.lower())
    urls = {page: {h: f"http://127.0.0.1:{servers.free_port()}" for h in ("vienna", "oslo")} for page in ("acme", "beta")}
    lines = ["[desk]", 'url = "http://127.0.0.1:8000"', f'database = "{database}"', 'secret = { env = "DESK_SECRET" }']
    lines += ["[vault]", f'recovery = ["{recipient}"]', more]
    with contextlib.ExitStack() as stack:
        for page, hosts in urls.items():
            lines += [f"[pages.{page}]", f'url = "{hosts["vienna"]}"']
            for host, url in hosts.items():
                folder = web / f"{page}-{host}"
                folder.mkdir(parents=True)
                lines += [f"[pages.{page}.hosts.{host}]", 'kind = "folder"', f'path = "{folder}"', f'url = "{url}"']
                command: list[str | Path] = [sys.executable, "-m", "lightship.hosts.serve", folder, url.removeprefix("http://")]
                stack.enter_context(servers.running(command, web, int(url.rpartition(":")[2])))
        (home / "lightship.toml").write_text("\n".join(lines) + "\n")
        made = Town(home, web, urls, root / "recovery.txt")
        stack.callback(made.rest)
        made.run("init")
        yield made


def rows(database: Path) -> Rows:
    """Every row of every table that a desk would miss."""
    with contextlib.closing(sqlite3.connect(database)) as reading:
        found = reading.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
        names = [name for (name,) in found if name.startswith(("desk_", "auth_")) and name not in LEFT_OUT]
        every = {name: reading.execute(f"SELECT * FROM {name}").fetchall() for name in names}
        return {name: sorted((tuple(map(_plain, row)) for row in found), key=repr) for name, found in every.items()}


def _plain(value: Any) -> Any:
    """PostgreSQL keeps JSON with its keys in another order, which says the same."""
    if isinstance(value, str) and value.startswith(("{", "[")):
        return json.dumps(json.loads(value), sort_keys=True)
    return value


def without_takeover(found: Rows, database: Path) -> Rows:
    """Without what a restore adds of its own: one line of the journal, and the page's new number."""
    with contextlib.closing(sqlite3.connect(database)) as reading:
        columns = {name: [row[1] for row in reading.execute(f"PRAGMA table_info({name})")] for name in found}
    own = {"revision", "epoch", "heard", "updated_at"}
    page = [index for index, name in enumerate(columns["desk_page"]) if name not in own]
    deed = columns["desk_entry"].index("deed")
    kind = columns["desk_report"].index("kind")
    return {
        **found,
        "desk_page": [tuple(row[index] for index in page) for row in found["desk_page"]],
        "desk_entry": [row for row in found["desk_entry"] if row[deed] != "restore"],
        "desk_report": [row for row in found["desk_report"] if row[kind] != "vault"],
    }
