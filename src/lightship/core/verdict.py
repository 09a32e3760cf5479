"""What a host was found to do, in a word for programs and in words for people."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lightship.core.lineage import Rank


class Verdict(StrEnum):
    """`PROVEN`: a stranger reads there just what was put. The others say why not; see the receipt's words."""

    PROVEN = "proven"
    DIFFERS = "differs"
    UNREACHABLE = "unreachable"
    FAILED = "failed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """One host at one moment. `revision` and `epoch` are those that it was to hold; `front` is the SHA-256 of the front
    page that a stranger must read there, once it is known to be put. `held`: what another desk said there, where that is
    why it was refused."""

    host: str
    verdict: Verdict
    at: datetime
    revision: int
    epoch: int
    words: str = ""
    milliseconds: int = 0
    front: str = ""
    held: Rank | None = None

    @property
    def proven(self) -> bool:
        return self.verdict is Verdict.PROVEN


FIRST_WAIT = 1.0
LONGEST_WAIT = 60.0


def wait(failures: int) -> float:
    """Seconds before the next try at a host that has failed so often in a row: 1, 2, 4 … 60."""
    return min(FIRST_WAIT * 2.0 ** max(failures - 1, 0), LONGEST_WAIT)


class Seen(StrEnum):
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
