"""The folder with a page's certificate: chain and key always of one pair, and the state between two runs."""

import contextlib
import fcntl
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from lightship.config.files import replace

LINK, PAIRS = "current", "pairs"
CHAIN, KEY = "fullchain.pem", "privkey.pem"
BEGINNING = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True)
class Certificate:
    """A certificate with its chain and its private key, as PEM."""

    chain: bytes
    key: bytes = field(repr=False)

    @cached_property
    def _leaf(self) -> x509.Certificate:
        return x509.load_pem_x509_certificates(self.chain)[0]

    @property
    def since(self) -> datetime:
        return self._leaf.not_valid_before_utc

    @property
    def until(self) -> datetime:
        return self._leaf.not_valid_after_utc

    @property
    def names(self) -> tuple[str, ...]:
        names = self._leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        return tuple(names.get_values_for_type(x509.DNSName))

    @property
    def issuer(self) -> str:
        return self._leaf.issuer.rfc4514_string()

    @cached_property
    def fingerprint(self) -> str:
        return self._leaf.fingerprint(hashes.SHA256()).hex()


@dataclass(frozen=True, slots=True)
class State:
    """The last order: failures in a row, time of the next try, and the error."""

    failures: int = 0
    again_at: datetime = BEGINNING
    reason: str = ""


@dataclass(frozen=True)
class CertFolder:
    """The folder of a page's certificate: `current/fullchain.pem` and `current/privkey.pem`."""

    folder: Path

    @property
    def chain(self) -> Path:
        return self.folder / LINK / CHAIN

    @property
    def key(self) -> Path:
        return self.folder / LINK / KEY

    def certificate(self) -> Certificate | None:
        try:
            pair = (self.folder / LINK).resolve()  # once: the link may change between two reads
            certificate = Certificate((pair / CHAIN).read_bytes(), (pair / KEY).read_bytes())
            _ = certificate.names, certificate.until
        except (OSError, ValueError, x509.ExtensionNotFound):
            return None  # there is none, or none that could be served: order a new one
        return certificate

    def put(self, certificate: Certificate) -> None:
        """Replace both files at once, by one link. The old pair stays for processes that are reading it."""
        pair = self.folder / PAIRS / certificate.fingerprint[:16]
        pair.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace(pair / KEY, certificate.key)
        replace(pair / CHAIN, certificate.chain)
        before = (self.folder / LINK).resolve().name
        link = self.folder / f"{LINK}.new"
        link.unlink(missing_ok=True)
        link.symlink_to(Path(PAIRS) / pair.name)
        link.replace(self.folder / LINK)
        for old in (self.folder / PAIRS).iterdir():
            if old.name not in (before, pair.name):
                shutil.rmtree(old, ignore_errors=True)

    @contextlib.contextmanager
    def locked(self) -> Iterator[bool]:
        """Whether this process has the lock, while the block runs. The kernel releases it when a process dies."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                yield False
                return
            yield True

    def state(self) -> State:
        raw = self._read("state.json", {})
        try:
            return State(raw["failures"], datetime.fromisoformat(raw["again_at"]), raw["words"])
        except (KeyError, TypeError, ValueError):
            return State()

    def remember(self, state: State) -> None:
        self._write("state.json", {"failures": state.failures, "again_at": state.again_at.isoformat(), "words": state.reason})

    def challenges(self) -> Sequence[tuple[str, str]]:
        """Name and value of each challenge that may be in the zone."""
        return [(name, value) for name, value in self._read("challenges.json", [])]

    def note_challenges(self, challenges: Sequence[tuple[str, str]]) -> None:
        self._write("challenges.json", [list(challenge) for challenge in challenges])

    def installed(self) -> Mapping[str, Any]:
        records: Mapping[str, Any] = self._read("installed.json", {})
        return records

    def note_installed(self, places: Mapping[str, Any]) -> None:
        self._write("installed.json", places)

    def _read(self, name: str, otherwise: Any) -> Any:
        try:
            return json.loads((self.folder / name).read_text())
        except (OSError, ValueError):
            return otherwise

    def _write(self, name: str, value: Any) -> None:
        replace(self.folder / name, json.dumps(value, ensure_ascii=False, indent=1).encode())
