"""The built-in host: serve a folder of hosts/folder.py on an address, from memory, pre-compressed.

    python -m lightship.hosts.serve hosts/a 127.0.0.1:8001

One process, no shared state: killing it takes down this host and no other. Any web server can take its place.
"""

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from granian._granian import RSGIHTTPProtocol
from granian.constants import HTTPModes, Interfaces
from granian.rsgi import Scope
from granian.server.embed import Server

from lightship.core.address import host_and_port
from lightship.hosts.serve import Answer, Site, answer

FRESH_SECONDS = 0.02


class Handler:
    """The RSGI application of one site. It repeats answers for FRESH_SECONDS, but never across a release: no coding may show
    the page of before, and no proof may read it."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._answers: dict[tuple[str | None, ...], Answer] = {}
        self._until = 0.0

    async def __rsgi__(self, scope: Scope, protocol: RSGIHTTPProtocol) -> None:
        now = time.monotonic()
        if now > self._until:
            self._answers.clear()
            self._until = now + FRESH_SECONDS
        headers = scope.headers
        request = (scope.method, scope.path, headers.get("accept-encoding", ""), headers.get("if-none-match", ""))
        key = (self.site.refresh(), *request)
        if key not in self._answers:
            self._answers[key] = answer(self.site, *request)
        protocol.response_bytes(*self._answers[key])


def _claim(host: str, port: int) -> None:
    """OSError if the address cannot be had: Granian would share a port with another process (SO_REUSEPORT), and readers
    would get either's answers."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))


async def _serve(path: Path, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT."""
    server = Server(
        Handler(Site(path)),
        address=host,
        port=port,
        interface=Interfaces.RSGI,
        http=HTTPModes.http1,
        websockets=False,
        backlog=16_384,
        log_enabled=False,
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, server.stop)
    await server.serve()


def main(arguments: Sequence[str]) -> int:
    folder, address = arguments if len(arguments) == 2 else ("", "")
    try:
        host, port = host_and_port(address)
    except ValueError:
        sys.stderr.write("usage: python -m lightship.hosts.serve FOLDER ADDRESS:PORT\n")
        return 2
    try:
        _claim(host, port)
        asyncio.run(_serve(Path(folder).absolute(), host, port))
    except OSError as error:
        sys.stderr.write(f"lightship.hosts.serve: cannot listen on {address}: {error.strerror}\n")
        return 1
    return 0


if __name__ == "__main__":
    # Not sys.exit: Granian's threads may still be answering, and panic when the interpreter is taken down around them.
    os._exit(main(sys.argv[1:]))
