"""What a host claims, signed with the page's Ed25519 key: the manifest, its lists by month, and the pulse.

The signature covers the document's canonical JSON (see wire.py) without the member `signature`: the last one, so that a
browser gets the same bytes by cutting it out of the text (page/static/sw.js).
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lightship.core.site.versions import Version, VersionVector, includes
from lightship.core.wire import Json, WireError, canonical, from_json, reading, to_json

MANIFEST = "lightship-manifest/1"
MONTH_LIST = "lightship-month/1"
PULSE = "lightship-pulse/1"

MANIFEST_PATH = "lightship/manifest.json"
PULSE_PATH = "lightship/pulse.json"

Sign = Callable[[bytes], bytes]
Verify = Callable[[bytes, bytes], bool]


class NotOurs(WireError):
    """The document is whole, but signed with another key."""


def month_list_path(month: str) -> str:
    """Path of the list of a month's files (path -> SHA-256). The manifest names the list itself by its hash."""
    return f"lightship/months/{month}.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a host claims to serve. `files`: path -> SHA-256 of those that change with every revision. `months`: month ->
    SHA-256 of its list at `month_list_path`. `build` changes when every file must be made anew (templates, page name).
    `vector`: revisions of other desks that it includes (see versions.py)."""

    page: str
    revision: int
    epoch: int
    at: datetime
    build: str
    files: Mapping[str, str] = field(default_factory=dict)
    months: Mapping[str, str] = field(default_factory=dict)
    vector: VersionVector = field(default_factory=dict)

    @property
    def version(self) -> Version:
        return self.epoch, self.revision


def refusal(ours: Manifest, existing: Manifest) -> str:
    """Why ours must not be published over another manifest of the same page; empty where it may. The only reason is that the
    host has updates of another desk that ours does not include: publishing there would take them back."""
    if includes(ours.version, ours.vector, existing.version):
        return ""
    why = "newer than ours" if existing.version > ours.version else "which we have not heard"
    return f"it holds revision {existing.revision} of epoch {existing.epoch}, {why}: another desk speaks there"


def compare(desired: Mapping[str, str], existing: Mapping[str, str]) -> tuple[str, ...]:
    """The paths to write. Both map path -> SHA-256; `desired`'s order is the order of writing."""
    return tuple(path for path, digest in desired.items() if existing.get(path) != digest)


def manifest_out(manifest: Manifest, sign: Sign, key: bytes) -> bytes:
    document = {"format": MANIFEST, **to_json(manifest)}
    if vector := document.pop("vector"):
        document["heard"] = {str(epoch): revision for epoch, revision in vector.items()}
    return signed(document, sign, key)


def manifest_in(body: bytes, verify: Verify) -> Manifest:
    with reading("manifest.json", body, MANIFEST) as raw:
        check_signature(raw, verify, "manifest.json")
        vector = {int(epoch): revision for epoch, revision in raw.get("heard", {}).items()}
        return from_json(Manifest, {**raw, "vector": vector})


def month_list_out(month: str, files: Mapping[str, str]) -> bytes:
    return canonical({"format": MONTH_LIST, "month": month, "files": dict(files)})


def month_list_in(body: bytes) -> dict[str, str]:
    with reading("a month's list", body, MONTH_LIST) as raw:
        return dict(raw["files"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """Proof that the publisher lives. `seconds`: the promised interval of pulses; `next_update`: when staff will post next."""

    page: str
    revision: int
    epoch: int
    at: datetime
    seconds: int
    next_update: datetime | None = None

    @property
    def stale_after(self) -> timedelta:
        """The age at which readers are told that the page may be old: one pulse may be missed (page/static/live.js)."""
        return timedelta(seconds=2 * self.seconds + 60)


def pulse_out(pulse: Pulse, sign: Sign, key: bytes) -> bytes:
    return signed({"format": PULSE, **to_json(pulse)}, sign, key)


def pulse_in(body: bytes, verify: Verify) -> Pulse:
    with reading("pulse.json", body, PULSE) as raw:
        check_signature(raw, verify, "pulse.json")
        return from_json(Pulse, raw)


def signed(document: Json, sign: Sign, key: bytes) -> bytes:
    """The document with `key`, the public key of `sign`, and its signature."""
    document = {**document, "key": base64.b64encode(key).decode()}
    return canonical({**document, "signature": base64.b64encode(sign(canonical(document))).decode()})


def check_signature(raw: Json, verify: Verify, name: str) -> None:
    """NotOurs unless the document `name` has a signature that `verify` accepts."""
    signature = base64.b64decode(raw["signature"])
    if not verify(canonical({key: value for key, value in raw.items() if key != "signature"}), signature):
        raise NotOurs(f"{name} is not signed with this page's key")
