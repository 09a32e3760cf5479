"""The built-in local host beside nginx serving the same compressed file: requests a second, measured alternately in one run.

python -m bench.serve
"""

import asyncio
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import servers

from lightship.core.site.manifest import MANIFEST_PATH
from lightship.hosts import File
from lightship.hosts.folder import Folder

ROUNDS = 5
SECONDS = 2
CONNECTIONS = 32


def main() -> None:
    if not servers.available("nginx"):
        print(f"serve: nginx is absent: {servers.remedy('nginx')}")
        return
    with tempfile.TemporaryDirectory() as home:
        site = Path(home) / "site"
        _fill(site)
        with servers.nginx(site, Path(home)) as nginx, _built_in(site, Path(home)) as ours:
            for path in ("/index.html", "/incidents/x1/index.html"):
                _compare(path, ours, nginx)


def _compare(path: str, ours: str, nginx: str) -> None:
    rates: dict[str, list[float]] = {ours: [], nginx: []}
    for _ in range(ROUNDS):
        for url, measured in rates.items():
            measured.append(_rate(url + path))
    mine, theirs = (statistics.median(measured) for measured in rates.values())
    print(
        f"serve {path} gzip, {_size(ours + path)} bytes: {mine / theirs:.2f}x nginx "
        f"({mine:,.0f} and {theirs:,.0f} requests/s; at least 0.5x)"
    )


def _fill(site: Path) -> None:
    """Write a page of about the compressed size of a real front page."""
    chance = random.Random(1)
    body = " ".join("".join(chance.choices("abcdefghij", k=6)) for _ in range(2400)).encode()
    host = Folder("a", "", site)
    asyncio.run(host.put([File("incidents/x1/index.html", body)]))
    asyncio.run(host.release([File("index.html", body)], File(MANIFEST_PATH, b"{}"), None))


@contextmanager
def _built_in(site: Path, home: Path) -> Iterator[str]:
    port = servers.free_port()
    with servers.running([sys.executable, "-m", "lightship.hosts.serve", site, f"127.0.0.1:{port}"], home, port):
        yield f"http://127.0.0.1:{port}"


def _size(url: str) -> int:
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Accept-Encoding": "gzip"})) as response:
        assert response.headers["Content-Encoding"] == "gzip"
        return len(response.read())


def _rate(url: str) -> float:
    wrk = shutil.which("wrk")
    if wrk is None:
        return asyncio.run(_rate_by_hand(url))
    command = [wrk, "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}", "-H", "Accept-Encoding: gzip", url]
    report = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rate = re.search(r"Requests/sec:\s*([\d.]+)", report)
    if rate is None or "Non-2xx" in report or "Socket errors" in report:
        raise RuntimeError(report)
    return float(rate[1])


async def _rate_by_hand(url: str) -> float:
    """The rate without wrk. This client is slower than both servers, so ratios come out nearer to one than they are."""
    address, _, path = url.removeprefix("http://").partition("/")
    host, _, port = address.partition(":")
    request = f"GET /{path} HTTP/1.1\r\nHost: {address}\r\nAccept-Encoding: gzip\r\n\r\n".encode()
    until, answers = time.perf_counter() + SECONDS, 0

    async def ask() -> None:
        nonlocal answers
        reader, writer = await asyncio.open_connection(host, int(port))
        while time.perf_counter() < until:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: (\d+)", head)
            await reader.readexactly(int(length[1]) if length else 0)
            answers += 1
        writer.close()

    await asyncio.gather(*(ask() for _ in range(CONNECTIONS)))
    return answers / SECONDS


if __name__ == "__main__":
    main()
