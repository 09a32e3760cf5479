"""What was said without a desk, kept beside lightship.toml until every host is proven to hold it. Lines are only added."""

import contextlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from lightship.core.model import Incident
from lightship.core.wire import Json, canonical, incident_in, incident_out, stamp

NAME = "breakglass.jsonl"


@dataclass(frozen=True)
class PendingUpdate:
    """One update, and its incident as its author left it."""

    id: str
    at: str
    by: str
    incident: Incident


@dataclass(frozen=True)
class PendingLog:
    """Of one page, in a file that several may share. Where it cannot be written, as on a disk mounted read-only, what it
    should hold is known until this process ends, and `faults` say why: that must keep nobody from speaking."""

    path: Path
    slug: str
    unkept: list[Json] = field(default_factory=list, compare=False)
    faults: list[str] = field(default_factory=list, compare=False)

    def keep(self, incident: Incident, update_id: str, by: str, at: datetime) -> PendingUpdate:
        word = PendingUpdate(update_id, stamp(at), by, incident)
        self._add({"said": word.id, "at": word.at, "by": by, "incident": incident_out(incident)})
        return word

    def settle(self, words: Iterable[PendingUpdate]) -> None:
        """They are proven everywhere."""
        if ids := [word.id for word in words]:
            self._add({"proven": ids})

    def note(self, digests: Iterable[str]) -> None:
        """Documents that we verified or wrote: what a publisher that is killed leaves is told by them from a forgery."""
        if new := sorted(set(digests) - self.known()):
            self._add({"documents": new})

    def pending(self) -> tuple[PendingUpdate, ...]:
        lines = list(self._lines())
        proven = {each for line in lines for each in line.get("proven", ())}
        said = (PendingUpdate(x["said"], x["at"], x["by"], incident_in(x["incident"])) for x in lines if "said" in x)
        return tuple(word for word in said if word.id not in proven)

    def known(self) -> set[str]:
        return {digest for line in self._lines() for digest in line.get("documents", ())}

    def _add(self, line: Json) -> None:
        line = {"page": self.slug, **line}
        try:
            self._write(line)
        except OSError as error:
            self.unkept.append(line)
            self.faults.append(f"{self.path} cannot be written: {error.strerror or error}")

    def _write(self, line: Json) -> None:
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            # A line of its own, whatever the last writer was killed in the middle of.
            file.write(b"\n" + canonical(line) + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def _lines(self) -> Iterator[Json]:
        yield from self._written()
        yield from self.unkept

    def _written(self) -> Iterator[Json]:
        try:
            raw = self.path.read_bytes()
        except FileNotFoundError:
            return
        except OSError as error:
            self.faults.append(f"{self.path} cannot be read: {error.strerror or error}")
            return
        for line in raw.splitlines():
            with contextlib.suppress(ValueError):
                found = json.loads(line)
                if isinstance(found, dict) and found.get("page") == self.slug:
                    yield found
