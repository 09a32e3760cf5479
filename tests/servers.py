"""Real servers for the tests: which are here, and how to start each on a free loopback port with its files in a folder.

What a test needs and does not find is listed at the end of a run with the command that installs it; see conftest.py.
"""

import contextlib
import ctypes
import getpass
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from lightship.hosts import content_type

PROGRAMS = {
    "nginx": ("nginx",),
    "sshd": ("sshd",),
    "seaweedfs": ("weed",),
    "rclone": ("rclone",),
    "postfix": ("postfix",),
    "chromium": ("chromium", "chromium-browser", "google-chrome"),
    "bind": ("named",),
    "knot": ("knotd",),
    "powerdns": ("pdns_server",),
    "unbound": ("unbound",),
    "pebble": ("pebble",),
    "ip": ("ip",),
}
NAMES = (*PROGRAMS, "postgres")
AS_ROOT = ("postfix",)
INSTALL = "script/servers install"
START = "script/servers start"

_ROOT = Path(__file__).resolve().parent.parent
SEARCH = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
_LIBC = ctypes.CDLL(None)


def available(name: str) -> bool:
    if name in AS_ROOT and os.geteuid() != 0:
        return False
    return postgres_url() is not None if name == "postgres" else program(name) is not None


def program(name: str) -> str | None:
    found = (shutil.which(command, path=SEARCH) for command in PROGRAMS[name])
    return next((path for path in found if path), None)


def remedy(name: str) -> str:
    """The command that makes a server available."""
    if name in AS_ROOT and os.geteuid() != 0:
        return f"{INSTALL}, and run the tests as root"
    return f"{INSTALL} && {START}" if name == "postgres" else INSTALL


def postgres_url() -> str | None:
    """The database that `script/servers start` left running, or the one that the environment names."""
    kept = _ROOT / ".servers" / "env"
    lines = kept.read_text().splitlines() if kept.exists() else []
    said = dict(line.removeprefix("export ").split("=", 1) for line in lines if "=" in line)
    url = os.environ.get("LIGHTSHIP_TEST_POSTGRES") or said.get("LIGHTSHIP_TEST_POSTGRES")
    return url if url and _answers(urlsplit(url)) else None


def _answers(url: SplitResult) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((url.hostname, url.port or 5432), 2):
        return True
    return False


def free_port(*, above: int = 0) -> int:
    """A port that nobody listens on. With `above`, that many higher is free too (SeaweedFS puts gRPC there)."""
    while True:
        with socket.socket() as one, socket.socket() as other:
            one.bind(("127.0.0.1", 0))
            port = int(one.getsockname()[1])
            if not above:
                return port
            with contextlib.suppress(OSError, OverflowError):
                other.bind(("127.0.0.1", port + above))
                return port


@contextlib.contextmanager
def running(
    command: Sequence[str | Path], home: Path, port: int, *, ready: Callable[[], bool] | None = None, **env: str
) -> Iterator[None]:
    """Run a program until the block ends. It dies with us, even when we are killed. `ready`: whether it answers; else it
    does when it listens on the port."""
    log = home / f"{Path(command[0]).name}-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=home,
            env={**os.environ, **env},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=die_with_us,
        )
    try:
        _wait_for(ready or (lambda: _listens(port)), process, log)
        yield
    finally:
        process.kill()
        process.wait()


def die_with_us() -> None:
    """For `preexec_fn`: the child is killed when this process ends, however it ends."""
    _LIBC.prctl(1, signal.SIGKILL)


