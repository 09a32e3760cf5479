"""Updates written without a desk, kept beside lightship.toml until every host is proven to hold them. Append-only."""

import contextlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from lightship.core.model import Incident
from lightship.core.wire import Json, canonical, from_json, stamp, to_json

NAME = "breakglass.jsonl"


@dataclass(frozen=True)
class PendingUpdate:
    """One update, and its incident with that update in it."""

    id: str
    at: str
    by: str
    incident: Incident


@dataclass(frozen=True)
class PendingLog:
    """The log of one page, in a file that several pages may share. If it cannot be written, as on a read-only disk, `unkept`
    holds the lines until this process ends, and `faults` say why: that must not stop a break-glass post."""

    path: Path
    slug: str
    unkept: list[Json] = field(default_factory=list, compare=False)
    faults: list[str] = field(default_factory=list, compare=False)

    def keep(self, incident: Incident, update_id: str, by: str, at: datetime, vague_because: str = "") -> PendingUpdate:
        """`vague_because`: why it was posted though it says next to nothing."""
        pending = PendingUpdate(update_id, stamp(at), by, incident)
        vague = {"vague_because": vague_because} if vague_because else {}
        self._add({"said": pending.id, "at": pending.at, "by": by, "incident": to_json(incident), **vague})
        return pending

    def settle(self, updates: Iterable[PendingUpdate]) -> None:
        """Mark updates as proven on every host."""
        if ids := [update.id for update in updates]:
            self._add({"proven": ids})

    def note(self, digests: Iterable[str]) -> None:
        """Record documents that we verified or wrote: they tell the remains of a killed publisher from a forgery."""
        if new := sorted(set(digests) - self.known()):
            self._add({"documents": new})

    def pending(self) -> tuple[PendingUpdate, ...]:
        lines = list(self._lines())
        proven = {id_ for line in lines for id_ in line.get("proven", ())}
        unproven = [line for line in lines if "said" in line and line["said"] not in proven]
        return tuple(PendingUpdate(x["said"], x["at"], x["by"], from_json(Incident, x["incident"])) for x in unproven)

    def known(self) -> set[str]:
        return {digest for line in self._lines() for digest in line.get("documents", ())}

    def _add(self, line: Json) -> None:
        line = {"page": self.slug, **line}
        try:
            descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                # The first newline ends the line of a writer that was killed while writing.
                file.write(b"\n" + canonical(line) + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            self.unkept.append(line)
            self.faults.append(f"{self.path} cannot be written: {error.strerror or error}")

    def _lines(self) -> Iterator[Json]:
        raw = b""
        try:
            if self.path.exists():
                raw = self.path.read_bytes()
        except OSError as error:
            self.faults.append(f"{self.path} cannot be read: {error.strerror or error}")
        for text in raw.splitlines():
            with contextlib.suppress(ValueError):
                line = json.loads(text)
                if isinstance(line, dict) and line.get("page") == self.slug:
                    yield line
        yield from self.unkept
