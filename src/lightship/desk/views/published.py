"""Who reads what was posted last: strangers on which hosts, and how long after the post; or nobody, and why."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from lightship.core.duty.proof import Proof
from lightship.desk.views.base import on_page, page_config
from lightship.page.labels import listed
from lightship.store.duty import unproven
from lightship.store.models import Incident, Page

SHOWN_MINUTES = 10
"""How long after a post the author is told that it is read."""


@on_page
def incident_part(request: HttpRequest, page: Page, id: str) -> HttpResponse:
    row = get_object_or_404(Incident, page=page, pk=id)
    return render(request, "desk/bits/published.html", {"page": page, "incident": row, "published": of_incident(page, row)})


def of_incident(page: Page, row: Incident) -> dict[str, Any]:
    """Of what was posted last about the incident. A practice reaches nobody."""
    entry = page.entries.filter(incident=row).values_list("revision", flat=True).first()
    return of_revision(page, entry) if entry and not row.practice else {}


def of_revision(page: Page, revision: int) -> dict[str, Any]:
    """As templates show it; empty where nothing needs to be said: it was read, and that is a while ago."""
    now, configured = timezone.now(), page_config(page)
    names = [host.name for host in configured.hosts] if configured else []
    published = unproven.status(page, revision, now, names)
    if published.posted_at is None:
        return {}
    late = (now - published.posted_at).total_seconds() > SHOWN_MINUTES * 60
    if published.proven and late:
        return {}
    return {
        "at": published.posted_at,
        "unpublished": published.unpublished,
        "proven": published.proven,
        "sentence": _sentence(published.proofs),
        "missing": [proof for proof in published.proofs if proof.seconds is None],
    }


def _sentence(proofs: Sequence[Proof]) -> str:
    """Strangers on a and b read this after 0.4 s, on c after 6.1 s."""
    hosts = defaultdict[float, list[str]](list)
    for proof in proofs:
        if proof.seconds is not None:
            hosts[round(proof.seconds, 1)].append(proof.host)
    first, *rest = [f"on {listed(names)}{{}} after {seconds:g} s" for seconds, names in sorted(hosts.items())] or [""]
    return f"Strangers {', '.join([first.format(' read this'), *(part.format('') for part in rest)])}." if first else ""
