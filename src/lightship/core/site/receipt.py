"""The result of checking a host: a verdict for programs and a reason for people."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from lightship.core.site.versions import Version


class Verdict(StrEnum):
    """`PROVEN`: a public reader got exactly what was put. The others say why not; see the fault's reason."""

    PROVEN = "proven"
    DIFFERS = "differs"
    UNREACHABLE = "unreachable"
    FAILED = "failed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Front:
    """A front page that was put on a host: the state that it shows, and the SHA-256 of its bytes."""

    epoch: int
    revision: int
    digest: str


class Read(Front):
    """A front page that a public reader got. Only `publishing.verify.Verifier` makes one, of the page that was put."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a host; `reason` is for people. `read`: the front page that public readers get there nevertheless."""

    verdict: Literal[Verdict.DIFFERS, Verdict.UNREACHABLE, Verdict.FAILED, Verdict.REFUSED]
    reason: str
    read: Read | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """One host at one moment. It has a revision only by what was read. `put`: the front page that the host was given, where
    that is known. `existing`: the version of another desk's state there, where that is why the host was refused."""

    host: str
    at: datetime
    outcome: Read | Fault
    put: Front | None = None
    milliseconds: int = 0
    existing: Version | None = None

    @property
    def verdict(self) -> Verdict:
        return self.outcome.verdict if isinstance(self.outcome, Fault) else Verdict.PROVEN

    @property
    def reason(self) -> str:
        return self.outcome.reason if isinstance(self.outcome, Fault) else ""

    @property
    def read(self) -> Read | None:
        return self.outcome.read if isinstance(self.outcome, Fault) else self.outcome

    @property
    def proven(self) -> bool:
        return isinstance(self.outcome, Read)

    def facts(self) -> dict[str, object]:
        """For programs. Revision and epoch are null where no front page of ours was read."""
        read = self.read
        return {
            "host": self.host,
            "verdict": self.verdict,
            "at": self.at,
            "revision": read.revision if read else None,
            "epoch": read.epoch if read else None,
            "words": self.reason,
            "milliseconds": self.milliseconds,
            "held": list(self.existing) if self.existing else None,
        }


def wait(failures: int) -> float:
    """Seconds until the next try at a host after so many failures in a row: 1, 2, 4 … 60."""
    return min(2.0 ** min(max(failures - 1, 0), 6), 60.0)


class CheckStatus(StrEnum):
    """The result of one check of a host at one of its addresses. `LIVE`: the newest page, signed and fresh. `BLIND`: this
    machine has no route to such an address, so the check says nothing about the host. All others: readers who are sent there
    get no page, or one that they must not be shown."""

    LIVE = "live"
    REFUSED = "refused"
    TIMED_OUT = "timed out"
    UNREACHABLE = "unreachable"
    BROKEN = "broken"
    TLS = "tls"
    STATUS = "status"
    FORGED = "forged"
    TORN = "torn"
    OLD = "old"
    STALE = "stale"
    BLIND = "blind"
