"""up, desk, worker: the processes."""

import logging
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click
import urllib3

from lightship.cli.shared import App, Refused, pass_app
from lightship.config import Config
from lightship.config.environment import current, hand_on

if TYPE_CHECKING:
    from django.core.handlers.wsgi import WSGIHandler

HOST_PAUSE = 30.0
"""A killed local host stays away long enough to be seen missing: by readers, and by the desk."""


@click.command()
@click.option("--bind", metavar="ADDRESS:PORT", help="Where to listen. Default: as desk.url says.")
@pass_app
def desk(app: App, bind: str | None) -> None:
    """Serve the desk, where staff sign in.

    \b
    lightship desk --bind 127.0.0.1:8000
    """
    config = app.config()
    url = urlsplit(f"//{bind}" if bind else config.desk.url)
    try:
        address, port = url.hostname or "127.0.0.1", url.port or 8000
    except ValueError as error:
        raise click.BadParameter(f"{bind!r} is no address and port: write 127.0.0.1:8000") from error
    refuse_taken(address, port)
    from granian import Granian  # only the desk needs it
    from granian.constants import Interfaces

    hand_on("LIGHTSHIP_CONFIG", str(config.path.absolute()))  # to the server's own child process
    Granian(
        "lightship.cli.run:application",
        factory=True,
        interface=Interfaces.WSGI,
        address=address,
        port=port,
        blocking_threads=64,  # one that waits for a slow body is taken until it has come
        log_level="error",  # type: ignore[arg-type]
        respawn_failed_workers=True,
    ).serve()


def application() -> "WSGIHandler":
    """The desk, made in the server's own child process, where nothing is set up yet."""
    config = App(None, current()).desk()
    from django.core.wsgi import get_wsgi_application  # after Django is set up

    from lightship.desk import logs, watch

    logs.hide_links()
    watch.start(config)
    return get_wsgi_application()


@click.command()
@pass_app
def worker(app: App) -> None:
    """Publish what is posted, keep the clock, show that it lives. Any number may run.

    \b
    lightship worker
    """
    config = app.desk()
    from lightship.worker import run  # after Django is set up

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s", stream=sys.stderr)
    logging.getLogger("asyncssh").setLevel(logging.WARNING)  # it logs every step of every connection
    run.run(config)


@click.command()
@pass_app
def up(app: App) -> None:
    """Everything on this machine: desk, worker, and a web server for each folder host with a local address.

    \b
    lightship init && lightship up
    """
    config = app.desk()
    from lightship.cli.setup import sign_in_words  # after Django is set up

    command = [sys.executable, "-m", "lightship.cli", "--config", str(config.path.absolute())]
    children = [*(Child(name, [*command, name]) for name in ("desk", "worker")), *_local_hosts(config)]
    for child in children:
        if child.port:
            refuse_taken("127.0.0.1", child.port)
    for child in children:
        child.start()
    _await_desk(config)
    click.echo(addresses(config) + sign_in_words(config))
    _run_until_stopped(children)


def refuse_taken(address: str, port: int) -> None:
    """Two servers here share a port silently (SO_REUSEPORT), and then every second request goes to the other one."""
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((address, port))
        except OSError as error:
            raise Refused(
                f"cannot listen on {address}:{port} ({error.strerror}): another Lightship may be running there. "
                "Stop it, or change the port in lightship.toml"
            ) from error


def _await_desk(config: Config) -> None:
    """Wait until the desk answers, for 20 s at most: its own messages say why it does not."""
    client = urllib3.PoolManager(retries=False, timeout=1)
    for _ in range(100):
        try:
            if client.request("GET", f"{config.desk.url}/healthz").status == 200:
                return
        except urllib3.exceptions.HTTPError:
            pass
        time.sleep(0.2)


def addresses(config: Config) -> str:
    lines = [f"  desk     {config.desk.url}/\n"]
    for page in config.pages.values():
        lines += [f"  {page.slug:8} {host.url}/   (host {host.name})\n" for host in page.hosts]
    return "\nLightship is up. Stop it with Ctrl-C; nothing is lost.\n\n" + "".join(lines)


@dataclass
class Child:
    """One child process, started again `pause` seconds after it stops. `due`: when, in seconds of the monotonic clock."""

    name: str
    command: Sequence[str]
    port: int = 0
    pause: float = 1.0
    process: "subprocess.Popen[bytes] | None" = None
    due: float = 0.0

    def start(self) -> None:
        self.process, self.due = subprocess.Popen(self.command), 0.0  # noqa: S603  our own command line

    def restart_if_due(self, now: float) -> None:
        if self.process is None or self.process.poll() is None:
            return
        if not self.due:
            self.due, status = now + self.pause, self.process.returncode
            click.echo(f"{self.name} stopped (status {status}); it starts again in {self.pause:.0f} s", err=True)
        elif now >= self.due:
            self.start()


def _run_until_stopped(children: Sequence[Child]) -> None:
    stopping = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.append(True))
    while not stopping:
        time.sleep(0.2)
        for child in children:
            child.restart_if_due(time.monotonic())
    click.echo("stopping", err=True)
    processes = [child.process for child in children if child.process]
    for process in processes:
        process.terminate()  # does nothing to one that has ended
    for process in processes:
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def _local_hosts(config: Config) -> list[Child]:
    children = []
    for host in (host for page in config.pages.values() for host in page.hosts):
        url = urlsplit(host.url)
        if host.kind == "folder" and url.hostname in ("127.0.0.1", "localhost", "::1") and url.scheme == "http":
            path, port = Path(host.options["path"]), url.port or 80
            path.mkdir(parents=True, exist_ok=True)
            where = f"{'[::1]' if url.hostname == '::1' else '127.0.0.1'}:{port}"
            command = [sys.executable, "-m", "lightship.hosts.serve", str(path), where]
            children.append(Child(f"host {host.name}", command, port, HOST_PAUSE))
    return children
