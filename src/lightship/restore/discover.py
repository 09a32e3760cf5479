"""Find the copies of the vault from a bare machine, and read the newest."""

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
    """A copy of the vault, and the key that its signature was verified with."""

    name: str
    place: Place
    index: Index
    verify_key: VerifyKey


def places(vault: str | None, url: str, config: Config | None, folder: Path, env: Mapping[str, str]) -> dict[str, Place]:
    """Where to look for the vault, by name. `vault`: the value of --vault; `folder`: where a copy may be fetched to."""
    if vault:
        return {vault: _place(vault, folder, env)}
    places: dict[str, Place] = {}
    for host in (host for page in (config.pages.values() if config else ()) for host in page.hosts):
        if private := open_host(host).vault_place():
            places[f"host {host.name}"] = private
        places[host.url] = _web(f"{host.url}/{BELOW}")
    return places | ({url: _web(f"{url.rstrip('/')}/{BELOW}")} if url else {})


def _web(url: str) -> PublicFiles:
    return PublicFiles(url, gone=GONE | {403})  # so do buckets say that nothing is there


def _place(name: str, folder: Path, env: Mapping[str, str]) -> Place:
    if name.startswith(("http://", "https://")):
        return _web(name.rstrip("/"))
    if name.startswith("sftp://"):
        return PrivateFolder(_by_sftp(name, folder / "fetched"))
    if not name.startswith(STORES):
        return PrivateFolder(Path(name))
    from lightship.hosts.object_store import ObjectStore  # an extra: only who has a store needs it

    try:
        return ObjectStore(name="vault", url="", store=name, endpoint=env.get("AWS_ENDPOINT_URL"))
    except ValueError as error:
        raise VaultError(str(error)) from error


def _by_sftp(url: str, target: Path) -> Path:
    """Fetch the vault with the machine's own `sftp`, which asks the person for a password, or knows their keys."""
    parts = urlsplit(url)
    port = ["-P", str(parts.port)] if parts.port else []
    who = f"{parts.username}@{parts.hostname}" if parts.username else parts.hostname or ""
    command = ["sftp", "-q", "-r", *port, f"{who}:{parts.path}", str(target)]
    try:
        subprocess.run(command, check=True, stdout=2)  # noqa: S603  its messages are for a person
    except (OSError, subprocess.CalledProcessError) as error:
        what = "fetch the folder with any program you have, and name it: --vault FOLDER"
        raise VaultError(f"`sftp` could not fetch {url}: {what}") from error
    return target


async def copies(places: Mapping[str, Place], known: Collection[bytes]) -> tuple[list[Copy], list[str]]:
    """Every copy there is, the newest first; and a reason for each place without one. `known`: the pages' public keys; where
    none is known, a signature is believed to be the page's own."""
    answers = await asyncio.gather(*(_copy(name, place, known) for name, place in places.items()))
    copies = [answer for answer in answers if isinstance(answer, Copy)]
    epochs = {copy.index.page: copy.index.epoch for copy in sorted(copies, key=lambda copy: copy.index.epoch)}
    # The vault of a replaced desk is no newer, whatever its clock says.
    copies.sort(key=lambda copy: (copy.index.epoch == epochs[copy.index.page], copy.index.at), reverse=True)
    return copies, [answer for answer in answers if isinstance(answer, str)]


@dataclass(frozen=True)
class Contents:
    """The contents of a vault: the text of lightship.toml, the secrets that it refers to, and every row, still encrypted."""

    copy: Copy
    config: str
    secrets: Mapping[tuple[str, str], str]
    migrations: Sequence[tuple[str, str]]
    encrypted: Sequence[bytes]


async def newest(places: Mapping[str, Place], known: Collection[bytes], key: Key) -> Contents:
    """The contents of the newest copy. VaultError where it is not whole, does not open, or is not the page's own."""
    newest_first, reasons = await copies(places, known)
    if not newest_first:
        lines = "".join(f"\n  {reason}" for reason in reasons)
        raise VaultError(f"no vault was found. Say where it lies with --vault PLACE (it is on the recovery sheet).{lines}")
    copy = newest_first[0]
    if not copy.index.parts:
        raise VaultError(f"the vault at {copy.name} is empty: no desk wrote that")
    same_key = [c.place for c in newest_first if c.verify_key == copy.verify_key]
    encrypted = await fetch(same_key, copy.index, copy.verify_key.verify)
    head = json.loads(opened(encrypted[0], key).body)
    secrets = {(kind, name): value for kind, name, value in head["secrets"]}
    seeds = (seed for text in (*secrets.values(), head["config"]) for seed in _seeds(text))
    if not any(SigningKey(seed).public == copy.verify_key.public for seed in seeds):
        raise VaultError("the vault is not signed with the key that it holds: somebody planted it there. Take another host's")
    return Contents(copy, head["config"], secrets, head["migrations"], encrypted[1:])


def _seeds(text: str) -> Iterator[bytes]:
    """Every private key that the text is, or names in quotes."""
    for word in text.replace('"', " ").replace("'", " ").split():
        with contextlib.suppress(ValueError):
            yield fields.seed(word)


async def _copy(name: str, place: Place, known: Collection[bytes]) -> Copy | str:
    try:
        signed = await place.read(INDEX_PATH)
        if signed is None:
            return f"{name}: no vault there"
        verify_key = signer(signed.body, known)
        return Copy(name, place, index_in(signed.body, verify_key.verify), verify_key)
    except (HostError, WireError) as error:
        return f"{name}: {error}"
