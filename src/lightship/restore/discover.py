"""From a bare machine to what hosts still hold: the vault, wherever it was kept, and the signed public state."""

import asyncio
import base64
import json
import subprocess
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from lightship.config import Config
from lightship.core.signed import MANIFEST_PATH, Manifest, manifest_in
from lightship.core.vault import INDEX_PATH, Index, index_in
from lightship.core.wire import WireError
from lightship.hosts import File, Held, Host, HostError, Place, find
from lightship.hosts.folder import Cellar
from lightship.publishing.verify import Stranger
from lightship.seal import Mark
from lightship.vault import BELOW, VaultError

STORES = ("s3://", "gs://", "az://")


@dataclass(frozen=True)
class Web:
    """What anyone may fetch below a URL."""

    url: str
    stranger: Stranger = field(default_factory=Stranger)

    async def read(self, path: str) -> Held | None:
        body = await asyncio.to_thread(self.stranger.get, f"{self.url}/{path}")
        if isinstance(body, bytes):
            return Held(body)
        if body.endswith((" 403", " 404")):
            return None
        raise HostError(body)

    async def put(self, files: Iterable[File]) -> None:
        raise HostError("what lies on the web can only be read")


@dataclass(frozen=True)
class Copy:
    """A copy of the vault, and whose signature it bears."""

    name: str
    place: Place
    index: Index
    mark: Mark


def places(said: str | None, url: str | None, config: Config | None, folder: Path, env: Mapping[str, str]) -> dict[str, Place]:
    """Where to look for the vault, by name. `said`: what --vault names; `folder`: where a copy may be fetched to."""
    if said:
        return {said: _place(said, folder, env)}
    found: dict[str, Place] = {}
    for host in (host for page in (config.pages.values() if config else ()) for host in page.hosts):
        make: Callable[..., Host] = find(host.kind)
        if hidden := make(name=host.name, url=host.url, **host.options).hidden():
            found[f"host {host.name}"] = hidden
        found[host.url] = Web(f"{host.url}/{BELOW}")
    return found | ({url: Web(f"{url.rstrip('/')}/{BELOW}")} if url else {})


def _place(said: str, folder: Path, env: Mapping[str, str]) -> Place:
    if said.startswith(("http://", "https://")):
        return Web(said.rstrip("/"))
    if said.startswith("sftp://"):
        return Cellar(_by_sftp(said, folder))
    if not said.startswith(STORES):
        return Cellar(Path(said))
    from lightship.hosts.object_store import ObjectStore  # an extra: only who has a store needs it

    try:
        return ObjectStore(name="vault", url="", store=said, endpoint=env.get("AWS_ENDPOINT_URL"))
    except ValueError as error:
        raise VaultError(str(error)) from error


def _by_sftp(said: str, folder: Path) -> Path:
    """Fetched by the machine's own `sftp`, so that it asks its person for a password, or knows their keys."""
    parts = urlsplit(said)
    port = ["-P", str(parts.port)] if parts.port else []
    who = f"{parts.username}@{parts.hostname}" if parts.username else parts.hostname or ""
    try:
        command = ["sftp", "-q", "-r", *port, f"{who}:{parts.path}", str(folder / "fetched")]
        subprocess.run(command, check=True, stdout=2)  # noqa: S603  what it tells is for a person
    except (OSError, subprocess.CalledProcessError) as error:
        what = "fetch the folder with any program you have, and name it: --vault FOLDER"
        raise VaultError(f"`sftp` could not fetch {said}: {what}") from error
    return folder / "fetched"


async def copies(found: Mapping[str, Place], known: Collection[bytes]) -> tuple[list[Copy], list[str]]:
    """Every copy there is, the newest first; and in words, why others are none. `known`: the pages' public keys; where none
    is known, a signature is believed to be the page's own."""
    answers = await asyncio.gather(*(_copy(name, place, known) for name, place in found.items()))
    whole = [each for each in answers if isinstance(each, Copy)]
    ruling = {
        page: max(each.index.epoch for each in whole if each.index.page == page) for page in {c.index.page for c in whole}
    }
    # What a replaced desk goes on keeping is no newer, whatever its clock says.
    whole.sort(key=lambda copy: (copy.index.epoch == ruling[copy.index.page], copy.index.at), reverse=True)
    return whole, [each for each in answers if isinstance(each, str)]


async def _copy(name: str, place: Place, known: Collection[bytes]) -> Copy | str:
    try:
        held = await place.read(INDEX_PATH)
        if held is None:
            return f"{name}: no vault there"
        mark = _signer(held.body, known)
        return Copy(name, place, index_in(held.body, mark.verify), mark)
    except (HostError, WireError) as error:
        return f"{name}: {error}"


def _signer(body: bytes, known: Collection[bytes]) -> Mark:
    """Whose signature to hold a document to: that of a key we know, or else of the one that it names itself."""
    try:
        named = base64.b64decode(json.loads(body)["key"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise WireError("it names no key that it is signed with") from error
    if known and named not in known:
        raise WireError(f"it is signed with {base64.b64encode(named).decode()}, which is not the page's key")
    if len(named) != 32:
        raise WireError("it names no key that it is signed with")
    return Mark(named)


@dataclass(frozen=True)
class Claim:
    """What a host claims to hold, with a signature that holds."""

    url: str
    manifest: Manifest
    mark: Mark


def claims(urls: Iterable[str], known: Collection[bytes], stranger: Stranger) -> tuple[list[Claim], list[str]]:
    """As `copies`, of the public state: the highest first."""
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda url: _claim(url, known, stranger), dict.fromkeys(url.rstrip("/") for url in urls)))
    whole = [each for each in answers if isinstance(each, Claim)]
    return sorted(whole, key=lambda claim: claim.manifest.rank, reverse=True), [
        each for each in answers if isinstance(each, str)
    ]


def _claim(url: str, known: Collection[bytes], stranger: Stranger) -> Claim | str:
    body = stranger.get(f"{url}/{MANIFEST_PATH}")
    if isinstance(body, str):
        return body
    try:
        mark = _signer(body, known)
        return Claim(url, manifest_in(body, mark.verify), mark)
    except WireError as error:
        return f"{url}: {error}"
