"""A real ACME authority for the tests: Pebble, which asks one name server for the proofs."""

import contextlib
import json
import ssl
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests import certs, servers


@dataclass(frozen=True)
class Pebble:
    """`ca`: a file with the authority of the directory's own certificate. It forgets everything when it ends."""

    directory: str
    management: str
    ca: Path

    def root(self) -> bytes:
        """What it signs with, as PEM."""
        context = ssl.create_default_context(cafile=self.ca)
        with urllib.request.urlopen(f"{self.management}/roots/0", context=context, timeout=10) as answer:
            body: bytes = answer.read()
            return body


@contextlib.contextmanager
def pebble(home: Path, resolver: tuple[str, int], **env: str) -> Iterator[Pebble]:
    """`env`: its own switches (PEBBLE_WFE_NONCEREJECT and others). By default it rejects every twentieth nonce."""
    home.mkdir(parents=True, exist_ok=True)
    authority = certs.Authority("Pebble's door")
    authority.write(home / "ca.pem")
    authority.issue("127.0.0.1", "localhost").write(home / "door.pem", home / "door.key")
    port, management = servers.free_port(), servers.free_port()
    config = {
        "listenAddress": f"127.0.0.1:{port}",
        "managementListenAddress": f"127.0.0.1:{management}",
        "certificate": str(home / "door.pem"),
        "privateKey": str(home / "door.key"),
        "httpPort": servers.free_port(),
        "tlsPort": servers.free_port(),
    }
    (home / "pebble.json").write_text(json.dumps({"pebble": config}))
    command: list[str | Path] = [
        servers.needed("pebble"),
        "-config",
        home / "pebble.json",
        "-dnsserver",
        f"{resolver[0]}:{resolver[1]}",
    ]
    with servers.running(command, home, port, ready=None, **{"PEBBLE_VA_NOSLEEP": "1", "PEBBLE_AUTHZREUSE": "0", **env}):
        yield Pebble(f"https://127.0.0.1:{port}/dir", f"https://127.0.0.1:{management}", home / "ca.pem")
