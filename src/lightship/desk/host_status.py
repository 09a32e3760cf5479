"""What hosts and workers do, in sentences a staffer can act on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lightship.core.site.receipt import Verdict
from lightship.store import receipts
from lightship.store.models import Page, Receipt


@dataclass(frozen=True)
class HostStatus:
    """`tone`: ok, slow (on its way, or not known) or down. `since` and `proven_at` are shown as times that count."""

    name: str
    url: str
    tone: str
    text: str
    detail: str = ""
    since: datetime | None = None
    proven_at: datetime | None = None


@dataclass(frozen=True)
class WorkerStatus:
    tone: str
    text: str
    at: datetime | None = None


def host(page: Page, name: str, url: str, now: datetime) -> HostStatus:
    row = receipts.newest(page, name)
    if row is None:
        return HostStatus(name, url, "slow", "nothing heard of it yet")
    if row.verdict == Verdict.PROVEN:
        behind = row.revision < page.revision
        text = f"serving revision {row.revision}" + (f", {page.revision} is on its way" if behind else "")
        tone = "slow" if behind or now - row.seen_at > receipts.QUIET else "ok"
        return HostStatus(name, url, tone, text, proven_at=row.seen_at)
    text = _FAULTS.get(row.verdict, "not proven")
    if row.verdict == Verdict.FAILED and row.revision:
        text += f"; readers there see revision {row.revision}"
    return HostStatus(name, url, "down", text, row.reason, since=_since(page, row))


_FAULTS = {
    Verdict.UNREACHABLE.value: "not answering",
    Verdict.DIFFERS.value: "serving something else than it was given",
    Verdict.FAILED.value: "could not be written to",
    Verdict.REFUSED.value: "holds a newer page from another desk; nothing was changed there",
}


def _since(page: Page, row: Receipt) -> datetime:
    """When it began to fail: after its last proof."""
    rows = Receipt.objects.filter(page=page, host=row.host)
    proof = rows.filter(verdict=Verdict.PROVEN).first()
    first = rows.filter(pk__gt=proof.pk if proof else 0).order_by("id").first()
    return first.at if first else row.at


def worker(page: Page, hosts: Sequence[HostStatus], now: datetime) -> WorkerStatus:
    at = receipts.worker_seen(page)
    if not hosts:
        return WorkerStatus("slow", "This page has no hosts in lightship.toml: nobody can read it yet.")
    if at is None:
        return WorkerStatus("slow", "No worker has published this page yet. Start one with: lightship worker")
    if now - at > receipts.QUIET:
        return WorkerStatus("down", "No sign of a worker: what you post is kept, but readers do not see it. Last seen", at)
    return WorkerStatus("ok", "The worker is publishing; last seen", at)


def readers(hosts: Sequence[HostStatus], page: Page) -> str:
    """In one sentence: whether all readers see the newest revision."""
    good = sum(host.tone == "ok" for host in hosts)
    if hosts and good == len(hosts):
        return f"Readers see revision {page.revision} everywhere."
    return f"{good} of {len(hosts)} hosts proven to serve revision {page.revision}." if hosts else ""
