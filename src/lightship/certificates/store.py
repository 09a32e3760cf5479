"""The folder with a page's certificate: chain and key always of one pair, and what is to be remembered between two rounds."""

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
        found = self._leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        return tuple(found.get_values_for_type(x509.DNSName))

    @property
    def issuer(self) -> str:
        return self._leaf.issuer.rfc4514_string()

    @cached_property
    def fingerprint(self) -> str:
        return self._leaf.fingerprint(hashes.SHA256()).hex()


@dataclass(frozen=True, slots=True)
class State:
    """How ordering went: failures in a row, when it may be tried again, and what was wrong."""

    failures: int = 0
    again_at: datetime = BEGINNING
    reason: str = ""


@dataclass(frozen=True)
class CertFolder:
    """Where a page's certificate lies: `current/fullchain.pem` and `current/privkey.pem`."""

    folder: Path

    @property
    def chain(self) -> Path:
        return self.folder / LINK / CHAIN

    @property
    def key(self) -> Path:
        return self.folder / LINK / KEY

    def held(self) -> Certificate | None:
        try:
            pair = (self.folder / LINK).resolve()  # once: the link may be turned between two reads
            held = Certificate((pair / CHAIN).read_bytes(), (pair / KEY).read_bytes())
            _ = held.names, held.until
        except (OSError, ValueError, x509.ExtensionNotFound):
            return None  # there is none, or nothing that could be served: a new one is to be had
        return held

    def put(self, held: Certificate) -> None:
        """Both files at once, by turning one link; the pair before stays for who is reading it."""
        pair = self.folder / PAIRS / held.fingerprint[:16]
        pair.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace(pair / KEY, held.key)
        replace(pair / CHAIN, held.chain)
        before = (self.folder / LINK).resolve().name
        turned = self.folder / f"{LINK}.new"
        turned.unlink(missing_ok=True)
        turned.symlink_to(Path(PAIRS) / pair.name)
        turned.replace(self.folder / LINK)
        for old in (self.folder / PAIRS).iterdir():
            if old.name not in (before, pair.name):
                shutil.rmtree(old, ignore_errors=True)

    @contextlib.contextmanager
    def locked(self) -> Iterator[bool]:
        """Whether nobody else is at it, for as long as the block runs. The kernel lets go of it when a process dies."""
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
        self._keep("state.json", {"failures": state.failures, "again_at": state.again_at.isoformat(), "words": state.reason})

    def challenges(self) -> Sequence[tuple[str, str]]:
        """Name and value of each challenge that may stand in the zone."""
        return [(name, value) for name, value in self._read("challenges.json", [])]

    def note_challenges(self, challenges: Sequence[tuple[str, str]]) -> None:
        self._keep("challenges.json", [list(each) for each in challenges])

    def installed(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._read("installed.json", {})
        return found

    def note_installed(self, places: Mapping[str, Any]) -> None:
        self._keep("installed.json", places)

    def _read(self, name: str, otherwise: Any) -> Any:
        try:
            return json.loads((self.folder / name).read_text())
        except (OSError, ValueError):
            return otherwise

    def _keep(self, name: str, value: Any) -> None:
        replace(self.folder / name, json.dumps(value, ensure_ascii=False, indent=1).encode())
