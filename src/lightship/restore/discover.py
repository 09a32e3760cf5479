"""From a bare machine to what hosts still hold: the vault, wherever it was kept, and the signed public state."""

import asyncio
import contextlib
import json
import subprocess
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from lightship.config import Config, fields
from lightship.core.vault import INDEX_PATH, Index, index_in
from lightship.core.wire import WireError
from lightship.hosts import HostError, Place, open_host
from lightship.hosts.folder import PrivateFolder
from lightship.publishing.read_only import GONE, PublicFiles
from lightship.publishing.survey import signer
from lightship.signing import SigningKey, VerifyKey
from lightship.vault import BELOW, Key, VaultError, fetch, opened

STORES = ("s3://", "gs://", "az://")


@dataclass(frozen=True)
class Copy:
    """A copy of the vault, and whose signature it bears."""

    name: str
    place: Place
    index: Index
    verify_key: VerifyKey


def places(said: str | None, url: str | None, config: Config | None, folder: Path, env: Mapping[str, str]) -> dict[str, Place]:
    """Where to look for the vault, by name. `said`: what --vault names; `folder`: where a copy may be fetched to."""
    if said:
        return {said: _place(said, folder, env)}
    found: dict[str, Place] = {}
    for host in (host for page in (config.pages.values() if config else ()) for host in page.hosts):
        if hidden := open_host(host).vault_place():
            found[f"host {host.name}"] = hidden
        found[host.url] = _web(f"{host.url}/{BELOW}")
    return found | ({url: _web(f"{url.rstrip('/')}/{BELOW}")} if url else {})


def _web(url: str) -> PublicFiles:
    return PublicFiles(url, gone=GONE | {403})  # so do buckets say that nothing is there


def _place(said: str, folder: Path, env: Mapping[str, str]) -> Place:
    if said.startswith(("http://", "https://")):
        return _web(said.rstrip("/"))
    if said.startswith("sftp://"):
        return PrivateFolder(_by_sftp(said, folder))
    if not said.startswith(STORES):
        return PrivateFolder(Path(said))
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


@dataclass(frozen=True)
class Contents:
    """What lies in a vault: the text of lightship.toml, what it refers to, and every row, still encrypted."""

    copy: Copy
    config: str
    secrets: Mapping[tuple[str, str], str]
    migrations: Sequence[tuple[str, str]]
    sealed: Sequence[bytes]


async def newest(places: Mapping[str, Place], known: Collection[bytes], key: Key) -> Contents:
    """Of the newest copy that there is. VaultError where there is none that is whole, and opens, and is the page's own."""
    found, why = await copies(places, known)
    if not found:
        lines = "".join(f"\n  {line}" for line in why)
        raise VaultError(f"no vault was found. Say where it lies with --vault PLACE (it is on the recovery sheet).{lines}")
    copy = found[0]
    if not copy.index.parts:
        raise VaultError(f"the vault at {copy.name} is empty: no desk wrote that")
    sealed = await fetch(
        [other.place for other in found if other.verify_key == copy.verify_key], copy.index, copy.verify_key.verify
    )
    head = json.loads(opened(sealed[0], key).body)
    secrets = {(kind, name): value for kind, name, value in head["secrets"]}
    if not any(
        SigningKey(seed).public == copy.verify_key.public
        for text in (*secrets.values(), head["config"])
        for seed in _seeds(text)
    ):
        raise VaultError("the vault is not signed with the key that it holds: somebody planted it there. Take another host's")
    return Contents(copy, head["config"], secrets, head["migrations"], sealed[1:])


def _seeds(text: str) -> Iterator[bytes]:
    """Every private key that the text is, or names in quotes."""
    for word in text.replace('"', " ").replace("'", " ").split():
        with contextlib.suppress(ValueError):
            yield fields.seed(word)


async def _copy(name: str, place: Place, known: Collection[bytes]) -> Copy | str:
    try:
        held = await place.read(INDEX_PATH)
        if held is None:
            return f"{name}: no vault there"
        verify_key = signer(held.body, known)
        return Copy(name, place, index_in(held.body, verify_key.verify), verify_key)
    except (HostError, WireError) as error:
        return f"{name}: {error}"
