"""What a host was found to do, in a word for programs and in words for people."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from lightship.core.site.versions import Version


class Verdict(StrEnum):
    """`PROVEN`: a stranger read there just what was put. The others say why not; see the fault's words."""

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
    """A front page that a stranger read. Only `Publisher.look` and `Publisher.prove` make one, of the page that was put."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a host, in words for people. `read`: what strangers read there all the same."""

    verdict: Literal[Verdict.DIFFERS, Verdict.UNREACHABLE, Verdict.FAILED, Verdict.REFUSED]
    reason: str
    read: Read | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """One host at one moment. It has a revision only by what was read. `put`: the front page that the host was given, where
    that is known. `held`: what another desk said there, where that is why it was refused."""

    host: str
    at: datetime
    outcome: Read | Fault
    put: Front | None = None
    milliseconds: int = 0
    held: Version | None = None

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
        """For machines. Revision and epoch are null where nothing of ours was read."""
        read = self.read
        return {
            "host": self.host,
            "verdict": self.verdict,
            "at": self.at,
            "revision": read.revision if read else None,
            "epoch": read.epoch if read else None,
            "words": self.reason,
            "milliseconds": self.milliseconds,
            "held": list(self.held) if self.held else None,
        }


FIRST_WAIT = 1.0
LONGEST_WAIT = 60.0


def wait(failures: int) -> float:
    """Seconds before the next try at a host that has failed so often in a row: 1, 2, 4 … 60."""
    return min(FIRST_WAIT * 2.0 ** max(failures - 1, 0), LONGEST_WAIT)


class CheckStatus(StrEnum):
    """What one look at a host, by its address, found. `LIVE`: the page's newest, signed and fresh. `BLIND`: this machine has no
    way to such an address; of the host it says nothing. All others: readers who are led there find no page, or one that
    they must not be shown."""

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
