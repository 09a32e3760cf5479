"""Whether a post is read by strangers, and when to raise the alarm that it is not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WITHIN = timedelta(seconds=60)
"""By then author, deputy and operators have been told of a post that nobody reads."""
HOPELESS, LATEST = timedelta(seconds=30), timedelta(seconds=45)
"""When the alarm is raised: where nothing shows that a try may still succeed, and at the latest. What is left of WITHIN is for
a message whose first way hangs."""
QUIET, TRIED = timedelta(seconds=8), timedelta(seconds=3)
"""After a post: without a sign of a worker, which checks each host every five seconds, or with every host failing, the desk
says so. The next try may still succeed."""
GONE = timedelta(seconds=45)
"""Without a sign for so long a worker is dead, whenever the post was."""


@dataclass(frozen=True, slots=True)
class Proof:
    """`seconds`: how long after the post a stranger first read it on the host; None: not yet, and `reason` why, as far as that
    is known. `checked_at`: when a worker last looked at the host."""

    host: str
    seconds: float | None
    reason: str = ""
    checked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Publication:
    """Of a revision: when it was posted (None: by no entry of this desk), what each host does with it, and why nobody reads it
    (`unpublished`; empty: somebody does, or it is on its way)."""

    posted_at: datetime | None
    proofs: tuple[Proof, ...] = ()
    unpublished: str = ""

    @property
    def proven(self) -> bool:
        return any(proof.seconds is not None for proof in self.proofs)

    @property
    def everywhere(self) -> bool:
        return bool(self.proofs) and all(proof.seconds is not None for proof in self.proofs)


def judge(posted_at: datetime, proofs: tuple[Proof, ...], now: datetime) -> Publication:
    age, silent, failed = now - posted_at, _silent(posted_at, proofs), _failed(posted_at, proofs)
    last = max((proof.checked_at for proof in proofs if proof.checked_at), default=None)
    gone = silent and (age >= QUIET or last is None or now - last > GONE)
    if any(proof.seconds is not None for proof in proofs):
        return Publication(posted_at, proofs)
    lost = not proofs or age >= LATEST or gone or (failed and age >= TRIED)
    return Publication(posted_at, proofs, _reason(proofs, last, silent=silent) if lost else "")


def alarming(state: Publication, now: datetime) -> bool:
    """Whether staff must be told now that nobody reads it."""
    if state.posted_at is None or state.proven:
        return False
    hopeless = _silent(state.posted_at, state.proofs) or _failed(state.posted_at, state.proofs)
    return now - state.posted_at >= (HOPELESS if hopeless else LATEST)


def _silent(posted_at: datetime, proofs: Sequence[Proof]) -> bool:
    """No worker gave a sign since the post."""
    return not any(proof.checked_at and proof.checked_at >= posted_at for proof in proofs)


def _failed(posted_at: datetime, proofs: Sequence[Proof]) -> bool:
    """Every host was tried since the post, and failed."""
    return all(proof.reason and proof.checked_at and proof.checked_at >= posted_at for proof in proofs)


def _reason(proofs: Sequence[Proof], last: datetime | None, *, silent: bool) -> str:
    if not proofs:
        return "the page has no hosts in lightship.toml"
    if silent:
        seen_at = f"last seen {last:%Y-%m-%d %H:%M:%S} UTC" if last else "none was ever seen"
        return f"no worker is running ({seen_at}): start one with `lightship worker`"
    reasons = "; ".join(f"{proof.host}: {proof.reason}" for proof in proofs if proof.reason)
    return "no host is proven to show it" + (f" ({reasons})" if reasons else "")