def _wait_for(ready: Callable[[], bool], process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        if ready():
            return
        time.sleep(0.02)
    raise RuntimeError(f"{log.stem} did not start:\n{log.read_text(errors='replace')[-2000:]}")


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def needed(name: str) -> str:
    found = program(name)
    if found is None:
        raise LookupError(f"{name} is not installed: {remedy(name)}")
    return found


@contextlib.contextmanager
def nginx(root: Path, home: Path) -> Iterator[str]:
    """Serve a folder as the documentation tells operators to; the URL."""
    port = free_port()
    with running(nginx_command(root, home, f"127.0.0.1:{port} backlog=1024"), home, port):
        yield f"http://127.0.0.1:{port}"


def nginx_command(root: Path, home: Path, listen: str, more: str = "") -> list[str | Path]:
    """Write a configuration into `home`; what to run there. `more`: further directives of the server."""
    names = ("html", "json", "js", "css", "svg", "txt", "xml", "atom", "rss", "ics")
    types = "".join(f"{content_type('x.' + name).partition(';')[0]} {name};\n" for name in names)
    (home / "nginx.conf").write_text(f"""
        daemon off; master_process off; pid {home}/nginx.pid; error_log {home}/nginx.error.log;
        {"user root;" if os.geteuid() == 0 else ""}
        events {{ worker_connections 512; }}
        http {{
            access_log off; charset utf-8; charset_types text/html text/plain text/css text/javascript application/json
                application/xml application/atom+xml application/rss+xml text/calendar;
            types {{ {types} }}
            client_body_temp_path {home}/body; proxy_temp_path {home}/proxy; fastcgi_temp_path {home}/fastcgi;
            uwsgi_temp_path {home}/uwsgi; scgi_temp_path {home}/scgi;
            keepalive_requests 1000000; gzip_static on; gzip_vary on;
            add_header Cache-Control no-cache always; add_header Access-Control-Allow-Origin "*" always;
            server {{ listen {listen}; root {root}; location ~ /\\. {{ return 404; }} {more} }}
        }}""")
    return [needed("nginx"), "-p", home, "-e", home / "nginx.error.log", "-c", home / "nginx.conf"]


@dataclass(frozen=True)
class Sshd:
    """A server that lets the current user in with one key."""

    port: int
    user: str
    key: str
    known_host: str


@contextlib.contextmanager
def sshd(home: Path) -> Iterator[Sshd]:
    port, user = free_port(), getpass.getuser()
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", home / name], check=True)
    config = home / "sshd_config"
    config.write_text(f"""
Port {port}
ListenAddress 127.0.0.1
HostKey {home}/host
AuthorizedKeysFile {home}/user.pub
PidFile {home}/sshd.pid
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin yes
MaxStartups 200
MaxSessions 200
Subsystem sftp internal-sftp
""")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    with running([needed("sshd"), "-D", "-e", "-f", config], home, port):
        known = (home / "host.pub").read_text().rsplit(" ", 1)[0]
        yield Sshd(port, user, (home / "user").read_text(), known)


@dataclass(frozen=True)
class Store:
    """An S3-compatible store. Strangers may read `bucket`; `private` is one that nobody but the key may."""

    endpoint: str
    bucket: str = "site"
    private: str = "private"
    key: str = "AKIALIGHTSHIPTEST"
    secret: str = "a-secret-of-the-tests"


@contextlib.contextmanager
def seaweedfs(home: Path) -> Iterator[Store]:
    ports = {name: free_port(above=10000) for name in ("master", "volume", "filer", "s3")}
    store = Store(f"http://127.0.0.1:{ports['s3']}")
    keys = [{"accessKey": store.key, "secretKey": store.secret}]
    actions = ["Read", "List", f"Write:{store.bucket}", f"Write:{store.private}"]
    identities = [
        {"name": "publisher", "credentials": keys, "actions": actions},
        {"name": "anonymous", "actions": [f"Read:{store.bucket}"]},
    ]
    (home / "s3.json").write_text(json.dumps({"identities": identities}))
    command: list[str | Path] = [
        *(needed("seaweedfs"), "-logtostderr", "server", "-dir", home, "-ip", "127.0.0.1", "-ip.bind", "127.0.0.1"),
        *("-filer", "-s3", f"-s3.config={home}/s3.json", "-s3.port.iceberg=0", "-s3.port.lance=0", "-s3.iam=false"),
        *("-volume.max=20", "-master.volumeSizeLimitMB=64", "-master.volumePreallocate=false", "-master.telemetry=false"),
        *(f"-{name}.port={port}" for name, port in ports.items()),
    ]
    with running(command, home, ports["s3"]):
        _make_bucket(ports["filer"], store.bucket)
        _make_bucket(ports["filer"], store.private)
        yield store


def _make_bucket(filer: int, bucket: str) -> None:
    # With a first object in it: SeaweedFS makes its volumes then, which takes seconds.
    for method, path, body in (("POST", "", None), ("PUT", ".first", b"x")):
        url = f"http://127.0.0.1:{filer}/buckets/{bucket}/{path}"
        _insist(urllib.request.Request(url, body, method=method))


def _insist(request: urllib.request.Request) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            urllib.request.urlopen(request, timeout=20).close()
            return
        except OSError as error:
            if isinstance(error, urllib.error.HTTPError) and error.code == 409:
                return
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


@contextlib.contextmanager
def rclone(home: Path) -> Iterator[Store]:
    """A store that takes conditional writes and ignores the condition."""
    store = Store(f"http://127.0.0.1:{free_port()}")
    (home / "data" / store.bucket).mkdir(parents=True)
    port = int(store.endpoint.rpartition(":")[2])
    address = f"127.0.0.1:{port}"
    key = f"{store.key},{store.secret}"
    command: list[str | Path] = [needed("rclone"), "serve", "s3", "--addr", address, "--auth-key", key, home / "data"]
    with running(command, home, port, RCLONE_CONFIG=str(home / "rclone.conf")):
        yield store
