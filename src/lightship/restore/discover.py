"""From a bare machine to what hosts still hold: the vault, wherever it was kept, and the signed public state."""

import asyncio
import subprocess
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from lightship.config import Config
from lightship.core.vault import INDEX_PATH, Index, index_in
from lightship.core.wire import WireError
from lightship.hosts import Host, HostError, Place, find
from lightship.hosts.folder import Cellar
from lightship.publishing.read_only import GONE, PublicFiles
from lightship.publishing.survey import signer
from lightship.seal import Mark
from lightship.vault import BELOW, VaultError

STORES = ("s3://", "gs://", "az://")


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
        found[host.url] = _web(f"{host.url}/{BELOW}")
    return found | ({url: _web(f"{url.rstrip('/')}/{BELOW}")} if url else {})


def _web(url: str) -> PublicFiles:
    return PublicFiles(url, gone=GONE | {403})  # so do buckets say that nothing is there


def _place(said: str, folder: Path, env: Mapping[str, str]) -> Place:
    if said.startswith(("http://", "https://")):
        return _web(said.rstrip("/"))
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
        mark = signer(held.body, known)
        return Copy(name, place, index_in(held.body, mark.verify), mark)
    except (HostError, WireError) as error:
        return f"{name}: {error}"
