"""What hosts and workers are seen to do, as sentences a staffer can act on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from lightship.core.site.receipt import Verdict
from lightship.store import receipts
from lightship.store.models import Page, Receipt

# A worker looks at every host each few seconds: after this long it is dead or cut off.
QUIET = timedelta(seconds=45)


@dataclass(frozen=True)
class HostSeen:
    """`tone`: ok, slow (on its way, or not known) or down. `since` and `proven_at` are shown as times that count."""

    name: str
    url: str
    tone: str
    words: str
    detail: str = ""
    since: datetime | None = None
    proven_at: datetime | None = None


@dataclass(frozen=True)
class WorkerSeen:
    tone: str
    words: str
    at: datetime | None


def host(page: Page, name: str, url: str, now: datetime) -> HostSeen:
    row = receipts.newest(page, name)
    if row is None:
        return HostSeen(name, url, "slow", "nothing heard of it yet")
    if row.verdict == Verdict.PROVEN:
        behind = row.revision < page.revision
        words = f"serving revision {row.revision}" + (f", {page.revision} is on its way" if behind else "")
        tone = "slow" if behind or now - row.seen_at > QUIET else "ok"
        return HostSeen(name, url, tone, words, proven_at=row.seen_at)
    words = _WORDS.get(row.verdict, "not proven")
    if row.verdict == Verdict.FAILED and row.revision:
        words += f"; readers there see revision {row.revision}"
    return HostSeen(name, url, "down", words, row.reason, since=_since(page, row))


_WORDS = {
    Verdict.UNREACHABLE.value: "not answering",
    Verdict.DIFFERS.value: "serving something else than it was given",
    Verdict.FAILED.value: "could not be written to",
    Verdict.REFUSED.value: "holds a newer page from another desk; nothing was changed there",
}


def _since(page: Page, row: Receipt) -> datetime:
    """When it began to fail: after its last proof."""
    failing = Receipt.objects.filter(page=page, host=row.host)
    proof = failing.filter(verdict=Verdict.PROVEN).first()
    if proof:
        failing = failing.filter(pk__gt=proof.pk)
    first = failing.order_by("id").first()
    return first.at if first else row.at


def is_working(page: Page, now: datetime) -> bool:
    """Whether a worker looked at any of the page's hosts just now."""
    at = receipts.worker_seen(page)
    return at is not None and now - at <= QUIET


def worker(page: Page, hosts: Sequence[HostSeen], now: datetime) -> WorkerSeen:
    at = receipts.worker_seen(page)
    if not hosts:
        return WorkerSeen("slow", "This page has no hosts in lightship.toml: nobody can read it yet.", None)
    if at is None:
        return WorkerSeen("slow", "No worker has published this page yet. Start one with: lightship worker", None)
    if not is_working(page, now):
        return WorkerSeen("down", "No sign of a worker: what you post is kept, but readers do not see it. Last seen", at)
    return WorkerSeen("ok", "The worker is publishing; last seen", at)


def readers(hosts: Sequence[HostSeen], page: Page) -> str:
    """In one sentence: does everybody read the newest word?"""
    good = sum(host.tone == "ok" for host in hosts)
    if hosts and good == len(hosts):
        return f"Readers see revision {page.revision} everywhere."
    return f"{good} of {len(hosts)} hosts proven to serve revision {page.revision}." if hosts else ""
