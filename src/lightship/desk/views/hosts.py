"""Where readers read the page: what each host serves, whether a worker lives, and where the name leads."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from lightship.core.site.receipt import Verdict
from lightship.core.wire import moment
from lightship.desk.views.base import on_page, page_config, show
from lightship.store import receipts
from lightship.store.models import Page, Receipt

RECEIPTS = 20
"""How many of a host are shown."""
# Of a receipt: its tone, what it says, and what it says in a sentence that begins with its host.
_VERDICTS = {
    Verdict.PROVEN.value: ("ok", "Proven", "serving revision {}"),
    Verdict.DIFFERS.value: ("down", "Serves something else", "serving something else than it was given"),
    Verdict.UNREACHABLE.value: ("down", "Not answering", "not answering"),
    Verdict.FAILED.value: ("down", "Could not be written to", "could not be written to"),
    Verdict.REFUSED.value: (
        "down",
        "Refused: it holds a newer page",
        "holds a newer page from another desk; nothing was changed there",
    ),
}


@on_page
def hosts(request: HttpRequest, page: Page) -> HttpResponse:
    """Each host, and its latest receipts."""
    now = hosts_now(page)
    places = [{"host": host, "receipts": _receipts(page, host["name"])} for host in now["hosts"]]
    return show(request, "hosts.html", page, places=places, steered=_steered(page), **now)


@on_page
def hosts_part(request: HttpRequest, page: Page) -> HttpResponse:
    return render(request, "desk/bits/hosts.html", {"page": page, **hosts_now(page)})


def hosts_now(page: Page) -> dict[str, Any]:
    now, configured = timezone.now(), page_config(page)
    hosts = [host_now(page, host.name, host.url, now) for host in configured.hosts] if configured else []
    good = sum(host["tone"] == "ok" for host in hosts)
    if good < len(hosts):
        readers = f"{good} of {len(hosts)} hosts proven to serve revision {page.revision}."
    else:
        readers = f"Readers see revision {page.revision} everywhere." if hosts else ""
    worker = _worker(page, hosts, now)
    return {"hosts": hosts, "worker": worker, "readers": readers, "public_url": configured.url if configured else ""}


def host_now(page: Page, name: str, url: str, now: datetime) -> dict[str, Any]:
    """`tone`: ok, slow (on its way, or not known) or down. `since` and `proven_at` are shown as times that count."""
    host, row = {"name": name, "url": url}, receipts.newest(page, name)
    if row is None:
        return {**host, "tone": "slow", "text": "nothing heard of it yet"}
    text = _VERDICTS[row.verdict][2].format(row.revision)
    if row.verdict == Verdict.PROVEN:
        behind = row.revision < page.revision
        text += f", {page.revision} is on its way" if behind else ""
        tone = "slow" if behind or now - row.seen_at > receipts.QUIET else "ok"
        return {**host, "tone": tone, "text": text, "proven_at": row.seen_at}
    if row.verdict == Verdict.FAILED and row.revision:
        text += f"; readers there see revision {row.revision}"
    return {**host, "tone": "down", "text": text, "detail": row.reason, "since": _since(page, row)}


def _since(page: Page, row: Receipt) -> datetime:
    """When it began to fail: after its last proof."""
    rows = Receipt.objects.filter(page=page, host=row.host)
    proof = rows.filter(verdict=Verdict.PROVEN).first()
    return (rows.filter(pk__gt=proof.pk if proof else 0).order_by("id").first() or row).at


def _worker(page: Page, hosts: Sequence[Mapping[str, Any]], now: datetime) -> dict[str, Any]:
    at = receipts.worker_seen(page)
    if not hosts:
        return {"tone": "slow", "text": "This page has no hosts in lightship.toml: nobody can read it yet."}
    if at is None:
        return {"tone": "slow", "text": "No worker has published this page yet. Start one with: lightship worker"}
    if now - at > receipts.QUIET:
        text = "No sign of a worker: what you post is kept, but readers do not see it. Last seen"
        return {"tone": "down", "text": text, "at": at}
    return {"tone": "ok", "text": "The worker was last seen", "at": at}


def _steered(page: Page) -> dict[str, Any] | None:
    """Where the name leads, as the worker last read it."""
    report = page.reports.filter(kind="steer").first()
    if report is None:
        return None
    facts = {"name": "The name", "hosts": [], "voting": [], "silent": [], "pin": [], "moved": "", "by": "", **report.facts}
    leads = "no host of this page" if facts["hosts"] is None else ", ".join(facts["hosts"]) or "no host"
    return {
        **facts,
        "leads": leads,
        "tone": "ok" if facts["hosts"] and not facts.get("error") else "down",
        "moved": moment(facts["moved"]) if facts["moved"] else None,
        "at": report.at,
    }


def _receipts(page: Page, host: str) -> list[dict[str, Any]]:
    newest = Receipt.objects.filter(page=page, host=host)[:RECEIPTS]
    return [{"row": row, "tone": _VERDICTS[row.verdict][0], "word": _VERDICTS[row.verdict][1]} for row in newest]
