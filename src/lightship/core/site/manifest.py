"""What a host claims, signed with the page's Ed25519 key: the manifest, its lists by month, and the pulse.

The signature covers the document's canonical JSON (see wire.py) without the member `signature`: the last one, so that a
browser gets the same bytes by cutting it out of the text (page/static/sw.js).
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from lightship.core.site.versions import Version, VersionVector, includes
from lightship.core.wire import Json, WireError, canonical, moment, reading, stamp

MANIFEST = "lightship-manifest/1"
SHELF = "lightship-month/1"
PULSE = "lightship-pulse/1"

MANIFEST_PATH = "lightship/manifest.json"
PULSE_PATH = "lightship/pulse.json"

Sign = Callable[[bytes], bytes]
Verify = Callable[[bytes, bytes], bool]


class NotOurs(WireError):
    """The document is whole, but signed with another key."""


def month_list_path(month: str) -> str:
    """Where the list of a month's files lies: path -> SHA-256, itself named by hash in the manifest."""
    return f"lightship/months/{month}.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a host claims to serve. `files` are those that change with every revision; `months` names, by the hash of its
    list at `month_list_path`, each month's files. `build` changes when every file must be made anew (templates, page name).
    `heard`: the other desks whose words are in it (see lineage.py)."""

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

    def includes(self, other: "Manifest") -> bool:
        """Whether all that the other one holds is in this one."""
        return includes(self.version, self.vector, other.version)


def manifest_out(manifest: Manifest, sign: Sign, key: bytes) -> bytes:
    return _signed(
        {
            "format": MANIFEST,
            "page": manifest.page,
            "revision": manifest.revision,
            "epoch": manifest.epoch,
            "at": stamp(manifest.at),
            "build": manifest.build,
            "files": dict(manifest.files),
            "months": dict(manifest.months),
            **({"heard": {str(epoch): revision for epoch, revision in manifest.vector.items()}} if manifest.vector else {}),
        },
        sign,
        key,
    )


def manifest_in(body: bytes, verify: Verify) -> Manifest:
    with reading("manifest.json", body, MANIFEST) as raw:
        _check(raw, verify, "manifest.json")
        return Manifest(
            page=raw["page"],
            revision=raw["revision"],
            epoch=raw["epoch"],
            at=moment(raw["at"]),
            build=raw["build"],
            files=raw["files"],
            months=raw["months"],
            vector={int(epoch): revision for epoch, revision in raw.get("heard", {}).items()},
        )


def month_list_out(month: str, files: Mapping[str, str]) -> bytes:
    return canonical({"format": SHELF, "month": month, "files": dict(files)})


def month_list_in(body: bytes) -> dict[str, str]:
    with reading("a month's list", body, SHELF) as raw:
        return dict(raw["files"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """Proof that the publisher lives. `seconds`: how often it promised to come; `next_update`: when a person will speak."""

    page: str
    revision: int
    epoch: int
    at: datetime
    seconds: int
    next_update: datetime | None = None


def pulse_out(pulse: Pulse, sign: Sign, key: bytes) -> bytes:
    return _signed(
        {
            "format": PULSE,
            "page": pulse.page,
            "revision": pulse.revision,
            "epoch": pulse.epoch,
            "at": stamp(pulse.at),
            "seconds": pulse.seconds,
            "next_update": stamp(pulse.next_update) if pulse.next_update else None,
        },
        sign,
        key,
    )


def pulse_in(body: bytes, verify: Verify) -> Pulse:
    with reading("pulse.json", body, PULSE) as raw:
        _check(raw, verify, "pulse.json")
        return Pulse(
            page=raw["page"],
            revision=raw["revision"],
            epoch=raw["epoch"],
            at=moment(raw["at"]),
            seconds=raw["seconds"],
            next_update=moment(raw["next_update"]) if raw["next_update"] else None,
        )


def _signed(document: Json, sign: Sign, key: bytes) -> bytes:
    document = {**document, "key": base64.b64encode(key).decode()}
    return canonical({**document, "signature": base64.b64encode(sign(canonical(document))).decode()})


def _check(raw: Json, verify: Verify, name: str) -> None:
    signature = base64.b64decode(raw["signature"])
    if not verify(canonical({key: value for key, value in raw.items() if key != "signature"}), signature):
        raise NotOurs(f"{name} is not signed with this page's key")
