"""Break-glass, onto the canary path: a new incident on top of what the hosts hold, rendered, published and proven."""

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from lightship.breakglass.pending import NAME, PendingLog
from lightship.breakglass.speak import BreakGlass
from lightship.config import PageConfig
from lightship.config.ids import new_id
from lightship.core import updates
from lightship.core.model import Incident, Status
from lightship.core.site.union import Union
from lightship.core.updates import NewIncident, NewUpdate
from lightship.drill.canary import Canary, DrillError, NotRehearsed
from lightship.hosts import Host
from lightship.publishing.publish import Clock
from lightship.signing import SigningKey, VerifyKey, new_seed, verify_key

BODY = "Nothing is broken. This is a rehearsal, on a path that nobody links to."


@dataclass(frozen=True)
class Rehearsal(SigningKey):
    """Trusts what the page's key signed, but signs with a key that is thrown away. The pages of a drill have a higher epoch
    than the real ones: if they were signed with the page's key, whoever copied them to the front of a host would be believed
    by witnesses and browsers."""

    real: VerifyKey

    @property
    def trusted(self) -> frozenset[bytes]:
        return super().trusted | {self.real.public}

    def verify(self, message: bytes, signature: bytes) -> bool:
        return super().verify(message, signature) or self.real.verify(message, signature)


def step(page: PageConfig, hosts: Sequence[Host], clock: Clock) -> tuple[float, str]:
    if not page.key:
        raise NotRehearsed("the page's private key is not on this machine")

    def opened(union: Union) -> Incident:
        new = NewIncident(name="A drill", update=NewUpdate(status=Status.INVESTIGATING, body=BODY))
        return updates.opened(union.now, new, new_id(), new_id(), clock())

    started = monotonic()
    with tempfile.TemporaryDirectory(prefix="lightship-drill-") as folder:
        canaries, pending_log = [Canary(host) for host in hosts], PendingLog(Path(folder) / NAME, page.slug)
        glass = BreakGlass(page, canaries, Rehearsal(new_seed(), verify_key(page)), pending_log, clock)
        _, outcome = asyncio.run(glass.speak(opened, "drill"))
    took = monotonic() - started
    failed = [f"{receipt.host}: {receipt.reason}" for receipt in outcome.receipts if not receipt.proven]
    if failed:
        raise DrillError("; ".join(failed))
    months = len(outcome.scene.union.snapshot.months)
    return took, f"proven at {', '.join(receipt.host for receipt in outcome.receipts)}, with {months} months of history"
