"""For each kind of host, a real place to hold a site: a fresh one for each test, on servers shared by the session."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from tests import servers

from lightship.hosts import Host
from lightship.hosts.folder import Folder
from lightship.hosts.object_store import ObjectStore
from lightship.hosts.sftp import Sftp


@dataclass(frozen=True)
class Place:
    """`dead`: the same host, gone. `refused`: the same host, for which the credentials or the path are wrong. `prying`:
    where a reader could look for the vault."""

    host: Host
    dead: Host
    refused: Host
    prying: tuple[str, ...] = ()


def folder(request: pytest.FixtureRequest) -> Place:
    web_root, url = _web(request)
    name = secrets.token_hex(6)
    host = Folder("vienna", f"{url}/{name}", _site(web_root, name))
    (web_root / f"{name}.file").write_text("")
    return Place(
        host,
        replace(host, path=web_root / f"{name}.file"),
        replace(host, path=web_root / f"{name}.file" / "below"),
        _prying(host.url),
    )


def sftp(request: pytest.FixtureRequest) -> Place:
    web_root, url = _web(request)
    server: servers.Sshd = request.getfixturevalue("sshd")
    name = secrets.token_hex(6)
    host = Sftp(
        name="graz",
        url=f"{url}/{name}",
        host="127.0.0.1",
        port=server.port,
        path=str(_site(web_root, name)),
        user=server.user,
        key=server.key,
        known_host=server.known_host,
    )
    return Place(host, replace(host, port=servers.free_port()), replace(host, user="mallory"), _prying(host.url))


def _site(web_root: Path, name: str) -> Path:
    """A web root of its own, that nginx comes to by a link: so what lies beside it is outside of all that nginx serves."""
    root = web_root.with_name(f"{web_root.name}.sites") / name / "site"
    root.mkdir(parents=True)
    (web_root / name).symlink_to(root)
    return root


def _prying(url: str) -> tuple[str, ...]:
    return (url, f"{url}.vault", f"{url}/.vault", f"{url}/site.vault", f"{url}/../site.vault", f"{url}/lightship/vault")


def object_store(request: pytest.FixtureRequest) -> Place:
    return store_place(request.getfixturevalue("seaweedfs"))


def store_place(store: servers.Store) -> Place:
    name = secrets.token_hex(6)
    host = ObjectStore(
        name="bucket",
        url=f"{store.endpoint}/{store.bucket}/{name}",
        store=f"s3://{store.bucket}/{name}",
        endpoint=store.endpoint,
        key=store.key,
        secret=store.secret,
        vault=f"s3://{store.private}/{name}",
    )
    dead, refused = replace(host, endpoint=f"http://127.0.0.1:{servers.free_port()}"), replace(host, secret="wrong")
    return Place(host, dead, refused, (*_prying(host.url), f"{store.endpoint}/{store.private}/{name}"))


def _web(request: pytest.FixtureRequest) -> tuple[Path, str]:
    return request.getfixturevalue("web_root"), request.getfixturevalue("nginx_url")


Make = Callable[[pytest.FixtureRequest], Place]
PLACES: dict[str, tuple[Make, tuple[str, ...]]] = {
    "folder": (folder, ("nginx",)),
    "object_store": (object_store, ("seaweedfs",)),
    "sftp": (sftp, ("nginx", "sshd")),
}
"""Kind -> how to make a place for it, and the servers that this needs."""
